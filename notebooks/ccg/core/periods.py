"""What cells and names of columns look like when they are periods or dates."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

_Y, _SEP = r"(?:19|20)\d\d", r" ?(?:[/_–—-]|to) ?"
_M = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|winter)"
)
#: 17/18 or 1718: two years that follow each other, from 2005 on; 16-17 may be an age.
_PAIR = "(?:" + "|".join(f"{y:02}/?{y + 1:02}" for y in range(5, 40)) + ")"
_FY = rf"(?:(?:fy ?)?(?:{_Y}(?:{_SEP}(?:{_Y}|\d\d))?|(?:19|20)?{_PAIR})|fy ?\d\d(?:[/_-]?\d\d)?)"
_PART = (
    r"(?:q(?:uarter|tr)? ?[1-4]|[1-4]q|h(?:alf)? ?[12]|(?:week|wk) ?\d\d?|w[0-5]\d|(?:month|period) ?\d\d?"
    r"|m(?:0[1-9]|1[0-2])|[1-4](?:st|nd|rd|th) (?:quarter|half))"
)
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
# Engines make a machine of a pattern for every query, and a long one takes longer than the query: so no part of it
# is written twice that need not be.
_POINT = (
    rf"(?:{_Y}(?:\.0|(?:0[1-9]|1[0-2])(?:[0-3]\d)?|(?:[-/._ ]m?|m)[01]?\d|[ -_]?{_M}"
    r"|[-/.][01]?\d[-/.][0-3]?\d(?:[T ][\d:.+Z-]*(?: ?UTC)?)?)"
    rf"|[01]?\d[-/._]{_Y}|[0-3]?\d[-/.][01]?\d[-/.](?:{_Y}|\d\d)"
    rf"|(?:(?:[a-z&]{{2,8}}\d?\d?-)?(?:{_DAY}[ -]?)?{_M}|{_PART})(?:[ ,._/-]{{0,2}}'?(?:{_FY}|\d\d))?|{_FY}(?:[ ,_-]{{0,2}}{_PART})?)"
)
_BEFORE = (
    r"(?:as at|data for|w/?[ce]|y/?e|ytd|(?:(?:the )?(?:rolling |financial |calendar |academic )?(?:\d\d? |twelve )?"
    r"(?:year|quarter|month|week|period|day)s?(?: (?:to|of|ending|ended|beginning|commencing|starting|from))?))[: ] ?"
)
#: What a cell that is a period looks like, with or without a mark behind it: 2013, 2013.0, 2012/13, 2012-13,
#: 1718, 17/18, 201718, 2012 to 2014, FY12/13, 201804, 20180401, 2018-04, 2018-04-01 with or without a time,
#: 01/04/2018, 03/2018, MAR2018, 31st March 2018, April, Q1, Q1 2018/19, 2018 H1, Week 14, M01,
#: RTT-April-2018, Dec 2016 - Nov 2017, year to March 2018, 2017/18*, 2017/18 (provisional). One
#: pattern for all engines.
PERIOD = (
    rf"(?i)^\s*(?:{_BEFORE})?(?:{_POINT}(?: ?[–—-] ?| to | and | ?& ?"
    r"| ?(?:[*†‡]+|\(.*\)|\[.*\]|p|r|provisional|revised|final|estimated?)?\s*$))+$"
)
#: Text that is a date, with or without a time; of the leap years those that are in reach.
DATE = (
    r"^(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))|20(?:12|16|20|24)-02-29)"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\s*$"
)
#: Words in the name of a column that say it is a period whatever its cells, such as 3 for March; and words
#: beside which they do not say so.
_WORDS = (
    "year yr yyyy month mth mon quarters? qtr week wk periods? date day fy half season yearmonth monthyear yyyymm "
    "yearquarter timeperiod finyear fyear yrmonth calendaryear financialyear reportingperiod"
)
NAMED = re.compile(_WORDS.replace(" ", "|"))
_NOT_NAMED = re.compile("aged?|ages|gestation(?:al)?|birth|born|dob|group|band|wait|waiting|cohort|old")
#: Names of what comes out again and again, and what may stand beside them: Wave, Survey round, Edition no.
_WAVE = re.compile(
    "waves?|surveys?|rounds?|editions?|releases?|sweeps?|census|snapshots?|publications?|collections?"
)
_OF_WAVE = re.compile("no|nr|num|number|id|name|label|data|of|the|gp|patient|staff|key|code")

#: The same for readers that have no Python: each is to be a whole word of the name.
WHOLLY = {"named": NAMED, "not_named": _NOT_NAMED, "wave": _WAVE, "of_wave": _OF_WAVE}


def named_period(column: str) -> bool:
    """Whether a column is named like a period: ``FinancialYear``, ``reporting_month``, ``Survey wave``; not ``age_year``."""
    words = {w.casefold() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", column)}
    waves = {w for w in words if _WAVE.fullmatch(w)}
    if waves and all(_OF_WAVE.fullmatch(w) for w in words - waves):
        return True
    if any(_NOT_NAMED.fullmatch(w) for w in words):
        return False
    return any(NAMED.fullmatch(w) for w in words) or words == {"time"}


def are_periods(series: nw.Series[Any]) -> bool:
    """Whether half or more of the distinct cells that are given look like periods."""
    if series.dtype == nw.Boolean:
        return False
    given = [text for x in series.unique().to_list() if not pd.isna(x) and (text := str(x)).strip()]
    return bool(given) and 2 * sum(bool(re.search(PERIOD, text)) for text in given) >= len(given)


def label(value: Any) -> str:
    """A period as a reader writes it: a date without its midnight; nothing for a key that is no period."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return str(value).removesuffix(" 00:00:00").removesuffix("+00:00").removesuffix(" 00:00:00").strip()


