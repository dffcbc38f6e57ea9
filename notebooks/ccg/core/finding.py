"""The columns that a person means: by name or pattern, the one that holds codes, a rate with its weight."""

import difflib
import fnmatch
import re
from collections.abc import Iterable
from functools import cache

import narwhals as nw
import pandas as pd

from . import lineage, periods


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


#: Words in the name of a column that say it is a rate, an average or an order: it cannot be added up.
_RATE = re.compile(
    r"(?i)%|(?<![a-z])(?:rates?|percent(?:age|ages|ile)?|per cent|mean|average|avg|median|rank(?:ing)?|ratio|proportion"
    r"|decile|quintile|quartile|centile|index|score|per (?:[\d£]|capita|head|thousand|million|patient|person))(?![a-z])"
)


def no_count(column: str, cells: pd.Series) -> str | None:
    """Why a column of numbers is none of counts, by its name or its cells; None where it may be.

    Examples
    --------
    >>> years = pd.Series(["2018", "2019"])
    >>> no_count("Year", years), no_count("Rate per 1000", years), no_count("Referrals", years)
    ('a period', 'a rate', None)
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", column)
    if _RATE.search(words) or re.search(r"(?<![A-Za-z])[Pp]ct(?![A-Za-z])", words):
        return "a rate"
    given = pd.Series([c for c in cells.unique() if not pd.isna(c) and str(c).strip()], dtype=object)
    if any("%" in str(c) for c in given):
        return "a rate"
    if periods.named_period(words) and not re.search(periods.PERIOD, column):
        small = pd.to_numeric(given, errors="coerce")
        if (
            periods.are_periods(nw.from_native(given.astype(str), series_only=True))
            or small.between(1, 53).all()
        ):
            return "a period"
    plain = pd.to_numeric(given, errors="coerce").dropna()
    if len(plain) and plain.between(0, 1).all() and (plain % 1 != 0).any():
        return "a share"  # what a workbook shows as per cent is a fraction in it
    return None


def is_period(frame: pd.DataFrame, column: str) -> bool:
    """Whether a column is one of periods, by its name or its cells."""
    return periods.named_period(column) or periods.are_periods(
        nw.from_native(frame[column], series_only=True)
    )


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


def added_up(frame: pd.DataFrame, keys: list[str], left: list[str], sums: list[str]) -> list[str]:
    """What to say where rows of one code and key are added up that a column left out tells apart.

    Raises
    ------
    PublishedError
        That column holds totals beside their parts, or several levels, so that figures would count twice.
    """
    if not sums or not left:
        return []
    some = frame[~frame[keys[0]].astype(str).str.fullmatch(NO_CODE)]
    some = some[some.duplicated(keys, keep=False)]
    if some.empty:
        return []
    groups = some.groupby(keys, dropna=False, observed=True)
    apart = [c for c in left if (groups[c].nunique(dropna=False) > 1).any()]
    for name in apart:
        cells = sorted({str(c).strip() for c in some[name].unique()})
        whole = [c for c in cells if _WHOLE.fullmatch(c)]
        levels = [c for c in cells if _LEVEL.fullmatch(c)]
        if whole and len(whole) < len(cells):
            why = f"{whole[0]!r} stands beside parts such as {next(c for c in cells if c not in whole)!r}"
        elif 1 < len(levels) == len(cells):
            why = f"its rows are of several levels, {levels[0]!r} and {levels[1]!r}"
        else:
            continue
        raise PublishedError(
            f"column {name!r} is to be left out, but {why}, so figures would be counted twice; keep them apart with "
            f"--by {name!r}, or take those rows out of the file"
        )
    if not apart:
        return []
    codes, tell = some[keys[0]].nunique(), len(apart) == 1
    return [
        f"{codes:,} code{' has' if codes == 1 else 's have'} several rows under one key, which are added up; the dropped "
        f"column{'' if tell else 's'} {', '.join(apart[:6])} tell{'s' if tell else ''} them apart: if they hold totals "
        "or several measures, name them with --by"
    ]


def strays(stray: list[str]) -> str:
    """Words for columns that no option names."""
    some = ", ".join(stray[:20]) + (f" and {len(stray) - 20:,} more" if len(stray) > 20 else "")
    return (
        f"what is to become of column {stray[0]!r}? --sum it, --mean it with a weight, keep it as a key with --by, or "
        f"leave it out with --drop; rest is all others (all unused columns: {some})"
    )


def code_column(frame: pd.DataFrame, wanted: str | None, notes: list[str]) -> tuple[str, list[str]]:
    """The column of codes, and the other one where ODS and ONS codes of the same bodies stand side by side."""
    rows = frame.sample(min(len(frame), 1000), random_state=0)  # of a file of any length, as good as all
    known = {c for v in lineage.vintages() for s in ("ods", "ons") for c in lineage.codes_of(v, s)}

    @cache
    def is_code(cell: str) -> bool:
        # boards have codes of letters, like QHM; a word in small letters is none
        return (
            len(cell) < 30
            and bool(re.search(r"\d", cell) or cell.isupper())
            and lineage.written(cell) in known
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
            notes.append(
                f"column {names[0]!r} holds names, which rebase reads as codes with repair (--repair)"
            )
            return names[0], []
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
    if other and not wanted:
        notes.append(
            f"columns {other[0]!r} and {code!r} hold the ONS and the ODS code of the same bodies; {code!r} is used"
        )
    return code, other


def _names(cells: pd.Series) -> float:
    some = [c for c in cells.unique() if c.strip()][:60]
    return sum(lineage.suggest(c) is not None for c in some) / max(1, len(some))


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
    codes = [c for cell in (one, two) if (c := lineage.written(cell)) and c not in lineage.beside()]
    return len(codes) == 2 and lineage.lifetime(codes[0])[0] != lineage.lifetime(codes[1])[0]


def _disagree(frame: pd.DataFrame, found: list[str]) -> str:
    """Words for the first row on which two columns of codes name two bodies."""
    if len(found) != 2:
        return ""
    for at, (one, two) in enumerate(zip(frame[found[0]], frame[found[1]], strict=True)):
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
