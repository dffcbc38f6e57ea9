"""Whether figures would count twice where a column that tells their rows apart is left out.

It may hold a total beside its parts, several levels, editions or measures, told by what they are called or by the numbers.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from . import keeping, parts, periods
from .finding import is_period, names_rates, words_of
from .subtotals import SURE, Total, number

#: What a total is called in a column that tells its parts apart: All, All ages, Total, England total, Persons.
_WHOLE = re.compile(
    r"(?i)(?:all(?! other)|totals?|any(?! (?:qualified|other)))\b.*|.*\btotals?|persons|people|both(?: sexes)?|overall|combined"
    r"|(?:full|whole) year|annual|year[ -]to[ -]date|ytd|cum(?:ulative)?"
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
#: What is noted beside a row, or called a column of such notes, that takes the place of another row.
CORRECTION = re.compile(
    r"(?i)(?<![a-z])(?:correct(?:ed|ions?)|revis(?:ed|ions?)|amend(?:s|ed|ments?)|re-?submi(?:t|tted|ssion)|re-?stated|updated?|supersede[sd]?"
    r"|replac(?:es|ed|ing|ement)|re-?issued?|^\W*(?:r|rev|final(?: figures?)?|v(?:ersion)? ?[2-9])\W*$)(?![a-z])"
)
#: And what says yes in such a column.
YES = re.compile(r"(?i)y(?:es)?|t(?:rue)?|1(?:\.0)?|x|✓")
#: What a measure is called that stands under others in one column, and such a column.
_MEASURE = re.compile(
    r"(?i)(?:.* )?(?:numerators?|denominators?|num|denom?|observed|expected|actual|plan(?:ned)?(?! care)|budget|forecast|targets?(?! group)"
    r"|cumulative|ytd|year to date|snapshot)"
    r"(?: .*)?"
)
_OF_MEASURES = re.compile(
    r"(?i)(?:.* )?(?:measures?|metrics?|indicators?|statistics?|stat|variables?|data ?items?|value types?|figure types?|rtt part|counts? of|counts? types?)"
    r"(?: (?:name|type|code|id|description|desc|title|label))?"
)
#: A column whose cells say by what the same people were divided: by age, and again by sex.
_OF_DIVISIONS = re.compile(
    r"(?i)(?:.* )?(?:dimensions?|break ?downs?|characteristics?|demographics?|(?:category|group(?:ing)?|subgroup|variable|stratification) ?types?)(?: name)?"
)
#: By what figures are divided: a column that names two of these divides them twice.
_DIVISION = re.compile(
    r"(?i)(?<![a-z])(?:age(?=[sd]?(?![a-z]))|sex(?![a-z])|gender(?![a-z])|ethnic|depriv(?=ation)|imd|disability|religi|sexual orient|marital status"
    r"|employment(?![a-z])|working status|socio|rural|carer status)"
)
#: What stands for the whole country, and what stands beside it where countries are told apart.
_ENGLAND = re.compile(r"(?i)england(?: (?:average|mean|total|value|figure))?")
_COUNTRY = re.compile(
    r"(?i)wales|scotland|(?:northern |republic of )?ireland|eu|europe.*|rest of .*|elsewhere|abroad|overseas|other.*|outside.*|not .*|unknown"
)
#: What the same people or things are called where they are counted or measured in several ways.
_WAYS = re.compile(
    r"(?i)headcounts?|hc|fte|wte|(?:un)?weighted|(?:un)?adjusted|crude|(?:age[ -])?standardi[sz]ed|(?:gp[ -])?registered|resident|residents"
    r"|residence|income|expenditure|opening|closing|items|quantity|(?:actual )?cost|nic|net ingredient cost|£(?:0?00s?|k|m)?|bed ?days"
    r"|spells|admissions|gross|net"
)
#: What is there as a period begins, and as it ends.
_THERE = r"(?:lists?|list sizes?|balances?|positions?|stock|numbers?|counts?|totals?|case ?loads?|patients|people|waiting list|registers?)"
_OF_TIME = r"(?:the )?(?:day|week|month|quarter|(?:financial )?year|period)"
_BEGINS = re.compile(
    rf"(?i)opening {_THERE}(?: .*)?|(?:{_THERE} )?(?:at )?(?:the )?(?:start|beginning) of {_OF_TIME}|{_THERE} at (?:the )?(?:start|beginning)"
    rf"|(?:{_THERE} )?(?:brought forward|b/?f(?:wd)?)|{_THERE} opening"
)
_ENDS = re.compile(
    rf"(?i)closing {_THERE}(?: .*)?|(?:{_THERE} )?(?:at )?(?:the )?end of {_OF_TIME}|{_THERE} at (?:the )?end"
    rf"|(?:{_THERE} )?(?:carried forward|c/?f(?:wd)?)|{_THERE} closing"
)
#: How long the periods of rows are, where they are not alike, the shortest first; by so much at least the numbers of the next
#: are larger, and so many of all codes are almost all.
_LENGTHS = (
    re.compile(r"(?i)(?:single )?month(?:ly|s)?|in[- ]month"), re.compile(r"(?i)quarter(?:ly|s)?|qtrly"),
    re.compile(r"(?i)(?:financial |calendar )?(?:annual|year)(?:ly|s)?"),
)  # fmt: skip
_LENGTH = re.compile("|".join(f"(?:{one.pattern.removeprefix('(?i)')})" for one in _LENGTHS), re.I)
_LONGER, ALMOST_ALL = 2, 0.9
#: Groups of people that are called after a rate: Most deprived 10%, Decile 1, 2nd quintile.
_GROUP = re.compile(
    r"(?i)(?<![a-z])(?:(?:most|least|top|bottom) |(?:dec|quint|quart)ile \d|\d(?:st|nd|rd|th) (?:.* )?(?:dec|quint|quart)ile)"
)
#: Letters and words for the sexes and all persons; other letters are of ethnic groups or the like.
_SEXES = {*"mfptbuixzo0129", "", "unknown", "not known", "not stated", "other", "nk", "ns"}
#: Kinds of care, beside which Planned is one, and no figure that was planned.
_OF_CARE = re.compile(r"(?i)(?:emergency|urgent|unplanned|non[- ]?elective|maternity|day ?cases?)(?: .*)?")
#: What is no practice among the names of practices, however many these are.
_AVERAGE = re.compile(
    r"(?i)(?:(?:ccg|pcn|england|national|region(?:al)?|local|peer|group|overall|practice) )*(?:averages?|mean|median)|peer group"
)
#: Bands of ages or weeks: 0-17, 0_4, 18 to 64, 65+, AGE_65_PLUS, 65 and over, over 65s, >=65, under 18, >52 weeks, 52 week
#: waiters; and of whom: Patients aged 65+, Women 25-64.
_UNIT = (
    r"(?:['’]?s(?![a-z])|[ _]?(?:years?|yrs?|y|weeks?|wks?|days?|months?|mths?|hours?|hrs?|mins?|minutes?)"
    r"(?:[ _](?:old|of age))?(?![a-z]))?"
)
_BAND = re.compile(
    r"(?i)(?:(?:all )?(?:persons?|people|patients?|adults?|children|population|(?P<who>females?|women|girls|males?|men|boys))[ _,:–-]{1,3})?"
    r"(?:(?:ages?|aged|age[ _]?(?:group|band)|waiting|waited)[ _:]?)?"
    rf"(?:(?P<low>\d{{1,4}}){_UNIT} ?(?:[-–—]|to|(?<=\d)_(?=\d)|_to_) ?(?P<high>\d{{1,4}}){_UNIT}"
    rf"|(?P<from>\d{{1,4}}){_UNIT}[ _]?(?:\+|plus|(?:(?:and|or|&)[ _])?(?:over|above|older|more|upwards?)|waiters|breach(?:es)?)"
    rf"|(?:over|more than|above|>=?|≥|at least)[ _-]?(?P<over>\d{{1,4}}){_UNIT}"
    rf"|(?:under|less than|below|<=?|≤|up to|within)[ _-]?(?P<under>\d{{1,4}}){_UNIT}){_UNIT}(?: waiters)?"
)
#: The units of bands, where they are not of one: 0-11 months beside 1-4 years; and how many days each has.
_UNITS = re.compile(
    r"(?i)(?<![a-z])(?:(?P<minute>min(?:ute)?s?)|(?P<hour>h(?:ou)?rs?)|(?P<day>days?)|(?P<week>w(?:ee)?ks?)|(?P<month>m(?:on)?ths?)|(?P<year>y(?:(?:ea)?rs?)?))(?![a-z])"
)
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
#: A month may be of 28 days, and 52 weeks a year: bands of several units overlap by more.
_SLACK = 0.09
#: Ages in short, in a column called so: U5, O65; and words in brackets behind a band: 0-17 (children).
_SHORT_BAND = re.compile(r"(?i)(?:(?P<under>u)|o)[ -]?(?P<age>\d\d?)s?")
_OF_AGES = re.compile(r"(?i)(?<![a-z])age(?![a-z])")
_BESIDE_BAND = re.compile(r"(?P<band>.*\S) ?\((?P<beside>.+)\)")
#: A band as statistics programs write it: [0,18), (18.0, 65.0], [65, Inf), ]0,18]. In a column of notes it may be of two.
_INTERVAL = re.compile(
    r"(?i)[\[\](]\s*(?:(?P<low>\d{1,4})(?:\.\d+)?|-.*?)\s*[,;]\s*(?:(?P<high>\d{1,5})(?:\.\d+)?|\+?(?:inf(?:inity)?|∞)|na)?\s*[\])\[]"
    + _UNIT
)
_OF_NOTES = re.compile(
    r"(?i)(?<![a-z])(?:foot ?notes?|notes?|refs?|references?|comments?|remarks?|flags?|sources?)(?![a-z])"
)
#: Columns of numbers given to places, such as 1-1029, which is no band.
_NUMBERED = re.compile(r"(?i)(?<![a-z])(?:ids?|identifiers?|uprn|postcodes?|(?:tele)?phone)(?![a-z])")
#: Measures that stand in one column are no more than these: else it tells apart drugs, places, diseases.
FEW = 60
#: No band is longer than so many signs.
_LONG = 80
#: Of so many codes at most one has a whole and its part, where these are told by words.
_OFTEN = 4
#: Where a band such as 65+ ends.
_NO_END = 10**9
#: So much of the numbers at most lies between two editions of them.
ALIKE = 0.25
#: So much of its parts a whole has at least: each of them is rounded, or some are estimates.
_NEARLY = 0.9
#: What cells and names of columns are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {
    "numbered": _NUMBERED, "of_ages": _OF_AGES, "group": _GROUP, "division": _DIVISION, "correction": CORRECTION, "of_notes": _OF_NOTES, "units": _UNITS,
}  # fmt: skip
WHOLLY = {
    "whole": _WHOLE, "no_name": _NO_NAME, "level": _LEVEL, "edition": _EDITION, "of_editions": _OF_EDITIONS, "of_divisions": _OF_DIVISIONS, "england": _ENGLAND, "country": _COUNTRY,
    "measure": _MEASURE, "of_measures": _OF_MEASURES, "ways": _WAYS, "band": _BAND, "short_band": _SHORT_BAND, "beside_band": _BESIDE_BAND, "interval": _INTERVAL, "begins": _BEGINS,
    "ends": _ENDS, "length": _LENGTH, "yes": YES,
}  # fmt: skip


def in_words(cell: str) -> str:
    """A cell as it is named to the reader."""
    return repr(cell) if cell else "a blank cell"


def counted_twice(some: pd.DataFrame, groups: Any, name: str, sums: list[str], total: Total | None) -> str:
    """Why the rows that a column tells apart are not to be added up: by what they are called, or by their numbers."""
    cells = sorted({str(c).strip() for c in some[name].unique()})
    subtotals = [c for c in cells if parts.is_subtotal(c)]
    may = [c for c in cells if _WHOLE.fullmatch(c) and not (c in subtotals and len(subtotals) > 1)]
    whole = [c for c in may if _is_whole(c, some, groups, name, sums)]
    levels = [c for c in cells if _LEVEL.fullmatch(c)]
    if whole and len(whole) < len(cells):
        part = next(c for c in cells if c not in whole)
        return f"{whole[0]!r} stands beside parts such as {part!r}, so figures would be counted twice"
    if 1 < len(levels) == len(cells):
        return f"its rows are of several levels, {levels[0]!r} and {levels[1]!r}, so figures would be counted twice"
    if total is not None and total.times >= SURE and not total.but:
        return f"in every row of {in_words(total.cell)} stands {total.of}, so figures would be counted twice"
    bands = None if _NUMBERED.search(words_of(name)) else _overlap(cells, words_of(name))
    if bands:
        return f"{bands[0]!r} and {bands[1]!r} overlap, so figures would be counted twice"
    one = groups[name].nunique(dropna=False).idxmax()
    here = groups.get_group(one if isinstance(one, tuple) else (one,))[name].astype(str).str.strip()
    first, second = list(dict.fromkeys(here.sort_values()))[:2]
    if (
        (len(cells) > 1 and all(map(_EDITION.fullmatch, cells)) and not _may_be_kinds(cells))
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
    divided_by = {found[0].casefold() for found in map(_DIVISION.search, cells) if found}
    if len(divided_by) > 1 and _OF_DIVISIONS.fullmatch(words_of(name)):
        return f"its rows divide the same figures in several ways, {first!r} and {second!r}, so they would be counted twice"
    if _are_measures(cells) or of_measures(name):
        return f"its rows are of several measures, {first!r} and {second!r}, which make no sum"
    return ""


def maybe_twice(some: pd.DataFrame, groups: Any, name: str, sums: list[str]) -> list[tuple[str, pd.Series]]:
    """Why rows that a column tells apart may count twice, by what they are called; with the rows of ``some`` of each reason."""
    cells = sorted({str(c).strip() for c in some[name].unique()})
    if _NUMBERED.search(words_of(name)):
        return []
    found = _averages(cells, some, groups, name) or _lengths(cells, some, groups, name, sums)
    if not found and len(cells) <= FEW:
        found = _named_parts(cells, some, groups, name, sums)
    if not found and not is_period(some, name):
        found = _inside(cells, some, groups, name, sums)
    return [
        (f"{why}, so figures may be counted twice (--by {name!r} keeps them apart)", rows)
        for why, rows in found
    ]


def _averages(cells: list[str], some: pd.DataFrame, groups: Any, name: str) -> list[tuple[str, pd.Series]]:
    """Why a row among those of practices or the like counts what they count: it is called their average."""
    found = [c for c in cells if _AVERAGE.fullmatch(c)]
    if not found or len(found) == len(cells):
        return []
    group, label = groups.ngroup(), _labels(some, name)
    why = f"{found[0]!r} of the dropped column {name!r} is an average of others by its name"
    return [(why, group.isin(group[label.isin(found)].unique()))]


def _lengths(
    cells: list[str], some: pd.DataFrame, groups: Any, name: str, sums: list[str]
) -> list[tuple[str, pd.Series]]:
    """Why rows may be of periods one within the other: months beside quarters, whose numbers are larger under almost all codes."""
    if len(cells) < 2 or not all(map(_LENGTH.fullmatch, cells)):
        return []
    group, label = groups.ngroup(), _labels(some, name)
    level = {c: next(i for i, one in enumerate(_LENGTHS) if one.fullmatch(c)) for c in cells}
    of = _added(some, group, keeping.values(label, level.get), sums)
    for short, long in pairwise(sorted(set(level.values()))):
        one, other = (of[of.index.get_level_values(1) == i].droplevel(1) for i in (short, long))
        both = one.index.intersection(other.index)
        larger = (other.loc[both] >= _LONGER * one.loc[both]).all(axis="columns")
        if len(both) and larger.mean() >= ALMOST_ALL:
            first, second = (next(c for c in cells if level[c] == i) for i in (short, long))
            why = f"{first!r} and {second!r} of the dropped column {name!r} may be periods of which one is a part of the other"
            return [(why, group.isin(both))]
    return []


def _named_parts(
    cells: list[str], some: pd.DataFrame, groups: Any, name: str, sums: list[str]
) -> list[tuple[str, pd.Series]]:
    """Why some of a few cells may count what others count, since they are called parts, totals or editions of these."""
    england = [] if any(map(_COUNTRY.fullmatch, cells)) else [c for c in cells if _ENGLAND.fullmatch(c)]
    named, own, kinds = (
        {} if is_period(some, name) else parts.by_name(cells),
        england + parts.by_own_words(cells),
        _may_be_kinds(cells),
    )
    own = own if len(own) < len(cells) else []  # of totals alone none is a part of another
    if not (named or own or kinds):
        return []
    group, label, out = groups.ngroup(), _labels(some, name), []
    for whole, its in named.items():
        less = _less(whole, its, some, group, label, sums, "sum")
        if len(less) and not _mostly(less):
            why = f"{its[0]!r} of the dropped column {name!r} is a part of {whole!r} by its name"
            out.append((why, group.isin(less.index)))
    # a total is no less than all others
    own = [
        c
        for c in own
        if not (parts.is_subtotal(c) and _mostly(_less(c, None, some, group, label, sums, "min")))
    ]
    if own and not out and not kinds:
        why = f"{own[0]!r} of the dropped column {name!r} is a total or a part of others by its name"
        out.append((why, group.isin(group[label.isin(own)].unique())))
    if kinds and len(here := _alike(some, group, label, sums)):
        why = f"{cells[0]!r} and {cells[1]!r} of the dropped column {name!r}, whose numbers are alike, may be editions of the same figures"
        out.append((why, group.isin(here)))
    return out


def _inside(
    cells: list[str], some: pd.DataFrame, groups: Any, name: str, sums: list[str]
) -> list[tuple[str, pd.Series]]:
    """Why a cell may count what another counts, by their codes or words; none where its number is larger under any code."""
    codes = parts.by_codes(cells, words_of(name))
    pairs = pd.DataFrame([*codes, *parts.by_words(cells, words_of(name))], columns=["whole", "part"])
    if not len(pairs):
        return []
    group, label = groups.ngroup(), _labels(some, name).astype(str)
    rows = label.isin({*pairs["whole"], *pairs["part"]})
    columns = [f"sum {i}" for i in range(len(sums))]  # those of the file may be called as any below
    added = _added(some[rows], group[rows], label[rows], sums).set_axis(columns, axis=1)
    added.index.names = ["group", "cell"]
    flat = added.reset_index()
    both = (
        flat.rename(columns={"cell": "part"})
        .merge(pairs, on="part")
        .merge(flat.rename(columns={"cell": "whole"}), on=["group", "whole"], suffixes=("", " of the whole"))
    )
    of = [f"{c} of the whole" for c in columns]
    part, whole = both[columns].set_axis(of, axis=1), both[of]
    both = both.assign(less=(whole < part).any(axis=1), more=(whole > part).any(axis=1))
    judged = both.groupby(["whole", "part"], sort=False).agg(
        less=("less", "any"), more=("more", "any"), n=("group", "size")
    )
    # what stands together under few codes only has a name of its own, as a surgery has
    sure = set(codes)
    often = pd.Series([pair in sure for pair in judged.index], judged.index) | (
        _OFTEN * judged["n"] >= groups.ngroups
    )
    found = judged.index[~judged["less"] & judged["more"] & often]
    if not len(found):
        return []
    its, inner = found[0]
    here = both.set_index(["whole", "part"]).index.isin(found)
    why = f"{inner!r} of the dropped column {name!r} may be a part of {its!r} by its name"
    return [(why, group.isin(both["group"][here]))]


def _may_be_kinds(cells: list[str]) -> bool:
    """Whether cells that are called like editions may be kinds, as the initial and the final assessment of a person are."""
    return {c.casefold() for c in cells} in ({"initial", "final"}, {"first", "final"})


def _labels(some: pd.DataFrame, name: str) -> pd.Series:
    return keeping.made(some[name], lambda cell: str(cell).strip())


def _is_whole(cell: str, some: pd.DataFrame, groups: Any, name: str, sums: list[str]) -> bool:
    """Whether a cell is no name with All in it, as All Saints is of a surgery.

    A total stands under most codes, and is seldom less than one of its parts.
    """
    if _NO_NAME.fullmatch(cell):
        return True
    group, label = groups.ngroup(), _labels(some, name)
    if 2 * int(group[label == cell].nunique()) < groups.ngroups:
        return False
    return not _mostly(_less(cell, None, some, group, label, sums, "max"))


def _mostly(flags: pd.Series) -> bool:
    return 2 * int(flags.sum()) > len(flags)


def _less(
    cell: str,
    others: list[str] | None,
    some: pd.DataFrame,
    group: pd.Series,
    label: pd.Series,
    sums: list[str],
    of: str,
) -> pd.Series:
    """For each code and key that has a cell, and one of some others if these are named, whether it is less than these.

    ``of`` is what of the others it is held against: their ``sum``, nearly, ``max`` or ``min``.
    """
    rows = label.notna() if others is None else label.isin([cell, *others])
    alike = _added(some[rows], group[rows], label[rows], sums)
    its = alike.index.get_level_values(1) == cell
    mine, part = alike[its].droplevel(1), alike[~its].groupby(level=0).agg(of)
    part = part * _NEARLY if of == "sum" else part
    if others is not None:
        mine = mine[mine.index.isin(part.index)]
    return (mine < part.reindex(mine.index)).all(axis=1)


def _alike(some: pd.DataFrame, group: pd.Series, label: pd.Series, sums: list[str]) -> pd.Index:
    """The codes and keys that have both of two cells, if the numbers of these are much alike in some column; else none."""
    one, other = (rows.droplevel(1) for _, rows in _added(some, group, label, sums).groupby(level=1))
    both = one.index.intersection(other.index)
    one, other = one.loc[both], other.loc[both]
    apart = (one - other).abs().sum() / one.where(one > other, other).abs().sum()
    return both if (apart <= ALIKE).any() else both[:0]


def _added(some: pd.DataFrame, group: pd.Series, label: pd.Series, sums: list[str]) -> pd.DataFrame:
    values = pd.DataFrame({s: keeping.values(some[s], number) for s in sums})
    return values.groupby([group, label], observed=True).sum(min_count=1)


def of_measures(name: str) -> bool:
    """Whether a column is called one of measures: Indicator Name, METRIC."""
    return bool(_OF_MEASURES.fullmatch(words_of(name)))


def rates_of(cells: Sequence[str]) -> list[str]:
    """Those of a few cells that are called rates, and are no groups of people."""
    return [c for c in cells if names_rates(c) and not _GROUP.search(c)] if len(cells) <= FEW else []


def _are_measures(cells: Sequence[str]) -> bool:
    """Whether a few cells are called measures or rates, all are ways of counting, or they are N, D and the like."""
    plain = {c.casefold() for c in cells}
    # planned beside unplanned, or beside emergency, is a kind of care
    care = any(map(_OF_CARE.fullmatch, cells))
    some = [c for c in cells if _MEASURE.fullmatch(c) and f"un{c}".casefold() not in plain]
    some = [c for c in some if not (care and c.casefold() == "planned")]
    ways = len(cells) > 1 and all(map(_WAYS.fullmatch, cells))
    stand = len(cells) <= FEW and any(map(_BEGINS.fullmatch, cells)) and any(map(_ENDS.fullmatch, cells))
    letters = {"n", "d"} <= plain <= {"n", "d", "r", "v", "p"}
    return ways or stand or letters or bool(rates_of(cells)) or bool(some and len(cells) <= FEW)


class _Band(NamedTuple):
    """A band with its ends, those it is of (women, men or all), and what stands in brackets behind it."""

    low: float
    high: float
    who: str
    beside: str


def _overlap(cells: list[str], name: str = "") -> tuple[str, str] | None:
    """Two bands of a column that have more than an end in common, such as 65+ and 75+; not those of men and of women."""
    bands = {cell: band for cell in cells if len(cell) <= _LONG and (band := _band(cell, name))}
    if _OF_NOTES.search(name):
        bands = {cell: band for cell, band in bands.items() if not _INTERVAL.fullmatch(cell)}
    units = {cell: _units(cell) for cell in bands}
    several = {unit for some in units.values() for unit in some}
    slack = _SLACK if len(several) > 1 else 0.0
    if len(several) > 1:
        bands = {
            cell: _in_days(band, units[cell] or [_unit_of(band, bands, units)])
            for cell, band in bands.items()
        }
    # 1_1, 1_2 and 2_1 are numbers of things
    if any("_" in cell and band.high <= band.low for cell, band in bands.items()):
        bands = {cell: band for cell, band in bands.items() if "_" not in cell}
    beside = [band.beside for band in bands.values() if band.beside]
    if len(set(beside)) == len(beside) and len({band[:3] for band in bands.values()}) == len(bands):
        bands = {cell: band._replace(beside="") for cell, band in bands.items()}  # they name the bands
    for who in {band.who for band in bands.values()}:
        for of in {band.beside for band in bands.values()}:
            among = {c: b for c, b in bands.items() if b.who in (who, "") and b.beside in (of, "")}
            some = sorted(among, key=lambda cell: among[cell])
            both = next(
                ((a, b) for a, b in pairwise(some) if among[b].low < among[a].high * (1 - slack)), None
            )
            if both:
                return both
    return None


def _band(cell: str, name: str) -> _Band | None:
    """A cell as a band, or None where it is none; U5 is one in a column of ages, and 4-2018 a month."""
    if interval := _INTERVAL.fullmatch(cell):
        return _Band(int(interval["low"] or 0), int(interval["high"] or _NO_END), "", "")
    behind = _BESIDE_BAND.fullmatch(cell)
    text, beside = (behind["band"], behind["beside"].casefold()) if behind else (cell, "")
    if (short := _SHORT_BAND.fullmatch(text)) and _OF_AGES.search(name):
        age = int(short["age"])
        return _Band(0, age, "", beside) if short["under"] else _Band(age, _NO_END, "", beside)
    band = _BAND.fullmatch(text)
    if not band or (periods.is_month(text) and band["high"]):
        return None
    low = next(int(band[k]) for k in ("low", "from", "over", "under") if band[k])
    who = {"": "", "f": "f", "w": "f", "g": "f"}.get((band["who"] or "")[:1].casefold(), "m")
    return (
        _Band(0, low, who, beside) if band["under"] else _Band(low, int(band["high"] or _NO_END), who, beside)
    )


def _units(cell: str) -> list[str]:
    """The units that a band names; what stands in brackets behind it may be the same in another."""
    behind = _BESIDE_BAND.fullmatch(cell)
    return [str(found.lastgroup) for found in _UNITS.finditer(behind["band"] if behind else cell)]


def _unit_of(band: _Band, bands: dict[str, _Band], units: dict[str, list[str]]) -> str:
    """The unit of a band that names none: that of the one which ends where it begins, as 5+ behind 1-4 years, or the longest."""
    before = [units[c][-1] for c, one in bands.items() if units[c] and band.low - one.high in (0, 1)]
    every = [unit for some in units.values() for unit in some]
    return min(before, key=lambda unit: _DAYS[unit]) if before else max(every, key=lambda unit: _DAYS[unit])


def _in_days(band: _Band, units: list[str]) -> _Band:
    """A band of which the first unit is that of its lower end, and the last that of its upper."""
    high = band.high if band.high == _NO_END else band.high * _DAYS[units[-1]]
    return band._replace(low=band.low * _DAYS[units[0]], high=high)


def _marked(cells: pd.Series) -> bool:
    """Whether two cells are one period, but for a mark such as r for revised behind it."""
    plain = [periods.unmarked(c) for c in cells.unique()]
    return len(set(plain)) < len(plain)