# --- the day of a period --------------------------------------------------------------------------

_MONTH = {
    m: i
    for i, m in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_NAMED = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_MARK = re.compile(r"(?: ?(?:[*†‡]+|\(.*\)|\[.*\]| [pr]|provisional|revised|final)|(?<=\d)[pr])$", re.I)
_TIME = r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?UTC|[+-]\d\d:?\d\d)?)?"
#: What stands behind a period and is no part of it, for readers that have no Python.
ANYWHERE = {"behind_period": _MARK}
# Those below are made into machines when the first cell is read: that takes longer than many a call that reads none.
#: What NHS England writes before a month: RTT-April-2018, DM01-APRIL-2018.
_RETURN = rf"(?i)^(?!(?:{_M})\b)[A-Z&]{{2,8}}\d{{0,2}}[ _-](?=(?:{_M})[ _'-])"


class PeriodError(ValueError):
    """Cells are no dates, or may be more than one. The text names them and what to write."""


def _fy(start: str, end: str, quarter: int = 1) -> pd.Timestamp | None:
    first = int(start) if len(start) == 4 else 2000 + int(start)
    if int(end) % 100 != (first + 1) % 100:
        return None
    return pd.Timestamp(first, 4, 1) + pd.DateOffset(months=3 * (quarter - 1))


def _ymd(year: str, month: str | int = 1, day: str | int = 1) -> pd.Timestamp | None:
    full = int(year) + (2000 if len(year) <= 2 else 0)
    try:
        return pd.Timestamp(full, int(month), int(day))
    except ValueError:
        return None


def _quarter(year: str, quarter: str, month: int) -> pd.Timestamp | None:
    first = _ymd(year, month)
    return None if first is None else first + pd.DateOffset(months=3 * (int(quarter) - 1))


def _monday(year: str, week: str) -> pd.Timestamp | None:
    """The first day of a week of ISO 8601."""
    try:
        return pd.Timestamp(date.fromisocalendar(int(year), int(week), 1))
    except ValueError:
        return None


