"""The life of one body in four small charts, narrow enough for a phone: trail, years, standing, map.

Each function takes a ``Life`` and gives a ``Panel``: the chart, its words, and the table that is drawn. The
``draw_`` functions put one of them on axes of any size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.patches import Rectangle

from .. import charts
from ..analysis import life
from ..analysis.life import Life
from ..charts import figures, style
from ..core import lineage, tables

WIDTH = 5.0  # inches; shown as wide as a phone, text stays readable
ROW = 0.42  # inches for one body of a trail
LINE = 0.53  # inches for one measure


@dataclass(frozen=True)
class Panel:
    """One chart with its words and numbers. ``fig`` is open: ``picture`` closes it."""

    name: str
    fig: Any
    title: str
    subtitle: str
    source: str
    alt: str
    data: pd.DataFrame

    def picture(self, dpi: int = 160) -> bytes:
        """The chart with its words round it, as PNG bytes."""
        return figures.picture(
            self.fig, title=self.title, subtitle=self.subtitle, source=self.source, dpi=dpi
        )


def panels(one: Life, beside: Life | None = None) -> Iterator[Panel]:
    """The four charts of a life, one after another; with ``beside``, its years are on one scale with them."""
    yield trail(one)
    yield years(one, beside)
    yield standing(one)
    if one.tile is not None:
        yield where(one)


# --- where it came from and what it became --------------------------------------------------------


def _now() -> pd.Timestamp:
    """Where a trail ends: a year into the geography of today, for boards that are open go on."""
    return max(one.start for one in lineage.vintages()) + pd.DateOffset(years=1)


def trail(one: Life) -> Panel:
    """Predecessors, the body and its successors as bars of time."""
    rows = _bodies(one)
    fig, ax = style.canvas(ROW * len(rows) + 0.75, width=WIDTH, bottom=0.35, top=0.06, left=0.36)
    draw_trail(ax, one)
    words = "Bars: when each was open. Blue: the body itself"
    hops = [*one.before, *one.after]
    words += "; orange: a part that moved" if any(h.kind == "split" for h in hops) else ""
    cells = [h.source for h in hops] or [one.sources[0]]
    return Panel(
        "trail", fig, _trail_title(one), words + ".", tables.credit(cells, most=2),
        f"Timeline from {lineage.START.year} to {_now().year - 1}. {life.summary(one)}", life.table(one, "trail"),
    )  # fmt: skip


def draw_trail(ax, one: Life) -> None:
    """Bars of time from the top: predecessors, the body, successors; joined where one passed to another."""
    rows = _bodies(one)
    at = {code: y for y, (code, *_) in enumerate(rows)}
    start, end = lineage.START - pd.Timedelta(days=20), _now()
    for y, (code, opened, closed, side) in enumerate(rows):
        tone = {"before": style.GREY, "itself": style.BLUE, "after": style.TEAL}[side]
        last = closed or end
        ax.barh(y + 0.33, last - opened, 0.24, left=opened, color=tone, zorder=3.5)
        label = f"{life.short(lineage.name(code))} ({code})"
        late = opened > start + (end - start) * 0.3
        # a long name needs more of the width than there is before the bar's end
        x, ha = (
            (end if len(label) > 55 * (last - start) / (end - start) else last, "right")
            if late
            else (opened, "left")
        )
        weight = "bold" if side == "itself" else "normal"
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        place = {"xytext": (-4 if late and closed else 0, 0), "textcoords": "offset points"}
        look = {"ha": ha, "va": "center", "size": style.SMALL, "weight": weight, "bbox": paper, "zorder": 4.5}
        ax.annotate(label, (x, y - 0.08), **place, **look)
    for hop in (*one.before, *one.after):
        if hop.start in at and hop.end in at and hop.kind != "rename":
            part = hop.kind == "split"
            look = {"color": style.ORANGE if part else style.INK, "lw": 2 if part else 1}
            ends = [at[hop.start] + 0.33, at[hop.end] + 0.33]
            ax.plot([hop.date] * 2, ends, zorder=4 if part else 1, **look)
            if part:
                ax.plot(
                    [hop.date],
                    ends[1:],
                    "v" if ends[1] > ends[0] else "^",
                    color=style.ORANGE,
                    ms=7,
                    zorder=5,
                )
    ax.set(xlim=(start, end), ylim=(len(rows) - 0.35, -0.35), yticks=[])
    years = range(start.year, end.year, 3)
    ax.set_xticks(pd.to_datetime([f"{year}-04-01" for year in years]), years)
    ax.grid(False)
    ax.grid(True, axis="x")


def _bodies(one: Life) -> list[tuple]:
    """Code, first day, last day (None if open) and side of every body of a trail, from the top.

    What went into a body stands right above it, so that lines are short and do not cross.
    """
    known = {b["code"]: (b["opened"], b["closed"]) for b in life.bodies().values()}
    rows: list[str] = []

    def put(code: str) -> None:
        into = [h.start for h in one.before if h.end == code and h.start != code]
        for other in sorted(set(into), key=lambda c: (known[c][1] or _now(), c)):
            if other not in rows:
                put(other)
        if code not in rows:
            rows.append(code)

    put(one.code)
    after = {c for h in one.after for c in (h.start, h.end)} - set(rows)
    sides = [(c, "itself" if c == one.code else "before") for c in rows]
    sides += [(c, "after") for c in sorted(after, key=lambda c: (known[c][0], c))]
    return [(c, *known[c], side) for c, side in sides]


def _trail_title(one: Life) -> str:
    name = life.short(one.name)
    whole = [h for h in one.before if h.end == one.code and h.kind in ("merger", "abolition")]
    gone = [h for h in one.after if h.start == one.code and h.kind in ("merger", "split")]
    if one.kind == "board":
        if one.closed and len(gone) > 1:
            return f"{name} was divided among {_count(len(gone)).lower()} boards in {gone[0].date:%B %Y}"
        if one.closed and gone:
            return f"{name} merged into {life.short(lineage.name(gone[0].end))} in {gone[0].date:%B %Y}"
        if whole and whole[0].kind == "merger":
            parts = [h for h in one.before if h.end == one.code and h.kind == "split"]
            more = {0: "", 1: " and a part of another"}.get(len(parts), " and parts of others")
            boards = "board" if len(whole) == 1 else "boards"
            return f"{_count(len(whole))} {boards}{more} became {name} in {one.opened:%B %Y}"
        if len(whole) == 1:
            more = any(h.end == one.code and h.kind == "split" for h in one.before)
            return f"{name} took over a single CCG" + (" and land of another" if more else "")
        return f"{_count(len(whole))} CCGs passed to {name}"
    if whole:
        return f"{_count(len(whole))} CCGs became {name} in {one.opened:%B %Y}"
    heir = next((h for h in one.after if h.start == one.code and h.kind == "merger"), None)
    if heir:
        return f"{name} merged into {life.short(lineage.name(heir.end))} in {heir.date:%B %Y}"
    return f"{name} never merged, and passed to a board in July 2022"


def _count(n: int) -> str:
    words = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return words[n - 1] if n - 1 < len(words) else str(n)


# --- list size ------------------------------------------------------------------------------------


def years(one: Life, beside: Life | None = None) -> Panel:
    """Registered patients of each year on the area of the last day, on one scale with ``beside``."""
    fig, ax = style.canvas(2.9, width=WIDTH, bottom=0.55, top=0.28)
    draw_years(ax, one, beside)
    first, last = one.years[0], one.years[-1]
    change = last.patients / first.patients - 1
    name, unit = life.short(one.name), _unit(one, beside)[1]
    verb = _grew(100 * (1 + change))
    area = f"{one.last_day:%B %Y}"
    rough = any(y.status == "approximate" for y in one.years)
    words = [f"Registered patients, {unit}, on the area of {area}; April 2013, then financial years."]
    words += ["Pale: its predecessors."] if not all(y.own for y in one.years) else []
    words += ["Hatched: approximate, divided by share where land or practices moved."] if rough else []
    alt = f"Column chart of registered patients: {_said(first)} in {first.period}, {_said(last)} in {last.period}."
    return Panel(
        "years", fig, f"{name} {verb}, to {_people(last.patients)} patients", " ".join(words),
        tables.credit([y.source for y in one.years], "Without patients of practices closed before January", most=2),
        alt, life.table(one, "years"),
    )  # fmt: skip


def draw_years(ax, one: Life, beside: Life | None = None) -> None:
    """Columns from zero, each with its value; pale before the body began, hatched where approximate."""
    scale, _, form = _unit(one, beside)
    for x, year in enumerate(one.years):
        tall = year.patients / scale
        face = style.BLUE if year.own else style.SEQUENCE[0]
        hatch = {"hatch": "///", "edgecolor": "white", "linewidth": 0} if year.status == "approximate" else {}
        ax.bar(x, tall, 0.78, facecolor=face, **hatch)
        ax.text(x, tall, form.format(tall), ha="center", va="bottom", size=style.SMALL)
    labels = [y.period.replace(" ", "\n").replace("-", "-\n") for y in one.years]
    ax.set_xticks(range(len(one.years)), labels, size=style.SMALL)
    top = max(y.patients for both in (one, beside or one) for y in both.years) / scale
    ax.set(xlim=(-0.5, max(len(one.years), 6) - 0.5), ylim=(0, top * 1.05), yticks=[])
    style.bare(ax)


def _unit(one: Life, beside: Life | None = None) -> tuple[float, str, str]:
    """Millions for large bodies; thousands where one is small: 0.10 million would hide how it grew."""
    large = all(max(y.patients for y in each.years) >= 1e6 for each in (one, beside or one))
    return (1e6, "millions", "{:.2f}") if large else (1e3, "thousands", "{:,.0f}")


def index(one: Life, beside: Life) -> Panel:
    """Registered patients of a body and of the one beside it, each in hundredths of its first year."""
    fig, ax = style.canvas(2.9, width=WIDTH, bottom=0.55, top=0.28, left=0.5)
    ends = draw_index(ax, one, beside)
    (mine, other), (name, beside_name) = ends, (life.short(each.name) for each in (one, beside))
    first = one.years[0].period
    data = pd.concat([_in_hundredths(each) for each in (one, beside)], ignore_index=True)
    return Panel(
        "years", fig, f"{name} {_grew(mine)}, {beside_name} {_grew(other)}",
        f"Registered patients, {first} = 100, each on its last area. Blue: {name}; grey: {beside_name}.",
        tables.credit([y.source for each in (one, beside) for y in each.years], "Without patients of practices closed before January", most=2),
        f"Line chart from 100 in {first}: {name} to {mine:.0f}, {beside_name} to {other:.0f}.", data,
    )  # fmt: skip


def draw_index(ax, one: Life, beside: Life) -> list[float]:
    """A line for each of the two, its last value beside it; gives the last values."""
    ends = []
    for each, tone, above in ((beside, style.MID, False), (one, style.BLUE, True)):
        values = _in_hundredths(each)["index"]
        ax.plot(range(len(values)), values, color=tone, lw=2.5 if above else 1.5, marker="o", ms=4)
        ends.insert(0, values.iloc[-1])
        ax.annotate(
            f"{ends[0]:.0f}", (len(values) - 1, ends[0]), xytext=(6, 0), textcoords="offset points",
            va="center", color=tone, weight="bold" if above else "normal", size=style.SMALL,
        )  # fmt: skip
    labels = [y.period.replace(" ", "\n").replace("-", "-\n") for y in max(one.years, beside.years, key=len)]
    ax.set_xticks(range(len(labels)), labels, size=style.SMALL)
    ax.set_xlim(-0.3, len(labels) - 0.3)
    return ends


def _in_hundredths(one: Life) -> pd.DataFrame:
    rows = life.table(one, "years")[["code", "period", "patients", "status", "source"]]
    return rows.assign(index=100 * rows["patients"] / rows["patients"].iloc[0])


def _grew(end: float) -> str:
    change = end / 100 - 1
    verb = "grew" if change >= 0.005 else "shrank" if change <= -0.005 else "kept its size"
    return verb if verb[0] == "k" else f"{verb} {abs(change):.0%}"


def _said(year: life.Year) -> str:
    """Patients of a year; a number divided by share is not known to the unit."""
    return f"about {round(year.patients, -3):,}" if year.status == "approximate" else f"{year.patients:,}"


def _people(count: int) -> str:
    return f"{count / 1e6:.2f} million" if count >= 1e6 else f"{count / 1e3:.0f} thousand"


# --- among all --------------------------------------------------------------------------------------


def standing(one: Life) -> Panel:
    """Where the body stands among all of its time, a strip of ten tenths for each measure."""
    fig, ax = style.canvas(LINE * len(one.standing) + 0.3, width=WIDTH, bottom=0.02, top=0.02)
    draw_standing(ax, one)
    size = one.standing[0]
    kind = "boards" if one.kind == "board" else "CCGs"
    alt = "Strips of ten tenths. " + "; ".join(
        f"{s.title}, {s.period}: {s.shown}, rank {s.rank} of {s.of}" for s in one.standing
    )
    return Panel(
        "standing", fig, f"{life.short(one.name)}: {_nth(size.rank)} largest of {size.of} {kind}",
        f"Tenth of the {kind} of its time that have the figure; rank 1 is the highest.",
        tables.credit([s.source for s in one.standing], most=3), alt + ".", life.table(one, "standing"),
    )  # fmt: skip


def draw_standing(ax, one: Life) -> None:
    """A strip per measure, from the top: ten boxes from the lowest tenth to the highest, its own filled."""
    for y, s in enumerate(one.standing):
        for tenth in range(10):
            own = tenth + 1 == s.decile
            look = {"fc": style.BLUE if own else "white", "ec": style.BLUE if own else style.GREY, "lw": 1}
            ax.add_patch(Rectangle((tenth + 0.04, y + 0.2), 0.92, 0.42, **look))
        rough = "≈ " if s.status == "approximate" else ""
        ax.text(0.04, y - 0.06, f"{s.title}, {s.period}", va="center", size=style.SMALL)
        rank = ax.text(9.96, y - 0.06, f"{s.rank} of {s.of}", ha="right", va="center", size=style.SMALL)
        ax.annotate(
            f"{rough}{s.shown}", (0, 0.5), xytext=(-6, 0), xycoords=rank, textcoords="offset points",
            ha="right", va="center", weight="bold", size=style.SMALL,
        )  # fmt: skip
    foot = len(one.standing) - 0.1
    ax.text(0.04, foot, "lowest tenth", va="center", size=style.SMALL, color=style.MID)
    ax.text(9.96, foot, "highest tenth", va="center", ha="right", size=style.SMALL, color=style.MID)
    ax.set(xlim=(0, 10), ylim=(len(one.standing) + 0.2, -0.4))
    ax.set_axis_off()


def _nth(n: int) -> str:
    if n == 1:
        return "the"
    end = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{end}"


# --- on the map -------------------------------------------------------------------------------------


def where(one: Life) -> Panel:
    """The body's hexagon on the map of its time, with the rest of its region."""
    fig, ax = style.canvas(3.6, width=WIDTH, bottom=0.02, top=0.02)
    drawn = draw_where(ax, one)
    kind = "boards" if one.kind == "board" else "CCGs"
    source = tables.credit(drawn["source"], "Contains OS data © Crown copyright and database right", most=2)
    return Panel(
        "map", fig, f"{life.short(one.name)} on the map of {one.tile.date:%B %Y}",
        f"One hexagon for each of {len(drawn)} {kind}; pale: the same region.", source,
        f"Hex map of England with {life.short(one.name)} marked in {one.region}.",
        drawn.assign(date=drawn["date"].dt.strftime("%Y-%m-%d")),
    )  # fmt: skip


