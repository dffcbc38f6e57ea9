"""The explorer: search a body, see its life, set a second beside it. Widgets only; the facts are in ``life``.

What a reader types and what a table holds is put into a page as text, never as markup.
"""

import base64
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from urllib.parse import quote

import ipywidgets as widgets
import pandas as pd
import traitlets

from ..analysis import life
from ..analysis.life import Life
from ..charts import figures, style
from ..core import lineage, spellings
from ..core.words import long_date
from . import life_charts

FALLBACK = "Run this notebook to choose a body: the explorer needs a running kernel."
STYLE = """<style>
.ccg-explorer { font-size: 16px; color: #0b0c0c; max-width: 1120px; margin: 0; }
.ccg-explorer .widget-html-content { font-size: 16px; line-height: 1.45; }
.ccg-explorer .widget-inline-hbox { flex-direction: column; align-items: stretch; height: auto; margin: 0; }
.ccg-explorer .widget-label, .ccg-explorer .widget-label-basic, .ccg-explorer .widget-label-basic span {
  font-size: 16px; font-weight: 600; color: #0b0c0c; text-align: left; width: auto; height: auto; line-height: 1.6; }
.ccg-explorer .widget-inline-hbox .widget-label { margin-top: 0.5em; }
.ccg-explorer input[type="text"], .ccg-explorer select {
  box-sizing: border-box; width: 100%; font-size: 16px; color: #0b0c0c; background: #fff; border: 2px solid #3d3d3d; }
.ccg-explorer input[type="text"] { height: 2.6em; padding: 0 0.6em; }
.ccg-explorer select { padding: 0.2em 0.4em; height: auto; }
.ccg-explorer input[type="checkbox"] { width: 20px; height: 20px; margin: 0 0.6em 0 0; vertical-align: middle; }
.ccg-explorer :focus-visible { outline: 3px solid #f46a25; outline-offset: 1px; }
.ccg-explorer h2 { font-size: 24px; font-weight: 700; line-height: 1.2; margin: 0.6em 0 0.3em; color: #0b0c0c; }
.ccg-explorer p { margin: 0.4em 0; }
.ccg-explorer figure { margin: 1.6em 0 0; }
.ccg-explorer figure img { display: block; width: 100%; max-width: 500px; height: auto; margin-left: -2.9%; }
.ccg-explorer a { color: #12436d; text-decoration: underline; margin-right: 1.4em; }
.ccg-explorer summary { cursor: pointer; margin: 0.4em 0; color: #12436d; }
.ccg-explorer dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15em 1em; margin: 0.8em 0; }
.ccg-explorer dt { font-weight: 600; white-space: nowrap; width: auto; float: none; margin: 0; padding: 0; }
.ccg-explorer dd { width: auto; float: none; margin: 0; padding: 0; }
.ccg-explorer .ccg-table { overflow-x: auto; max-width: 100%; }
.ccg-explorer table { border-collapse: collapse; font-size: 14px; }
.ccg-explorer th, .ccg-explorer td {
  text-align: left; padding: 0.25em 0.9em 0.25em 0; border-bottom: 1px solid #dadada; white-space: nowrap; }
.ccg-explorer .ccg-name, .ccg-explorer .ccg-name:hover {
  width: auto; height: auto; margin: 0 1.2em 0.2em 0; padding: 0; border: 0; box-shadow: none !important; background: none !important;
  color: #12436d; font: inherit; font-size: 16px; line-height: 1.5; text-decoration: underline; white-space: normal; text-align: left; }
.ccg-explorer .ccg-names { flex-flow: row wrap; align-items: baseline; }
.ccg-explorer .ccg-names b { display: inline-block; min-width: 4em; }
.ccg-explorer .ccg-message { padding: 0.6em 0.9em; border-left: 5px solid #f46a25; background: #f4f4f4; }
</style>"""