#: 2018 Q1 is one or the other.
_CALENDAR, _FINANCIAL = "calendar quarter", "quarter of the financial year"
_YEAR4, _BETWEEN = r"((?:19|20)\d\d)", r"\s*[/_–—-]\s*"
_FYEAR = rf"(?:fy\s*)?((?:19|20)?\d\d){_BETWEEN}((?:19|20)?\d\d)"
_QUARTER = r"q(?:uarter|tr)?\s*([1-4])"
#: What says that a cell is a part of a year: Week 9, Apr.
_OF_PARTS = re.compile(
    rf"(?i)(?<![a-z])(?:q(?:uarters?|trs?)?|w(?:ee)?ks?|w|m(?:on)?ths?|mon|m|d(?:ays?)?|p(?:eriod)?|w/?[ce])(?![a-z])|(?<![a-z]){_NAMED}"
)
#: And that it is a year all the same, unless its part is numbered: YE Mar14, but not Wk1 of FY18; Apr 13 - Mar 14.
_NUMBERED_PART = re.compile(r"(?i)(?<![a-z])(?:q(?:uarter|tr)?|w(?:ee)?k?|m(?:on)?(?:th)?)[ .-]?\d")
_OF_YEARS = re.compile(r"(?i)(?<![a-z])(?:fin|c)?(?:y(?:ea)?rs?|y/?e|fy|y)(?![a-z])")
_FROM_MONTH = re.compile(rf"(?i){_NAMED}.*\d.*{_NAMED}")
#: Columns of parts of a year, whose cells may be numbers.
_NAMES_PARTS = re.compile(
    r"(?i)(?<![a-z])(?:quarters?|qtrs?|weeks?|wks?|months?|mths?|days?|periods?)(?![a-z])"
)
#: Numbers in words: First quarter, Quarter Two, III.
_IN_WORDS = {
    **{w: i for i, some in enumerate(("first one i", "second two ii", "third three iii", "fourth four iv"), 1) for w in some.split()},
    **_MONTH,
}  # fmt: skip
_NUMBER = re.compile(
    rf"\d+|(?<![a-z])(?:(?:{'|'.join(sorted(_IN_WORDS.keys() - _MONTH, key=len, reverse=True))})(?![a-z])|(?:{'|'.join(_MONTH)})[a-z]*)"
)
#: How long a period is, by the way it is written; any other is a day.
_LENGTH = {
    "week": pd.DateOffset(weeks=1), "named month": pd.DateOffset(months=1), "month": pd.DateOffset(months=1), "quarter": pd.DateOffset(months=3),
    _CALENDAR: pd.DateOffset(months=3), _FINANCIAL: pd.DateOffset(months=3), "year": pd.DateOffset(months=12),
    "financial year": pd.DateOffset(months=12),
}  # fmt: skip
#: Ways of writing a date or period, each with its first day. Where two fit a cell, the rest of the column decides.
_WAYS: tuple[tuple[str, str, Callable[..., pd.Timestamp | None]], ...] = (
    ("date", rf"{_YEAR4}([-/.])(\d\d?)\2(\d\d?){_TIME}", lambda y, _, m, d: _ymd(y, m, d)),
    ("date", rf"{_YEAR4}(\d\d)(\d\d)", _ymd),
    ("day first", r"(\d\d?)([-/.])(\d\d?)\2((?:20)?\d\d)" + _TIME, lambda d, _, m, y: _ymd(y, m, d)),
    ("month first", r"(\d\d?)([-/.])(\d\d?)\2((?:20)?\d\d)" + _TIME, lambda m, _, d, y: _ymd(y, m, d)),
    (
        "named day",
        rf"(\d\d?)(?:st|nd|rd|th)?[ -]?{_NAMED},?[ -]?((?:20)?\d\d)",
        lambda d, m, y: _ymd(y, _MONTH[m.lower()], d),
    ),
    ("named month", rf"{_NAMED}[ _'-]*((?:20)?\d\d)", lambda m, y: _ymd(y, _MONTH[m.lower()])),
    ("named month", rf"{_YEAR4}[ _-]*{_NAMED}", lambda y, m: _ymd(y, _MONTH[m.lower()])),
    ("month", rf"{_YEAR4}[-/._ ]?m?(0[1-9]|1[0-2])", _ymd),
    ("month", rf"(0?[1-9]|1[0-2])[-/.]{_YEAR4}", lambda m, y: _ymd(y, m)),
    ("week", rf"{_YEAR4}-?W(0?[1-9]|[1-4]\d|5[0-3])", _monday),
    ("financial year", _FYEAR, _fy),
    ("financial year", r"(?:fy\s*)?((?:19|20)?\d\d)(\d\d)", _fy),
    ("year", _YEAR4 + r"(?:\.0)?", _ymd),
    ("quarter", rf"{_QUARTER}[ ,_-]*{_FYEAR}", lambda q, a, b: _fy(a, b, int(q))),
    ("quarter", rf"{_FYEAR}[ ,_-]*{_QUARTER}", lambda a, b, q: _fy(a, b, int(q))),
    (_CALENDAR, rf"{_YEAR4}[ ,_/-]*{_QUARTER}", lambda y, q: _quarter(y, q, 1)),
    (_FINANCIAL, rf"{_YEAR4}[ ,_/-]*{_QUARTER}", lambda y, q: _quarter(y, q, 4)),
    (_CALENDAR, rf"{_QUARTER}[ ,_/-]*{_YEAR4}", lambda q, y: _quarter(y, q, 1)),
    (_FINANCIAL, rf"{_QUARTER}[ ,_/-]*{_YEAR4}", lambda q, y: _quarter(y, q, 4)),
    (
        "day number of Excel",
        r"([34]\d{4})(?:\.\d+)?",
        lambda n: pd.Timestamp(1899, 12, 30) + pd.Timedelta(days=int(n)),
    ),
)


