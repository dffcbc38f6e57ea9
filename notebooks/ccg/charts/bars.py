"""Bars and columns with their values written on them, pairs of dots in a row, and bodies in order of size."""

from collections.abc import Callable, Mapping

import pandas as pd

from . import style


def bars(ax, frame: pd.DataFrame, tones: Mapping[str, str], *, form: str | Callable = "{:g}") -> None:
    """Horizontal bars from zero, a group for each row of ``frame`` from the top, a bar for each column.

    ``tones`` gives each column its colour and their order. Each value stands at the end of its bar, in
    ``form``; in the first group the name of the column stands behind it, instead of a legend.
    """
    high = 0.72 / len(tones)
    for n, (name, tone) in enumerate(tones.items()):
        places = [y + high * (n - (len(tones) - 1) / 2) for y in range(len(frame))]
        drawn = ax.barh(places, frame[name], high * 0.92, color=tone)
        texts = [form(v) if callable(form) else form.format(v) for v in frame[name]]
        texts[0] = f"{texts[0]} {name}" if len(tones) > 1 else texts[0]
        look = {"color": tone, "weight": "bold"} if tone != style.GREY else {}
        ax.bar_label(drawn, texts, padding=4, **look)
    ax.set(yticks=range(len(frame)), yticklabels=frame.index, ylim=(len(frame) - 0.5, -0.5), xticks=[])
    style.bare(ax)


def columns(ax, frame: pd.DataFrame, tones: Mapping[str, str], *, least: float, width: float = 0.72) -> None:
    """Stacked columns, one for each row of ``frame`` at its index, the first of ``tones`` at the bottom.

    The total stands on top of each column, and each part in its middle where both it and the last are at
    least ``least``: a column of one part needs no second number.
    """
    frame = frame[list(tones)]
    below, apart = 0 * frame.iloc[:, 0], frame.iloc[:, -1] >= least
    for name, tone in tones.items():
        drawn = ax.bar(frame.index, frame[name], width, bottom=below, color=tone)
        texts = [f"{v:g}" if v >= least and both else "" for v, both in zip(frame[name], apart, strict=True)]
        look = {"color": "white", "weight": "bold"} if tone != style.GREY else {}
        ax.bar_label(drawn, texts, label_type="center", **look)
        below = below + frame[name]
    ax.bar_label(drawn, [f"{v:g}" for v in below], padding=3, size=15, weight="bold")
    ax.set(yticks=[])
    ax.grid(False)


def pairs(ax, values: pd.DataFrame, texts: pd.DataFrame, names: tuple[str, str], *, name_at: int = 0) -> None:
    """Two dots in a row for each row of ``values``, from the top: the first column open, the second filled.

    ``values`` are shares from 0 to 1; ``texts`` has the words beside each dot. ``names`` are written over the
    dots of row ``name_at``. Where both dots meet the second is drawn small, so that both are seen.
    """
    first, second = values.columns
    bold = {"weight": "bold", "color": style.BLUE}
    for y, (a, b) in enumerate(zip(values[first] * 100, values[second] * 100, strict=True)):
        ax.plot([a, b], [y, y], color=style.GREY, lw=4, zorder=1)
        ax.plot(a, y, "o", ms=11, mfc="white", mec=style.BLUE, mew=2, clip_on=False)
        ax.plot(b, y, "o", ms=11 if a != b else 5, color=style.BLUE, clip_on=False)
        left, right = (-3, 3) if a <= b else (3, -3)
        ax.text(a + left, y, texts[first].iloc[y], ha="right" if left < 0 else "left", va="center")
        ax.text(b + right, y, texts[second].iloc[y], ha="left" if right > 0 else "right", va="center", **bold)
    for column, name, look in zip(values.columns, names, ({}, bold), strict=True):
        ax.text(values[column].iloc[name_at] * 100, name_at - 0.38, name, ha="center", **look)
    ax.set(xlim=(0, 100), ylim=(len(values) - 0.5, -0.6), xticks=range(0, 101, 25))
    ax.set_yticks(range(len(values)), values.index)
    ax.set_xticklabels([f"{t}%" for t in range(0, 101, 25)])
    style.bare(ax, grid="x")


def ranked(
    ax, frame: pd.DataFrame, *, label: str, value: str, other: str | None = None, form: str | None = None
) -> None:
    """A row to each body in the order of ``frame``, from the bottom: a dot at its ``value``, with its name.

    ``other`` is a second number of the same unit: an open dot, joined to the first and over it where both meet. A column ``colour`` gives
    each row its own. ``form`` writes the value beside its dot.
    """
    y, tones = range(len(frame)), list(frame["colour"] if "colour" in frame else [style.BLUE] * len(frame))
    if other:
        ax.hlines(y, frame[other], frame[value], color=style.GREY, lw=2, zorder=1)
        ax.scatter(frame[other], y, s=49, facecolors="white", edgecolors=tones, linewidths=1.6, zorder=3)
    ax.scatter(frame[value], y, s=49, color=tones, zorder=2)
    if form:
        for at, x in zip(y, frame[value], strict=True):
            text = (form.format(x), (x, at), (7, 0))
            ax.annotate(*text, textcoords="offset points", va="center", size=style.SMALL, weight="bold")
    ax.set(ylim=(-0.7, len(frame) - 0.3))
    ax.set_yticks(y, frame[label], size=style.SMALL)
    style.bare(ax, grid="x")
