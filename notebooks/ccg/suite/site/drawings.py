"""The charts of ``figures/`` as the site shows them: what is said of each, and its drawing inside a page.

A page shows a chart as a picture, by its PNG, or drawn in the page itself: ``inline`` makes that from the SVG, a half
of its size, in the page's type, and in colours that ``colours`` gives a second set for dark mode. Where it can, it
comes with a narrow one for a phone.
"""

import csv
import json
import re
from collections import Counter
from html import escape
from itertools import pairwise

from ...core import files

#: A chart's table is shown on its page up to this many rows.
ROWS = 40
#: An SVG up to this many bytes is drawn in the page of its notebook; a larger one is shown there by its PNG.
LIGHT = 70_000
#: Width of every chart in the units of its SVG.
WIDE = 576
#: Every colour of the charts, and what takes its place on a dark page.
DARK = {
    "#ffffff": "#131416",
    "#0b0c0c": "#f3f4f5",
    "#3d3d3d": "#d3d6d9",
    "#595959": "#a9aeb4",
    "#bfbfbf": "#646b73",
    "#dadada": "#3a3f45",
    "#f1f1f1": "#22262a",
    "#12436d": "#8cc4f5",
    "#6bace6": "#4a86bb",
    "#a9ccec": "#2b5b86",
    "#cfe0f0": "#20405c",
    "#28a197": "#35b8ad",
    "#1b6e67": "#5fd6ca",
    "#801650": "#e58abd",
    "#f46a25": "#f7864b",
    "#b8400f": "#f9a274",
    "#b3410b": "#f9a274",
    "#c2410c": "#f9a274",
    "#b5440b": "#f9a274",
    "#fbd5c2": "#5a2f1b",
}
#: From where to where the pieces of a chart without frames reach.
PIECES = {"02_maps": ((0, 258), (258, WIDE))}
#: A drawing in the source of a page, which ``fill`` replaces: Sphinx would index every word in it.
HOLE = re.compile(r'<svg data-chart="(\w+)">\s*</svg>')
_TEXT = re.compile(r'<text style="([^"]*)"[^>]*?\bx="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)</text>')


def load_charts() -> dict[str, dict]:
    """Every chart by name: what its ``.json`` says, its rows, and width and height in CSS pixels."""
    charts = {}
    for path in sorted(files.figures().glob("[0-9]*.json")):
        chart = json.loads(path.read_text(encoding="utf-8"))
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
            head, *rows = csv.reader(lines)
        width, height = (round(inches * 100) for inches in chart["inches"])
        charts[path.stem] = chart | {
            "head": head,
            "rows": rows,
            "width": width,
            "height": height,
            "most": ROWS,
        }
        svg = _svg(path.stem)
        charts[path.stem] |= margins(svg) | {"light": len(svg) <= LIGHT}
    return charts


def _svg(name: str) -> str:
    return (files.figures() / f"{name}.svg").read_text(encoding="utf-8")


def margins(svg: str) -> dict[str, float]:
    """How much of a chart its title takes above and its source below, in hundredths of its width.

    Both are cut off where a page says them in real text, so that the chart itself can be larger. The words
    round a chart are the last texts of its SVG: title and subtitle at the top, the source at the bottom.
    """
    lines = [
        (float(y), text) for y, text in re.findall(r'<text [^>]*x="11\.52" y="([\d.]+)"[^>]*>([^<]*)', svg)
    ]
    source = max(i for i, (_, text) in enumerate(lines) if text.startswith("Source: "))
    return {
        "above": round((lines[source - 1][0] + 7) / WIDE * 100, 2),
        "below": round((_tall(svg) - lines[source][0] + 14) / WIDE * 100, 2),
    }


def _tall(svg: str) -> float:
    return float(re.search(rf'viewBox="0 0 {WIDE} ([\d.]+)"', svg)[1])


# --- drawn in the page ----------------------------------------------------------------------------


def fill(page: str) -> str:
    """A page of HTML with each chart drawn where its source has a hole for it."""
    return HOLE.sub(lambda hole: inline(hole[1]), page)


def inline(name: str) -> str:
    """A chart as a drawing for a page that says its title and source itself.

    The whole has the alt text. If it can be narrower, the drawing for a phone follows: frames that stand side by side
    one below the other, or one made from the numbers.
    """
    chart = json.loads((files.figures() / f"{name}.json").read_text(encoding="utf-8"))
    svg = _svg(name)
    cut = margins(svg)
    top = cut["above"] / 100 * WIDE
    high = _tall(svg) - top - cut["below"] / 100 * WIDE
    narrow = _NARROW[name]() if name in _NARROW else _pieces(name, svg, top, high)
    also = ' class="drawn whole"' if narrow else ' class="drawn"'
    said = f'role="img" aria-label="{escape(chart["alt"])}"'
    return (
        f'<svg{also} viewBox="0 {top:.1f} {WIDE} {high:.1f}" {said}><g id="{name}-all">{slim(name, svg)}</g></svg>'
        f"{narrow}"
    )


