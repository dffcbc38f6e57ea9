"""One hexagon for each body, where it lies."""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import RegularPolygon

from . import style, tiles


def hexmap(
    ax, places: pd.DataFrame, colours: dict, *, edge=None, labels=None, tips=None, span=None, size=style.SMALL
) -> None:
    """A hex map: one hexagon with a point at its top for each body, north up.

    ``places`` has ``code, column, row`` of one date of the table ``tiles``. ``colours`` maps a code to its
    colour; a body that has none is left white with a grey line, so that a hole in the data shows.
    ``edge`` is a colour for all outlines or maps a code to its own; else they are white. ``labels`` maps a
    code to text, ``size`` points, in the hexagon. ``tips`` maps a code to the words that its hexagon
    carries in the SVG, as the gid ``tip:<words>``. ``span``, (width, height) in hexagon widths, is what the
    axes show, round the map's middle: give two maps the same and their hexagons are as large.

    Raises ValueError when ``places`` holds a hexagon twice, as two dates together would.
    """
    if places.duplicated(["column", "row"]).any():
        raise ValueError("a hexagon is there twice; choose one date of the table tiles")
    at = tiles.centres(places)
    for code, (x, y) in zip(places["code"], at, strict=True):
        face = colours.get(code, "white")
        alone = "white" if code in colours else style.GREY
        line = edge if isinstance(edge, str) else (edge or {}).get(code, alone)
        # drawn later, an outline of its own is not covered by the white one of a neighbour
        over = 1.0 + (line != "white")
        hexagon = RegularPolygon((x, y), 6, radius=3**-0.5, fc=face, ec=line, lw=1, zorder=over)
        if tips and code in tips:
            hexagon.set_gid(f"tip:{tips[code]}")
        ax.add_artist(hexagon)  # not add_patch, which measures each for limits that are set below
        if labels and code in labels:
            # the light that the colour gives off decides which ink has the better contrast with it
            dark = np.dot(np.power(to_rgb(face), 2.2), (0.2126, 0.7152, 0.0722)) < 0.2
            ink = "white" if dark else "#0B0C0C"
            ax.text(x, y, labels[code], ha="center", va="center", size=size, color=ink, zorder=3)
    low, high = at.min(axis=0), at.max(axis=0)
    wide, tall = span or high - low + (1.1, 1.25)
    x, y = (low + high) / 2
    ax.set(xlim=(x - wide / 2, x + wide / 2), ylim=(y - tall / 2, y + tall / 2), aspect="equal")
    ax.set_axis_off()


def borders(ax, places: pd.DataFrame, groups: Mapping[str, str]) -> None:
    """A dark line on a hex map wherever two hexagons of different groups touch, as regions do.

    ``places`` is as ``hexmap`` takes it; ``groups`` maps each code to its group.
    """
    at, group = tiles.centres(places), [groups[code] for code in places["code"]]
    lines = []
    for i, j in itertools.combinations(range(len(at)), 2):
        east, north = at[j] - at[i]
        if group[i] != group[j] and np.hypot(east, north) < 1.01:  # two that touch are 1 apart
            middle, half = (at[i] + at[j]) / 2, np.array([-north, east]) / 12**0.5
            lines.append([middle - half, middle + half])
    ax.add_collection(LineCollection(lines, colors="#0B0C0C", lw=1.8, capstyle="round", zorder=2.5))
