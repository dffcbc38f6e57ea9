"""Charts that matplotlib and seaborn lack. Each draws on axes it is given and labels its own marks."""

import itertools

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle, RegularPolygon

from . import style, tiles

#: How a figure that is not exact is marked beside its dot.
SIGNS = {"exact": "", "about": "~", "under": "<", "over": ">", "unsettled": ""}


def mark(ax, x: float, text: str, *, top: float, bottom: float = 0.0) -> None:
    """A thin upright line at ``x`` with a note at its top, to its right."""
    ax.plot([x, x], [bottom, top], color=style.INK, lw=0.9, zorder=0.5)
    gap = 0.008 * (ax.get_xlim()[1] - ax.get_xlim()[0])
    ax.text(x + gap, top, text, va="top")


def units(ax, rows: pd.DataFrame, *, label: str, filled: str, total: str, heading: str) -> None:
    """One square per body, filled if it counts, in a row per ``label`` under each ``heading``.

    ``rows`` is in drawing order, from the top; ``filled`` of ``total`` squares are filled, the others
    outlined. The heading's own count is written at its right.
    """
    y, step = 0.0, 1.0
    for name, block in rows.groupby(heading, sort=False):
        done, every = int(block[filled].sum()), int(block[total].sum())
        ax.text(0, y, name, weight="bold", ha="right", va="center", size=style.BODY)
        ax.text(0.35, y, f"{done} of {every} merged", weight="bold", va="center", color=style.BLUE)
        y += step
        for _, row in block.iterrows():
            ax.text(0, y, row[label], ha="right", va="center", size=style.SMALL)
            for i in range(row[total]):
                on = i < row[filled]
                face, edge = (style.BLUE, style.BLUE) if on else ("white", style.MID)
                ax.add_patch(Rectangle((0.35 + i, y - 0.36), 0.72, 0.72, fc=face, ec=edge, lw=1))
            y += step
        y += 0.45
    box = ax.get_window_extent()
    ax.set(xlim=(0, (y + 0.15) * box.width / box.height), ylim=(y - 0.45, -0.6))
    ax.set_axis_off()


def steps(ax, curves: dict[str, pd.DataFrame], *, colours, ends: float, nudge: dict | None = None) -> None:
    """Kaplan–Meier curves as falling steps from 1, each labelled at its right end with its name.

    ``curves`` maps a name to columns ``time`` and ``share``; ``ends`` is when watching stopped.
    ``nudge`` moves a label up or down, in shares, where two ends lie close.
    """
    for (name, curve), colour in zip(curves.items(), colours, strict=True):
        x = [0.0, *curve["time"], ends]
        y = [1.0, *curve["share"], curve["share"].iloc[-1]]
        ax.step(x, y, where="post", color=colour)
        up = (nudge or {}).get(name, 0)
        ax.text(ends * 1.015, y[-1] + up, f"{name}: {y[-1]:.0%}", va="center", weight="bold")


def shares(ax, frame: pd.DataFrame, *, against: str, unsure: str, favour: str, label: str) -> None:
    """Diverging stacked bars: ``against`` to the left of a line, ``favour`` to the right, ``unsure`` apart.

    One row of ``frame`` per bar, from the top, in per cent. The middle answer stands in a column of its
    own at the right, so that both sides start from the same line. The columns' names head the chart.
    """
    apart = frame[favour].max() + 18
    for y, (_, row) in enumerate(frame.iterrows()):
        for start, width, value, face, ink in (
            (0, -row[against], row[against], style.ORANGE, "#0B0C0C"),
            (0, row[favour], row[favour], style.BLUE, "white"),
            (apart, row[unsure], row[unsure], style.GREY, "#0B0C0C"),
        ):
            ax.barh(y, width, left=start, color=face, height=0.62)
            middle, beside = start + width / 2, start + width + np.sign(width) * 1
            if abs(width) >= 8:
                ax.text(middle, y, f"{value:g}", ha="center", va="center", color=ink, weight="bold")
            else:
                ax.text(beside, y, f"{value:g}", ha="left", va="center", weight="bold")
    for x, name, side in ((-1, against, "right"), (1, favour, "left"), (apart, unsure, "left")):
        ax.text(x, -0.55, name, ha=side, va="bottom", weight="bold")
    ax.axvline(0, color=style.INK, lw=0.8, ymax=0.88)
    right = apart + max(frame[unsure].max(), 36)
    ax.set(xlim=(-frame[against].max() - 3, right), ylim=(len(frame) - 0.6, -1.0), xticks=[])
    ax.set_yticks(range(len(frame)), frame[label])
    style.bare(ax)


def slope(ax, start: float, end: float, labels: tuple[str, str], title: str, colour=style.BLUE) -> None:
    """Two points in time and the line between them, in per cent, each labelled with its value."""
    ax.plot([0, 1], [start, end], "o-", color=colour, ms=9)
    for x, value in ((0, start), (1, end)):
        ax.text(x, value + 5, f"{value:g}%", ha="center", weight="bold")
    ax.set(xlim=(-0.35, 1.35), ylim=(0, 100), yticks=[])
    ax.set_xticks([0, 1], labels)
    ax.text(-0.35, 104, title, va="bottom", weight="bold")