def slim(name: str, svg: str) -> str:
    """What is in an SVG of Matplotlib's, without its outer words, for a page: short, and with ids of its own."""
    whole = svg[svg.index('<g id="figure_1">') : svg.rindex("</svg>")]
    cut = margins(svg)
    top, end = cut["above"] / 100 * WIDE, _tall(svg) - cut["below"] / 100 * WIDE
    for found in _TEXT.finditer(whole):
        if found[2] == "11.52" and not top < float(found[3]) < end:
            whole = whole.replace(found[0], "")
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', whole))

    def shorter(tag: re.Match[str]) -> str:
        text = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", tag[0])
        text = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', text).replace("url(#", f"url(#{name}-")
        text = re.sub(r"font-family: [^;\"]*(?:; )?", "", text)
        text = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", text)
        text = re.sub(r"-?\d+\.\d+", _short, text)
        text = re.sub(r"#[0-9a-f]{6}\b", lambda m: f"var(--c{m[0][1:]})" if m[0] in DARK else m[0], text)
        text = re.sub(r"\s+", " ", text).replace("; ", ";").replace(": ", ":")
        return re.sub(r' ?\b([MLCQz]) (?=[-\d"])', r"\1", text)

    whole = re.sub(r">\s+<", "><", re.sub(r"<[^>]+>", shorter, whole))
    empty = re.compile(r'<(g|defs)></\1>|<path d="M[-\d. ]+"[^>]*/>')  # a path of one point draws nothing
    while empty.search(whole):
        whole = empty.sub("", whole)
    whole = re.sub(r' d="([ML\d. z-]+)"', _from_each_other, whole)
    return _with_short_ids(name, _with_classes(name, whole))


