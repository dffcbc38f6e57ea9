"""What looking up and re-basing need: the tables, the lineage of the bodies, and how files are read."""
