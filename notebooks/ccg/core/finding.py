"""The columns that a person means: by name or pattern, the one that holds codes, a rate with its weight."""

import difflib
import fnmatch
import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

import narwhals as nw
import pandas as pd

from . import keeping, lineage, periods
from .geography import GROUPS


class PublishedError(ValueError):
    """A table that cannot be re-based as asked. The text names the column, the cell and what to do."""


#: A cell of a column of codes that gives none.
NO_CODE = r"[-–—.*:…/\s]*"


def no_code(cells: pd.Series) -> pd.Series:
    """Where a column of codes gives none."""
    return keeping.told(cells, re.compile(NO_CODE).fullmatch)


#: An ONS code: a letter and two digits for the kind of area, and six digits.
_ONS = re.compile(r"[A-Z]\d{8}")


def other_area(cell: str) -> bool:
    """Whether a cell is the ONS code of a kind of area that no commissioner is, such as a local authority.

    Examples
    --------
    >>> [other_area(cell) for cell in ("E06000005", "W06000023", "E38000042", "E92000001", "00C")]
    [True, True, False, False, False]
    """
    if not _ONS.fullmatch(cell):
        return False
    home = lineage.default()
    kinds = home.kept(
        "kinds of ONS codes", None, lambda: {c[:3] for c in home.every_code() if _ONS.fullmatch(c)}
    )
    return cell[:3] not in kinds


def names_of(frame: pd.DataFrame) -> list[str]:
    """The names of the columns, as text."""
    return [str(c) for c in frame.columns]


#: Names of columns of numbers that only tell rows or bodies apart: Area code, Site ID, No.
_LABEL = re.compile(
    r"(?i)(?:.* )?(?:ids?|fid|index|codes?|identifier|uprn|ukprn|telephone|phone)|(?:row|line|serial|s|sr|ref(?:erence)?)\.? ?(?:n(?:o|r|umber))?\.?"
    r"|(?:transaction|invoice|voucher|document|order|account|vat|charity|company)\.? ?(?:n(?:o|r|um|umber)\.?|ref(?:erence)?\.?|reg(?:istration)?\.?(?: n(?:o|umber)\.?)?)"
    r"|n[or]\.?|#|version|order|.*\b(?:sort(?:able)?|sort order)"
)
#: Names of columns that number the rows or the bodies where their cells do, and else count.
_NUMBER = re.compile(r"(?i)num(?:ber)?\.?")
#: Other names of columns of numbers that are not counts, with what they are.
_OTHER = {
    "an age": re.compile(r"(?i)ages?(?: \(?(?:in )?years\)?)?"),
    "a length of time": re.compile(
        r"(?i)(?:n(?:o|umber)\.? of )?(?:waiting )?(?:weeks|days|months|years|hours|minutes|mins)(?: (?:waited|waiting|wait|since .*))?"
        r"|(?:n(?:o|umber)\.? of )?(?:working|calendar) days(?: in .*)?"
    ),
    "a target": re.compile(
        r"(?i)(?:.* )?(?:targets?|thresholds?|benchmark)(?: (?:value|level|\d+))?|(?:national |operational )?standard"
    ),
    "a measure of deprivation": re.compile(
        r"(?i)(?:.* )?(?:deprivation|imd|idaci|idaopi)(?: ?(?:19|20)\d\d)?(?: (?:-|extent|local concentration).*)?"
    ),
    "a date": re.compile(
        r"(?i)(?:.*(?<! to)(?<! quit) )?dates?(?: (?:opened|closed|open|close|joined|left|from|to))?"
    ),
}
#: What a limit of an estimate is called, and the estimate that stands beside its limits.
_LIMIT = re.compile(
    r"(?i)(?<![a-z])(?:[lu]ci|(?:lower|upper)(?: (?:limit|bound|ci))?|[lu]cl|ci|confidence.*)(?![a-z])"
)
_ESTIMATE = re.compile(
    r"(?i)(?:(?:indicator|measure|metric|data|calc|point) )?(?:value|estimate|figure|result|data)s?(?: suppressed)?"
)
#: What is so of one of many, as the longest wait and the maximum of beds; but not those who are called by it, as the longest
#: waiters and referrals of the highest priority, nor stays.
_OF_THE_MOST = (
    r"(?:longest|shortest) (?:wait|stay|delay|(?:waiting )?time)(?: ?\(.*\)| in .*)?$"
    r"|(?:highest|lowest|minimum|maximum) (?:value|number|count|score|rate|month|week|day|age|wait|stay|price)s?(?: .*)?$"
    r"|(?:minimum|maximum) (?:patients|people|persons) (?:on|in|at|per) .*"
    r"|^(?:longest|shortest|highest|lowest|minimum|maximum|min|max) (?!data ?sets?|(?:stays|patients|people|persons|invasive)(?![a-z])|.*waiters(?![a-z]))"
    r"(?!(?!.*(?:daily|weekly|monthly|hourly)).* (?:patients|people|persons|staff|[a-z]*(?<!day)(?<!week)(?<!month)(?<!hour)(?<!minute)(?<!year)s)$)[a-z%].*$"
    r"|^.+ \((?:max|maximum|minimum)\)$|(?:wait|age|stay|los|time) (?:max|maximum|minimum)(?: \(.*\))?$"
)
#: Words in the name of a column that say it is a rate, an average or an order: it cannot be added up.
_RATE = re.compile(
    rf"(?i){_OF_THE_MOST}|^(?:min|max)(?:imum)?$|"
    r"%|(?<![a-z])(?:rates?|percent(?:age|ages|ile)?|per cent|mean|average|avg|median|rank(?:s|ed|ing)?|position|ratio|proportion"
    r"|decile|quintile|quartile|centile|index|score|prev(?:alence)?|[lu]c[il]|ci|obs(?:erved)? ?/ ?exp(?:ected)?|o/e|(?:lower|upper) (?:limit|bound|ci)|confidence.*"
    r"|sd|standard (?:deviation|error)|shmi|hsmr|smr|alos|unit (?:cost|price)s?|latitude|longitude|eastings?|northings?|bng [en]|(?:share|percentage) of .*|density|differences? (?:from|to|with) (?:england|national|average|mean).*|per [\d£]*[a-z]*|per\d[\d,]*k?|[£a-z] a head)(?![a-z])"
)


