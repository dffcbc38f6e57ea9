"""Who became whom: bands from one date's bodies to the next, in an order with few crossings."""

import itertools
from collections import defaultdict

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from . import style

RIBBONS = {
    "same": {"fc": style.GREY, "alpha": 0.6, "lw": 0, "zorder": 1},
    "passed": {"fc": style.TEAL, "alpha": 0.4, "lw": 0, "zorder": 2},
    "merged": {"fc": style.BLUE, "alpha": 0.75, "lw": 0, "zorder": 2},
    "part": {"fc": style.ORANGE, "ec": style.ORANGE, "lw": 1, "zorder": 3},
}
RIBBON_WORDS = {
    "merged": "merged into one",
    "passed": "several to one board",
    "same": "did not merge",
    "part": "a part moved",
}


def alluvial(
    ax, stages: dict[str, pd.DataFrame], flows: list[pd.DataFrame], *, sides, boards: int = -1
) -> None:
    """Who became whom: bodies stacked in each stage, with a ribbon for each pair of each step of ``flows``.

    ``stages`` maps a stage's head to its bodies, ``code, name``; those of the last stage also have ``group``
    and ``label``, each group's together. A flow is ``from, to, share``: the share of the earlier body that
    the ribbon carries. A body of the first stage is one unit tall, a later one as tall as what came to it.
    Each is drawn level with the last body that most of it leads to, so that a ribbon crosses others only
    where a part left its family.

    Blue is a merger and what was made by one, teal a board and several that passed to one on its first day,
    grey what did not merge, orange a part that moved. ``boards`` is the stage with the first boards, the last
    one if it is not given. ``sides`` are the inches at the left for the groups and at the right
    for the labels. Names are tooltips of the SVG. One unit of the axes' data is one inch.
    """
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    across = np.linspace(sides[0], box.width - sides[1] - 0.07, len(stages))
    first = range(len(stages))[boards]
    steps, made = _alluvial_steps(stages, flows, first)
    spans, steps, heads = _alluvial_places(list(stages.values())[-1], steps, made, box.height)
    # add_artist and not add_patch, which measures each for limits that are set below
    for k, step in enumerate(steps):
        old, new = (dict(zip(s["code"], s["name"], strict=True)) for s in list(stages.values())[k : k + 2])
        for r in step.rename(columns={"from": "old", "to": "new"}).itertuples():
            band = _band(across[k] + 0.07, across[k + 1], r.start, r.end)
            text = f"{old[r.old]} ({r.old}) → {new[r.new]} ({r.new})"
            ax.add_artist(PathPatch(band, gid=f"tip:{text}", **RIBBONS[r.kind]))
    for k, (x, (head, bodies), at, joined) in enumerate(
        zip(across, stages.items(), spans, made, strict=True)
    ):
        ax.text(x, 0.27, len(bodies), va="bottom", size=style.TITLE, weight="bold")
        ax.text(x, 0.3, head, va="top")
        for b in bodies.itertuples():
            tone = style.TEAL if k >= first else style.BLUE if b.code in joined else style.MID
            low, high = at[b.code]
            look = {"fc": tone, "lw": 0, "zorder": 4, "gid": f"tip:{b.name} ({b.code})"}
            ax.add_artist(Rectangle((x, low), 0.07, high - low, **look))
            if at is spans[-1]:
                ax.text(x + 0.15, (low + high) / 2, b.label, va="center", size=style.SMALL, linespacing=0.95)
    for y, (kind, text) in zip((0.06, 0.25, 0.44, 0.63), RIBBON_WORDS.items(), strict=True):
        look = RIBBONS[kind] | ({"ec": "none"} if kind == "part" else {})
        ax.add_artist(Rectangle((across[-1] + 0.55, y - 0.05), 0.24, 0.04 if kind == "part" else 0.1, **look))
        ax.text(across[-1] + 0.87, y, text, va="center", size=style.SMALL)
    for name, y in heads.items():
        ax.plot([0, box.width], [y, y], color=style.PALE, lw=0.8, zorder=0)
        ax.text(0, y + 0.08, name, va="top", weight="bold", linespacing=1.05)
    ax.set(xlim=(0, box.width), ylim=(box.height, 0))
    ax.set_axis_off()


