"""Over years: levels, arrows from before to after, bands of time, dated events."""

import pandas as pd

from . import style
from .answers import year_dots
from .distributions import spread


def year_panels(axes, frame: pd.DataFrame, names: dict[str, str], *, top: float) -> None:
    """One panel per item of a survey, headed with its name; see ``year_dots``. ``top`` in per cent."""
    years = range(frame["year"].min(), frame["year"].max() + 1)
    for ax, (item, name) in zip(axes, names.items(), strict=True):
        year_dots(ax, frame[frame["item"] == item], colour=style.BLUE)
        ax.set(xlim=(years[0] - 0.6, years[-1] + 0.6), ylim=(0, top), xticks=years, yticks=[])
        ax.text(years[0] - 0.6, top * 1.04, name, va="bottom", weight="bold")


def levels(ax, frame: pd.DataFrame, *, value: str, colour: str, dotted: bool = False) -> None:
    """One series of counts, each level from its ``start`` to its ``end``, with a dot where it was counted:
    an open one where ``bound`` says about.

    Levels that meet are joined by an upright line. ``dotted`` is for counts too far apart to say what lay
    between: they are joined by a dotted line and nothing is level.
    """
    rows = frame.sort_values("start").to_dict("records")
    if dotted:
        ax.plot([r["start"] for r in rows], [r[value] for r in rows], ":", color=colour, lw=1.8)
    else:
        x = [end for r in rows for end in (r["start"], r["end"])]
        ax.plot(x, [r[value] for r in rows for _ in range(2)], color=colour, solid_capstyle="butt")
    for r in rows:
        face = "white" if r.get("bound") == "about" else colour
        ax.plot([r["start"]], [r[value]], "o", color=colour, mfc=face, mew=1.6, ms=6, zorder=3)


def arrows(ax, frame: pd.DataFrame, *, before: str, after: str, label: str, colours) -> None:
    """A row per change, from the top: an arrow from what was to what came, on a log scale, both written.

    ``colours`` are two: for a change to more, and for one to fewer.
    """
    for y, (_, row) in enumerate(frame.iterrows()):
        a, b = row[before], row[after]
        tone = colours[0] if b > a else colours[1]
        look = {"arrowstyle": "-|>,head_width=0.35,head_length=0.6", "color": tone, "lw": 3}
        ax.annotate("", xy=(b, y), xytext=(a, y), arrowprops=look | {"shrinkA": 0, "shrinkB": 0})
        for x, text, low in ((a, f"{a:g}", a < b), (b, f"{row.get('sign', '')}{b:g}", b < a)):
            place = {"xytext": (-10 if low else 10, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(
                text, (x, y), ha="right" if low else "left", weight="bold" if x == b else "normal", **place
            )
    ax.set(xscale="log", ylim=(len(frame) - 0.4, -0.6), xticks=[], yticks=range(len(frame)))
    ax.set_yticklabels(frame[label])
    ax.minorticks_off()
    style.bare(ax)


def bands(ax, frame: pd.DataFrame, *, looks: dict[str, dict]) -> None:
    """Who held what and when: a row per ``row``, from the top, with a band for each holder.

    ``frame`` has ``row, kind, start, end, text``; ``looks`` gives for each kind the look of its band, with
    the colour of its words as ``ink``. A blank text draws none.
    """
    names = list(dict.fromkeys(frame["row"]))
    for r in frame.itertuples():
        look, y = dict(looks[r.kind]), names.index(r.row)
        ink = look.pop("ink", "white")
        ax.barh(y, r.end - r.start, 0.62, left=r.start, **look)
        if r.text:
            middle = {"ha": "center", "va": "center", "linespacing": 0.95, "size": style.SMALL}
            ax.text((r.start + r.end) / 2, y, r.text, color=ink, **middle)
    ax.set(ylim=(len(names) - 0.5, -0.6), yticks=range(len(names)), yticklabels=names)
    ax.grid(False)
    ax.grid(True, axis="x")


def timeline(
    ax, left: pd.DataFrame, right: pd.DataFrame, *, span, apart: float, at: float, gap: float
) -> None:
    """Dated events on both sides of an upright axis, the earliest at the top, their labels kept apart.

    ``left`` and ``right`` have ``year, text, colour`` in order of time. ``span`` is the first and last year
    drawn; ``apart`` the least years between two labels. As shares of the width: ``at`` is where the axis
    stands, ``gap`` how long the leader lines are. Dots of one time and several colours stand side by side,
    and those at the left beside the axis, so that none covers another.
    """
    ax.plot([0, 0], span, color=style.INK, lw=1.2, zorder=1)
    wide = 0.013
    for frame, side in ((left, -1), (right, 1)):
        for r, y in zip(frame.itertuples(), spread(frame["year"], apart, *span), strict=True):
            same = frame.loc[frame["year"] == r.year, "colour"].drop_duplicates(keep="last")[::-1].tolist()
            x = wide * same.index(r.colour) if side > 0 else -wide
            ax.plot([x, side * gap * 0.75, side * gap], [r.year, y, y], color=r.colour, lw=1, zorder=1)
            ax.plot([x], [r.year], "o", color=r.colour, ms=8, zorder=3, clip_on=False)
            ha = "right" if side < 0 else "left"
            ax.text(side * gap * 1.15, y, r.text, ha=ha, va="center", size=style.SMALL)
    ax.set(xlim=(-at, 1 - at), ylim=span[::-1], xticks=[], yticks=[])
    style.bare(ax)