#: The same in short: pct, Perc, and pc of; PC in capitals is a part of a name.
_IN_SHORT = re.compile(r"(?<![A-Za-z])(?:(?:[Pp][Cc][Tt]|[Pp][Ee][Rr][Cc])(?![A-Za-z])|pc(?= of |\)|$))")
#: Cost/patient.
_EACH = re.compile(
    r"(?i)/ ?(?:(?:weighted|registered) )?(?:patient|head|person|gp|practice|capita|item|day|week|(?:a?star|astro)[ -]?pu|1,?000+|100k|100,000)(?![a-z])"
)


def called_a_rate(text: str) -> bool:
    """Whether a column or a measure is called a rate, an average or an order, which cannot be added up.

    Examples
    --------
    >>> [called_a_rate(name) for name in ("Percentage", "QOF_PREV", "Mean wait", "Patients seen")]
    [True, True, True, False]
    """
    words = words_of(text)
    return bool(_RATE.search(words) or _EACH.search(words) or _IN_SHORT.search(words))


def has_no_mean(column: str) -> bool:
    """Whether a column is called what no mean of several bodies gives, such as a median, a rank or a limit.

    Examples
    --------
    >>> [has_no_mean(name) for name in ("Median wait", "Lower CI", "IMD decile", "Mean wait", "% within 95th")]
    [True, True, True, False, False]
    """
    words = words_of(column)
    return bool(_NO_MEAN.search(words) or (_EXTREME.search(words) and not _IN_PARTS.search(words)))


def is_money(column: str) -> bool:
    """Whether a column is called as an amount of money.

    Examples
    --------
    >>> is_money("Spend £000"), is_money("People with a personal health budget")
    (True, False)
    """
    return bool(_MONEY.search(words_of(column)))


def not_of_patients(column: str) -> bool:
    """Whether a column is called as something of which a body need not have more if it has more patients.

    Examples
    --------
    >>> not_of_patients("Beds"), not_of_patients("Referrals")
    (True, False)
    """
    return bool(_NOT_OF_PATIENTS.search(words_of(column)))