def _band(x0: float, x1: float, start, end) -> Path:
    """A band from one upright span to another that leaves and arrives level."""
    middle, (a, b), (c, d) = (x0 + x1) / 2, start, end
    there, back = [(middle, a), (middle, c), (x1, c)], [(middle, d), (middle, b), (x0, b)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path([(x0, a), *there, (x1, d), *back, (x0, a)], codes)


def _alluvial_steps(stages, flows, first):
    """Each step with ``units``, ``main`` and ``kind`` of its ribbons; per stage, what mergers had made."""
    tall, made, steps = dict.fromkeys(next(iter(stages.values()))["code"], 1.0), [set()], []
    for k, flow in enumerate(flows):
        step = flow.sort_values(["from", "share"], ascending=[True, False])
        step = step.assign(units=step["share"] * step["from"].map(tall), main=~step.duplicated("from"))
        main = step[step["main"]]
        joint = step["to"].map(main["to"].value_counts()) > 1
        if k + 1 != first:  # a body that ended in a new one with parts of others merged too
            joint |= step["to"].duplicated(keep=False) & ~step["to"].isin(step["from"])
        gather = "passed" if k + 1 == first else "merged"
        step["kind"] = np.where(~step["main"], "part", np.where(joint, gather, "same"))
        made.append({*main.loc[joint | main["from"].isin(made[-1]), "to"]})
        tall = step.groupby("to")["units"].sum()
        steps.append(step)
    return steps, made


def _alluvial_places(last: pd.DataFrame, steps, made, height: float, *, gap=0.55):
    """Where all stand, in inches from the top: per stage the span of each body; steps with both ends."""
    keys = [{code: (i,) for i, code in enumerate(last["code"])}]
    for step in reversed(steps):  # a body's key is its heir's and its own code: sorted, none cross
        main = step[step["main"]]
        keys.insert(0, {a: (*keys[0][b], a) for a, b in zip(main["from"], main["to"], strict=True)})
    parts = [
        (keys[k][a][0], keys[k + 1][b][0])
        for k, step in enumerate(steps)
        for a, b in step.loc[~step["main"], ["from", "to"]].to_numpy()
    ]
    group = last["group"].tolist()
    families = untangle(list(range(len(last))), group, parts)
    units = [steps[0].groupby("from")["units"].sum(), *(s.groupby("to")["units"].sum() for s in steps)]
    stacks = {f: [sorted((c for c in key if key[c][0] == f), key=key.get) for key in keys] for f in families}
    room = {f: 0.175 * (last["label"].iloc[f].count("\n") + 1) for f in families}

    stacked = {
        f: [u[s].sum() + gap * (len(s) - 1) for u, s in zip(units, stacks[f], strict=True)] for f in families
    }

    def need(f, unit):
        return max(room[f], *(unit * tall for tall in stacked[f]))

    top, head, apart = 0.78, 0.14, 0.03
    free = height - top - head * len(set(group)) - apart * len(families)
    low, high = 0.0, free
    for _ in range(50):
        unit = (low + high) / 2
        low, high = (unit, high) if sum(need(f, unit) for f in families) <= free else (low, unit)
    spans, heads, y = [{} for _ in keys], {}, top
    for f in families:
        if group[f] not in heads:
            y += head / 2 if heads else 0
            heads[group[f]], y = y, y + head / 2
        for at, u, stack, tall in zip(spans, units, stacks[f], stacked[f], strict=True):
            start = y + (need(f, low) - low * tall) / 2
            for code in stack:
                at[code] = (start, start + low * u[code])
                start = at[code][1] + low * gap
        y += need(f, low) + apart
    for k, step in enumerate(steps):
        for name, at, own, there, other in (
            ("start", spans[k], "from", spans[k + 1], "to"),
            ("end", spans[k + 1], "to", spans[k], "from"),
        ):
            step = step.iloc[np.argsort([there[c][0] for c in step[other]], kind="stable")]
            ends = step.groupby(own)["units"].cumsum() * low + step[own].map(lambda c, at=at: at[c][0])
            step = step.assign(**{name: list(zip(ends - step["units"] * low, ends, strict=True))})
        steps[k] = step
    return spans, steps, heads


def untangle(order: list[int], group: list[str], parts: list[tuple[int, int]]) -> list[int]:
    """Swap families within their group as long as that shortens the way of the parts that moved."""
    order, at = order.copy(), {family: place for place, family in enumerate(order)}
    others = defaultdict(list)  # only the way of parts between a swapped family and another can change
    for a, b in parts:
        others[a].append(b)
        others[b].append(a)

    def way(one, two):
        return sum(abs(at[a] - at[b]) for a in (one, two) for b in others[a] if b not in (one, two))

    better = True
    while better:
        better = False
        for i, j in itertools.combinations(range(len(order)), 2):
            one, two = order[i], order[j]
            if group[one] != group[two]:
                continue
            before = way(one, two)
            at[one], at[two] = j, i
            if way(one, two) < before:
                order[i], order[j], better = two, one, True
            else:
                at[one], at[two] = i, j
    return order
