"""What may be wrong with figures that add up all the same: copies, rows that nothing tells apart, totals, rates, signs.

What is sure is refused. What may be so is a doubt: the first line of the report says it, and the rows of the result
that hold such figures are called doubtful, never exact. ``rows`` asks what is added up, with ``times`` of periods;
``figures`` asks the numbers themselves, and ``names`` the names of bodies.
"""

from . import figures, times
from .doubt import AddedUp, Doubt
from .figures import carried_twice, of_a_hundred, of_digits, of_numbers, rates_among
from .names import of_names
from .rows import added_up

__all__ = [
    "ANYWHERE", "WHOLLY", "AddedUp", "Doubt", "added_up", "carried_twice", "of_a_hundred", "of_digits", "of_names", "of_numbers",
    "rates_among",
]  # fmt: skip

#: What cells and names of columns are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {**figures.ANYWHERE, **times.ANYWHERE}
WHOLLY = figures.WHOLLY
