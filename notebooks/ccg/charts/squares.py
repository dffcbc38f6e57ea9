"""One square for each body: columns of CCGs, and the same in order of size."""

import textwrap

import pandas as pd
from matplotlib.patches import Rectangle

from . import style


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
    # add_artist and not add_patch, which measures each square for limits that are set below
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
                ax.add_artist(Rectangle((0.35 + i, y - 0.36), 0.72, 0.72, fc=face, ec=edge, lw=1))
            y += step
        y += 0.45
    box = ax.get_window_extent()
    ax.set(xlim=(0, (y + 0.15) * box.width / box.height), ylim=(y - 0.45, -0.6))
    ax.set_axis_off()


def sorted_units(
    ax, frame: pd.DataFrame, *, row: str, column: str, text: str, looks: dict, wide: dict
) -> None:
    """One labelled square per thing, in a row per ``row`` under a column per ``column``, with its totals.

    Where a square stands says what it is; ``looks`` maps each column to ``face, edge, linestyle, ink`` as
    well, and ``wide`` to how many squares stand side by side before the next line. Rows and columns keep
    the order in which ``frame`` and ``looks`` name them.
    """
    starts, x = {}, 0.0
    for name in looks:
        starts[name], x = x, x + max(wide[name], 2.6) + 0.5
    y = 0.0
    for name, group in frame.groupby(row, sort=False):
        cells = {c: group.loc[group[column] == c, text].tolist() for c in looks}
        tall = max(-(-len(c) // wide[k]) for k, c in cells.items())
        ax.plot([-0.3, x - 0.5], [y - 0.62] * 2, color=style.PALE, lw=0.8, zorder=0)
        ax.text(-0.5, y, name, ha="right", va="center", weight="bold")
        for column_name, words in cells.items():
            face, edge, line, ink = looks[column_name]
            for i, word in enumerate(words):
                left, top = starts[column_name] + i % wide[column_name], y + i // wide[column_name]
                ax.add_artist(
                    Rectangle(
                        (left, top - 0.44), 0.88, 0.88, fc=face, ec=edge, ls=line, lw=1.6, clip_on=False
                    )
                )
                ax.text(left + 0.44, top, word, ha="center", va="center", size=style.SMALL, color=ink)
        y += tall + 0.25
    for name, start in starts.items():
        total = int((frame[column] == name).sum())
        ax.text(start, -2.2, total, va="center", weight="bold", size=style.TITLE)
        ax.text(start, -1.8, textwrap.fill(name, 14), va="top", size=style.SMALL)
    box = ax.get_window_extent()
    ax.set(ylim=(y - 0.6, -2.6), xlim=(0, (y + 2) * box.width / box.height), xticks=[], yticks=[])
    style.bare(ax)
