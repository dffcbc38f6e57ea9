"""Doubts where several times are added up: what was there on a day, what runs on, lists of all patients, days of events."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from .. import keeping, lineage, list_sizes, periods, subtotals, totals
from ..finding import is_money, is_period, names_of, says_nothing, words_of
from ..words import few
from .doubt import Doubt

#: What all patients, or all people, are called.
_ALL = r"registered (?:patients?|people|persons)|(?:patients|people) registered|list ?sizes?|(?:practice|patient) lists?|populations?"
#: Columns that count them.
_OF_ALL = re.compile(rf"(?i)(?<![a-z])(?:{_ALL})(?![a-z])")
#: Columns that count what is there at a time, and words for that time.
_STOCK = re.compile(
    rf"(?i)(?<![a-z])(?:{_ALL}|residents?|registers?|practices|waiting list|head ?count|fte|wte"
    r"|beds|incomplete pathways?|wl|(?:number|patients|people|persons|total|still|currently) (?:of .* )?waiting|outstanding|backlog|open (?:referrals?|cases|spells?|pathways?)|case ?loads?"
    r"|in contact|vacanc(?:y|ies)|in (?:post|employment)|diagnosed with|with (?:a )?diagnosis|living with|at (?:the )?end of"
    r"|active patients|(?:people|patients|persons|currently|still) eligible|snapshot|at (?:the )?(?:month|quarter|year|period)[ -]?end|(?:on|at) (?:the )?last day"
    r"|waiters|waiting (?:over|more|longer|at least|\d).*)(?![a-z])(?! days)"
)
#: Columns of what divides people.
_OF_PEOPLE = re.compile(
    r"(?i)(?<![a-z])(?:sex|gender|ages?|age ?(?:group|band)|ethnic(?:ity| group)?|deprivation|quintile|decile)(?![a-z])"
)
#: Columns of diseases, tests and the like, which divide no patients: beside each stand all of them.
_BESIDE_PATIENTS = re.compile(
    r"(?i)(?<![a-z])(?:diseases?|conditions?|illness(?:es)?|diagnos[ie]s|qof|group codes?|indicator groups?|domains?|tests?|procedures?|vaccin(?:es?|ations?)|jabs?|doses?|drugs?|medicines?|chemicals?|bnf"
    r"|treatments?|treatment functions?|special(?:ty|ties|ity|ities)|questions?|answers?|responses?|screening|programmes?|services?|pathways?|standards?|cancers?|tumours?|checks?)(?![a-z])"
)
_AS_AT = re.compile(r"(?i)(?<![a-z])(?:as at|snapshot|position at)(?![a-z])")
#: Columns that count what happens, of which there may be about one a head.
_EVENTS = re.compile(
    r"(?i)(?<![a-z])(?:appointments?|referrals?|admissions?|attendances?|consultations?|contacts?|visits?|calls?|items?|prescriptions?"
    r"|tests?|doses?|vaccinations?|episodes?|spells?)(?![a-z])"
)
#: Columns that count again at each time what they counted before.
_SO_FAR = re.compile(
    r"(?i)(?<![a-z])(?:cumulative|ytd|(?:year )?to date|so far|rolling|unique|distinct)(?![a-z])"
)
#: Where days are periods, so many of all codes and days have a row.
_OFTEN = 0.8
#: Of so many times, no further apart than quarters are, numbers are that are taken for a total that runs on, and at so
#: many of them they rise. What counts from the beginning grows by half of its first number each time or more; of numbers
#: that grow less, or may have begun before, there have to be so many times: what is counted grows for a while as well.
_TIMES, _LONG, _WITHIN_A_YEAR, _MOSTLY, _HALF = 5, 8, pd.Timedelta(days=100), 0.5, 0.5
#: Fewer times are enough, and money is asked too, where each adds from half to twice of the first number; or more, if
#: what begins slowly then adds about as much each time, the most twice the least. So it is under so many of the codes: a
#: few are small, and chance is in them.
_FEWER, _LIKE_THE_FIRST, _EVENLY, _TWICE = 3, (0.5, 2), 4, 2
#: One in so many numbers of a total that runs on may be lower than the last, as it was corrected.
_CORRECTED = 0.01
#: Totals of a year begin again with it: the month in which a year of the NHS, of the calendar, of schools or of flu
#: begins. One year does not show it.
_YEARS, _SEVERAL = {4: "April", 1: "January", 9: "September", 10: "October"}, 2
#: Of events by chance the square of a change is twice their number on average, and half of the squares are above 0.45 of
#: that; half of those of what is there at a time are below this, of numbers large enough to tell.
_STEADY, _LARGE = 0.1, 100
#: What names of columns are asked for, for readers that have no Python: anywhere in them.
ANYWHERE = {"of_all": _OF_ALL, "beside_patients": _BESIDE_PATIENTS, "of_people": _OF_PEOPLE}


def of_days(frame: pd.DataFrame, among: pd.Series, name: str, sums: list[str]) -> list[Doubt]:
    """A doubt where the periods left out are days on which something was counted: its counts make no sum."""
    if not is_period(frame, name):
        return []
    as_at = _AS_AT.search(words_of(name)) or any(
        map(_AS_AT.search, map(str, frame[name].unique()[: totals.FEW]))
    )
    measures = _measures(frame, name) if any(map(says_nothing, sums)) else []
    called = {s: [words_of(s), *(measures if says_nothing(s) else ())] for s in sums}
    again = [s for s in sums if any(map(_SO_FAR.search, called[s]))]
    stocks = [s for s in sums if as_at or s in again or any(map(_STOCK.search, called[s]))]
    if not stocks:
        return []
    what = "again what it counted before" if stocks[0] in again else "what is there at a time"
    why = (
        f"column {stocks[0]!r} counts {what}, and those of several times in the dropped column {name!r} were added up "
        f"(--by {name!r} keeps them apart)"
    )
    return [Doubt(why, among)]


def by_numbers(
    some: pd.DataFrame, among: pd.Series, keys: list[str], name: str, sums: list[str]
) -> list[Doubt]:
    """A doubt where the numbers of several times show that they make no sum, whatever they are called.

    They hardly ever fall from one time to the next, and mostly rise: as a total does that runs on, if only within each of
    several years. Or they change less than events do that come by chance: of ``n`` a month by the root of ``2 n`` from
    one month to the next, mostly. Money comes in equal parts and rises, so is only asked whether each time adds as much
    as the first. Years are not asked: from one to the next lists rise. Periods that are no dates may follow each other in
    several ways, and one of these is enough.
    """
    if not is_period(some, name):
        return []
    cells = some[name].unique()
    day, sure = _days(cells)
    if day is None:
        turns: list[dict[Any, Any]] = [*periods.in_turn(cells, words_of(name))]
    else:
        near = pd.Series(sorted(set(day.values()))).diff().median() <= _WITHIN_A_YEAR
        turns = [day] if near else []
    if not turns:
        return []
    orders = [keeping.values(some[name], turn.get) for turn in turns]
    out = []
    for column in sums:
        if _SO_FAR.search(words_of(column)) or _STOCK.search(words_of(column)):
            continue  # said already
        number = keeping.values(some[column], subtotals.number)
        of, money = [some[k] for k in keys], is_money(column)
        runs = (_running(number, of, when, money, day is not None) for when in orders)
        if run := next(filter(None, runs), None):
            but = f" but for {run.falls} of {run.of:,}" if run.falls else ""
            within = f" within a year{f' from {run.year}' if sure else ''}" if run.year else ""
            how = f"fall from no time to the next{within}{but}, as totals that run on do"
        elif day is not None and not money and _stands(_added_up(number, [*of, orders[0]])):
            how = "change less from one time to the next than events do, as what is there at a time does"
        else:
            continue
        why = f"the numbers of column {column!r} in the dropped column {name!r} {how}, and were added up (--by {name!r} keeps them apart)"
        out.append(Doubt(why, among))
    return out


def _days(cells: Any) -> tuple[dict[Any, pd.Timestamp] | None, bool]:
    """The days of some periods, if all are read, and whether of which year they are is sure: 2018 Q1 is of one or the other."""
    try:
        return periods.days(cells), True
    except periods.PeriodError:
        pass
    try:
        return periods.days(cells, alike=lambda _: ""), False
    except periods.PeriodError:
        return None, False


def _added_up(number: pd.Series, of: list[pd.Series]) -> pd.Series:
    """Numbers added up by keys and, last, by times, in the order of these."""
    # the levels are told by their places: a key may be called as the days are
    return number.groupby(of, dropna=False, observed=True).sum(min_count=1).dropna().sort_index()


def _of_keys(each: pd.Series) -> Any:
    """Numbers by keys and, last, by times, grouped by the keys."""
    return each.groupby(level=list(range(each.index.nlevels - 1)), dropna=False, observed=True)


def _changes(each: pd.Series) -> pd.Series:
    """By how much numbers by keys and times differ from those of the time before."""
    change: pd.Series = _of_keys(each).diff().dropna()
    return change


class _Run(NamedTuple):
    """How numbers run on: how many of how many changes are falls, and where only a year long, with which month it begins."""

    falls: int
    of: int
    year: str = ""


def _running(
    number: pd.Series, of: list[pd.Series], when: pd.Series, money: bool, dated: bool
) -> _Run | None:
    """How numbers run on by keys from time to time, for good or in each of several years; None if they do not.

    Of times that are not ``dated`` nobody knows whether they are of one year or of each of several.
    """
    each = _added_up(number, [*of, when])
    change = _changes(each)
    falls = int(change.lt(0).sum())
    if _runs_on(each, change, money, long=dated):
        return _Run(falls, len(change))
    if not dated:
        return None
    for month, year in _YEARS.items():
        begun = when.dt.year - when.dt.month.lt(month)
        # no more than so many fall as a year begins, and none or hardly any in between: most numbers end here
        most = (begun.nunique() - 1) * (len(each) - len(change)) + _CORRECTED * len(change)
        if falls > most:
            continue
        within = _added_up(number, [*of, begun, when])
        rest = _changes(within)
        left, turns = int(rest.lt(0).sum()), len(change) - len(rest)
        if not turns or falls - left < totals.ALMOST_ALL * turns:
            continue  # they do not fall from the last time of a year to the first of the next
        whole = within[_of_keys(within).transform("size").ge(_FEWER)]
        if when.min().month != month:  # the first year counts from before the first time
            whole = whole[whole.index.get_level_values(-2) > begun.min()]
        several = whole.index.get_level_values(-2).nunique() >= _SEVERAL
        if several and _runs_on(whole, _changes(whole), money, long=False):
            return _Run(left, len(rest), year)
    return None


def _runs_on(each: pd.Series, change: pd.Series, money: bool, long: bool = True) -> bool:
    """Whether numbers, with their changes, hardly ever fall, and under almost all codes and keys run on.

    Each time adds about as much as the first, as Q1 to Q4 of a year to date do; or, if they are no money, they mostly rise,
    by much or, if that counts, for ``long``.
    """
    if change.lt(0).mean() > _CORRECTED:
        return False
    first, last = _of_keys(each).first(), _of_keys(each).last()
    added = _of_keys(change).agg(["size", "min", "max"])
    rises = _of_keys(change.gt(0)).mean()
    # a body may have one number alone, the others being blank
    times, first, last = added["size"] + 1, first.reindex(added.index), last.reindex(added.index)
    least, most = _LIKE_THE_FIRST
    enough = added["min"].ge(least * first) & added["min"].gt(0)
    evenly = times.ge(_EVENLY) & added["max"].le(_TWICE * added["min"])
    alike = enough & (added["max"].le(most * first) | evenly)
    much = last.ge(_HALF * times * first) | (long & times.ge(_LONG))
    are = alike & times.ge(_FEWER)
    if not money:
        are |= rises.ge(_MOSTLY) & much & times.ge(_TIMES)
    return int(are.sum()) >= subtotals.SURE and bool(are.mean() >= totals.ALMOST_ALL)


def _stands(each: pd.Series) -> bool:
    """Whether numbers by keys and times change less than events do that come by chance."""
    change = _changes(each)
    before = each.reindex(change.index) - change
    large = before.ge(_LARGE) & change.ne(0)  # a payment may be the same each month
    if int(large.sum()) < max(list_sizes.ENOUGH, len(change) / 2):
        return False
    return bool((change[large] ** 2 / (2 * before[large])).median() < _STEADY)


def of_all(
    frame: pd.DataFrame,
    among: pd.Series,
    keys: list[str],
    name: str,
    sums: list[str],
    beside: Sequence[str] = (),
) -> list[Doubt]:
    """A doubt where all patients stand in the row of each disease, test or the like: not the same number, since some are of adults.

    Numbers tell it where names do not, as that of a Denominator, or the list itself of each quarter; but in the rows of
    sexes and ages they are no whole lists, and a pound for each patient is no patient. ``beside`` are the other columns
    left out that tell rows apart.
    """
    way = f"were added up (--by {name!r} keeps them apart)"
    every = [s for s in sums if _OF_ALL.search(words_of(s))]
    if every and _BESIDE_PATIENTS.search(words_of(name)):
        why = f"column {every[0]!r} counts all patients in each row, and those of several rows of the dropped column {name!r} {way}"
        return [Doubt(why, among)]
    if _OF_PEOPLE.search(words_of(name)):
        return []
    times = is_period(frame, name)
    again = [c for c in beside if is_period(frame, c) or _BESIDE_PATIENTS.search(words_of(c))]
    # men and women are all, if all persons do not stand beside them
    merged = [keys[0], *(k for k in keys[1:] if not _OF_PEOPLE.search(words_of(k)))]
    for column in [s for s in sums if not is_money(s)]:
        if times and any(one.search(words_of(column)) for one in (_STOCK, _SO_FAR, _EVENTS)):
            continue  # said already, or not so
        for of in (keys, merged) if merged != keys else (keys,):
            cells = list_sizes.all_patients(frame, [*of, *again], name, column, times=times)
            if len(cells) > 1:
                under = f"under {few(map(repr, cells), 3)} of the dropped column {name!r}"
                why = f"it seems by its size that column {column!r} counts about all patients, or all adults, {under}, and these {way}"
                return [Doubt(why, among)]
    return []


def of_events(frame: pd.DataFrame, code: str, name: str) -> list[Doubt]:
    """A doubt where the days left out are those of events: if they are periods, some of them are missing for a code."""
    if not is_period(frame, name) or not _are_events(_of_known(frame, [code, name], code), code, name):
        return []
    why = (
        f"the days in the dropped column {name!r} were taken for those of payments or other events, since not every code has "
        f"rows on each: if they are periods, sums do not compare (--by {name!r} keeps them apart)"
    )
    return [Doubt(why, pd.Series(True, frame.index))]  # a code with one row lacks the other days too


def _measures(frame: pd.DataFrame, but: str) -> list[str]:
    """The few cells of columns of measures, which say what is counted where the column of numbers is called Value."""
    some = [c for c in names_of(frame) if c != but and totals.of_measures(c) and keeping.is_text(frame[c])]
    return [str(cell) for c in some for cell in frame[c].unique()[: totals.FEW]]


def uneven(frame: pd.DataFrame, keys: list[str], name: str, dated: bool) -> str:
    """Why periods are not to be added up: a body has rows in some of them only, of those under one key that is a period.

    What has no date is of no geography if ``dated``, so is not added up.
    """
    if not is_period(frame, name):
        return ""
    of = [k for k in keys[1:] if is_period(frame, k)]
    rows = _of_known(frame, [*of, keys[0], name], keys[0])
    rows = rows[rows[name].ne("")] if dated else rows
    if _are_events(rows, keys[0], name):  # added up, and doubtful
        return ""
    for _, some in rows.groupby(of) if of else [("", rows)]:
        there = set(zip(some[keys[0]], some[name], strict=True))
        codes, all_periods = sorted({c for c, _ in there}), sorted({p for _, p in there})
        lacking = next(((c, p) for p in all_periods for c in codes if (c, p) not in there), None)
        if lacking is not None:
            return (
                f"it is a period, and {lacking[0]} has rows in other periods but none in {lacking[1]!r}, so sums would "
                "not compare"
            )
    return ""


def _of_known(frame: pd.DataFrame, columns: list[str], code: str) -> pd.DataFrame:
    """What stands in some columns of the rows of bodies, each once, with the codes as they are written."""
    home = lineage.default()
    beside = home.beside()
    meant = {c: home.written(c) for c in map(str, frame[code].unique())}
    bodies = frame[keeping.told(frame[code], lambda c: meant.get(c) and meant[c] not in beside)]
    rows = bodies[columns].drop_duplicates().astype(str).fillna("")
    return rows.assign(**{code: rows[code].map(meant)})


def _are_events(rows: pd.DataFrame, code: str, name: str) -> bool:
    """Whether dates may be of payments or other events: days of any weekday and month, of which many codes have none."""
    pairs = rows[[code, name]].drop_duplicates()
    if len(pairs) >= _OFTEN * rows[code].nunique() * rows[name].nunique():
        return False
    try:
        found = pd.Series(periods.days(rows[name].unique()))
    except periods.PeriodError:
        return False
    return len(found) > 0 and found.dt.day_of_week.nunique() > 2 and found.dt.day.nunique() > 4
