"""Draw on axes: a file for each family of charts, all of them found here."""

from .answers import SIGNS, broken, dots, point, shares, slope, year_dots
from .bars import bars, columns, pairs, ranked
from .distributions import piles, spread, strip_rows, strips
from .estimates import chances, effects, paths
from .flows import RIBBON_WORDS, RIBBONS, alluvial
from .maps import hexmap
from .squares import mark, sorted_units, units
from .years import arrows, bands, levels, timeline, year_panels

__all__ = [
    "RIBBONS",
    "RIBBON_WORDS",
    "SIGNS",
    "alluvial",
    "arrows",
    "bands",
    "bars",
    "broken",
    "chances",
    "columns",
    "dots",
    "effects",
    "hexmap",
    "levels",
    "mark",
    "pairs",
    "paths",
    "piles",
    "point",
    "ranked",
    "shares",
    "slope",
    "sorted_units",
    "spread",
    "strip_rows",
    "strips",
    "timeline",
    "units",
    "year_dots",
    "year_panels",
]