def names_rates(text: str) -> bool:
    """Whether a cell of a column of measures, or a title above a table, says that it is of rates.

    Examples
    --------
    >>> [names_rates(text) for text in ("Unplanned admissions, DSR", "Mean wait", "Cancer")]
    [True, True, False]
    """
    return called_a_rate(text) or bool(_ADJUSTED.search(words_of(text)))


#: Names that say of a column that it counts something, or what was spent.
_COUNTED = re.compile(
    r"(?i)£|(?<![a-z])(?:n|no|num(?:ber)?s?|counts?|numerators?|denominators?|totals?|sum|amount|patients?|people|persons"
    r"|populations?|residents?|regist(?:er|ers|ered)|list ?sizes?|practices|cases|items?|quantity|nic|costs?|spend(?:ing)?"
    r"|expenditure|payments?|prices?|allocations?|budgets?|fte|wte|staff|weighted|days|hours|observed|expected"
    r"|appointments?|referrals?|admissions?|attendances?|deaths?|births?|episodes?|visits?)(?![a-z])"
)
#: Names of money, but not of people who have it.
_MONEY = re.compile(
    r"(?i)£|(?<![a-z])gbp(?![a-z])"
    r"|^(?!(?:number|no|recipients|people|patients|persons|clients|holders|users)(?![a-z])|.*personal(?: health)? budgets?|.*\((?:people|patients|persons|number)\)$|amount of (?!money))"
    r".*(?<![a-z])(?:costs?|spend(?:ing)?|expenditure|payments?|paid|prices?|allocations?|budgets?|nic|income|grants?|amount)(?![a-z])"
)
#: Names of what is counted of others than patients, so need not rise with their number; but not of how these are.
_NOT_OF_PATIENTS = re.compile(
    r"(?i)^(?!.*(?<![a-z])(?:would|rated|engaged|positive|satisfied|happy|confident|recommend\w*|complian\w*)(?![a-z]))"
    r".*(?<![a-z])(?:grants?|beds?|meetings?|requests?|responses?|respondents?|head ?count|staff|members?|sites?|homes|prisons?|trusts?)(?![a-z])"
)
#: Words that say so too, unless others in the name say what was counted: Uptake, and Uptake (number).
_LIKE_RATE = re.compile(
    r"(?i)(?<![a-z])(?:uptake|coverage|compliance|occupancy|performance|achievement|satisfaction|expectancy|crude|dsr|isr|dasr|asr|sar"
    r"|standardi[sz]ed|relative risk|odds(?: ratio)?|pyll|dft|gfr|tfr|prop|mortality|fertility|utili[sz]ation|efficiency|length of stay|los|^(?:waits?|lower|upper|[lu]95|p9[05]|\d\d(?:th|st|nd|rd))$|time to (?:treatment|test|assessment|diagnosis))(?![a-z])"
)
#: Of a measure or a title: it is of rates that allow for ages.
_ADJUSTED = re.compile(
    r"(?i)(?<![a-z])(?:dsr|isr|dasr|pyll|(?:directly|indirectly|age)[ -]standardi[sz]ed)(?![a-z])"
)
#: Names of what no mean of several bodies gives, however it is weighted: their own numbers are not enough for it.
_NO_MEAN = re.compile(
    r"(?i)(?<![a-z])(?:medians?|rank(?:s|ed|ing)?|(?:per)?centiles?|deciles?|quintiles?|quartiles?|[lu]c[il]|(?:lower|upper) (?:limit|bound|ci)|confidence.*"
    r"|sd|standard (?:deviation|error)|p9[05]|^mode(?: age.*)?$)(?![a-z])"
)
#: The least or the most of some, and such: of a percentage these words say what it is of.
_EXTREME = re.compile(rf"(?i)(?<![a-z])(?:9\d(?:th|st|nd|rd)|{_OF_THE_MOST}|^(?:min|max)(?:imum)?$)(?![a-z])")
#: A percentage or the like, which has a mean whatever it is of.
_IN_PARTS = re.compile(r"(?i)%|per ?cent|proportion|share")
#: And of numbers that sort bodies: Cluster, Rating.
_LIKE_LABEL = re.compile(
    r"(?i)(?:.* )?(?:clusters?|ratings?|grades?|rag|tiers?|bands?|phases?|cohorts?)(?: (?:no|number))?"
)
#: Why a column may hold percentages by its cells alone.
SMALL_DECIMALS = "numbers with decimals, none over 100"
#: Rows looked at to tell whether the numbers of a column are percentages.
_LOOKED_AT = 50_000
#: What names of columns are asked for, for readers that have no Python: anywhere in the name, or as the whole of it.
ANYWHERE = {
    "rate": _RATE, "each": _EACH, "in_short": _IN_SHORT, "limit": _LIMIT, "counted": _COUNTED, "like_rate": _LIKE_RATE, "adjusted": _ADJUSTED, "no_mean": _NO_MEAN, "extreme": _EXTREME, "in_parts": _IN_PARTS, "not_of_patients": _NOT_OF_PATIENTS, "money": _MONEY,
}  # fmt: skip
WHOLLY = {
    "label": _LABEL, "like_label": _LIKE_LABEL, "estimate": _ESTIMATE, **{f"is {what}": one for what, one in _OTHER.items()},
}  # fmt: skip