def dots(ax, frame: pd.DataFrame, *, value: str, label: str, colour=style.BLUE, low=None, high=None) -> None:
    """A row per figure: a dot at its value, its interval as a line, and a bound as an open arrow.

    ``frame`` is in drawing order from the top, in per cent. A column ``bound`` says ``exact``,
    ``about`` (open dot), ``under`` or ``over`` (an arrow from the bound towards where the value lies).
    ``low`` and ``high`` name columns with an interval; a blank one draws none.
    """
    for y, (_, row) in enumerate(frame.iterrows()):
        tone = row["colour"] if "colour" in frame else colour
        if low and pd.notna(row[low]):
            ax.plot([row[low], row[high]], [y, y], color=tone, lw=5, alpha=0.3, solid_capstyle="butt")
        point(ax, row[value], y, row["bound"], tone)
        ends = row[high] if high and pd.notna(row[high]) else row[value]
        x = ends + (7 if row["bound"] == "over" else 2.5)
        ax.text(x, y, f"{SIGNS[row['bound']]}{row[value]:.0f}%", va="center", weight="bold")
    ax.set(ylim=(len(frame) - 0.4, -0.6), xlim=(0, 100), xticks=[0, 25, 50, 75, 100])
    ax.set_yticks(range(len(frame)), frame[label])
    ax.set_xticklabels([f"{t}%" for t in (0, 25, 50, 75, 100)])
    style.bare(ax, grid="x")


def point(ax, x: float, y: float, bound: str, colour: str, *, across: bool = True, size: float = 9) -> None:
    """One figure: filled if exact, open if given in words, and for a bound an open dot with an arrow.

    The arrow runs along the axis of the value: to the right or left, or up or down if not ``across``.
    """
    face = colour if bound == "exact" else "white"
    if bound in ("under", "over"):
        way = 5.5 if bound == "over" else -5.5
        tip = (x + way, y) if across else (x, y + way)
        arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=tip, xytext=(x, y), arrowprops=arrow, zorder=2)
    ax.plot([x], [y], "o", ms=size, mfc=face, mec=colour, mew=1.8, zorder=3, clip_on=False)


def year_panels(axes, frame: pd.DataFrame, names: dict[str, str], *, top: float) -> None:
    """One panel per item of a survey, headed with its name; see ``year_dots``. ``top`` in per cent."""
    years = range(frame["year"].min(), frame["year"].max() + 1)
    for ax, (item, name) in zip(axes, names.items(), strict=True):
        year_dots(ax, frame[frame["item"] == item], colour=style.BLUE)
        ax.set(xlim=(years[0] - 0.6, years[-1] + 0.6), ylim=(0, top), xticks=years, yticks=[])
        ax.text(years[0] - 0.6, top * 1.04, name, va="bottom", weight="bold")


def strips(ax, frame: pd.DataFrame, middle: pd.DataFrame, *, value: str, row: str, part: str) -> None:
    """Two dot strips to a row, one under the other, each with its median as an upright line.

    ``frame`` has a body per line: its ``value``, the ``row`` it belongs to and which ``part`` it is.
    ``middle`` has a line per row and a column per part, in drawing order, with the medians.
    """
    import seaborn as sns  # slow to import, and only this chart needs it

    parts, tones = list(middle.columns), [style.GREY, style.BLUE]
    rows = frame.assign(**{row: frame[row].astype(str)})
    look = {"palette": tones, "size": 2.9, "dodge": True, "legend": False}
    sns.swarmplot(rows, x=value, y=row, hue=part, hue_order=parts, ax=ax, **look)
    for y, (_, medians) in enumerate(middle.iterrows()):
        for name, up in zip(parts, (-0.2, 0.2), strict=True):
            ends = [y + up - 0.19, y + up + 0.19]
            ax.plot([medians[name]] * 2, ends, color=style.ORANGE, lw=3, zorder=1)
    right = frame[value].max() * 1.03
    for name, up, colour in zip(parts, (-0.2, 0.2), (style.MID, style.BLUE), strict=True):
        ax.text(right, up, name, va="center", weight="bold", color=colour)
    ax.text(right, 0.75, "orange:\nmedian", va="center")
    ax.set(xlim=(0, frame[value].max() * 1.17), ylabel="")
    ax.grid(True, axis="x")


def year_dots(ax, frame: pd.DataFrame, *, colour: str) -> None:
    """One series by year, joined by a line only where both years are known, adjacent and exact.

    ``frame`` has ``year, percent, bound``, in per cent. A bound is an open dot with an arrow up or down,
    a figure given in words or unsettled an open dot; every value is written above its dot.
    """
    rows = frame.sort_values("year").to_dict("records")
    for a, b in itertools.pairwise(rows):
        if b["year"] - a["year"] == 1 and a["bound"] == b["bound"] == "exact":
            ax.plot([a["year"], b["year"]], [a["percent"], b["percent"]], color=colour, zorder=1)
    for row in rows:
        point(ax, row["year"], row["percent"], row["bound"], colour, across=False)
        up = 10 if row["bound"] == "over" else 5
        text = f"{SIGNS[row['bound']]}{row['percent']:g}%"
        ax.text(row["year"], row["percent"] + up, text, ha="center", weight="bold")


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
        ax.add_patch(hexagon)
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