def days(
    cells: Iterable[Any], alike: Callable[[pd.Timestamp], object] | None = None
) -> dict[Any, pd.Timestamp]:
    """The first day of each date or period of a column, as published.

    Dates, with or without a time; months (MAR2018, Mar-18, March 2018, 201803, 2018_03, 03/2018); weeks of
    ISO 8601 (2018-W14); financial years (2017/18, 2017-18, FY17/18, 1718, 201718), which begin on 1 April; their
    quarters (Q1 2018/19); the numbers by which Excel counts days (43191); periods of pandas.

    Parameters
    ----------
    cells : iterable
        The cells, as often as they come; blank ones are left aside.
    alike : callable, optional
        What two days have in common for which it does not matter which is meant. 2018 Q2 begins in April or in July:
        without it, that is refused.

    Returns
    -------
    dict
        From each distinct cell that is given to its day.

    Raises
    ------
    PeriodError
        Cells are no dates, or mean one thing or another and no other cell of the column settles it: 01/04/2018 by
        itself is April to some and January to others, and 2018 may be a calendar or a financial year.

    Examples
    --------
    >>> [str(day.date()) for day in days(["MAR2018", "Q2 2018/19", "2017/18"]).values()]
    ['2018-03-01', '2018-07-01', '2017-04-01']
    >>> {str(day.date()) for day in days(["01/04/2018", "30/04/2018"]).values()} == {"2018-04-01", "2018-04-30"}
    True
    """
    found: dict[Any, dict[str, pd.Timestamp]] = {}
    for cell in dict.fromkeys(cells):
        if cell is None or (not isinstance(cell, str) and pd.isna(cell)) or not str(cell).strip():
            continue
        found[cell] = _ways(cell)
    strange = [c for c, ways in found.items() if not ways]
    if strange:
        raise PeriodError(
            f"{_shown(strange)} no date known here; write days like 2018-04-01, weeks like 2018-W14, months like "
            "201804 or Apr-18, financial years like 2018/19"
        )
    out, unclear = {}, {}
    # a way of writing that does not fit every cell that it might is not that of the column
    sure = {next(iter(ways)) for ways in found.values() if len(ways) == 1}
    for cell, ways in found.items():
        likely = {k: d for k, d in ways.items() if k in sure} or ways
        quarter = set(likely) == {_CALENDAR, _FINANCIAL}
        same = alike is not None and quarter and len({alike(day) for day in likely.values()}) == 1
        if same or len(set(likely.values())) == 1:
            out[cell] = max(likely.values())
        else:
            unclear[cell] = likely
    years = [c for c, ways in found.items() if "year" in ways and c in out and set(ways) == {"year"}]
    if years:
        raise PeriodError(
            f"{years[0]!r} may be a calendar year or a financial year; write 2018/19 or the day, or let the codes "
            "decide with at='auto' and the column in by (--at auto --by COLUMN)"
        )
    if unclear:
        cell, ways = next(iter(unclear.items()))
        either = " or ".join(f"{day.date()} ({kind})" for kind, day in ways.items())
        raise PeriodError(f"{cell!r} may be {either}; write dates like 2018-04-01")
    return out


def end(cell: object) -> pd.Timestamp | None:
    """The day after a period, of several ways to read it the latest; None where it is none.

    Examples
    --------
    >>> [str(end(cell).date()) for cell in ("Apr-18", "2017/18", "Q1 2018/19")]
    ['2018-05-01', '2018-04-01', '2018-07-01']
    """
    days = [day + _LENGTH.get(kind, pd.DateOffset(months=1)) for kind, day in _ways(cell).items()]
    return max(days, default=None)


