"""What the search fields find: bodies by name, code, council or initials, and short answers by number or word."""

import json
import re

import pandas as pd

from ...core import lineage, spellings, tables
from ...core.words import long_date


def bodies_script(answers: list[tuple[str, str]]) -> str:
    """A script: ``window.BODIES``, a row for each body, and ``window.ANSWERS``, sentences with their pages.

    A row is its code, name, years, former names, other codes, what it is called for short, and its councils.
    """
    ccgs, boards, towns = tables.load("ccgs"), tables.load("icbs"), councils()
    told = spellings.table().groupby(["code", "kind"])["text"].agg(list).to_dict()

    def more(code: str) -> list[list[str]]:
        ons, prescribing, initials, short = (
            told.get((code, kind), []) for kind in ("ons", "prescribing", "initials", "short")
        )
        return [[*ons, *prescribing], [*initials, *short], towns.get(code, [])]

    rows = [
        [
            c.code,
            c.name,
            f"CCG, {c.opened.year} to {c.closed.year}",
            told.get((c.code, "former name"), []),
            *more(c.code),
        ]
        for c in ccgs.itertuples(name="Row")
    ]
    rows += [
        [b.code, b.name, _span(b.opened, b.closed), [], *more(b.code)] for b in boards.itertuples(name="Row")
    ]
    said = json.dumps(rows, ensure_ascii=False, indent=0)
    return f"window.BODIES = {said};\nwindow.ANSWERS = {json.dumps(answers, ensure_ascii=False, indent=0)};\n"


def _span(opened, closed) -> str:
    return f"board since {opened.year}" if pd.isna(closed) else f"board, {opened.year} to {closed.year}"


def councils() -> dict[str, list[str]]:
    """The names of the councils in each location and board of April 2026, and in the CCG whose code a location keeps."""
    table, out = tables.load("council_locations"), {}
    for code, board, name in zip(table["code"], table["board"], table["council_name"], strict=True):
        for one in (code, board):
            if name not in out.setdefault(one, []):
                out[one].append(name)
    return out


def answers(charts: dict, books: list) -> list[tuple[str, str]]:
    """Sentences that answer, each with the address of the page that has more: counts, charts, questions, pages."""
    counts = tables.load("ccg_counts")
    by_day = [
        (
            f"{n} {'CCG was' if n == 1 else 'CCGs were'} open on {long_date(day)}: how many CCGs in {day.year}",
            "chart/01_count.html",
        )
        for day, n in zip(counts["date"], counts["open"], strict=True)
        if n
    ]
    boards = [
        (
            f"{len(lineage.bodies(v.start, 'icb'))} integrated care boards (ICBs) since {long_date(v.start)}: how many boards in {v.start.year}",
            "bodies.html",
        )
        for v in lineage.vintages()
        if v.level == "icb"
    ]
    pages = [
        (
            "What is a CCG? What was a clinical commissioning group, who sat on it, what did it buy",
            "what-was-a-ccg.html",
        ),
        ("Look-ups: which CCG became which, lookup tables as CSV and Excel", "look-ups.html"),
        ("Ready panels: tables by CCG on one geography for all years", "look-ups.html#ready-panels"),
        ("Re-base a file: rebase your own figures in the browser", "re-base.html"),
        (
            "What is an ICB? Integrated care board, ICS, sub-ICB location and other bodies: glossary",
            "glossary.html#bodies",
        ),
        (
            "71%, 20% and half: three figures about GPs, checked",
            "notebooks/03_engagement.html#three-figures-of-one-article-checked",
        ),
    ]
    titles = [(chart["title"], f"chart/{name}.html") for name, chart in charts.items()]
    asked = [(f"{book.question} {re.sub(r'[*`]', '', book.answer)}".strip(), book.href) for book in books]
    return [*by_day, *boards, *pages, *titles, *asked]
