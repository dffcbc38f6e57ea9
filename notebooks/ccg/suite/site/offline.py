"""What the pages that look up and re-base need to do it by themselves, without a server: one script of data.

It holds every geography with the codes and names of its bodies, and every look-up from one to another. The pages
read it as ``window.GEOGRAPHIES``; ``docs/static/geographies.js`` says how.
"""

import json
from typing import Any

import pandas as pd

from ...core import (
    codes,
    deciding,
    doubting,
    finding,
    headings,
    lineage,
    lookups,
    numbers,
    parts,
    periods,
    reading,
    totals,
)
from ...core.geography import LEVELS, LineageError, Vintage

#: What a code of a level is called where it does not fit a date, as ``rebase`` says it.
CALLED = {
    "pct": "a trust",
    "ccg": "a CCG or location",
    "partnership": "a partnership",
    "sub_icb": "a location",
    "icb": "a board",
}


def geographies() -> str:
    """The script: ``window.GEOGRAPHIES = {…};``.

    ``vintages`` are the geographies, oldest first: ``level``, ``start``, ``end``, ``said`` (in words) and ``bodies``,
    each with its ODS code, ONS code and name. ``days`` are those from which shares of patients count anew. ``maps``
    has from ``DAY|LEVEL|GOAL``, GOAL the number of a vintage, what does not stay as it is: from each code the code
    that it is in, or all that it is divided among, as ``[code, share, basis]``. ``beside`` and ``lives`` say what a
    code is that finds no place, ``sizes`` about how many patients a body had, ``patterns`` what a cell looks like that is a number, a mark or a period.
    """
    every = lineage.vintages()
    held = {
        "until": _day(lineage.default().until),
        "levels": {level: LEVELS[level] for level in CALLED},
        "days": [_day(d) for d in lineage.days()],
        "vintages": [
            {
                "level": v.level,
                "start": _day(v.start),
                "end": _day(v.end),
                "said": str(v),
                "bodies": _bodies(v),
            }
            for v in every
        ],
        "beside": {code: codes.WHY[kind] for code, kind in lineage.beside().items()},
        "lives": _lives(),
        "sizes": {code: round(size) for code, size in lineage.default().list_sizes.items()},
        "maps": _maps(every),
        "patterns": _patterns(),
    }
    return f"window.GEOGRAPHIES = {json.dumps(held, ensure_ascii=False, separators=(',', ':'))};\n"


def _patterns() -> dict[str, str]:
    """What cells and names of columns are asked for, for a browser: the patterns of the command, case aside."""
    every = {
        "number": numbers.NUMBER, "noted_nought": numbers.NOTED_NOUGHT, "published": numbers.PUBLISHED,
        "mark": numbers.MARK, "period": periods.PERIOD,
    }  # fmt: skip
    for module in (numbers, periods, finding, doubting, totals, parts, deciding, headings):
        every |= {name: one.pattern for name, one in module.ANYWHERE.items()}
    for module in (periods, reading, finding, doubting, totals, parts, headings):
        every |= {name: f"^(?:{_bare(one.pattern)})$" for name, one in module.WHOLLY.items()}
    return {name: _bare(pattern) for name, pattern in every.items()}


def _bare(pattern: str) -> str:
    """A pattern as JavaScript writes it."""
    return pattern.removeprefix("(?i)").replace("(?P<", "(?<")


def _day(day: pd.Timestamp) -> str:
    return str(day.date())


def _bodies(one: Vintage) -> list[list[str]]:
    same = lookups.of(one, one)  # each body leads to itself, with its name and ONS code of that day
    columns = (same["from"], same["from_ons"], same["from_name"])
    return [
        [code, ons if isinstance(ons, str) else "", name] for code, ons, name in zip(*columns, strict=True)
    ]


def _lives() -> dict[str, list[str]]:
    """What every code was, from which day to which."""
    known = lineage.default()
    spans, out = known.ons_periods(), {}
    for code in sorted(known.every_code()):
        try:
            _, level, first, last = lineage.lifetime(code)
        except LineageError:
            continue
        if code in spans:
            _, first, last = spans[code]
        out[code] = [CALLED[level], _day(first), _day(last)]
    return out


def _maps(every: tuple[Vintage, ...]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for number, day in enumerate(lineage.days()):
        for one in lineage.default().levels_on(day):
            for goal, vintage in enumerate(every):
                try:
                    found = lineage.lookup(day, vintage.start, vintage.level, at_level=one)
                except LineageError:
                    continue
                if vintage.start >= lineage.vintage(day, one).start:
                    out[f"{number}|{one}|{goal}"] = _changes(found)
    return out


def _changes(found: pd.DataFrame) -> dict[str, Any]:
    """What of a look-up is not a body that stays whole under its own code."""
    out: dict[str, Any] = {}
    columns = ("from", "to", "share", "basis", "status")
    for code, to, share, basis, status in zip(*(found[c] for c in columns), strict=True):
        if status == "approximate":
            out.setdefault(code, []).append([to, float(f"{share:.15g}"), basis])
        elif code != to:
            out[code] = to
    return out
