"""The columns that a person means: by name or pattern, the one that holds codes, a rate with its weight."""

import difflib
import fnmatch
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import narwhals as nw
import pandas as pd

from . import lineage, numbers, periods
from .words import count


class PublishedError(ValueError):
    """A table that cannot be re-based as asked. The text names the column, the cell and what to do."""


#: A cell of a column of codes that gives none.
NO_CODE = r"[-–—.*:…/\s]*"
#: What a total is called in a column that tells its parts apart: All, All ages, Total, England total, Persons.
_WHOLE = re.compile(r"(?i)(?:all|totals?)\b.*|.*\btotals?|persons|people|both(?: sexes)?|overall")
#: What a level is called in a column that tells levels apart: CCG, CCG - Provider, Region.
_LEVEL = re.compile(
    r"(?i)(?:ccgs?|clinical commissioning groups?|commissioners?|commissioning region|providers?|practices?|gp practices?"
    r"|stps?|icbs?|icss?|sub.?icbs?|regions?|england|national?|country|pcts?|local authorit(?:y|ies))\b.*"
)


def names_of(frame: pd.DataFrame) -> list[str]:
    """The names of the columns, as text."""
    return [str(c) for c in frame.columns]


#: Names of columns of numbers that only tell rows or bodies apart: Area code, Site ID, No.
_LABEL = re.compile(
    r"(?i)(?:.* )?(?:ids?|fid|index|codes?|identifier|uprn|ukprn|telephone|phone)|(?:row|line|serial|s|sr|ref(?:erence)?)\.? ?(?:n(?:o|r|umber))?\.?"
    r"|n(?:o|r|um|umber)\.?|#|version|order|.*\b(?:sort(?:able)?|sort order)"
)
#: Other names of columns of numbers that are not counts, with what they are.
_OTHER = {
    "an age": re.compile(r"(?i)ages?(?: \(?(?:in )?years\)?)?"),
    "a length of time": re.compile(
        r"(?i)(?:n(?:o|umber)\.? of )?(?:waiting )?(?:weeks|days|months|years|hours|minutes|mins)(?: (?:waited|waiting|wait|since .*))?"
    ),
    "a target": re.compile(
        r"(?i)(?:.* )?(?:targets?|thresholds?|benchmark)(?: (?:value|level|\d+))?|(?:national |operational )?standard"
    ),
    "a measure of deprivation": re.compile(
        r"(?i)(?:.* )?(?:deprivation|imd|idaci|idaopi)(?: ?(?:19|20)\d\d)?"
    ),
}
#: What a limit of an estimate is called, and the estimate that stands beside its limits.
_LIMIT = re.compile(
    r"(?i)(?<![a-z])(?:[lu]ci|(?:lower|upper)(?: (?:limit|bound|ci))?|[lu]cl|ci|confidence.*)(?![a-z])"
)
_ESTIMATE = re.compile(r"(?i)(?:indicator )?(?:value|estimate|figure|result|point estimate)s?")
#: Words in the name of a column that say it is a rate, an average or an order: it cannot be added up.
_RATE = re.compile(
    r"(?i)%|(?<![a-z])(?:rates?|percent(?:age|ages|ile)?|per cent|mean|average|avg|median|rank(?:s|ed|ing)?|position|ratio|proportion"
    r"|decile|quintile|quartile|centile|index|score|prevalence|[lu]ci|ci|(?:lower|upper) (?:limit|bound|ci)|confidence.*"
    r"|sd|standard (?:deviation|error)|shmi|hsmr|smr|latitude|longitude|eastings?|northings?|(?:share|percentage) of .*|density|per [\d£]*[a-z]*)(?![a-z])"
)


def has_limits(columns: Iterable[str]) -> bool:
    """Whether a table has the limits of an estimate, as LCI and UCI."""
    return any(_LIMIT.search(_words(c)) for c in columns)