def says_nothing(column: str) -> bool:
    """Whether the name of a column does not say what it measures, as Value, Apr-18 and 2018 do not.

    Examples
    --------
    >>> [says_nothing(name) for name in ("Apr-18", "2018", "MEASURE_VALUE", "Referrals")]
    [True, True, True, False]
    """
    words = words_of(column)
    return bool(_ESTIMATE.fullmatch(words) or re.search(periods.PERIOD, words))


def says_counts(column: str) -> bool:
    """Whether the name of a column says that it counts something, or what was spent.

    Examples
    --------
    >>> says_counts("Patients"), says_counts("Sex")
    (True, False)
    """
    return bool(_COUNTED.search(words_of(column)))


def no_sum(column: str, cells: pd.Series, limits: bool = False, title: str = "") -> str | None:
    """Why a column that is to be added up holds no counts, by its name, the title above the table or its cells; or None.

    Examples
    --------
    >>> uptake, cost = pd.Series(["70.1", "71.2", "69.9"]), pd.Series(["7.5", "8.25", "9.1"])
    >>> no_sum("Rank", cost), no_sum("Apr-18", uptake), no_sum("Cost", cost)
    ('a rate', 'numbers with decimals, none over 100', None)
    """
    cells = cells.iloc[:_LOOKED_AT]
    why = no_count(column, cells, limits)
    if why in (
        "a rate",
        "a share",
        "an estimate with limits or a numerator",
        "a measure of deprivation",
        "an age",
    ):
        return why
    if says_nothing(column) and names_rates(title):
        return "a rate by the title"
    if _COUNTED.search(words_of(column)):
        return None
    small = pd.to_numeric(pd.Series(cells.unique()), errors="coerce").dropna()
    like = len(small) > 2 and small.abs().between(0, 100).all() and (small % 1 != 0).mean() > 0.5
    return SMALL_DECIMALS if like else None


def has_limits(columns: Iterable[str]) -> bool:
    """Whether a table has the limits of an estimate, as LCI and UCI, or its numerator and denominator."""
    words = [words_of(c).casefold() for c in columns]
    return any(map(_LIMIT.search, words)) or {"numerator", "denominator"} <= set(words)


