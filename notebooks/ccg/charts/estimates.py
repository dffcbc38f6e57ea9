"""Estimates with their intervals, in words, tables and charts; paths of groups; and the chances of tests."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..core import words
from . import style

#: The words of those that merged and of those that never did, as their lines are drawn by ``paths``.
MERGED = {"color": style.BLUE, "weight": "bold"}
NEVER = {"color": "#B3410B", "weight": "bold"}


def span(row: Mapping, digits: int = 1) -> str:
    """The interval of an estimate, its ``low`` and ``high``, as text; "too few bodies" where there is none.

    Examples
    --------
    >>> span({"low": -2.21, "high": 1.38})
    '−2.2 to +1.4'
    """
    if pd.isna(row["low"]):
        return "too few bodies"
    return f"{words.signed(row['low'], digits)} to {words.signed(row['high'], digits)}"


def told(row: Mapping, digits: int = 1, unit: str = "points") -> str:
    """An estimate in its unit with its interval, for a sentence.

    Examples
    --------
    >>> told({"estimate": -0.42, "low": -2.21, "high": 1.38})
    '−0.4 points (95% interval −2.2 to +1.4)'
    """
    return f"{words.signed(row['estimate'], digits)} {unit} (95% interval {span(row, digits)})"


def reading(frame: pd.DataFrame, digits: int = 1, ends: int | None = None) -> pd.DataFrame:
    """Estimates as a table for readers: how many bodies, the effect, its interval and p, all as text.

    ``frame`` has ``treated, estimate, low, high, p``; ``digits`` are those of the effect, ``ends`` those of the
    interval where they differ. Without an interval no p is shown either.

    Examples
    --------
    >>> one = pd.DataFrame([{"treated": 34, "estimate": -0.41, "low": -2.21, "high": 1.38, "p": 0.648}])
    >>> reading(one).loc[0].tolist()
    ['34', '−0.4', '−2.2 to +1.4', '0.65']
    """
    told = {
        "Bodies": frame["treated"].map(words.number),
        "Effect": frame["estimate"].map(lambda x: words.signed(x, digits)),
        "95% interval": frame.apply(span, axis=1, digits=digits if ends is None else ends),
        "p": frame["p"].map(lambda x: words.number(x, 2)).where(frame["low"].notna(), "too few"),
    }
    return pd.DataFrame(told)


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


def forest(
    ax,
    frame: pd.DataFrame,
    labels: Sequence[str],
    *,
    at=None,
    colours=style.BLUE,
    written: str = "",
    heads: Mapping[str, float] | None = None,
) -> None:
    """Estimates one under the other, from the top: ``effects`` across, their labels at the left.

    ``at`` are the rows' places, 0, 1, 2 … without it. ``written`` names the column whose numbers stand at the right of
    the axes. ``heads`` maps a heading to the place of its first row; it stands above it, over the labels.
    """
    at = range(len(frame)) if at is None else list(at)
    effects(ax, frame, at=at, across=True, colours=colours)
    ax.set_yticks(at, labels)
    ax.set(ylim=(max(at) + 0.7, min(at) - 0.7))
    side = {"transform": ax.get_yaxis_transform(), "va": "center"}
    for y, value in zip(at, frame[written] if written else (), strict=False):
        ax.text(1.02, y, words.signed(value, 1), **side)
    left = -(ax.get_position().x0 * style.WIDTH - style.EDGE) / (ax.get_position().width * style.WIDTH)
    for name, y in ({} if heads is None else heads).items():
        ax.text(left, y - 1, name, weight="bold", bbox={"fc": "white", "ec": "none", "pad": 1}, **side)
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")


def event(ax, lags: pd.DataFrame, *, before: int, note: str) -> None:
    """An event study: the estimate at each ``lag`` from the change, with an empty dot's place at −1, the base.

    ``lags`` has ``lag, estimate, low, high, treated``; under each lag stands how many bodies are seen then,
    ``before`` of them at the base. ``note`` stands at the right of the change, from the top.
    """
    effects(ax, lags, at=lags["lag"], colours=[style.MID if x < 0 else style.BLUE for x in lags["lag"]])
    ax.axvline(-0.5, color=style.INK, lw=1, ls=(0, (4, 3)))
    ax.plot([-1], [0], "o", ms=7.5, color=style.MID)
    top = 1.05 * np.nanmax(lags[["low", "high"]].abs())
    ax.text(-0.42, 0.95 * top, note, va="top")
    ax.text(-0.58, 0.95 * top, "before the merger", va="top", ha="right", color=style.MID)
    seen = lags.set_index("lag")["treated"].to_dict() | {-1: before}
    ax.set_xticks(sorted(seen), [f"{words.signed(lag)}\n{seen[lag]}" for lag in sorted(seen)])
    ends = (min(seen) - 0.6, max(seen) + 0.6)
    ax.set(
        xlim=ends, ylim=(-top, top), xlabel="Years since the merger, and number of merged bodies seen then"
    )


def paths(
    ax,
    wide: pd.DataFrame,
    merged: Sequence,
    never,
    *,
    faint=(),
    change: float,
    pandemic: float | None = None,
    ticks: Sequence[int] | None = None,
) -> None:
    """Averages by year of those that merged, blue, and of those that ``never`` did, orange and dashed.

    ``wide`` has years as rows; ``merged``, ``never`` and ``faint`` are columns, the last drawn thin and grey. An upright
    line stands half a year before ``change``, the first year after it; from half a year before ``pandemic`` on the
    ground is tinted. Years are financial ones, or with ``ticks``, the years written, those of the calendar. A year
    without numbers is left blank.
    """
    years = wide.index
    if pandemic is not None:
        ax.axvspan(pandemic - 0.5, years[-1] + 0.5, color="#F1F1F1", zorder=0)
    ax.axvline(change - 0.5, color=style.INK, lw=1, ls=(0, (4, 3)), zorder=1)
    ax.plot(years, wide[list(faint)], color=style.GREY, lw=0.9, zorder=1.5)
    for column, look in [
        *((c, {"color": style.BLUE}) for c in merged),
        (never, {"color": style.ORANGE, "ls": "--"}),
    ]:
        ax.plot(years, wide[column], marker="o", ms=5, zorder=3, **look)
    ax.set(xlim=(years[0] - 0.5, years[-1] + 0.5), xticks=years if ticks is None else ticks)
    if ticks is None:
        blank = wide[[*merged, never]].isna().all(axis=1)
        ax.set_xticklabels(["" if blank[y] else f"{str(y)[2:]}/{str(y + 1)[2:]}" for y in years])


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
