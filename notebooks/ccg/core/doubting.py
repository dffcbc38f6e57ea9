"""What may be wrong with figures that add up all the same: totals beside parts, editions, measures, rates, signs.

What is sure is refused. What may be so is a doubt: the first line of the report says it, and the rows of the result
that hold such figures are called doubtful, never exact.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from . import keeping, lineage, numbers, periods
from .finding import (
    PublishedError,
    called_a_rate,
    has_limits,
    is_period,
    names_of,
    no_code,
    no_count,
    no_sum,
    other_body,
    says_nothing,
    words_of,
)
from .words import count, few

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
_OF_GROUPS = re.compile(r"(?i)(?<![a-z])(?:dec|quint|quart)iles?(?![a-z])")
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
#: Columns that count what is there at a time, and words for that time.
_STOCK = re.compile(
    r"(?i)(?<![a-z])(?:registered (?:patients?|people|persons)|(?:patients|people) registered|list ?sizes?|populations?|residents?|registers?|practices|waiting list|head ?count|fte|wte"
    r"|beds|incomplete pathways?|wl|(?:number|patients|people|persons|total|still|currently) (?:of .* )?waiting|outstanding|backlog|open (?:referrals?|cases|spells?|pathways?)|case ?loads?"
    r"|in contact|vacanc(?:y|ies)|in (?:post|employment)|diagnosed with|with (?:a )?diagnosis|living with|at (?:the )?end of)(?![a-z])(?! days)"
)
_AS_AT = re.compile(r"(?i)(?<![a-z])(?:as at|snapshot|position at)(?![a-z])")
#: Columns that count again at each time what they counted before.
_SO_FAR = re.compile(r"(?i)(?<![a-z])(?:cumulative|ytd|year to date|so far|rolling|unique|distinct)(?![a-z])")
#: What a column of counts is called, whatever the measure of its row.
_COUNT = re.compile(
    r"(?i)(?<![a-z])(?:numerators?|denominators?|counts?|num(?:ber)?s?|patients|population|register|list ?sizes?|cases"
    r"|observed|expected)(?![a-z])"
)
#: Measures that stand in one column are no more than these: else it tells apart drugs, places, diseases.
_FEW = 60
#: Under so many codes and keys the sum of the others is no chance.
_SURE = 3
#: One row in so many at most has a code and key that its block has already.
_HARDLY = 20
#: So much of a total at most its parts may lack or have more where they are rounded.
_OFF = 0.05
#: Numbers below zero by which some data sets say that none is given, and columns whose numbers may be below zero.
_NOT_GIVEN = {-1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999}
_MAY_BE_BELOW = re.compile(
    r"(?i)(?<![a-z])(?:net|changes?|differences?|diff|balance|surplus|deficit|variances?|growth|gains?|loss(?:es)?|adjustments?"
    r"|movements?|distance|under|over)(?![a-z])"
)
#: A large number as a spreadsheet writes it where the column is narrow, with three digits of it: 1.23E+05.
_CUT = r"\s*[-+]?\d\.\d\dE\+(?:0[3-9]|[1-9]\d)\s*"
#: Rates of which a percentage and a fraction look alike, and how far apart the two then are at least.
_OF_HUNDRED = re.compile(
    r"(?i)%|pct|percent|per cent|(?<![a-z])(?:rates?|shares?|proportions?|prev(?:alence)?|uptake|coverage)(?![a-z])"
)
_FAR = 10
#: What cells and names of columns are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {
    "count": _COUNT, "may_be_below": _MAY_BE_BELOW, "of_hundred": _OF_HUNDRED, "numbered": _NUMBERED,
    "group": _GROUP,
}  # fmt: skip
WHOLLY = {
    "whole": _WHOLE, "no_name": _NO_NAME, "level": _LEVEL, "edition": _EDITION, "of_editions": _OF_EDITIONS,
    "measure": _MEASURE, "of_measures": _OF_MEASURES, "ways": _WAYS, "band": _BAND, "cut": re.compile(_CUT),
    "not_given": re.compile("|".join(map(str, sorted(_NOT_GIVEN)))),
}  # fmt: skip
#: An odd number that makes one number of those of several cells.
_MIX = 0x9E3779B97F4A7C15 - 2**64


class Doubt(NamedTuple):
    """Why some figures may be wrong, and the rows of the table that hold them.

    Attributes
    ----------
    why : str
        The reason, in words.
    rows : Series of bool
        For each row of the table whether it holds such figures.
    alone : bool
        Whether such a row is wrong by itself, and not only where it is added to others or divided, as a rate is.
    """

    why: str
    rows: pd.Series
    alone: bool = True


class AddedUp(NamedTuple):
    """What to say of rows that are added up: ``notes`` in words, and ``doubts``."""

    notes: list[str]
    doubts: list[Doubt]


def added_up(
    frame: pd.DataFrame, keys: list[str], left: list[str], sums: list[str], again: Sequence[int] = ()
) -> AddedUp:
    """What to say where rows of one code and key are added up that a column left out tells apart, or that nothing does.

    ``again`` are the lines of the file on which the header stands again.

    Raises
    ------
    PublishedError
        That column holds totals beside their parts, several levels, editions or measures, so that figures would count
        twice; or it is a period, and a body has rows in some of them only, so that sums would be of more periods for
        one than for another.
    """
    if not sums:
        return AddedUp([], [])
    blank = no_code(frame[keys[0]])
    among = ~blank & frame.duplicated(keys, keep=False)
    if not among.any():
        return AddedUp([], [])
    some = frame if among.all() else frame[among]
    groups = some.groupby(keys, dropna=False, observed=True)
    apart = [c for c in left if (groups[c].nunique(dropna=False) > 1).any()]
    notes, doubts = _same(among, some, keys[0], sums)
    doubts += _not_told_apart(among, frame, keys, left, sums, again)
    for name in apart:
        total = _sum_of_the_others(some, keys, name, sums)
        why = _counted_twice(some, groups, name, sums, total) or _uneven(frame, keys, name)
        if why:
            raise PublishedError(
                f"column {name!r} is to be left out, but {why}; keep them apart with --by {name!r}, or take those rows "
                "out of the file"
            )
        doubts += _maybe_twice(among, name, total)
        doubts += _two_names(frame, some, keys, name)
        doubts += _of_days(frame, among, name, sums)
    doubts += _repeated(among, some, keys, apart, sums)
    if apart:
        codes, tell = some[keys[0]].nunique(), len(apart) == 1
        said = (
            f"{codes:,} code{' has' if codes == 1 else 's have'} several rows under one key, which are added up; the dropped "
            f"column{'' if tell else 's'} {', '.join(apart[:6])} tell{'s' if tell else ''} them apart: if they hold totals "
            "or several measures, name them with --by"
        )
        notes = [said, *notes]
    return AddedUp(notes, doubts)


def _maybe_twice(among: pd.Series, name: str, total: "_Total | None") -> list[Doubt]:
    """A doubt where a cell of a column left out holds the sum of the others, and that may be chance."""
    if total is None:
        return []
    why = (
        f"figures of {count(total.times, 'code')} may be counted twice, since {_called(total.cell)} of the dropped column "
        f"{name!r} is the sum of the others{', but for rounding' if total.rounded else ''} (--by {name!r} keeps them apart)"
    )
    return [Doubt(why, _of(among, total.rows))]


def _of(among: pd.Series, rows: pd.Series) -> pd.Series:
    """Rows of a part of a table, as rows of the whole; ``among`` are those of the part."""
    out = among.copy()
    out[among] = rows.to_numpy()
    return out


def _same(among: pd.Series, some: pd.DataFrame, code: str, sums: list[str]) -> tuple[list[str], list[Doubt]]:
    """What to say of rows that are as another in every column; but for those that count one thing each, a doubt."""
    twins = _twins(some)
    maybe = some[twins]
    again = maybe.duplicated()
    if not again.any():
        return [], []
    at, n = int(again.to_numpy().argmax()), int(again.sum())
    where = f" (line {maybe.index[at]})" if maybe.index.name == "line" else ""
    note = (
        f"{n:,} row{' is' if n == 1 else 's are'} the same as another in every column, first one of "
        f"{maybe[code].iloc[at]}{where}, and added up with it: "
        "if they were copied twice, take them out"
    )
    one = {"", "0", "1", "1.0", "0.0"}
    ones = pd.DataFrame({c: keeping.told(maybe[c], lambda cell: cell.strip() in one) for c in sums})
    more = maybe.duplicated(keep=False) & ~ones.all(axis=1)
    if not more.any():
        return [note], []
    many = int((again & more).sum())
    why = f"{count(many, 'row')} {'is' if many == 1 else 'are'} the same as another in every column, so may be counted twice"
    return [note], [Doubt(why, _of(among, _of(twins, more)))]


def _not_told_apart(
    among: pd.Series,
    frame: pd.DataFrame,
    keys: list[str],
    left: list[str],
    sums: list[str],
    again: Sequence[int],
) -> list[Doubt]:
    """A doubt where no column tells rows of one code apart, and they are no rows of practices or the like.

    These are not: most codes have one row, or all as many, or the codes stand again below a row that is of no body or
    is the header.
    """
    body = _bodies(frame[keys[0]])
    sizes = frame[body].groupby(keys, dropna=False, observed=True).size()
    usual = [
        (2 * int(sizes.gt(1).sum()) <= len(sizes), "most codes have one"),
        (len(sizes) >= _SURE and sizes.nunique() == 1, "all codes have as many"),
    ]
    how = [words for is_so, words in usual if is_so][-1:]
    block, between = _blocks(frame, body, keys, again, len(sizes))
    if not how and not between:
        return []
    some = frame[among & body]
    may = {c for c in names_of(frame) if c not in sums and _may_tell(some[c], counts=not between)}
    alike = [c for c in names_of(frame) if c in {*keys, *left} or c in may]
    rows = some.duplicated(alike, keep=False) & ~some.duplicated([*alike, *sums], keep=False)
    if between:
        of_row = block[among & body].groupby([some[c] for c in alike], dropna=False, observed=True)
        apart = rows & (of_row.transform("nunique") > 1)
        rows, how = (apart, [between]) if apart.any() else (rows, how)
    if not rows.any() or not how:
        return []
    first = str(some[keys[0]][rows].iloc[0]).strip()
    why = (
        f"{first} has several rows that no column tells apart, and {how[0]}: they may be of several periods, or one a "
        "correction"
    )
    return [Doubt(why, _of(among & body, rows))]


def _may_tell(cells: pd.Series, counts: bool) -> bool:
    """Whether a column of numbers that is not the same for each code may tell its rows apart, as an id does.

    A rate does not, unless it is a tenth of people by deprivation. With ``counts`` other numbers may, since nobody can tell the number of a ward from a count.
    """
    if _OF_GROUPS.search(words_of(str(cells.name))):
        return True
    why = no_count(str(cells.name), cells)
    return why not in ("a rate", "a share") and (counts or why is not None)


def _bodies(cells: pd.Series) -> pd.Series:
    """Where a column of codes has one of a body, or its name: none for a total, a word or a blank."""
    home = lineage.default()
    beside = home.beside()
    return keeping.told(cells, lambda c: c.strip() not in beside and bool(home.written(c) or home.suggest(c)))


def _blocks(
    frame: pd.DataFrame, body: pd.Series, keys: list[str], again: Sequence[int], most: int
) -> tuple[pd.Series, str]:
    """In which block of the file each row stands, and words for what stands between these; no words where it has no blocks.

    What stands between is the header, or a row of no body, as of a total or with a word above the codes. In a block hardly
    a code and key stands twice: rows of practices are no blocks, though one of an unknown CCG is among them. So there are
    ``most`` rows in one, which spares most tables of millions of rows the search for those that stand twice.
    """
    if again:
        block = pd.Series(pd.Index(again).searchsorted(frame.index), frame.index)
        return block, f"the header stands again (line {again[0]}) between them"
    block = (~body).cumsum()
    n = int(body.sum())
    few_of_them = max(1, n // _HARDLY)
    if n == len(frame) or n - few_of_them > most * (len(frame) - n + 1):
        return block, ""
    rows = frame.loc[body, keys].assign(_block=block[body])
    in_block = rows.duplicated()
    second = rows.duplicated(keys) & ~in_block
    if int(in_block.sum()) > few_of_them or not second.any():
        return block, ""
    first = body.to_numpy().nonzero()[0][second.to_numpy().argmax()]
    at = (~body).to_numpy()[:first].nonzero()[0][-1]
    where = f"line {frame.index[at]}" if frame.index.name == "line" else f"row {at + 1}"
    return block, f"a row of no known body stands between them ({where})"


def _twins(some: pd.DataFrame) -> pd.Series:
    """Where a row may be the same as another: all that are, and by chance a few more.

    ``duplicated`` on ten million rows takes half a gigabyte, and most of them are like no other.
    """
    key = keeping.values(some.iloc[:, 0], hash).to_numpy(copy=True)
    for at in range(1, some.shape[1]):
        key *= _MIX  # what runs over is lost, and that is as good
        key += keeping.values(some.iloc[:, at], hash).to_numpy()
    order = key.copy()
    order.sort()
    return pd.Series(key, some.index).isin(order[1:][order[1:] == order[:-1]])


def _two_names(frame: pd.DataFrame, some: pd.DataFrame, keys: list[str], name: str) -> list[Doubt]:
    """A doubt where a few codes have rows under two names each, in a column that calls every other code by a name of its own."""
    code = keys[0]
    if not keeping.is_text(frame[name]) or is_period(frame, name):
        return []
    under = some[[*keys, name]].drop_duplicates()
    names = {c: set(cells) for c, cells in under[under.duplicated(keys, keep=False)].groupby(code)[name]}
    torn = sorted(str(c) for c, several in names.items() if not _of_one_body(several))
    pairs = frame.loc[~frame[code].isin(list(names)), [code, name]].drop_duplicates()
    own = pairs[code].is_unique and pairs[name].is_unique and len(pairs) >= len(names)
    if not torn or not own or not re.search(r"(?i)name|title|(?<![a-z])nm(?![a-z])", words_of(name)):
        return []
    first, second = sorted(map(str, names[torn[0]]))[:2]
    more = f", and so for {len(torn) - 1} more" if len(torn) > 1 else ""
    why = (
        f"figures of {torn[0]!r} under two names, {first!r} and {second!r}, were added up{more}: if these are two bodies, "
        "give each its own code"
    )
    return [Doubt(why, keeping.told(frame[code], lambda cell: cell in torn))]


def _of_days(frame: pd.DataFrame, among: pd.Series, name: str, sums: list[str]) -> list[Doubt]:
    """A doubt where the periods left out are days on which something was counted: its counts make no sum."""
    if not is_period(frame, name):
        return []
    as_at = _AS_AT.search(words_of(name)) or any(map(_AS_AT.search, map(str, frame[name].unique()[:_FEW])))
    again = [s for s in sums if _SO_FAR.search(words_of(s))]
    stocks = [s for s in sums if as_at or s in again or _STOCK.search(words_of(s))]
    if not stocks:
        return []
    what = "again what it counted before" if stocks[0] in again else "what is there at a time"
    why = (
        f"column {stocks[0]!r} counts {what}, and those of several times in the dropped column {name!r} were added up "
        f"(--by {name!r} keeps them apart)"
    )
    return [Doubt(why, among)]


def _of_one_body(names: set[str]) -> bool:
    """Whether some names are of one body: alike but for case and spaces, or its old and its new one."""
    plain = {" ".join(str(one).split()).casefold() for one in names}
    if len(plain) == 1:
        return True
    codes = {lineage.suggest(str(one)) for one in names}
    try:  # a region is suggested too, and has no life here
        return None not in codes and len({lineage.lifetime(str(code))[0] for code in codes}) == 1
    except lineage.LineageError:
        return False


def _repeated(
    among: pd.Series, some: pd.DataFrame, keys: list[str], apart: list[str], sums: list[str]
) -> list[Doubt]:
    """Doubts about a column whose number is the same in all rows of a code and key, as that of all patients beside each disease.

    Raises PublishedError where it is so under several codes, and no chance.
    """
    out: list[Doubt] = []
    if not apart:
        return out
    group = some.groupby(keys, dropna=False, observed=True).ngroup()
    for name in sums:
        value = keeping.made(some[name], lambda cell: numbers.plain(str(cell)) or "")
        several = value.groupby(group).transform("count") > 1
        alike = (value.groupby(group).transform("nunique") == 1) & several & ~value.isin(["", "0", "1"])
        many = value[alike].groupby(group[alike]).first()
        if not len(many) or len(many) < group[several].nunique() / 2:
            continue
        first = some.loc[alike].iloc[0]
        why = (
            f"column {name!r} has the same number in several rows of one code, such as {first[name]!r} for "
            f"{first[keys[0]]!r}, so it would be counted several times"
        )
        if many.nunique() >= _SURE and len(many) == group[several].nunique():
            raise PublishedError(
                f"{why}; leave it out with --drop {name!r}, or keep the rows apart with --by {apart[0]!r}"
            )
        out.append(Doubt(why.replace("would", "may"), _of(among, alike)))
    return out


# --- totals, levels, editions and measures in a column that is left out ---------------------------------------


def _number(cell: object) -> float:
    return float(numbers.plain(str(cell)) or "nan")


class _Total(NamedTuple):
    """A cell in whose rows stands the sum of the others, under how many codes and keys it does, and all their rows."""

    cell: str
    times: int
    rows: pd.Series
    rounded: bool = False


def _called(cell: str) -> str:
    return repr(cell) if cell else "a blank cell"


def _counted_twice(some: pd.DataFrame, groups: Any, name: str, sums: list[str], total: _Total | None) -> str:
    """Why the rows that a column tells apart are not to be added up: by what they are called, or by their numbers."""
    cells = sorted({str(c).strip() for c in some[name].unique()})
    whole = [c for c in cells if _WHOLE.fullmatch(c) and _is_whole(c, some, groups, name, sums)]
    levels = [c for c in cells if _LEVEL.fullmatch(c)]
    if whole and len(whole) < len(cells):
        part = next(c for c in cells if c not in whole)
        return f"{whole[0]!r} stands beside parts such as {part!r}, so figures would be counted twice"
    if 1 < len(levels) == len(cells):
        return f"its rows are of several levels, {levels[0]!r} and {levels[1]!r}, so figures would be counted twice"
    if total is not None and total.times >= _SURE and not total.rounded:
        return f"in every row of {_called(total.cell)} stands the sum of the others, so figures would be counted twice"
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


def _rates(cells: Sequence[str]) -> list[str]:
    """Those of a few cells that are called rates, and are no groups of people."""
    return [c for c in cells if called_a_rate(c) and not _GROUP.search(c)] if len(cells) <= _FEW else []


def _are_measures(cells: Sequence[str]) -> bool:
    """Whether a few cells are called measures or rates, all are ways of counting, or they are N, D and the like."""
    plain = {c.casefold() for c in cells}
    # planned beside unplanned is a kind of care
    some = [c for c in cells if _MEASURE.fullmatch(c) and f"un{c}".casefold() not in plain]
    ways = len(cells) > 1 and all(map(_WAYS.fullmatch, cells))
    letters = {"n", "d"} <= plain <= {"n", "d", "r", "v", "p"}
    return ways or letters or bool(_rates(cells)) or bool(some and len(cells) <= _FEW)


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


def _sum_of_the_others(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> _Total | None:
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
    return _Total(cell, len(set(found[cell])), group.isin(every))


def _nearly_the_sum(alike: pd.DataFrame, group: pd.Series) -> _Total | None:
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
        if fits.all() and len(fits) >= _SURE and (off.loc[at].sum() <= _OFF * alike.loc[at].sum()).all():
            groups = at.get_level_values("_group")
            return _Total(str(cell), len(set(groups)), group.isin(groups), rounded=True)
    return None


def _uneven(frame: pd.DataFrame, keys: list[str], name: str) -> str:
    """Why periods are not to be added up: a body has rows in some of them only, of those under one key that is a period."""
    home = lineage.default()
    if not is_period(frame, name):
        return ""
    beside = home.beside()
    meant = {c: home.written(c) for c in map(str, frame[keys[0]].unique())}
    bodies = frame[keeping.told(frame[keys[0]], lambda c: meant.get(c) and meant[c] not in beside)]
    of = [k for k in keys[1:] if is_period(frame, k)]
    rows = bodies[[*of, keys[0], name]].drop_duplicates().astype(str)
    for _, some in rows.groupby(of) if of else [("", rows)]:
        there = set(zip(some[keys[0]].map(meant), some[name], strict=True))
        codes, all_periods = sorted({c for c, _ in there}), sorted({p for _, p in there})
        lacking = next(((c, p) for p in all_periods for c in codes if (c, p) not in there), None)
        if lacking is not None:
            return (
                f"it is a period, and {lacking[0]} has rows in other periods but none in {lacking[1]!r}, so sums would "
                "not compare"
            )
    return ""


# --- names of other bodies -----------------------------------------------------------------------------------


def of_names(frame: pd.DataFrame, code: str, left: list[str]) -> AddedUp:
    """What to say of a column left out whose codes or names are of another body of the level of the code beside them.

    It is a doubt where each code has one name and each name one code, so that it calls bodies by their names.
    """
    notes, doubts = [], []
    for name in left:
        rows = other_body(frame, code, name)
        if not rows.any():
            continue
        at = frame.index[rows][0]
        one, other = frame[code][rows].iloc[0], frame[name][rows].iloc[0]
        where = f" (line {at})" if frame.index.name == "line" else ""
        disagree = f"columns {code!r} and {name!r} disagree, first{where} {one!r} and {other!r}"
        body = lineage.lifetime(str(lineage.suggest(other, frame[code])))[0]
        notes.append(f"{disagree}, which is {body}; the codes of {code!r} were taken")
        pairs = frame[[code, name]].drop_duplicates()
        if pairs[code].is_unique and pairs[name].is_unique and lineage.written(other) is None:
            doubts.append(Doubt(disagree, rows))
    return AddedUp(notes, doubts)


# --- rates, and signs that may mean: not given ------------------------------------------------------------------


def rates_among(
    frame: pd.DataFrame, keys: list[str], sums: list[str], left: Sequence[str] = (), title: str = ""
) -> AddedUp:
    """What to say where what is added up is called a rate: a column, or the measure of a row, such as Percent.

    ``left`` are the columns left out, which may name the measure too, and ``title`` is what stands above the table.
    """
    notes, doubts = [], []
    limits = has_limits(map(str, frame.columns))
    found = {name: why for name in sums if (why := no_sum(name, frame[name], limits, title))}
    for why in dict.fromkeys(found.values()):
        some = [repr(name) for name, its in found.items() if its == why]
        one = len(some) == 1
        said = (
            f"column{'' if one else 's'} {few(some)} hold{'s' if one else ''} {why} and {'was' if one else 'were'} added up, "
            "which may make no sum (--mean averages a rate)"
        )
        doubts.append(Doubt(said, pd.Series(True, frame.index), alone=False))
    counted = all(map(_COUNT.search, map(words_of, sums)))
    vague = [s for s in sums if says_nothing(s)]
    for key in [*keys, *(left if vague else ())] if sums and not counted else ():
        cells: list[str] = list(frame[key].unique()) if keeping.is_text(frame[key]) else []
        rates = _rates([c for c in cells if numbers.plain(c) is None])
        if rates and not is_period(frame, key):
            called = f"under {' and '.join(map(repr, rates[:3]))} in {key!r}"
            notes.append(
                f"{called}, by its name a rate, {(vague or sums)[0]!r} is added up as under any other "
                "key: leave those rows aside if it holds the rate itself"
            )
            rows = keeping.told(frame[key], frozenset(rates).__contains__)
            doubts.append(Doubt(f"rates cannot be added up, as figures {called} were", rows, alone=False))
    return AddedUp(notes, doubts)


def of_numbers(frame: pd.DataFrame, sums: Sequence[str], rates: Sequence[str]) -> list[Doubt]:
    """Doubts about numbers that were read: -99 in a count, and a fraction among percentages."""
    out = []
    for name in sums:
        below = frame[name].lt(0).fillna(False).astype(bool)
        found = sorted({float(x) for x in frame[name][below]}, reverse=True)
        if found and set(found) <= _NOT_GIVEN and not _MAY_BE_BELOW.search(words_of(name)):
            marks = [f"{x:.0f}" for x in found]
            why = (
                f"{few(marks, 3)} in column {name!r} may mean not given; if so, say missing={marks!r} "
                f"(--missing {' '.join(marks)})"
            )
            out.append(Doubt(why, below))
    for name in rates if len(frame) else ():
        size = frame[name].astype(float).abs()
        low, high = size[size.gt(0) & size.le(1)], size[size.gt(1)]
        if not len(low) or not len(high) or not _OF_HUNDRED.search(words_of(name)):
            continue
        if high.max() <= 100 and high.min() >= _FAR * low.max():
            few_of_them = low if len(low) <= len(high) else high
            why = (
                f"column {name!r} holds {low.max():g} beside {high.min():g}: if one is a fraction and the other a "
                "percentage, write them alike"
            )
            out.append(Doubt(why, pd.Series(frame.index.isin(few_of_them.index), frame.index)))
    return out


def of_digits(cells: pd.Series) -> list[Doubt]:
    """A doubt about numbers of a column of which a spreadsheet has kept three digits, like 1.23E+05."""
    cut = keeping.told(cells, re.compile(_CUT).fullmatch)
    if not cut.any():
        return []
    first = cells[cut].iloc[0].strip()
    why = f"{first!r} in column {cells.name!r} may have lost digits, as spreadsheets shorten them"
    return [Doubt(why, cut)]


def carried_twice(
    frame: pd.DataFrame, keys: list[str], sums: Sequence[str], carried: pd.Series
) -> list[Doubt]:
    """A doubt where the codes of closed bodies add up to what stands beside them under the code of the later body."""
    if not sums:
        return []
    group = frame.groupby(keys, dropna=False, observed=True).ngroup()
    values = frame[list(sums)].astype(float)
    old, own = (values[of].groupby(group[of]).sum(min_count=1) for of in (carried.notna(), carried.isna()))
    both = old.index.intersection(own.index)
    same = (old.loc[both] - own.loc[both]).abs().le(1e-9 * own.loc[both].abs()).all(axis=1)
    same &= own.loc[both].ne(0).any(axis=1)
    if not same.any():
        return []
    rows = group.isin(same[same].index)
    codes = sorted(set(frame[keys[-1]][rows]))
    why = f"figures of {few(codes, 6)} may be counted twice, since those of the closed codes taken there add up to its own"
    return [Doubt(why, rows)]
