"""One dot for each body: strips and piles of a distribution."""

import numpy as np
import pandas as pd

from . import style


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
    _place_once(ax)
    for y, (_, medians) in enumerate(middle.iterrows()):
        for name, up in zip(parts, (-0.2, 0.2), strict=True):
            ends = [y + up - 0.19, y + up + 0.19]
            ax.plot([medians[name]] * 2, ends, color=style.ORANGE, lw=3, zorder=1)
    right = frame[value].max() * 1.06
    for name, up, colour in zip(parts, (-0.2, 0.2), (style.MID, style.BLUE), strict=True):
        ax.text(right, up, name, va="center", weight="bold", color=colour)
    ax.text(right, 0.75, "orange:\nmedian", va="center")
    ax.set(xlim=(0, frame[value].max() * 1.2), ylabel="")
    ax.grid(True, axis="x")


def spread(values, apart: float, low: float, high: float) -> np.ndarray:
    """Places near ascending ``values``, at least ``apart`` from each other, between ``low`` and ``high``."""
    want = np.asarray(values, dtype=float)
    base = np.arange(len(want)) * apart
    blocks = []  # mean of the wish less its turn, and how many share it: pooled until they ascend
    for wish in want - base:
        blocks.append((wish, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [((a * n + b * m) / (n + m), n + m)]
    free = np.repeat([b for b, _ in blocks], [n for _, n in blocks])
    return np.clip(free, low, high - base[-1]) + base


def piles(
    ax, rows: dict, *, tones=None, form="{:,.0f}", heads=("lowest", "median", "highest"), size=4.0
) -> None:
    """Dot strips: one row of dots for each of ``rows``, its median a line, with three values at the right.

    ``rows`` maps a label to the values of its bodies, from the top. Set the limits of x before: dots nearer
    than their width are piled up round the row, and a pile too tall for it is squeezed. ``tones`` gives each
    row its colour. Under ``heads``, to the right of the axes, stand the lowest, the median and the highest
    value of each row, in ``form``.
    """
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    low, high = ax.get_xlim()
    ax.set_ylim(len(rows) - 0.45, -0.65)
    wide, tall = size / 72 / box.width * (high - low), size / 72 / box.height * (len(rows) + 0.2)
    for y, (label, values) in enumerate(rows.items()):
        x = np.sort(np.asarray(values, dtype=float))
        bins = np.round((x - x[0]) / wide).astype(int)
        nth = np.arange(len(x)) - np.searchsorted(bins, bins)
        count = np.bincount(bins)[bins]
        step = np.minimum(tall, 0.74 / np.maximum(count - 1, 1))
        tone = (tones or {}).get(label, style.BLUE)
        ax.plot(x, y + (nth - (count - 1) / 2) * step, "o", ms=size * 0.92, mec="white", mew=0.3, color=tone)
        ax.plot([np.median(x)] * 2, [y - 0.44, y + 0.44], color=style.ORANGE, lw=3, zorder=4)
        for i, (value, name) in enumerate(zip((x[0], np.median(x), x[-1]), heads, strict=True)):
            at, look = (
                1 + (0.62 + 0.72 * i) / box.width,
                {"transform": ax.get_yaxis_transform(), "ha": "right"},
            )
            bold = {"weight": "bold"} if i == 1 else {}
            ax.text(at, y, form.format(value).replace("-", "−"), va="center", **bold, **look)
            if y == 0:
                tint = {"color": "#B8400F"} if i == 1 else {}
                ax.text(at, -0.6, name, va="bottom", **bold, **tint, **look)
    ax.set_yticks(range(len(rows)), list(rows))
    style.bare(ax, grid="x")


def strip_rows(
    ax, frame: pd.DataFrame, *, value: str, row: str, colour=style.BLUE, middle: str = "median"
) -> None:
    """One dot strip to each ``row``, in the order they come, with its median as an upright orange line.

    ``frame`` has a body per line: its ``value`` and the ``row`` (text) it belongs to. ``middle`` may be
    ``mean`` for a line at that.
    """
    import seaborn as sns  # slow to import, and only charts of strips need it

    names = list(dict.fromkeys(frame[row]))
    sns.swarmplot(frame, x=value, y=row, order=names, ax=ax, color=colour, size=2.9)
    _place_once(ax)
    for y, name in enumerate(names):
        at = frame.loc[frame[row] == name, value].agg(middle)
        ax.plot([at] * 2, [y - 0.36, y + 0.36], color=style.ORANGE, lw=3, zorder=4)
    ax.set(ylabel="", ylim=(len(names) - 0.5, -0.5))
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")


def _place_once(ax) -> None:
    """Let the dots of a swarm stay where they are first drawn, so that they stand alike in PNG and SVG.

    Seaborn looks for their places at each drawing, which is slow, and puts a dot that may stand on either side now on
    the one and now on the other.
    """

    def once(dots, search) -> None:
        def draw(renderer) -> None:
            search(renderer)
            del dots.draw  # what is left is Matplotlib's own

        dots.draw = draw

    for dots in ax.collections:
        dots.set_offsets(dots.get_offsets().filled(np.nan))  # a masked array takes the search twice as long
        once(dots, dots.draw)
