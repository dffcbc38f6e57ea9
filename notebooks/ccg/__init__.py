"""Tables, charts and statistics on England's clinical commissioning groups, 2013 to 2022."""

__version__ = "0.1.0"