def _words(column: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", column).strip()


def no_count(column: str, cells: pd.Series, limits: bool = False) -> str | None:
    """Why a column of numbers is none of counts, by its name or its cells; None where it may be.

    With ``limits`` the table holds the limits of an estimate, so that a column called Value is the estimate.

    Examples
    --------
    >>> years = pd.Series(["2018", "2019"])
    >>> no_count("Year", years), no_count("Rate per 1000", years), no_count("Referrals", years)
    ('a period', 'a rate', None)
    >>> no_count("Value", years), no_count("Value", years, limits=True), no_count("No.", years)
    (None, 'an estimate with limits', 'a label')
    """
    words = _words(column)
    if _LABEL.fullmatch(words):
        return "a label"
    if _RATE.search(words) or re.search(r"(?<![A-Za-z])(?:[Pp]ct(?![A-Za-z])|pc(?= of |\)|$))", words):
        return "a rate"
    if limits and _ESTIMATE.fullmatch(words):
        return "an estimate with limits"
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
    if len(plain) and plain.between(0, 1).all() and (plain % 1 != 0).any():
        return "a share"  # what a workbook shows as per cent is a fraction in it
    if len(plain) == len(cells) >= 20 and plain.diff().iloc[1:].eq(1).all():
        return "a label"  # rows numbered one after the other
    return None


def is_period(frame: pd.DataFrame, column: str) -> bool:
    """Whether a column is one of periods, by its name or its cells."""
    return periods.named_period(column) or periods.are_periods(
        nw.from_native(frame[column], series_only=True)
    )


def rates_among(frame: pd.DataFrame, keys: list[str], sums: list[str]) -> list[str]:
    """What to say of keys that are called rates, such as the measure Percent, under which numbers are added up too."""
    out = []
    for key in keys if sums else ():
        cells = [str(c) for c in frame[key].unique()[:2000]]
        rates = [c for c in cells if _RATE.search(c)]
        if rates and not is_period(frame, key):
            out.append(
                f"under {' and '.join(map(repr, rates[:3]))} in {key!r}, by its name a rate, {sums[0]!r} is added up as under any other "
                "key: leave those rows aside if it holds the rate itself"
            )
    return out


# --- columns by name ------------------------------------------------------------------------------


def named(frame: pd.DataFrame, wanted: Iterable[str], option: str) -> list[str]:
    """The columns that names and patterns mean, each once. Raises PublishedError with the nearest if none is."""
    out: list[str] = []
    for one in wanted:
        name = one.strip()
        if name in frame:
            out.append(name)
            continue
        some = (
            [c for c in names_of(frame) if fnmatch.fnmatchcase(c.casefold(), name.casefold())]
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


class AddedUp(NamedTuple):
    """What to say of rows that are added up: ``notes``, and ``doubts``: why the sums may not be what they seem."""

    notes: list[str]
    doubts: list[str]


def added_up(frame: pd.DataFrame, keys: list[str], left: list[str], sums: list[str]) -> AddedUp:
    """What to say where rows of one code and key are added up that a column left out tells apart, or that nothing does.

    Raises
    ------
    PublishedError
        That column holds totals beside their parts, or several levels, so that figures would count twice; or it is a
        period, and a body has rows in some of them only, so that sums would be of more periods for one than for
        another.
    """
    if not sums:
        return AddedUp([], [])
    some = frame[~frame[keys[0]].astype(str).str.fullmatch(NO_CODE)]
    some = some[some.duplicated(keys, keep=False)]
    if some.empty:
        return AddedUp([], [])
    groups = some.groupby(keys, dropna=False, observed=True)
    apart = [c for c in left if (groups[c].nunique(dropna=False) > 1).any()]
    doubts = []
    for name in apart:
        total = _sum_of_the_others(some, keys, name, sums)
        why = _counted_twice(some, name, total) or _uneven(frame, keys, name)
        if why:
            raise PublishedError(
                f"column {name!r} is to be left out, but {why}; keep them apart with --by {name!r}, or take those rows "
                "out of the file"
            )
        if total is not None:
            doubts.append(
                f"figures of {count(total.times, 'code')} may be counted twice, since {_called(total.cell)} of the dropped "
                f"column {name!r} is the sum of the others (--by {name!r} keeps them apart)"
            )
    said = _same(some, keys[0])
    if not apart:
        return AddedUp(said, [])
    codes, tell = some[keys[0]].nunique(), len(apart) == 1
    notes = [
        f"{codes:,} code{' has' if codes == 1 else 's have'} several rows under one key, which are added up; the dropped "
        f"column{'' if tell else 's'} {', '.join(apart[:6])} tell{'s' if tell else ''} them apart: if they hold totals "
        "or several measures, name them with --by",
        *said,
    ]
    return AddedUp(notes, doubts)


def _same(rows: pd.DataFrame, code: str) -> list[str]:
    """Words for rows that are as another in every column."""
    again = rows.duplicated()
    if not again.any():
        return []
    at, n = int(again.to_numpy().argmax()), int(again.sum())
    where = f" (line {rows.index[at]})" if rows.index.name == "line" else ""
    return [
        f"{n:,} row{' is' if n == 1 else 's are'} the same as another in every column, first one of "
        f"{rows[code].iloc[at]}{where}, and added up with it: "
        "if they were copied twice, take them out"
    ]


class _Total(NamedTuple):
    """A cell in whose rows stands the sum of the others, and under how many codes and keys it does."""

    cell: str
    times: int


#: Under so many codes and keys the sum of the others is no chance.
_SURE = 3


def _called(cell: str) -> str:
    return repr(cell) if cell else "a blank cell"


def _counted_twice(some: pd.DataFrame, name: str, total: _Total | None) -> str:
    """Why the rows that a column tells apart are not to be added up: by what they are called, or by their numbers."""
    cells = sorted({str(c).strip() for c in some[name].unique()})
    whole = [c for c in cells if _WHOLE.fullmatch(c)]
    levels = [c for c in cells if _LEVEL.fullmatch(c)]
    if whole and len(whole) < len(cells):
        part = next(c for c in cells if c not in whole)
        return f"{whole[0]!r} stands beside parts such as {part!r}, so figures would be counted twice"
    if 1 < len(levels) == len(cells):
        return f"its rows are of several levels, {levels[0]!r} and {levels[1]!r}, so figures would be counted twice"
    if total is not None and total.times >= _SURE:
        return f"in every row of {_called(total.cell)} stands the sum of the others, so figures would be counted twice"
    return ""


def _sum_of_the_others(some: pd.DataFrame, keys: list[str], name: str, sums: list[str]) -> _Total | None:
    """The cell of a column in whose rows stands the sum of the other rows of the code, wherever it has one."""
    if some[name].nunique(dropna=False) < 3:
        return None
    values = {
        s: pd.to_numeric(some[s].map({c: numbers.plain(str(c)) for c in some[s].unique()}), errors="coerce")
        for s in sums
    }
    label = some[name].astype(str).str.strip()
    given = pd.DataFrame(values).assign(
        _label=label.mask(label == some[keys[0]].astype(str), "the code itself"),
        **{f"_{i}": some[k] for i, k in enumerate(keys)},
    )
    given = given.dropna(subset=sums)
    groups = [f"_{i}" for i in range(len(keys))]
    alike = given.groupby([*groups, "_label"], dropna=False)[sums].agg("sum")
    whole = alike.groupby(level=list(range(len(groups))), dropna=False).transform("sum")
    parts = alike.groupby(level=list(range(len(groups))), dropna=False)[sums[0]].transform("count")
    twice = (2 * alike - whole).abs().le(1e-9 * whole.abs()).all(axis=1) & whole.ne(0).any(axis=1)
    found = [
        _Total(str(one), len(fits))
        for one, fits in twice[parts > 1].groupby(level=len(groups))
        if fits.all() and parts[fits.index].max() > 2
    ]
    return max(found, key=lambda total: total.times, default=None)


def other_body(frame: pd.DataFrame, code: str, left: list[str]) -> list[str]:
    """Words for a column left out whose codes or names are of another body of the same level than the code beside them."""
    home = lineage.default()
    out = []
    meant = {c: home.written(c) for c in frame[code].astype(str).unique()}
    ours = {c for c in meant.values() if c and c not in home.beside()}
    for name in left:
        if not pd.api.types.is_string_dtype(frame[name]):
            continue
        pairs = frame[[code, name]].drop_duplicates()
        if len(pairs) > 2000 or not len(pairs) or _names(pairs[name]) < 0.5:
            continue
        said = {c: home.suggest(c, ours) for c in pairs[name].unique() if c.strip()}
        for at, (one, other) in zip(pairs.index, pairs.itertuples(index=False), strict=True):
            here, there = meant.get(str(one)), said.get(other)
            if not here or not there or {here, there} & set(home.beside()):
                continue
            (body, level, *_), (another, its, *_) = home.lifetime(here), home.lifetime(there)
            if body != another and level == its:
                where = f" (line {at})" if frame.index.name == "line" else ""
                out.append(
                    f"columns {code!r} and {name!r} disagree, first{where} {one!r} and {other!r}, which is {another}; the "
                    f"codes of {code!r} were taken"
                )
                break
    return out


def _uneven(frame: pd.DataFrame, keys: list[str], name: str) -> str:
    """Why periods are not to be added up: a body has rows in some of them only, of those under one key that is a period."""
    home = lineage.default()
    if not is_period(frame, name):
        return ""
    beside = home.beside()
    meant = {c: home.written(c) for c in frame[keys[0]].astype(str).unique()}
    bodies = frame[frame[keys[0]].astype(str).map(lambda c: bool(meant[c]) and meant[c] not in beside)]
    of = [k for k in keys[1:] if is_period(frame, k)]
    rows = bodies[[*of, keys[0], name]].astype(str).drop_duplicates()
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
        if not pd.api.types.is_string_dtype(frame[column]):
            return 0
        counts = rows[column].value_counts()
        return int(sum(n for cell, n in counts.items() if is_code(str(cell)))) / max(1, len(rows))

    share = {c: like(c) for c in names_of(frame)}
    found = [c for c in share if share[c] > 0.5] or [c for c in share if share[c] > 0.25]
    code = named(frame, [wanted], "--code")[0] if wanted else None
    if code is None and not found:
        names = [c for c in share if pd.api.types.is_string_dtype(frame[c]) and _names(rows[c]) > 0.5]
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
    return CodeColumn(code, other, [note] if note and not wanted else [])


def _of_bodies(home: lineage.Lineage) -> frozenset[str]:
    return frozenset(c for v in home.vintages() for s in ("ods", "ons") for c in home.codes_of(v, s))


def _names(cells: pd.Series) -> float:
    home = lineage.default()
    some = [c for c in cells.unique() if c.strip()][:60]
    return sum(home.suggest(c) is not None for c in some) / max(1, len(some))


def _pair(frame: pd.DataFrame, found: list[str]) -> list[str]:
    """Two columns that hold the ODS and the ONS code of the same body in each row, ODS first; else nothing."""
    if len(found) != 2:
        return []
    ons = {c: frame[c].str.strip().str.fullmatch(r"n?[EeNn]\d{8}").mean() > 0.5 for c in found}
    if sum(ons.values()) != 1:
        return []
    long, short = next(c for c in found if ons[c]), next(c for c in found if not ons[c])
    both = set(zip(frame[short], frame[long], strict=True))
    return [] if any(_differ(one, two) for one, two in both) else [short, long]


def _partnership(frame: pd.DataFrame) -> str:
    """Words for a column that holds the codes of partnerships whose CCGs are not known."""
    for name in names_of(frame):
        for cell in frame[name].unique()[:20] if pd.api.types.is_string_dtype(frame[name]) else ():
            if not re.fullmatch(r"E54\d{6}", cell.strip()):
                continue
            try:
                lineage.lifetime(cell.strip())
            except lineage.LineageError as error:
                if "partnership" in str(error):
                    return f"column {name!r}: {error}. Take figures of CCGs"
    return ""


def _differ(one: str, two: str) -> bool:
    """Whether two cells hold codes of two bodies."""
    known = lineage.default()
    codes = [c for cell in (one, two) if (c := known.written(cell)) and c not in known.beside()]
    return len(codes) == 2 and known.lifetime(codes[0])[0] != known.lifetime(codes[1])[0]


def _disagree(frame: pd.DataFrame, found: list[str]) -> str:
    """Words for the first row on which two columns of codes name two bodies."""
    if len(found) != 2:
        return ""
    agree = set()
    for at, (one, two) in enumerate(zip(frame[found[0]], frame[found[1]], strict=True)):
        if (one, two) in agree:
            continue
        agree.add((one, two))
        if _differ(one, two):
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
