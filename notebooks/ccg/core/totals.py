"""Whether figures would count twice where a column that tells their rows apart is left out.

It may hold a total beside its parts, several levels, editions or measures, told by what they are called or by the numbers.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from . import keeping, numbers, periods
from .finding import called_a_rate, is_period, words_of

#: What a total is called in a column that tells its parts apart: All, All ages, Total, England total, Persons.
_WHOLE = re.compile(
    r"(?i)(?:all(?! other)|totals?|any(?! (?:qualified|other)))\b.*|.*\btotals?|persons|people|both(?: sexes)?|overall|combined"
    r"|(?:full|whole) year|annual|year[ -]to[ -]date|ytd|cumulative"
)
#: Of these the words that are no part of a name, as All is in All Saints Surgery.
_NO_NAME = re.compile(
    r"(?i)all(?: (?:ages?|persons|people|patients|sexes))?|(?:grand )?totals?|persons|people|both(?: sexes)?|overall"
)
#: What a level is called in a column that tells levels apart: CCG, CCG - Provider, Region.
_LEVEL = re.compile(
    r"(?i)(?:ccgs?|clinical commissioning groups?|commissioners?|commissioning region|providers?|practices?|gp practices?"
    r"|stps?|icbs?|icss?|sub.?icbs?|regions?|england|national?|country|pcts?|local authorit(?:y|ies))\b.*"
)
#: What an edition of the same figures is called, and the column that tells editions apart.
_EDITION = re.compile(
    r"(?i)(?:first|initial|original|provisional|prov|preliminary|revised|revisions?|final|finali[sz]ed|updated?|amended"
    r"|corrected|refreshed|refresh|republished|superseded|latest|current|previous|as published)"
    r"(?: (?:release|edition|version|estimates?|publication|data|figures?|refresh|submission|run))?(?: \d+)?"
)
_OF_EDITIONS = re.compile(
    r"(?i)(?:.* )?(?:publi(?:cation|shed)|releases?|released|editions?|revisions?|revised|versions?|vintage|extract(?:ed|ion)?"
    r"|snapshot|refresh(?:ed)?|updated|uploaded|submission)(?: (?:date|month|no|number|type|status|id|name))?(?: on)?"
)
#: What a measure is called that stands under others in one column, and such a column.
_MEASURE = re.compile(
    r"(?i)(?:.* )?(?:numerators?|denominators?|num|denom?|observed|expected|actual|plan(?:ned)?(?! care)|budget|forecast|targets?(?! group))"
    r"(?: .*)?"
)
_OF_MEASURES = re.compile(
    r"(?i)(?:.* )?(?:measures?|metrics?|indicators?|statistics?|stat|variables?|data ?items?|value types?|figure types?|rtt part)"
    r"(?: (?:name|type|code|id|description|desc|title|label))?"
)
#: What the same people or things are called where they are counted or measured in several ways.
_WAYS = re.compile(
    r"(?i)headcounts?|hc|fte|wte|(?:un)?weighted|(?:un)?adjusted|crude|(?:age[ -])?standardi[sz]ed|(?:gp[ -])?registered|resident|residents"
    r"|residence|income|expenditure|opening|closing|items|quantity|(?:actual )?cost|nic|net ingredient cost|£(?:0?00s?|k|m)?|bed ?days"
    r"|spells|admissions"
)
#: Groups of people that are called after a rate: Most deprived 10%, Decile 1, 2nd quintile.
_GROUP = re.compile(
    r"(?i)(?<![a-z])(?:(?:most|least|top|bottom) |(?:dec|quint|quart)ile \d|\d(?:st|nd|rd|th) (?:.* )?(?:dec|quint|quart)ile)"
)
#: Letters and words for the sexes and all persons; other letters are of ethnic groups or the like.
_SEXES = {*"mfptbuixzo0129", "", "unknown", "not known", "not stated", "other", "nk", "ns"}
#: Bands of ages or weeks: 0-17, 18 to 64, 65+, 65 and over, under 18, >52 weeks.
_UNIT = r"(?: ?(?:years?|yrs?|weeks?|wks?|days?|months?|hours?|mins?|minutes?)(?: old)?)?"
_BAND = re.compile(
    rf"(?i)(?:ages?|aged|age group)? ?(?:(?P<low>\d{{1,4}}){_UNIT} ?(?:[-–—]|to) ?(?P<high>\d{{1,4}}){_UNIT}"
    rf"|(?P<from>\d{{1,4}}){_UNIT} ?(?:\+|plus|(?:and|or|&) (?:over|above|older|more))"
    rf"|(?:over|more than|above|>) ?(?P<over>\d{{1,4}}){_UNIT}"
    rf"|(?:under|less than|below|<|up to|within) ?(?P<under>\d{{1,4}}){_UNIT}){_UNIT}"
)
#: Columns of numbers given to places, such as 1-1029, which is no band.
_NUMBERED = re.compile(r"(?i)(?<![a-z])(?:ids?|identifiers?|uprn|postcodes?|(?:tele)?phone)(?![a-z])")
#: Measures that stand in one column are no more than these: else it tells apart drugs, places, diseases.
FEW = 60
#: Under so many codes and keys the sum of the others is no chance.
SURE = 3
#: So much of a total at most its parts may lack or have more where they are rounded.
_OFF = 0.05
#: What cells and names of columns are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {"numbered": _NUMBERED, "group": _GROUP}
WHOLLY = {
    "whole": _WHOLE, "no_name": _NO_NAME, "level": _LEVEL, "edition": _EDITION, "of_editions": _OF_EDITIONS,
    "measure": _MEASURE, "of_measures": _OF_MEASURES, "ways": _WAYS, "band": _BAND,
}  # fmt: skip


def _number(cell: object) -> float:
    return float(numbers.plain(str(cell)) or "nan")


class Total(NamedTuple):
    """A cell in whose rows stands the sum of the others, under how many codes and keys it does, and all their rows."""

    cell: str
    times: int
    rows: pd.Series
    rounded: bool = False


def in_words(cell: str) -> str:
    """A cell as it is named to the reader."""
    return repr(cell) if cell else "a blank cell"


def counted_twice(some: pd.DataFrame, groups: Any, name: str, sums: list[str], total: Total | None) -> str:
    """Why the rows that a column tells apart are not to be added up: by what they are called, or by their numbers."""
    cells = sorted({str(c).strip() for c in some[name].unique()})
    whole = [c for c in cells if _WHOLE.fullmatch(c) and _is_whole(c, some, groups, name, sums)]
    levels = [c for c in cells if _LEVEL.fullmatch(c)]
    if whole and len(whole) < len(cells):
        part = next(c for c in cells if c not in whole)
        return f"{whole[0]!r} stands beside parts such as {part!r}, so figures would be counted twice"
    if 1 < len(levels) == len(cells):
        return f"its rows are of several levels, {levels[0]!r} and {levels[1]!r}, so figures would be counted twice"
    if total is not None and total.times >= SURE and not total.rounded:
        return f"in every row of {in_words(total.cell)} stands the sum of the others, so figures would be counted twice"
    bands = None if _NUMBERED.search(words_of(name)) else _overlap(cells)
    if bands:
        return f"{bands[0]!r} and {bands[1]!r} overlap, so figures would be counted twice"
    one = groups[name].nunique(dropna=False).idxmax()
    here = groups.get_group(one if isinstance(one, tuple) else (one,))[name].astype(str).str.strip()
    first, second = list(dict.fromkeys(here.sort_values()))[:2]
    editions = [c for c in cells if _EDITION.fullmatch(c)]
    if (
        1 < len(editions) == len(cells)
        or _OF_EDITIONS.fullmatch(words_of(name))
        or (is_period(some, name) and _marked(here))
    ):
        return (
            f"its rows are editions of the same figures, {first!r} and {second!r}, so figures would be "
            "counted twice"
        )
    if is_period(some, name) and (both := periods.overlap(here.unique(), words_of(name))):
        return f"{both[0]!r} and {both[1]!r} have days in common, so figures would be counted twice"
    letters = {c.casefold() for c in cells}
    if {"m", "f"} < letters <= _SEXES and (whole := [c for c in cells if c.casefold() in ("p", "t", "b")]):
        return f"{whole[0]!r} stands beside parts such as 'F', so figures would be counted twice"
    if _are_measures(cells) or _OF_MEASURES.fullmatch(words_of(name)):
        return f"its rows are of several measures, {first!r} and {second!r}, which make no sum"
    return ""


def _is_whole(cell: str, some: pd.DataFrame, groups: Any, name: str, sums: list[str]) -> bool:
    """Whether a cell is no name with All in it, as All Saints is of a surgery.

    A total stands under most codes, and is seldom less than one of its parts.
    """
    if _NO_NAME.fullmatch(cell):
        return True
    has = keeping.told(some[name], lambda one: one.strip() == cell)
    group = groups.ngroup()
    if 2 * int(group[has].nunique()) < groups.ngroups:
        return False
    less = pd.Series(True, group[has].unique())
    for s in sums:
        values = keeping.values(some[s], _number)
        alike = values.groupby([group, some[name]], observed=True).sum(min_count=1)
        part = alike[~alike.index.isin([cell], level=1)].groupby(level=0).max()
        less &= values[has].groupby(group[has]).sum(min_count=1) < part.reindex(less.index)
    return 2 * int(less.sum()) <= len(less)


def rates_of(cells: Sequence[str]) -> list[str]:
    """Those of a few cells that are called rates, and are no groups of people."""
    return [c for c in cells if called_a_rate(c) and not _GROUP.search(c)] if len(cells) <= FEW else []


def _are_measures(cells: Sequence[str]) -> bool:
    """Whether a few cells are called measures or rates, all are ways of counting, or they are N, D and the like."""
    plain = {c.casefold() for c in cells}
    # planned beside unplanned is a kind of care
    some = [c for c in cells if _MEASURE.fullmatch(c) and f"un{c}".casefold() not in plain]
    ways = len(cells) > 1 and all(map(_WAYS.fullmatch, cells))
    letters = {"n", "d"} <= plain <= {"n", "d", "r", "v", "p"}
    return ways or letters or bool(rates_of(cells)) or bool(some and len(cells) <= FEW)


def _overlap(cells: list[str]) -> tuple[str, str] | None:
    """Two bands of a column that have more than an end in common, such as 65+ and 75+."""
    ends = {}
    for cell in cells:
        if band := _BAND.fullmatch(cell):
            low = next(int(band[k]) for k in ("low", "from", "over", "under") if band[k])
            ends[cell] = (0, low) if band["under"] else (low, int(band["high"] or 10**9))
    some = sorted(ends, key=lambda cell: ends[cell])
    return next(((a, b) for a, b in pairwise(some) if ends[b][0] < ends[a][1]), None)


def _marked(cells: pd.Series) -> bool:
    """Whether two cells are one period, but for a mark such as r for revised behind it."""
    plain = [periods.unmarked(c) for c in cells.unique()]
    return len(set(plain)) < len(plain)


def sum_of_the_others(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> Total | None:
    """The cell of a column in whose rows stands the sum of the other rows of the code, wherever it has one.

    Where each body is called by its own name, no cell is there twice. So it is asked too whether under most of the codes
    and keys with three rows or more one of them is the sum of the others.
    """
    if some[name].nunique(dropna=False) < 3:
        return None
    values = {s: keeping.values(some[s], _number) for s in sums}
    label = keeping.made(some[name], lambda cell: str(cell).strip())
    group = some.groupby(keys, dropna=False, observed=True).ngroup()
    itself = keeping.alike(label, some[keys[0]])
    if itself.any():
        label = keeping.kept(keeping.as_text(label).mask(itself, "the code itself"))
    rows = pd.DataFrame(values).assign(_group=group, _label=label)
    given = rows.dropna(subset=sums)
    alike = given.groupby(["_group", "_label"])[sums].agg("sum")
    whole = alike.groupby(level="_group").transform("sum")
    parts = alike.groupby(level="_group")[sums[0]].transform("count")
    twice = (2 * alike - whole).abs().le(1e-9 * whole.abs()).all(axis=1) & whole.ne(0).any(axis=1)
    # where a part is not given the sum cannot be seen, unless it is so everywhere
    torn = alike.index.get_level_values("_group").isin(rows.loc[rows[sums].isna().any(axis=1), "_group"])
    several = twice[(parts > 1) & ~torn] if not torn.all() else twice[parts > 1]
    found = {
        str(one): fits[fits].index.get_level_values("_group")
        for one, fits in several.groupby(level="_label")
        if fits.all() and parts[fits.index].max() > 2
    }
    many = twice[parts > 2]
    of_any = many.groupby(level="_group").any()
    if 2 * of_any.sum() > len(of_any):
        cells = many[many].index.get_level_values("_label")
        usual = several.groupby(level="_group").any()
        found.setdefault(str(cells[0]), usual[usual].index)
        found[str(cells[0])] = found[str(cells[0])].union(usual[usual].index)
    if not found:
        return _nearly_the_sum(alike[~torn], group)
    cell = max(found, key=lambda one: len(found[one]))
    every = {g for groups in found.values() for g in groups}
    return Total(cell, len(set(found[cell])), group.isin(every))


def _nearly_the_sum(alike: pd.DataFrame, group: pd.Series) -> Total | None:
    """The cell in whose rows stands the sum of the others but for rounding, wherever it has a row.

    Numbers to the nearest five, ten or more are known by their last digits, and decimals by how many there are; of whole
    numbers nobody can tell.
    """
    values = pd.Series(alike.to_numpy().ravel()).abs()
    unit: float | None = next((u for u in (1000, 100, 10, 5) if (values % u == 0).all()), None)
    if unit is None and (values % 1 != 0).any():
        unit = next(
            (u for u in (0.1, 0.01) if (((values / u) - (values / u).round()).abs() < 1e-6).all()), None
        )
    whole = alike.groupby(level="_group").transform("sum")
    parts = alike.groupby(level="_group")[alike.columns[0]].transform("count")
    if unit is None or not (parts > 2).any():
        return None
    off = (2 * alike - whole).abs()
    near = off.le(parts * unit / 2 + 1e-6, axis=0).all(axis=1) & whole.ne(0).any(axis=1)
    for cell, fits in near[parts > 2].groupby(level="_label"):
        at = fits.index
        if fits.all() and len(fits) >= SURE and (off.loc[at].sum() <= _OFF * alike.loc[at].sum()).all():
            groups = at.get_level_values("_group")
            return Total(str(cell), len(set(groups)), group.isin(groups), rounded=True)
    return None