#: Months up to one: 12 months to March 2018, year ending June 2018, MAT Jun-18, 3 months to June 2018.
_MONTHS_TO = (
    r"(?i)(?:the )?(?:rolling )?(?:(?:(?P<months>\d\d?|three|six|nine|twelve)[ -]months?|year)(?: (?:to|end|ending|ended))|y/?e|mat|r12m?):?"
    r" (?:to )?(?:end )?(?P<last>.*)"
)
_NUMBERS = {"three": 3, "six": 6, "nine": 9, "twelve": 12}
#: From one period to another: Apr 2017 to Mar 2018, 2015/16 - 2017/18, Apr-Jun 2018; and 2013-15, three years.
_FROM_TO = r"(?i)(?:(?:the )?(?:rolling )?(?:year|quarter|period):? )?(?P<first>.+?)(?: to | ?[–—] ?| - |(?<=\d{4}-\d\d-\d\d)/)(?P<last>.+)"
_YEARS = r"((?:19|20)\d\d) ?[-–/] ?(?:20)?(\d\d)"
#: The year behind the last of two periods, which is said once for both: Q1-Q2 2018/19, Apr-Jun 18.
_LAST_YEAR = rf"(?i)(?<![a-z0-9])(?:{_FYEAR}|{_YEAR4}|'?\d\d)$"
#: Half a financial year, and what has run on since it began: Jun-18 (cumulative).
_HALF = rf"(?i)h(?:alf)? ?(?P<half>[12])[ ,_-]*(?P<year>{_FY})|(?P<of>{_FY})[ ,_-]*h(?:alf)? ?(?P<which>[12])"
_SO_FAR = r"(?i)(.*\S) ?\((?:cumulative|ytd|(?:year )?to date)\)"
#: A date of which the day or the month may stand first, if both are below 13.
_SLASHED = r"(?<!\d)(\d\d?)([-/.])(\d\d?)\2(?:20)?\d\d(?!\d)"
#: No period is longer than so many signs.
_LONG = 80
#: A part of a year that does not say of which: Q1, April.
_BARE = rf"(?i){_PART}|{_M}"


class _Read(NamedTuple):
    """How a column is read where its cells may be read in two ways: the kinds that it has not, and the year that they lack.

    Where they are not to be split, Apr-Jun is no period.
    """

    never: frozenset[str]
    year: str = ""
    split: bool = True


def overlap(cells: Iterable[Any], name: str = "") -> tuple[Any, Any] | None:
    """Two periods of a column that have days in common, or None where there are none that are known to.

    ``name`` is that of the column: below Year to, Mar-18 is a whole year.

    Examples
    --------
    >>> overlap(["2018/19", "Q1 2018/19"]), overlap(["Apr-18", "May-18"])
    (('2018/19', 'Q1 2018/19'), None)
    >>> overlap(["2013-15", "2014-16"]), overlap(["12 months to Mar-18", "12 months to Jun-18"])
    (('2013-15', '2014-16'), ('12 months to Mar-18', '12 months to Jun-18'))
    >>> overlap(["Q1", "Q2", "2018/19"]), overlap(["Apr-Jun 2018", "Apr-Sep 2018"])
    (('2018/19', 'Q1'), ('Apr-Sep 2018', 'Apr-Jun 2018'))
    """
    cells = list(dict.fromkeys(cells))
    parts = [c for c in cells if re.fullmatch(_BARE, str(c).strip())]
    years = [c for c in cells if re.fullmatch(rf"(?i){_FY}", str(c).strip())]
    quarters = [c for c in parts if str(c).strip()[0] in "qQ"]
    months = [c for c in parts if re.fullmatch(rf"(?i){_M}", str(c).strip())]
    for longer, shorter in ((years, parts), (quarters, months)):
        if longer and shorter:
            return longer[0], shorter[0]
    for month in cells if quarters else []:
        if is_month(month) and (
            its := next((q for q in quarters if int(re.findall(r"\d", str(q))[0]) in _quarters(month)), None)
        ):
            return its, month
    before = "year to " if re.fullmatch(_MONTHS_TO, f"{' '.join(name.split())} x") else ""
    order = "day first" if _month_first(cells) else "month first"
    every = [(f"{before}{cell}", cell) for cell in cells]

    def both(read: _Read) -> tuple[Any, Any] | None:
        return _first_two([(span, cell) for text, cell in every if (span := _span(text, read))])

    read = _Read(frozenset({order}))
    if found := both(read):
        return found
    # 2018-Q1 has days in common with April 2018 or with none; nothing is sure of it beside a year
    if any({_CALENDAR, _FINANCIAL} <= set(_ways(text)) for text, _ in every):
        ways = (_Read(frozenset({order, other, "year"})) for other in (_CALENDAR, _FINANCIAL))
        return next((found for way in ways if (found := both(way))), None)
    if any(_span(text, read) for text, _ in every):
        return None
    # April to June beside April to September
    return both(_Read(frozenset(), "2001/02")) or both(_Read(frozenset(), "2001"))