def words_of(column: str) -> str:
    """The name of a column as words: ReferralsMade and referrals_made as Referrals Made and referrals made."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", column).strip()


def no_count(column: str, cells: pd.Series, limits: bool = False) -> str | None:
    """Why a column of numbers is none of counts, by its name or its cells; None where it may be.

    With ``limits`` the table holds the limits of an estimate, or the two numbers of which it is made, so that a column called Value is the estimate.

    Examples
    --------
    >>> years = pd.Series(["2018", "2019"])
    >>> no_count("Year", years), no_count("Rate per 1000", years), no_count("Referrals", years)
    ('a period', 'a rate', None)
    >>> no_count("Value", years), no_count("Value", years, limits=True), no_count("No.", years)
    (None, 'an estimate with limits or a numerator', 'a label')
    """
    words = words_of(column)
    if _LABEL.fullmatch(words):
        return "a label"
    if called_a_rate(column):
        return "a rate"
    if limits and _ESTIMATE.fullmatch(words):
        return "an estimate with limits or a numerator"
    if not _COUNTED.search(words) and _LIKE_RATE.search(words):
        return "a rate"
    if not _COUNTED.search(words) and _LIKE_LABEL.fullmatch(words):
        return "a label"
    for why, pattern in _OTHER.items():
        if pattern.fullmatch(words):
            return why
    given = pd.Series([c for c in cells.unique() if not pd.isna(c) and str(c).strip()], dtype=object)
    if any("%" in str(c) for c in given):
        return "a rate"
    small = pd.to_numeric(given, errors="coerce")
    if periods.named_period(words) and not re.search(periods.PERIOD, column):
        like = periods.are_periods(nw.from_native(given.astype(str), series_only=True))
        if like or small.between(1, 53).all():
            return "a period"
    plain = small.dropna()
    if (
        re.search(r"(?i)(?<![a-z])(?:year|yr)(?![a-z])", words)
        and len(plain)
        and plain.between(1900, 2100).all()
    ):
        return "a period"  # such as that of birth, or of a cohort
    if len(plain) and plain.between(0, 1).all() and (plain % 1 != 0).any():
        return "a share"  # what a workbook shows as per cent is a fraction in it
    called = _NUMBER.fullmatch(words) and 0 <= plain.min() <= 1 < len(plain)
    if plain.diff().iloc[1:].eq(1).all() and (called or len(plain) == len(cells) >= 20):
        return "a label"  # rows or bodies numbered one after the other
    return None


def is_period(frame: pd.DataFrame, column: str) -> bool:
    """Whether a column is one of periods, by its name or its cells."""
    return periods.named_period(column) or periods.are_periods(
        nw.from_native(frame[column], series_only=True)
    )


# --- columns by name ------------------------------------------------------------------------------


def named(frame: pd.DataFrame, wanted: Iterable[str], option: str, but: Collection[str] = ()) -> list[str]:
    """The columns that names and patterns mean, each once. Raises PublishedError with the nearest if none is.

    A pattern passes over the columns in ``but``, which have a use of their own.
    """
    out: list[str] = []
    for one in wanted:
        name = one.strip()
        if name in frame:
            out.append(name)
            continue
        # a space in a name may be one that no keyboard has
        spaced = [c for c in names_of(frame) if c.split() == name.split()]
        if len(spaced) == 1:
            out += spaced
            continue
        some = (
            [
                c
                for c in names_of(frame)
                if c not in but and fnmatch.fnmatchcase(c.casefold(), name.casefold())
            ]
            if set(name) & set("*?[")
            else []
        )
        if not some:
            raise PublishedError(_no_column(frame, name, option))
        out += some
    return list(dict.fromkeys(out))


def _no_column(frame: pd.DataFrame, name: str, option: str) -> str:
    alike = {c.casefold(): c for c in reversed(names_of(frame))}
    near = difflib.get_close_matches(name.casefold(), alike, 1)
    some = list(map(repr, frame))
    there = f"there are {', '.join(some[:20])}" + (f" and {len(some) - 20:,} more" if len(some) > 20 else "")
    if near:
        there = f"the nearest is {alike[near[0]]!r}"
    what = "no column like" if set(name) & set("*?[") else "no column"
    return f"there is {what} {name!r} ({option}); {there}"


def other_body(frame: pd.DataFrame, code: str, name: str) -> pd.Series:
    """Where a column has the code or name of another body of the same level than the code beside it."""
    none, home = pd.Series(False, frame.index), lineage.default()
    if not keeping.is_text(frame[name]):
        return none
    pairs = frame[[code, name]].drop_duplicates()
    if len(pairs) > 2000 or not len(pairs) or _names(pairs[name]) < 0.5:
        return none
    meant = {c: home.written(c) for c in map(str, frame[code].unique())}
    ours = {c for c in meant.values() if c and c not in home.beside()}
    said = {c: home.suggest(c, ours) for c in pairs[name].unique() if c.strip()}
    wrong = set()
    beside = home.beside()
    for one, other in pairs.itertuples(index=False):
        here, there = meant.get(str(one)), said.get(other)
        if not here or not there or here in beside or there in beside:
            continue
        (body, level, *_), (another, its, *_) = home.lifetime(here), home.lifetime(there)
        if body != another and level == its:
            wrong.add((one, other))
    if not wrong:
        return none
    return pd.Series([pair in wrong for pair in zip(frame[code], frame[name], strict=True)], frame.index)


def strays(stray: list[str]) -> str:
    """Words for columns that no option names."""
    some = ", ".join(stray[:20]) + (f" and {len(stray) - 20:,} more" if len(stray) > 20 else "")
    return (
        f"what is to become of column {stray[0]!r}? --sum it, --mean it with a weight, keep it as a key with --by, or "
        f"leave it out with --drop; rest is all others (all unused columns: {some})"
    )


class CodeColumn(NamedTuple):
    """The column of codes, the other one where ODS and ONS codes of the same bodies stand side by side, and words."""

    column: str
    other: list[str]
    notes: list[str]


def code_column(frame: pd.DataFrame, wanted: str | None) -> CodeColumn:
    """The column that holds the codes. Raises PublishedError where there is none, or more than one."""
    home = lineage.default()
    rows = frame.sample(min(len(frame), 1000), random_state=0)  # of a file of any length, as good as all
    known = home.kept("codes of bodies", None, lambda: _of_bodies(home))

    @cache
    def is_code(cell: str) -> bool:
        # boards have codes of letters, like QHM; a word in small letters is none
        return (
            len(cell) < 30 and bool(re.search(r"\d", cell) or cell.isupper()) and home.written(cell) in known
        )

    def like(column: str) -> float:
        if not keeping.is_text(frame[column]):
            return 0
        counts = keeping.counted(rows[column])
        return sum(n for cell, n in counts.items() if is_code(cell)) / max(1, len(rows))

    share = {c: like(c) for c in names_of(frame)}
    found = [c for c in share if share[c] > 0.5] or [c for c in share if share[c] > 0.25]
    code = named(frame, [wanted], "--code")[0] if wanted else None
    above = _above(frame, found) if code is None and len(found) > 1 else []
    found = [c for c in found if c not in above]
    if code is None and not found:
        names = [c for c in share if keeping.is_text(frame[c]) and _names(rows[c]) > 0.5]
        if len(names) == 1:
            note = f"column {names[0]!r} holds names, which rebase reads as codes with repair (--repair)"
            return CodeColumn(names[0], [], [note])
        if plans := _partnership(frame):
            raise PublishedError(plans)
        some = ", ".join(list(share)[:20]) + (
            f" and {frame.shape[1] - 20:,} more" if frame.shape[1] > 20 else ""
        )
        raise PublishedError(f"name the column of codes with --code; there are {some}")
    pair = _pair(frame, found) if code is None or code in found else []
    if code in found and not pair:  # its other code may stand beside those of other levels
        pair = next((p for c in found if c != code and (p := _pair(frame, [code, c]))), [])
    if code is None and len(found) > 1 and not pair:
        raise PublishedError(
            f"name the column of codes with --code: {' or '.join(map(repr, found))}{_disagree(frame, found)}"
        )
    code = code or (pair[0] if pair else found[0])
    other = [c for c in pair if c != code]
    note = (
        f"columns {other[0]!r} and {code!r} hold the ONS and the ODS code of the same bodies; {code!r} is used"
        if other
        else ""
    )
    notes = [note] if note and not wanted else []
    if above:
        some = " and ".join(map(repr, above))
        notes.append(f"{some} hold{'s' if len(above) == 1 else ''} what the bodies of {code!r} lie in")
    return CodeColumn(code, other, notes)


def _above(frame: pd.DataFrame, found: list[str]) -> list[str]:
    """Of columns of codes those of what the bodies of another column lie in: each of these has one, and is of a lower level."""
    home = lineage.default()

    @cache
    def grouped(column: str) -> bool | None:
        codes = [c for cell in frame[column].unique() if (c := home.written(cell)) and c not in home.beside()]
        levels = {home.lifetime(c)[1] in GROUPS for c in codes}
        return levels.pop() if len(levels) == 1 else None

    def lie_in(low: str, high: str) -> bool:
        return bool((frame[[low, high]].drop_duplicates().groupby(low)[high].nunique() == 1).all())

    low = [c for c in found if grouped(c) is False]
    return [c for c in found if grouped(c) and low and all(lie_in(one, c) for one in low)]


def _of_bodies(home: lineage.Lineage) -> frozenset[str]:
    return frozenset(c for v in home.vintages() for s in ("ods", "ons") for c in home.codes_of(v, s))


def _names(cells: pd.Series) -> float:
    home = lineage.default()
    some = [c for c in cells.unique() if c.strip()][:60]
    # a CCG may have had the name of a board, so that its name alone is no one body's
    ccgs = [c for v in home.vintages() if v.level == "ccg" for c in home.codes_of(v, "ods")]
    return sum((home.suggest(c) or home.suggest(c, ccgs)) is not None for c in some) / max(1, len(some))


def _pair(frame: pd.DataFrame, found: list[str]) -> list[str]:
    """Two columns that hold the ODS and the ONS code of the same body in each row, ODS first; else nothing."""
    if len(found) != 2:
        return []
    # most tables have few codes in many rows
    both = frame.groupby(found, sort=False, observed=True).size()
    ons = {}
    for column in found:
        form = both.index.get_level_values(column).astype("str").str.strip().str.fullmatch(r"n?[EeNn]\d{8}")
        ons[column] = both[form].sum() > len(frame) / 2
    if sum(ons.values()) != 1:
        return []
    long, short = next(c for c in found if ons[c]), next(c for c in found if not ons[c])
    home = lineage.default()
    return [] if any(_differ(home, one, two) for one, two in both.index) else [short, long]


def _partnership(frame: pd.DataFrame) -> str:
    """Words for a column that holds the codes of partnerships whose CCGs are not known."""
    for name in names_of(frame):
        for cell in frame[name].unique()[:20] if keeping.is_text(frame[name]) else ():
            if not re.fullmatch(r"E54\d{6}", cell.strip()):
                continue
            try:
                lineage.lifetime(cell.strip())
            except lineage.LineageError as error:
                if "partnership" in str(error):
                    return f"column {name!r}: {error}. Take figures of CCGs"
    return ""


def _differ(home: lineage.Lineage, one: str, two: str) -> bool:
    """Whether two cells hold codes of two bodies."""
    codes = [c for cell in (one, two) if (c := home.written(cell)) and c not in home.beside()]
    if len(codes) < 2:
        return False
    (body, level, *_), (other, its, *_) = (home.lifetime(c) for c in codes)
    return body != other and {level, its} != {"icb", "partnership"}  # QHM was of both, E54000049 of one


def _disagree(frame: pd.DataFrame, found: list[str]) -> str:
    """Words for the first row on which two columns of codes name two bodies."""
    if len(found) != 2:
        return ""
    home = lineage.default()
    for at, (one, two) in enumerate(zip(frame[found[0]], frame[found[1]], strict=True)):
        if _differ(home, one, two):
            where = f"line {frame.index[at]}" if frame.index.name == "line" else f"row {at + 1}"
            return f"; they disagree, first on {where}: {one!r} and {two!r}"
    return ""


def pairs(frame: pd.DataFrame, given: Iterable[str]) -> dict[str, str]:
    """Rates with their weights from text like rate:patients, where either name may hold colons."""
    out = {}
    for one in given:
        cuts = [(one[:i], one[i + 1 :]) for i, sign in enumerate(one) if sign == ":"]
        if not cuts or not any(w.strip() for _, w in cuts):
            raise PublishedError(f"--mean {one}: name the column that weights it, like --mean {one}:patients")
        there = [(r.strip(), w.strip()) for r, w in cuts if r.strip() in frame and w.strip() in frame]
        if len(there) > 1:
            raise PublishedError(f"--mean {one}: that may be {there[0]} or {there[1]}; rename one column")
        rate, weight = there[0] if there else cuts[0]
        out[named(frame, [rate], "--mean")[0]] = named(frame, [weight], "--mean")[0]
    return out
