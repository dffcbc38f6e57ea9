"""Charts that matplotlib and seaborn lack. Each draws on axes it is given and labels its own marks."""

import itertools
import textwrap
from collections import defaultdict

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch, Rectangle, RegularPolygon
from matplotlib.path import Path

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


def dots(ax, frame: pd.DataFrame, *, value: str, label: str, colour=style.BLUE) -> None:
    """A row per figure: a dot at its value, and a bound as an open arrow.

    ``frame`` is in drawing order from the top, in per cent. A column ``bound`` says ``exact``,
    ``about`` (open dot), ``under`` or ``over`` (an arrow from the bound towards where the value lies).
    """
    for y, (_, row) in enumerate(frame.iterrows()):
        tone = row["colour"] if "colour" in frame else colour
        point(ax, row[value], y, row["bound"], tone)
        x = row[value] + (7 if row["bound"] == "over" else 2.5)
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


# --- who became whom ------------------------------------------------------------------------------

RIBBONS = {
    "same": {"fc": style.GREY, "alpha": 0.6, "lw": 0, "zorder": 1},
    "passed": {"fc": style.TEAL, "alpha": 0.4, "lw": 0, "zorder": 2},
    "merged": {"fc": style.BLUE, "alpha": 0.75, "lw": 0, "zorder": 2},
    "part": {"fc": style.ORANGE, "ec": style.ORANGE, "lw": 1, "zorder": 3},
}
RIBBON_WORDS = {
    "merged": "merged into one",
    "passed": "several to one board",
    "same": "went on alone",
    "part": "a part moved",
}


def alluvial(ax, stages: dict[str, pd.DataFrame], flows: list[pd.DataFrame], *, sides) -> None:
    """Who became whom: bodies stacked in each stage, with a ribbon for each pair of each step of ``flows``.

    ``stages`` maps a stage's head to its bodies, ``code, name``; those of the last stage also have ``group``
    and ``label``, each group's together. A flow is ``from, to, share``: the share of the earlier body that
    the ribbon carries. A body of the first stage is one unit tall, a later one as tall as what came to it.
    Each is drawn level with the last body that most of it leads to, so that a ribbon crosses others only
    where a part left its family.

    Blue is a merger and what was made by one, teal several that passed to one last body, grey what went on
    alone, orange a part that moved. ``sides`` are the inches at the left for the groups and at the right
    for the labels. Names are tooltips of the SVG. One unit of the axes' data is one inch.
    """
    box = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    across = np.linspace(sides[0], box.width - sides[1] - 0.07, len(stages))
    steps, made = _alluvial_steps(stages, flows)
    spans, steps, heads = _alluvial_places(list(stages.values())[-1], steps, made, box.height)
    for k, step in enumerate(steps):
        old, new = (dict(zip(s["code"], s["name"], strict=True)) for s in list(stages.values())[k : k + 2])
        for r in step.rename(columns={"from": "old", "to": "new"}).itertuples():
            band = _band(across[k] + 0.07, across[k + 1], r.start, r.end)
            text = f"{old[r.old]} ({r.old}) → {new[r.new]} ({r.new})"
            ax.add_patch(PathPatch(band, gid=f"tip:{text}", **RIBBONS[r.kind]))
    for x, (head, bodies), at, joined in zip(across, stages.items(), spans, made, strict=True):
        ax.text(x, 0.27, len(bodies), va="bottom", size=style.TITLE, weight="bold")
        ax.text(x, 0.3, head, va="top")
        for b in bodies.itertuples():
            tone = style.TEAL if at is spans[-1] else style.BLUE if b.code in joined else style.MID
            low, high = at[b.code]
            look = {"fc": tone, "lw": 0, "zorder": 4, "gid": f"tip:{b.name} ({b.code})"}
            ax.add_patch(Rectangle((x, low), 0.07, high - low, **look))
            if at is spans[-1]:
                ax.text(x + 0.15, (low + high) / 2, b.label, va="center", size=style.SMALL, linespacing=0.95)
    for y, (kind, text) in zip((0.06, 0.25, 0.44, 0.63), RIBBON_WORDS.items(), strict=True):
        look = RIBBONS[kind] | ({"ec": "none"} if kind == "part" else {})
        ax.add_patch(Rectangle((across[-1] + 0.55, y - 0.05), 0.24, 0.04 if kind == "part" else 0.1, **look))
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


def _alluvial_steps(stages, flows):
    """Each step with ``units``, ``main`` and ``kind`` of its ribbons; per stage, what mergers had made."""
    tall, made, steps = dict.fromkeys(next(iter(stages.values()))["code"], 1.0), [set()], []
    for k, flow in enumerate(flows):
        step = flow.sort_values(["from", "share"], ascending=[True, False])
        step = step.assign(units=step["share"] * step["from"].map(tall), main=~step.duplicated("from"))
        main = step[step["main"]]
        joint = step["to"].map(main["to"].value_counts()) > 1
        gather = "passed" if k == len(flows) - 1 else "merged"
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
    families = _untangle(list(range(len(last))), group, parts)
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


def _untangle(order: list[int], group: list[str], parts: list[tuple[int, int]]) -> list[int]:
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
                ax.add_patch(
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


# --- history --------------------------------------------------------------------------------------


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
    stands, ``gap`` how long the leader lines are.
    """
    ax.plot([0, 0], span, color=style.INK, lw=1.2, zorder=1)
    for frame, side in ((left, -1), (right, 1)):
        for r, y in zip(frame.itertuples(), spread(frame["year"], apart, *span), strict=True):
            ax.plot([0, side * gap * 0.75, side * gap], [r.year, y, y], color=r.colour, lw=1, zorder=1)
            ax.plot([0], [r.year], "o", color=r.colour, ms=8, zorder=3)
            ha = "right" if side < 0 else "left"
            ax.text(side * gap * 1.15, y, r.text, ha=ha, va="center", size=style.SMALL)
    ax.set(xlim=(-at, 1 - at), ylim=span[::-1], xticks=[], yticks=[])
    style.bare(ax)


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
    for y, name in enumerate(names):
        at = frame.loc[frame[row] == name, value].agg(middle)
        ax.plot([at] * 2, [y - 0.36, y + 0.36], color=style.ORANGE, lw=3, zorder=4)
    ax.set(ylabel="", ylim=(len(names) - 0.5, -0.5))
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")


def effects(
    ax, frame: pd.DataFrame, *, at, across: bool = False, colours=style.BLUE, width: float = 9
) -> None:
    """Estimates beside a raw shuffle of bodies: a pale bar for its middle 95%, a dot for the estimate.

    ``frame`` has ``estimate, chance_low, chance_high`` and maybe ``low, high``, a 95% interval drawn as a
    line through the dot where it is known; ``at`` is the place of each on the other axis. ``across`` puts
    the values along x, one row to an estimate. A dot outside its pale bar is open, so that it is seen.
    """
    colours = [colours] * len(frame) if isinstance(colours, str) else list(colours)
    line = ax.hlines if across else ax.vlines
    for place, colour, row in zip(at, colours, frame.to_dict("records"), strict=True):
        line(place, row["chance_low"], row["chance_high"], color=style.PALE, lw=width, zorder=1.5)
        if not np.isnan(row.get("low", np.nan)):
            line(place, row["low"], row["high"], color=colour, lw=1.4, zorder=2)
        beyond = not row["chance_low"] <= row["estimate"] <= row["chance_high"]
        dot = (row["estimate"], place) if across else (place, row["estimate"])
        ax.plot(*dot, "o", ms=7.5, mfc="white" if beyond else colour, mec=colour, mew=2, zorder=3)
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