def draw_where(ax, one: Life) -> pd.DataFrame:
    """The hex map of the body's time; gives the rows of ``tiles`` that are drawn, with name and region."""
    rows = tables.load("tiles")
    rows = rows[rows["date"] == one.tile.date]
    known = life.bodies()
    rows = rows.assign(
        name=[known[c]["name"] for c in rows["code"]], region=[known[c]["region"] for c in rows["code"]]
    )
    tones = {
        c: style.BLUE if c == one.code else style.SEQUENCE[0] if region == one.region else style.PALE
        for c, region in zip(rows["code"], rows["region"], strict=True)
    }
    charts.hexmap(ax, rows, tones)
    return rows


# --- one page of a life -------------------------------------------------------------------------


def page(one: Life):
    """All four charts in one figure as wide as those of the notebooks, for ``figures.save``.

    Gives the figure and what it draws, as one frame: ``part, what, when, end, value, status, rank,
    of, decile, source``.
    """
    trail_tall, years_tall, lines = ROW * len(_bodies(one)) + 0.1, 2.6, LINE * len(one.standing) + 0.2
    head, foot = 0.4, 0.55
    height = trail_tall + years_tall + lines + 3 * head + 2 * foot
    fig, ax = style.canvas(height)
    ax.remove()

    def put(left: float, top: float, wide: float, tall: float, words: str):
        box = (left / style.WIDTH, 1 - (top + head + tall) / height, wide / style.WIDTH, tall / height)
        ax = fig.add_axes(box)
        ax.set_anchor("NW")  # a map is not as tall as its box
        at = ((style.EDGE - left) / wide if left < 1 else 0, 1 + (head - 0.12) / tall)
        ax.text(*at, words, transform=ax.transAxes, va="top", weight="bold")
        return ax

    kind, edge = "boards" if one.kind == "board" else "CCGs", style.EDGE
    inner = style.WIDTH - 2 * edge
    draw_trail(put(0.26, 0, inner - 0.1, trail_tall, "Who it came from, and what it became"), one)
    second = head + trail_tall + foot
    draw_years(put(edge, second, 4.9, years_tall, f"Registered patients, {_unit(one)[1]}"), one)
    if one.tile is not None:
        draw_where(put(5.5, second, 2.34, years_tall, f"On the map of {one.tile.date:%B %Y}"), one)
    third = second + head + years_tall + foot
    words = f"Among the {kind} of its time that have the figure, by tenths; rank 1 is the highest"
    draw_standing(put(edge, third, inner, lines, words), one)
    return fig, _page_data(one)


def _page_data(one: Life) -> pd.DataFrame:
    columns = ["part", "what", "when", "end", "value", "status", "rank", "of", "decile", "source"]
    none, rows = (None,) * 3, []
    for code, opened, closed, side in _bodies(one):
        source = life.bodies()[code]["source"]
        rows.append(("trail", code, opened.date(), closed and closed.date(), None, side, *none, source))
    for h in (*one.before, *one.after):
        what = f"{h.start} to {h.end}"
        rows.append(("trail", what, h.date.date(), None, h.share, h.kind, *none, h.source))
    for y in one.years:
        rows.append(("years", "patients", y.period, None, y.patients, y.status, *none, y.source))
    for s in one.standing:
        place = (s.rank, s.of, s.decile)
        rows.append(("standing", s.measure, s.period, None, s.value, s.status, *place, s.source))
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(["rank", "of", "decile"], "Int64"))
