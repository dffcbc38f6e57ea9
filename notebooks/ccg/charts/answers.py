"""What people answered: shares for and against, dots with their bounds, changes between years."""

import itertools

import numpy as np
import pandas as pd

from . import style

#: How a figure that is not exact is marked beside its dot.
SIGNS = {"exact": "", "about": "~", "under": "<", "over": ">", "unsettled": ""}


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


def slope(ax, values: pd.Series, title: str, *, span: tuple[int, int], colour=style.BLUE) -> None:
    """Two years and the line between them, in per cent, each labelled with its value.

    ``values`` has the year as its index. ``span`` is the first and last year of the axis: panels side by
    side share it, so that a fall over one year is not drawn as wide as one over three.
    """
    ax.plot(values.index, values, "o-", color=colour, ms=9)
    for year, value in values.items():
        ax.text(year, value + 5, f"{value:g}%", ha="center", weight="bold")
    edge = span[0] - 0.5
    ax.set(xlim=(edge, span[1] + 0.5), ylim=(0, 100), xticks=range(span[0], span[1] + 1), yticks=[])
    ax.text(edge, 104, title, va="bottom", weight="bold")


def dots(
    ax, frame: pd.DataFrame, *, value: str, label: str, group: str | None = None, colour=style.BLUE
) -> None:
    """A row per figure: a dot at its value, and a bound as an open arrow.

    ``frame`` is in drawing order from the top, in per cent. A column ``bound`` says ``exact``,
    ``about`` (open dot), ``under`` or ``over`` (an arrow from the bound towards where the value lies).
    ``group`` is a column with the heading of each row: rows of one heading stand together under it, so that
    figures which may not be compared are kept apart.
    """
    at, y, heading = [], -1.0, None
    for row in frame.to_dict("records"):
        y += 1
        if group and row[group] != heading:
            heading, y = row[group], y + (0.8 if heading is None else 1.1)
            ax.text(
                0, y - 0.78, heading, va="center", weight="bold", bbox={"fc": "white", "ec": "none", "pad": 1}
            )
        at.append(y)
        point(ax, row[value], y, row["bound"], row.get("colour", colour))
        x = row[value] + (7 if row["bound"] == "over" else 2.5)
        ax.text(x, y, f"{SIGNS[row['bound']]}{row[value]:.0f}%", va="center", weight="bold")
    ax.set(ylim=(at[-1] + 0.6, -0.6), xlim=(0, 100), xticks=[0, 25, 50, 75, 100])
    ax.set_yticks(at, frame[label])
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


def year_dots(ax, frame: pd.DataFrame, *, colour: str, up: float = 5) -> None:
    """One series by year, joined by a line only where both years are known, adjacent and exact.

    ``frame`` has ``year, percent, bound``, in per cent. A bound is an open dot with an arrow up or down,
    a figure given in words or unsettled an open dot; every value is written ``up`` points above its dot, or
    below it if ``up`` is negative.
    """
    rows = frame.sort_values("year").to_dict("records")
    for a, b in itertools.pairwise(rows):
        if b["year"] - a["year"] == 1 and a["bound"] == b["bound"] == "exact":
            ax.plot([a["year"], b["year"]], [a["percent"], b["percent"]], color=colour, zorder=1)
    for row in rows:
        point(ax, row["year"], row["percent"], row["bound"], colour, across=False)
        y = row["percent"] + (2 * up if row["bound"] == "over" else up)
        text = f"{SIGNS[row['bound']]}{row['percent']:g}%"
        ax.text(row["year"], y, text, ha="center", va="top" if up < 0 else "baseline", weight="bold")


def broken(ax, values, *, at: int, colour: str, mended=None) -> None:
    """A series in equal steps that changes what it measures before its position ``at``: no line joins the two.

    ``mended`` are the values before ``at`` as they would be measured after it: open dots on a dotted line
    that runs on into the series.
    """
    y = np.asarray(values, dtype=float)
    for part in (slice(at), slice(at, None)):
        ax.plot(np.arange(len(y))[part], y[part], "o-", color=colour, ms=6)
    if mended is not None:
        ax.plot(range(at + 1), [*mended, y[at]], ":", color=colour)
        ax.plot(range(at), mended, "o", color=colour, ms=6, mfc="white")
