"""Draw on axes: a file for each family of charts, all of them found here."""

from .answers import SIGNS, broken, dots, point, shares, slope, year_dots
from .bars import bars, columns, pairs
from .distributions import piles, spread, strip_rows, strips
from .estimates import MERGED, NEVER, chances, effects, event, forest, paths, reading, span, told
from .flows import RIBBON_WORDS, RIBBONS, alluvial
from .maps import borders, hexmap
from .squares import mark, sorted_units, units
from .years import arrows, bands, levels, timeline, year_panels

__all__ = [
    "MERGED",
    "NEVER",
    "RIBBONS",
    "RIBBON_WORDS",
    "SIGNS",
    "alluvial",
    "arrows",
    "bands",
    "bars",
    "borders",
    "broken",
    "chances",
    "columns",
    "dots",
    "effects",
    "event",
    "forest",
    "hexmap",
    "levels",
    "mark",
    "pairs",
    "paths",
    "piles",
    "point",
    "reading",
    "shares",
    "slope",
    "sorted_units",
    "span",
    "spread",
    "strip_rows",
    "strips",
    "timeline",
    "told",
    "units",
    "year_dots",
    "year_panels",
]