class Explorer(widgets.VBox):
    """Two pickers and a panel for each; the second is hidden until it is asked for.

    In a notebook that is not running its place is taken by a sentence that never changes.
    """

    def __init__(self, code: str = "15E", beside: str | None = None):
        style.use()
        self.first, self.second = _Picker("Search", "Choose"), _Picker("Second search", "Choose second")
        look = {"indent": False, "layout": {"width": "auto"}}
        self.compare = widgets.Checkbox(description="Compare with a second body", **look)
        self.index = widgets.Checkbox(description="As an index, first year = 100", **look)
        self.parts = [(_part(), _part()) for _ in range(_PARTS)]
        self.names = (_Names(self.first), _Names(self.second))
        facts, *charts = self.parts
        both = [*facts, *self.names, *(part for pair in charts for part in pair)]
        pickers = widgets.HBox([self.first, self.second], layout=_row())
        asked = [self.compare, self.index, pickers]
        super().__init__([widgets.HTML(STYLE), *asked, widgets.HBox(both, layout=_row())])
        self.add_class("ccg-explorer")
        self.second.code, self.compare.value = beside, beside is not None
        self.first.code = code
        for box in (self.compare, self.index):
            box.observe(self._show, "value")
        for picker in (self.first, self.second):
            picker.observe(self._show, "code")
        self._show()

    def _show(self, change=None) -> None:
        two = self.compare.value
        codes = [self.first.code, self.second.code if two else None]
        for part in (self.index, self.second, self.names[1], *(pair[1] for pair in self.parts)):
            part.layout.display = "" if two else "none"
        index = two and self.index.value
        pages = [page(code, other, index) for code, other in zip(codes, codes[::-1], strict=True)]
        if two and not codes[1]:
            pages[1] = iter(['<p class="ccg-message" role="status">Choose the second body above.</p>'])
        for names, code in zip(self.names, codes, strict=True):
            names.tell(code)
        for pair in self.parts:
            for part, html in zip(pair, pages, strict=True):
                part.value = next(html, "")

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/plain"] = FALLBACK
        return bundle


class _Picker(widgets.VBox):
    """A search box, what it found in words, and the list to choose from.

    ``code`` is the body chosen last: it stays while a reader types, and none is chosen for them unless
    only one fits.
    """

    code = traitlets.Unicode(None, allow_none=True)

    def __init__(self, label: str, listed: str):
        look = {"layout": {"width": "100%"}, "style": {"description_width": "initial"}}
        self.text = widgets.Text(description=label, placeholder="Name, code or former name", **look)
        self.message = widgets.HTML()
        self.list = widgets.Select(description=listed, rows=6, **look)
        super().__init__([self.text, self.message, self.list], layout=_column())
        self._filling = False
        self._search()
        self.text.observe(self._search, "value")
        self.list.observe(self._choose, "value")

    def _choose(self, change) -> None:
        if change["new"] and not self._filling:
            self.code = change["new"]

    def _search(self, change=None) -> None:
        text = self.text.value
        found = matches(text)
        codes = [code for _, code in found]
        only = _only(text, codes)
        self._filling = True  # new options choose the first of them, which nobody asked for
        # the arrow keys leave the line they start from, so there is one above the first body
        self.list.options = found if only or not found else [(f"Choose from {len(found)}", ""), *found]
        self.list.value = only or (self.code if self.code in codes else "" if found else None)
        self._filling = False
        self.message.value = message(text, len(found))
        if only:
            self.code = only


class _Names(widgets.VBox):
    """The bodies before and after one, each a button that chooses it in the picker."""

    def __init__(self, picker: _Picker):
        super().__init__(layout=_column())
        self._picker = picker

    def tell(self, code: str | None) -> None:
        """Show the bodies on the trail of a body; nothing for a code without a life."""
        one = life.of(code) if code in life.bodies() else None
        sides = {"Before": [h.start for h in one.before], "After": [h.end for h in one.after]} if one else {}
        self.children = [
            self._side(word, others)
            for word, reached in sides.items()
            if (others := sorted({*reached} & {*life.bodies()} - {code}))
        ]

    def _side(self, word: str, codes: list[str]) -> widgets.HBox:
        buttons = [widgets.Button(description=f"{life.short(lineage.name(code))} ({code})") for code in codes]
        for button, code in zip(buttons, codes, strict=True):
            button.add_class("ccg-name")
            button.on_click(lambda _, code=code: setattr(self._picker.text, "value", code))
        box = widgets.HBox([widgets.HTML(f"<b>{word}</b>"), *buttons])
        box.add_class("ccg-names")
        return box


