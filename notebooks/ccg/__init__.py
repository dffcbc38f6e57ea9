"""Tables, charts and statistics on England's clinical commissioning groups, 2013 to 2022.

For data of your own: ``read`` a published file, ``rebase`` a frame to a later geography, ``lookup`` who became
whom, ``successors`` of one body, ``which`` geography some codes are of, ``explain`` a life, ``load`` a table. The
modules of the suite are found here too, whatever room they stand in: ``from ccg import charts, figures, tables``.
Nothing is imported before it is asked for.

Examples
--------
>>> import ccg
>>> ccg.successors("00C", "2022-07-01")
  from   to  share  basis status
0  00C  QHM    1.0  whole  exact
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .core.garbage import uncollected

if TYPE_CHECKING:
    from .core.lineage import LineageError, explain, lookup, successors, which
    from .core.published import rebase_file
    from .core.reading import ReadError, read
    from .core.rebasing import RebaseError, rebase
    from .core.recoding import recode
    from .core.tables import TableError, load

__version__ = "0.1.0"
__all__ = [
    "LineageError",
    "ReadError",
    "RebaseError",
    "TableError",
    "explain",
    "load",
    "lookup",
    "read",
    "rebase",
    "rebase_file",
    "recode",
    "successors",
    "which",
]

_FROM = {
    "core.lineage": ("LineageError", "explain", "lookup", "successors", "which"),
    "core.published": ("rebase_file",),
    "core.reading": ("ReadError", "read"),
    "core.rebasing": ("RebaseError", "rebase"),
    "core.recoding": ("recode",),
    "core.tables": ("TableError", "load"),
}
_ROOMS = {
    "core": (
        "agreement",
        "carrying",
        "cells",
        "codes",
        "contract",
        "controls",
        "deciding",
        "doubting",
        "files",
        "finding",
        "garbage",
        "geography",
        "headings",
        "keeping",
        "land",
        "lineage",
        "list_sizes",
        "lookups",
        "numbers",
        "parts",
        "periods",
        "preparing",
        "problems",
        "published",
        "reading",
        "rebasing",
        "recoding",
        "spellings",
        "subtotals",
        "tables",
        "totals",
        "trail",
        "words",
    ),
    "analysis": ("claims", "effects", "gpps", "levels", "life", "outcomes", "practices", "stats"),
    "charts": ("figures", "prose", "show", "style", "tiles"),
    "explorer": ("bodies", "explore", "life_charts"),
    "suite": (
        "app",
        "bench",
        "changed",
        "kernels",
        "quick",
        "readme",
        "rules",
        "run",
        "runs",
        "site",
        "trace",
    ),
}
_MODULE_OF = {name: module for module, names in _FROM.items() for name in names}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    with uncollected():
        if name in _MODULE_OF:
            found = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        elif name in _ROOM_OF:
            found = import_module(f"{__name__}.{_ROOM_OF[name]}.{name}")
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF, *_ROOM_OF})