def _from_each_other(path: re.Match[str]) -> str:
    """A path of straight lines, each point told from the one before."""
    out = []
    for part in re.findall(r"M([^M]*)", path[1]):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", part)]
        points = [(round(x, 1), round(y, 1)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        moves = [f"{b[0] - a[0]:.1f} {b[1] - a[1]:.1f}" for a, b in pairwise(points)]
        text = f"M{points[0][0]:g} {points[0][1]:g}l{' '.join(moves)}" + ("z" if "z" in part else "")
        out.append(text.replace(".0", "").replace(" -", "-"))
    return f' d="{"".join(out)}"'


def _with_classes(name: str, drawing: str) -> str:
    """A drawing whose styles that come often are rules of a style sheet in it."""
    often = [style for style, n in Counter(re.findall(r' style="([^"]+)"', drawing)).most_common() if n > 3]
    if not often:
        return drawing
    rules = {style: f"s{name}-{i}" for i, style in enumerate(often)}
    drawing = re.sub(
        r' style="([^"]+)"', lambda m: f' class="{rules[m[1]]}"' if m[1] in rules else m[0], drawing
    )
    sheet = "".join(f".{rule}{{{style}}}" for style, rule in rules.items())
    return f"<style>{sheet}</style>{drawing}"


def _with_short_ids(name: str, drawing: str) -> str:
    """A drawing whose ids are its name and a number."""
    ids = {one: f"{name}-{i}" for i, one in enumerate(re.findall(r' id="([^"]+)"', drawing))}
    return re.sub(r'(?<=[#"])' + f"({name}-[\\w.-]+)", lambda m: ids.get(m[1], m[1]), drawing)


def _short(number: re.Match[str]) -> str:
    """A number with the digits that can be seen: a tenth of a unit, and a hundredth where a mark is small."""
    value = float(number[0])
    return f"{value:.{1 if abs(value) >= 20 else 2}f}".rstrip("0").rstrip(".")


def colours() -> str:
    """A style sheet: every colour of the charts as a variable, in either mode."""
    light = "".join(f"--c{one[1:]}:{one};" for one in DARK)
    dark = "".join(f"--c{one[1:]}:{other};" for one, other in DARK.items())
    return (
        f'body{{{light}}}\nbody[data-theme="dark"]{{{dark}}}\n'
        f'@media (prefers-color-scheme: dark){{body:not([data-theme="light"]){{{dark}}}}}\n'
    )


# --- narrow ---------------------------------------------------------------------------------------


def _pieces(name: str, svg: str, top: float, high: float) -> str:
    """The columns of a chart of several frames, one below the other; nothing if it has one column."""
    use = [f'<use href="#{name}-all"/>']
    return "".join(_piece(f"{a} {top:.1f} {b - a} {high:.1f}", use) for a, b in pieces(name, svg))


def pieces(name: str, svg: str) -> tuple[tuple[int, int], ...]:
    """From where to where the columns of frames of a chart reach, cut through no word; none if it has one column."""
    if name in PIECES:
        return PIECES[name]
    frames = re.findall(
        r'<g id="axes_\d+">\s*<g id="patch_\d+">\s*<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) [\d.]+ ', svg
    )
    columns = sorted({(round(float(a)), round(float(b))) for a, b in frames})
    taken, edges = words(svg), [0]
    for (_, end), (start, _) in pairwise(columns):
        free = [x for x in range(start - 2, end, -1) if not any(a < x < b for a, b in taken)]
        edges += free[:1]
    whole = len(edges) == len(columns) > 1
    return tuple(pairwise([*edges, WIDE])) if whole else ()


def words(svg: str) -> list[tuple[float, float]]:
    """From where to where each word of a chart reaches, roughly; without its title and source."""
    out = []
    for style, x, _, more, text in _TEXT.findall(svg):
        if x == "11.52" or "rotate(-90" in more:
            continue
        wide = len(text) * 0.5 * float(re.search(r"font-size: ([\d.]+)px", style)[1])
        back = {"middle": 0.5, "end": 1}.get((re.search(r"text-anchor: (\w+)", style) or ["", ""])[1], 0)
        out.append((float(x) - back * wide, float(x) + (1 - back) * wide))
    return out


def _rows(name: str) -> list[dict[str, str]]:
    with (files.figures() / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _count() -> str:
    """The bodies of each year as columns: original CCGs, those made by mergers, boards; the last is July 2022."""
    rows, tall, base, wide = _rows("01_count"), 150, 172, 340
    step, most = wide / len(rows), max(int(row["open"]) for row in rows)
    tones = {"original": "bfbfbf", "merged": "12436d", "boards": "28a197"}
    drawn = [f'<path d="M0 {base}H{wide}" stroke="var(--c3d3d3d)"/>']
    for i, row in enumerate(rows):
        x, y = i * step, float(base)
        for part, tone in tones.items():
            high = tall * int(row[part]) / most
            y -= high
            drawn.append(_box(x + 1.5, y, step - 3, high, tone) if high else "")
        year, month = row["date"][2:4], row["date"][5:7]
        drawn.append(_text(x + step / 2, y - 5, sum(int(row[part]) for part in tones), "value"))
        drawn.append(_text(x + step / 2, base + 16, f"’{year}" if month == "04" else "July"))
    return _piece(f"0 0 {wide} {base + 22}", drawn)


def _roles() -> str:
    """What GPs with and without a formal role agreed with: each question, and below it the marks of both groups."""
    rows, wide, step = _rows("03_formal_role"), 340, 56
    asked: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: (row["group"] == "formal_role", float(row["percent"]))):
        asked.setdefault(row["question"], []).append(row)

    def at(percent: str) -> float:
        return 10 + (wide - 20) * float(percent) / 100

    drawn = [
        '<path d="M6 3l6 6-6 6-6-6z" fill="var(--cf46a25)"/><circle cx="130" cy="9" r="6" fill="var(--c12436d)"/>'
    ]
    drawn += [_text(18, 14, "No formal role", start=True), _text(142, 14, "Formal role", start=True)]
    for i, (question, groups) in enumerate(asked.items()):
        y = i * step + 44
        drawn.append(_text(0, y, question, "value", start=True))
        drawn.append(f'<path d="M10 {y + 28}H{wide - 10}" stroke="var(--cdadada)"/>')
        for row in groups:
            x, open_at, led = at(row["percent"]), at(row["over"]), row["group"] == "formal_role"
            tone = "12436d" if led else "f46a25"
            low, high = at(row["low"]), at(row["high"])
            drawn.append(
                f'<path d="M{low:.1f} {y + 28}H{high:.1f}" stroke="var(--c{tone})" stroke-width="6" opacity=".35"/>'
                f'<circle cx="{open_at:.1f}" cy="{y + 38}" r="3" fill="none" stroke="var(--c{tone})"/>'
            )
            drawn.append(
                f'<circle cx="{x:.1f}" cy="{y + 28}" r="5.5" fill="var(--c{tone})"/>'
                if led
                else f'<path d="M{x:.1f} {y + 22}l6 6-6 6-6-6z" fill="var(--c{tone})"/>'
            )
            drawn.append(_text(x, y + 17, row["percent"]))
    return _piece(f"-4 0 {wide + 8} {len(asked) * step + 36}", drawn)


def _piece(box: str, drawn: list[str]) -> str:
    return f'<svg class="drawn piece" aria-hidden="true" viewBox="{box}">{"".join(drawn)}</svg>'


def _box(x: float, y: float, wide: float, high: float, tone: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="var(--c{tone})"/>'


def _text(x: float, y: float, text: str | int, kind: str = "", start: bool = False) -> str:
    more = f' class="{kind}"' if kind else ""
    place = "start" if start else "middle"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{place}"{more}>{escape(str(text))}</text>'


#: Charts whose drawing for a phone is made from their numbers.
_NARROW = {"01_count": _count, "03_formal_role": _roles}
