"""What cells and names of columns look like when they are periods or dates."""

import re

import narwhals as nw
import pandas as pd

_Y, _SEP = r"(?:19|20)\d\d", r" ?(?:[/_–—-]|to) ?"
_M = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|winter)"
)
#: 17/18 or 1718: two years that follow each other, from 2005 on; 16-17 may be an age.
_PAIR = "(?:" + "|".join(f"{y:02}/?{y + 1:02}" for y in range(5, 40)) + ")"
_FY = rf"(?:(?:fy ?)?(?:{_Y}(?:{_SEP}(?:{_Y}|\d\d))?|(?:19|20){_PAIR}|{_PAIR})|fy ?\d\d(?:[/_-]?\d\d)?)"
_PART = (
    r"(?:q(?:uarter|tr)? ?[1-4]|[1-4]q|h(?:alf)? ?[12]|(?:week|wk) ?\d\d?|w[0-5]\d|(?:month|period) ?\d\d?"
    r"|m(?:0[1-9]|1[0-2])|[1-4](?:st|nd|rd|th) (?:quarter|half))"
)
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_POINT = (
    rf"(?:{_FY}|{_Y}\.0|{_Y}(?:0[1-9]|1[0-2])(?:[0-3]\d)?|{_Y}(?:[-/._ ]m?|m)[01]?\d|[01]?\d[-/._]{_Y}"
    rf"|{_Y}[-/.][01]?\d[-/.][0-3]?\d(?:[T ][\d:.+Z-]*)?|[0-3]?\d[-/.][01]?\d[-/.](?:{_Y}|\d\d)"
    rf"|(?:{_DAY}[ -]?)?{_M}(?:,?[ -_]?'?(?:{_FY}|\d\d))?|{_Y}[ -_]?{_M}|{_PART}"
    rf"|{_PART}[ ,_-]{{0,2}}(?:{_FY}|\d\d)|{_FY}[ ,_-]{{0,2}}{_PART})"
)
_BEFORE = (
    r"(?:as at|data for|w/?[ce]|y/?e|ytd|(?:(?:the )?(?:rolling |financial |calendar |academic )?(?:\d\d? |twelve )?"
    r"(?:year|quarter|month|week|period|day)s?(?: (?:to|of|ending|ended|beginning|commencing|starting|from))?))[: ] ?"
)
#: What a cell that is a period looks like, with or without a mark behind it: 2013, 2013.0, 2012/13, 2012-13,
#: 1718, 17/18, 201718, 2012 to 2014, FY12/13, 201804, 20180401, 2018-04, 2018-04-01 with or without a time,
#: 01/04/2018, 03/2018, MAR2018, 31st March 2018, April, Q1, Q1 2018/19, 2018 H1, Week 14, M01,
#: Dec 2016 - Nov 2017, year to March 2018, 2017/18*, 2017/18 (provisional). One pattern for all engines.
PERIOD = (
    rf"(?i)^\s*(?:{_BEFORE})?{_POINT}(?:(?: ?[–—-] ?| to | and | ?& ?){_POINT})?"
    r" ?(?:[*†‡]+|\(.*\)|\[.*\]|p|r|provisional|revised|final|estimated?)?\s*$"
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
_NOT_NAMED = re.compile("aged?|ages|birth|born|dob|group|band|wait|waiting|cohort|old")


def named_period(column: str) -> bool:
    """Whether a column is named like a period: ``FinancialYear``, ``reporting_month``, ``Week``; not ``age_year``."""
    words = {w.casefold() for w in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", column)}
    if any(_NOT_NAMED.fullmatch(w) for w in words):
        return False
    return any(NAMED.fullmatch(w) for w in words) or words == {"time"}


def are_periods(series: nw.Series) -> bool:
    """Whether half or more of the distinct cells that are given look like periods."""
    if series.dtype == nw.Boolean:
        return False
    given = [text for x in series.unique().to_list() if not pd.isna(x) and (text := str(x)).strip()]
    return bool(given) and 2 * sum(bool(re.search(PERIOD, text)) for text in given) >= len(given)


def label(value) -> str:
    """A period as a reader writes it: a date without its midnight; nothing for a key that is no period."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    return str(value).removesuffix(" 00:00:00").removesuffix("+00:00").removesuffix(" 00:00:00").strip()