def _first_two(found: list[tuple[tuple[pd.Timestamp, pd.Timestamp], Any]]) -> tuple[Any, Any] | None:
    """The first two of some spans that have days in common."""
    some = sorted(found, key=lambda one: (one[0][0], -one[0][1].toordinal()))
    return next(((a, b) for ((_, end), a), ((begin, _), b) in pairwise(some) if begin < end), None)


def in_turn(cells: Iterable[Any], name: str = "") -> list[dict[Any, int]]:
    """The orders in which parts of a year may follow each other where not every cell tells the year, or is read here.

    Parameters
    ----------
    cells : iterable
        The cells in the order of the file, as often as they come; blank ones are left aside.
    name : str
        The name of their column, which says of numbers alone what they are of.

    Returns
    -------
    list of dict
        From each distinct cell to its place: by the numbers in it, from the first on and from the last; of months from
        April on as well; and as they come in the file, if they are in turn there but begin elsewhere, as winters do. None
        where some cell is no part of a year, or has no number.

    Examples
    --------
    >>> def shown(*cells, name=""):
    ...     return [sorted(places, key=places.get) for places in in_turn(cells, name)]
    >>> shown("Week 10", "Week 9"), shown("W51", "W52", "W1")
    ([['Week 9', 'Week 10']], [['W1', 'W51', 'W52'], ['W51', 'W52', 'W1']])
    >>> shown("Jan", "Apr", "May"), shown("First", "Second", name="Quarter")
    ([['Jan', 'Apr', 'May'], ['Apr', 'May', 'Jan']], [['First', 'Second']])
    >>> in_turn(["Yr 2018", "Yr 2019"]), in_turn(["Morning", "Night"], "Period")
    ([], [])
    """
    text = {c: unmarked(c).removesuffix(".0") for c in dict.fromkeys(cells) if str(c).strip()}
    numbers = {cell: _numbers(one) for cell, one in text.items()}
    if not text or not all(numbers.values()) or not all(_is_part(one, name) for one in text.values()):
        return []
    orders = []
    for way in (1, -1):
        order = sorted(text, key=lambda cell: numbers[cell][::way])
        orders += [order] if len({numbers[cell][::way] for cell in text}) == len(text) else []
        if all(re.fullmatch(rf"(?i){_NAMED}.*", one) and max(numbers[c]) <= 12 for c, one in text.items()):
            orders.append(sorted(order, key=lambda cell: numbers[cell][0] < 4))
    given = list(text)
    orders += [given for order in orders if _turned(order, given)]
    unlike = {tuple(map(str, order)): order for order in orders}
    return [{cell: i for i, cell in enumerate(order)} for order in unlike.values()]


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers in a cell, in figures or words, and of months; none if one is longer than any of a period."""
    found = [
        one if one in _IN_WORDS else one[:3] if one[0].isalpha() else one for one in _NUMBER.findall(text)
    ]
    if any(len(one) > 8 for one in found):
        return ()
    return tuple(_IN_WORDS[one] if one in _IN_WORDS else int(one) for one in found)


def _is_part(text: str, name: str) -> bool:
    """Whether a cell is a part of a year: it says so, or is a number in a column that does."""
    if _OF_PARTS.search(text):
        of_year = _OF_YEARS.search(text) and not _NUMBERED_PART.search(text)
        return not of_year and not _FROM_MONTH.search(text)
    if re.search(r"[a-z]", re.sub(_NUMBER, "", re.sub(r"(?<=\d)(?:st|nd|rd|th|q)\b", "", text))):
        return False
    part = _NAMES_PARTS.search(name)
    return part is not None and (not part[0].casefold().startswith("period") or len(_numbers(text)) == 1)


def _turned(order: list[Any], other: list[Any]) -> bool:
    """Whether one order is the other but begins elsewhere."""
    at = order.index(other[0])
    return at > 0 and len(order) > 2 and order[at:] + order[:at] == other


def is_month(cell: object) -> bool:
    """Whether a cell is a month of a year, and nothing else."""
    kinds = _ways(str(cell).replace("_", "-"))
    return bool(kinds) and set(kinds) <= {"month", "named month"}


def _quarters(month: object) -> set[int]:
    """The quarters that a month may be in: of its year, and of its financial year."""
    (day,) = set(_ways(str(month).replace("_", "-")).values())
    return {(day.month + 2) // 3, (day.month - 4) % 12 // 3 + 1}


def _month_first(cells: Iterable[Any]) -> bool:
    """Whether the month stands first in dates like 04/30/2018; where none says so, it does not in England."""
    found = [(int(one), int(other)) for c in cells for one, _, other in re.findall(_SLASHED, str(c))]
    return any(other > 12 for _, other in found) and not any(one > 12 for one, _ in found)


def _span(cell: object, read: _Read) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """The first day of a period and the day after it; None where it is none, or may be more than one."""
    if len(str(cell)) > _LONG:
        return None
    so_far = re.fullmatch(_SO_FAR, str(cell).strip())
    if so_far and (last := _span(so_far[1], read)):
        begins = last[1] - pd.DateOffset(days=1)
        return pd.Timestamp(begins.year - (begins.month < 4), 4, 1), last[1]
    text = " ".join(_MARK.sub("", str(cell).strip()).split())
    if match := re.fullmatch(_MONTHS_TO, text):
        last, many = _span(match["last"], read), (match["months"] or "12").casefold()
        return (
            None
            if last is None
            else (last[1] - pd.DateOffset(months=_NUMBERS.get(many) or int(many)), last[1])
        )
    ways = _ways(text)
    spans = [
        (day, day + _LENGTH.get(kind, pd.DateOffset(days=1)))
        for kind, day in ways.items()
        if kind not in read.never
    ]
    if ways:
        return spans[0] if len(set(spans)) == 1 else None
    if match := re.fullmatch(_YEARS, text):
        first, after = (
            pd.Timestamp(int(y) + i, 1, 1) for i, y in enumerate((match[1], match[1][:2] + match[2]))
        )
        return (first, after) if after.year > first.year + 1 else None
    if match := re.fullmatch(_HALF, text):
        of = match["year"] or match["of"]
        year = None if "year" in _ways(of) else _span(of, read)
        if year is None:
            return None
        middle = year[0] + pd.DateOffset(months=6)
        return (year[0], middle) if "1" in (match["half"], match["which"]) else (middle, year[1])
    if read.year and re.fullmatch(_BARE, text):
        return _span(f"{text} {read.year}", read._replace(year=""))
    if not read.split:
        return None
    splits = [(m["first"], m["last"])] if (m := re.fullmatch(_FROM_TO, text)) else []
    splits += [(text[: m.start()], text[m.end() :]) for m in re.finditer("-", text) if not splits]
    read = read._replace(split=False)
    for early, late in splits:
        of_both = re.search(_LAST_YEAR, late)
        one = _span(early, read) or (_span(f"{early} {of_both[0]}", read) if of_both else None)
        other = _span(late, read)
        if one and other:
            return (one[0], other[1]) if one[0] < other[1] else None
    return None


def unmarked(cell: object) -> str:
    """A period without the mark behind it, in small letters.

    Examples
    --------
    >>> [unmarked(cell) for cell in ("2017/18 (provisional)", "2018p", "Apr-18*")]
    ['2017/18', '2018', 'apr-18']
    """
    return _MARK.sub("", str(cell).strip()).strip().casefold()


def _ways(cell: object) -> dict[str, pd.Timestamp]:
    """Every way to read a cell, with its first day."""
    if isinstance(cell, pd.Period):
        return {"period": cell.start_time.normalize()}
    if isinstance(cell, date):
        return {"date": pd.Timestamp(cell).tz_localize(None).normalize()}
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = re.sub(_RETURN, "", _MARK.sub("", str(cell).strip()).strip())
    out: dict[str, pd.Timestamp] = {}
    for kind, pattern, day in _WAYS:
        match = re.fullmatch(pattern, text, re.I)
        if match and (first := day(*match.groups())) is not None and 1990 <= first.year <= 2100:
            out.setdefault(kind, first)
    if out.get("day first") == out.get("month first"):
        out.pop("month first", None)
    return out


def _shown(cells: list[Any]) -> str:
    some = ", ".join(map(repr, cells[:6]))
    more = f" and {len(cells) - 6:,} more" if len(cells) > 6 else ""
    return f"{some}{more} {'is' if len(cells) == 1 else 'are'}"
