"""Estimates with their intervals, paths of groups, and the chances of tests."""

import numpy as np
import pandas as pd

from . import style


def effects(ax, frame: pd.DataFrame, *, at, across: bool = False, colours=style.BLUE) -> None:
    """Estimates with their 95% intervals: a dot, and a line through it where an interval is known.

    ``frame`` has ``estimate, low, high`` and maybe ``p``; ``at`` is the place of each on the other axis. ``across``
    puts the values along x, one row to an estimate. A dot with p below 0.05 is open, so that it is seen.
    """
    colours = [colours] * len(frame) if isinstance(colours, str) else list(colours)
    line = ax.hlines if across else ax.vlines
    for place, colour, row in zip(at, colours, frame.to_dict("records"), strict=True):
        if not np.isnan(row["low"]):
            line(place, row["low"], row["high"], color=colour, lw=2, zorder=2)
        dot = (row["estimate"], place) if across else (place, row["estimate"])
        face = "white" if row.get("p", 1) < 0.05 else colour
        ax.plot(*dot, "o", ms=7.5, mfc=face, mec=colour, mew=2, zorder=3)
    zero = ax.axvline if across else ax.axhline
    zero(0, color=style.INK, lw=1, zorder=1.6)


def paths(
    ax, wide: pd.DataFrame, *, lines: dict[str, dict], faint=(), change: float, pandemic: float
) -> None:
    """Averages by year, one line for each column of ``lines`` (its colour and label), on faint single bodies.

    ``wide`` has years as rows. ``faint`` are columns drawn thin and grey. An upright line stands half a year
    before ``change``, the first year after it; from half a year before ``pandemic`` on the ground is tinted.
    """
    years = wide.index
    ax.axvspan(pandemic - 0.5, years[-1] + 0.5, color="#F1F1F1", zorder=0)
    ax.axvline(change - 0.5, color=style.INK, lw=1, ls=(0, (4, 3)), zorder=1)
    for column in faint:
        ax.plot(years, wide[column], color=style.GREY, lw=0.9, zorder=1.5)
    for column, look in lines.items():
        ax.plot(years, wide[column], color=look["colour"], marker="o", ms=5, ls=look.get("ls", "-"), zorder=3)
    ax.set(xlim=(years[0] - 0.5, years[-1] + 0.5), xticks=years)
    ax.set_xticklabels([f"{str(y)[2:]}/{str(y + 1)[2:]}" for y in years])


def chances(ax, parts: dict[str, list[str]], p: pd.DataFrame, effect: pd.DataFrame) -> None:
    """Two p values to a row on a log scale: an open dot for the first column of ``p``, a filled one for the second.

    ``parts`` maps a heading to its rows, names in the index of ``p``, from the top. ``effect`` has the rows and
    columns of ``p`` as text; it is written under the columns' names at the right of the axes, which need some
    2.3 inches there and 2.7 at the left. p is between 0.0001 and 1; the dashed line stands at 0.05, and the
    axis says so.
    """
    place = {"transform": ax.get_yaxis_transform(), "va": "center"}
    shown, rows = zip((1.32, 1.72), ({"mfc": "white"}, {}), p.columns, strict=True), len(parts) + len(p)
    ax.set(xscale="log", xlim=(0.00008, 1.15), ylim=(rows - 0.4, -1.6), yticks=[])
    ax.set_xticks([0.0001, 0.001, 0.01, 0.05, 0.2, 1], ["0.0001", "0.001", "0.01", "0.05", "0.2", "1"])
    ax.minorticks_off()
    lines = [line for head, names in parts.items() for line in (head, *names)]
    for y, line in enumerate(lines):
        if line in parts:
            paper = {"fc": "white", "ec": "none", "pad": 2}
            ax.text(-0.86, y, line, weight="bold", bbox=paper, **place)
            continue
        ax.text(-0.82, y, line, **place)
        ax.plot(p.loc[line], [y, y], color=style.GREY, lw=2, zorder=1)
    for x, look, column in shown:
        weight = "normal" if look else "bold"
        ax.text(x, -1, column.replace(" ", "\n"), ha="right", weight=weight, **place)
        for y, line in enumerate(lines):
            if line not in parts:
                ax.plot(p.loc[line, column], y, "o", ms=9, color=style.BLUE, mew=2, clip_on=False, **look)
                ax.text(x, y, effect.loc[line, column], ha="right", weight=weight, **place)
    ax.axvline(0.05, color=style.INK, lw=1, ls=(0, (4, 3)), zorder=0)
    ax.set_xlabel("p: how often chance alone does as much\n(dashed line: one time in twenty)")
    style.bare(ax, grid="x")