def _part() -> widgets.HTML:
    return widgets.HTML(layout=_column())


def _row() -> dict:
    return {
        "display": "flex",
        "flex_flow": "row wrap",
        "width": "100%",
        "overflow": "visible",
        "grid_gap": "0 36px",
    }


def _column() -> dict:
    return {"flex": "1 1 420px", "min_width": "0", "max_width": "540px", "overflow": "visible"}


# --- searching ------------------------------------------------------------------------------------


def matches(text: str) -> list[tuple[str, str]]:
    """What a search finds, as (words, code) in the order to list it: exact codes, beginnings of names, others.

    What a body is called for short, such as BSol, finds it too.

    No text gives every CCG and board by name. Trusts come last.
    """
    wanted = lineage.plain_name(text)
    if not text.strip():
        rows = [(life.short(b["name"]), c) for c, b in life.bodies().items()]
        return [(_words(code), code) for _, code in sorted(rows)]
    found = lineage.search(text)
    found = found[found["code"].isin(life.bodies().keys()) | (found["level"] == "pct")]  # those with a life
    exact = {c for c, *_ in found[["code"]].itertuples(index=False) if _is_code(text, c)}
    levels = {"ccg": 0, "icb": 0, "pct": 1}
    names = [lineage.plain_name(n) for n in found["name"]]
    order = [
        (code not in exact, levels[level], not plain.startswith(wanted), plain, code)
        for code, level, plain in zip(found["code"], found["level"], names, strict=True)
    ]
    called = [c for c in _called(lineage.default()).get(wanted, []) if c not in set(found["code"])]
    return [(_words(code), code) for code in [*called, *(code for *_, code in sorted(order))]]


@lru_cache(maxsize=2)
def _called(known: lineage.Lineage) -> dict[str, list[str]]:
    """The bodies of each initials or short name; ``known`` stands for the tables that have them."""
    told = spellings.table()
    told = told[told["kind"].isin(["initials", "short"]) & told["code"].isin(life.bodies().keys())]
    return told.groupby(told["text"].map(lineage.plain_name))["code"].agg(list).to_dict()


def _only(text: str, codes: list[str]) -> str | None:
    """The one body that a search can mean: its code was given, or no other CCG or board fits."""
    if codes and _is_code(text, codes[0]):
        return codes[0]
    bodies = life.bodies()
    lives = [code for code in codes if code in bodies] or codes
    return lives[0] if len(lives) == 1 else None


def _is_code(text: str, code: str) -> bool:
    given = text.strip().upper()
    return given == code or given in {ons for ons, *_ in lineage.ons_codes(code)}


def _words(code: str) -> str:
    """One line for a list: name, code, kind and years, and the former name where there is one."""
    known = lineage.default()
    _, level, first, last = known.lifetime(code)
    name = life.short(known.name(code))
    if level == "pct":
        return f"{name} · {code} · primary care trust, to 2013"
    if level == "icb":
        closed = life.bodies()[code]["closed"]
        return f"{name} · {code} · board " + (
            f"{first.year}–{closed.year}" if closed else f"since {first.year}"
        )
    was = known.former_names().get(code)
    words = f"{name} · {code} · CCG {first.year}–{min(last, life.EVE).year}"
    return words + (f" · was {life.short(was)}" if was else "")


def message(text: str, found: int) -> str:
    """What a search found, as HTML: a count, or that there is nothing and what may have been meant."""
    if found:
        bodies = "body" if found == 1 else "bodies"
        said = f"{found} {bodies}" + (" by name" if not text.strip() else " found")
        return f'<p class="ccg-count" role="status">{said}</p>'
    better = lineage.suggest(text)
    hint = (
        f"Did you mean {life.short(lineage.name(better))} ({better})?"
        if better
        else "Try part of a name, or a code such as 15E."
    )
    return (
        f'<p class="ccg-message" role="status">No CCG or board matches “{escape(text)}”. {escape(hint)}</p>'
    )


# --- one body as HTML -----------------------------------------------------------------------------

_PARTS = 5  # facts and four charts
_YEARS = 1  # the chart that is on one scale with that of the body beside


def page(code: str | None, beside: str | None = None, index: bool = False) -> Iterator[str]:
    """The parts of a body's page as HTML, one after another: facts, then each chart with its downloads.

    With ``index`` its list sizes and those of the body beside are drawn in hundredths of their first year.
    For a code that has no life, a trust's or one not known, the one part says why; for none there is none.
    """
    if not code:
        return
    try:
        one = life.of(code)
    except lineage.LineageError as error:
        yield f'<p class="ccg-message" role="status">{escape(str(error))}</p>'
        return
    yield facts(one)
    for at in range(_PARTS - 1):
        yield _chart(one.code, at, *((beside, index) if at == _YEARS else (None, False)), lineage.default())


@lru_cache(maxsize=64)
def _chart(code: str, at: int, beside: str | None, index: bool, known: lineage.Lineage) -> str:
    """One chart of a life, drawn once; ``known`` stands for the tables it was drawn from."""
    one = life.of(code)
    if at == _YEARS:
        other = life.of(beside) if beside in life.bodies() else None
        return chart(one, life_charts.index(one, other) if index and other else life_charts.years(one, other))
    draw = (life_charts.trail, None, life_charts.standing, life_charts.where)[at]
    if draw is life_charts.where and one.tile is None:
        return ""
    return chart(one, draw(one))


def facts(one: Life) -> str:
    """Name, a few sentences, and the facts that have no chart."""
    rows = [("Kind", "integrated care board" if one.kind == "board" else "clinical commissioning group")]
    rows.append(
        (
            "Open",
            f"{long_date(one.opened)} to {long_date(one.closed)}"
            if one.closed
            else f"from {long_date(one.opened)}",
        )
    )
    rows.append(("ODS code", one.code))
    spans = [
        f"{o.ons_code} (" + (f"from {o.since.year}" if o.until == lineage.END else f"to {o.until.year}") + ")"
        for o in one.ons_codes
    ]
    rows.append(("ONS code" + ("s" if len(spans) > 1 else ""), ", ".join(spans)))
    rows += [("Former name", f"{n.name}, to {long_date(n.until)}") for n in one.names[:-1]]
    if one.location_of:
        rows.append(("Board", f"{life.short(lineage.name(one.location_of))} ({one.location_of})"))
    rows.append(("Region", one.region))
    last = one.years[-1]
    rows.append(("Patients", f"{last.patients:,} in {last.period}"))
    if last.practices is not None:
        rows.append(("Practices", f"{last.practices:,} in {last.period}"))
    title = {m: life.MEASURES[m][0] for m in one.missing}
    rows += [("Not known", f"{title[m]}: {why}") for m, why in one.missing.items()]
    listed = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in rows)
    return f"<h2>{escape(one.name)}</h2><p>{escape(life.summary(one))}</p><dl>{listed}</dl>" + (
        f"<p>{escape(one.note)}</p>" if one.note else ""
    )


def chart(one: Life, panel: life_charts.Panel) -> str:
    """One chart as HTML: picture with its alt text, a link to each download, and its table to unfold."""
    picture = "data:image/png;base64," + base64.b64encode(panel.picture()).decode()
    table = "data:text/csv;charset=utf-8," + quote(figures.to_csv(panel.data))
    stem, what = f"{one.code}_{panel.name}", TITLES[panel.name]
    name = escape(life.short(one.name), quote=True)
    links = "".join(
        f'<a href="{address}" download="{stem}.{kind}" aria-label="{words}: {what}, {name}">{words}</a>'
        for address, kind, words in ((table, "csv", "Numbers (CSV)"), (picture, "png", "Picture (PNG)"))
    )
    return (
        f'<figure data-code="{one.code}" data-chart="{panel.name}">'
        f'<img src="{picture}" alt="{escape(panel.alt, quote=True)}">'
        f"<figcaption>{links}</figcaption></figure>"
        f"<details><summary>{escape(what)} as a table</summary>"
        f'<div class="ccg-table" tabindex="0" role="region" aria-label="{what}, {name}">{_table(panel.data)}</div></details>'
    )


TITLES = {"trail": "Trail", "years": "List size by year", "standing": "Where it stands", "map": "Map"}


def _table(frame: pd.DataFrame) -> str:
    plain = frame.astype(object).where(frame.notna(), "")
    return plain.to_html(index=False, border=0, escape=True, float_format=lambda x: f"{x:.6g}")
