"""The GP Patient Survey on fixed groupings of practices, from its published practice-level files.

The survey (gp-patient.co.uk, "Surveys and reports") publishes one CSV a year with a row per practice and a
thousand columns. They are too large to be carried here, so this reads those you have downloaded: take the
weighted practice-level CSV of each year, the July one of the half-yearly years. ``python -m ccg gpps`` runs
it. Notebook 07 uses the result where it is ``data/gpps.csv``; git leaves that file alone.

Layouts known, each as seen in code that reads the files (matched without regard to case):

- 2012 to 2023: ``Practice_Code`` (``Practice_code`` in 2014 to 2017), overall experience ``Q28_12pct``: every
  year in BenGoodair/gp_takeovers, 01.5_manual_downloads.R @a87e673. Phone ``Q3_12pct``: 2017 to 2023 in
  HealthEquityEvidenceCentre/HEEC, data/satisfaction/README.md @75666dd, and 2012 to 2016 by the columns
  that amcunningham/gp-oc-dashboard names in research/data/gpps_long.csv @740aa86. Counts and bases:
  ``q28_12`` and ``q28base`` in 2021 (bristolpeteredwards/Patient-satisfaction-GP-list-size-2021,
  bjgp_letter_final_do2.do), and with ``Q28_12345base``, ``q3_12``, ``q3_1234base`` in a query of
  NHS England's own copy of 2018 and later. Bases of 2012 to 2017 were not seen: there a base is taken only
  where the count beside it gives the published percent; else the file is refused, and ``weight`` is the way
  round it.
- 2024 to 2026: ``ad_practicecode``, ``overallexp.pcteval``, ``localgpservicesphone.pcteval`` and their weighted
  bases ``….baseevalw``: 2024 and 2025 in the first of these, all of it for 2025 and 2026 in
  amcunningham/gp-oc-dashboard, research/scripts/ingest_gpps2026.py @fab617a. The base of the phone question of
  2024 was not seen.

A year after the last one seen, 2026, is refused: nobody can know its questions.

Percents are fractions there; files in percents are told apart. Negative numbers (-97 and others) mean that
fewer than ten answered; they are missing, as blanks and ``*`` are.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ..core import files, lineage, reading
from ..core.numbers import is_given
from . import practices

#: Years that may be compared with each other, first and last, and their name. Half-yearly until 2016, another
#: sample in 2017, a new questionnaire in 2018 and in 2024: no line may be drawn from one series to the next.
SERIES = (
    (2012, 2016, "2012-2016"),
    (2017, 2017, "2017"),
    (2018, 2023, "2018-2023"),
    (2024, 2026, "2024-2026"),
)
COLUMNS = [
    *("year", "series", "code", "geography", "practices"),
    *("answers", "good_experience", "phone_answers", "easy_phone"),
]


@dataclass(frozen=True)
class Question:
    """Columns of a question: its percent, its count and its possible bases, the surest first.

    ``since`` is the first year in which a base has been seen; before it a base must prove itself by the count.
    """

    percent: str
    count: str | None
    bases: tuple[str, ...]
    since: int


@dataclass(frozen=True)
class Layout:
    """Columns of the files of some years, as seen in them."""

    first: int
    last: int
    practice: str
    good: Question
    phone: Question

    def __str__(self) -> str:
        return (
            f"{self.practice} with {self.good.percent} and {self.phone.percent} ({self.first} to {self.last})"
        )


LAYOUTS = (
    # all five answers to Q28 judge, so its plain base is that of the percent; one of Q3 is "haven't tried"
    Layout(
        2012, 2023, "practice_code",
        Question("q28_12pct", "q28_12", ("q28_12345base", "q28base"), 2018),
        Question("q3_12pct", "q3_12", ("q3_1234base", "q3base"), 2018),
    ),
    Layout(
        2024, 2026, "ad_practicecode",
        Question("overallexp.pcteval", None, ("overallexp.baseevalw",), 2024),
        Question("localgpservicesphone.pcteval", None, ("localgpservicesphone.baseevalw",), 2025),
    ),
)  # fmt: skip
#: Bases that hold answers which do not judge: to be used only if the published percent agrees with them.
_DOUBTFUL = {"q3base"}


class SurveyError(ValueError):
    """A file that cannot be read safely. The text names file, column and what to do."""


@dataclass
class Survey:
    """``frame``: one row per year and body, see ``build``. ``unplaced``: answers of practices without a body."""

    frame: pd.DataFrame
    unplaced: pd.DataFrame
    lines: list[str] = field(default_factory=list)

    def report(self) -> str:
        """What came in, what was placed, and what was not, for each year."""
        return "\n".join(self.lines)


def load() -> pd.DataFrame | None:
    """The table ``data/gpps.csv`` that ``python -m ccg gpps … -o data/gpps.csv`` wrote; None if there is none.

    Columns as ``build``. Raises SurveyError when the file is there and has other columns.
    """
    path = files.data() / "gpps.csv"
    if not path.exists():
        return None
    out = pd.read_csv(path, dtype={"code": str, "series": str}, parse_dates=["geography"])
    if list(out.columns) != COLUMNS:
        raise SurveyError(f"{path.name} has the columns {', '.join(out.columns)}; make it anew")
    return out


def build(paths, to="2021-04-01", year: int | None = None, weight: str | None = None) -> Survey:
    """The yearly table of some practice-level files, on the bodies of one date.

    ``paths`` are the files, one per year; ``year`` is that of a single file that does not tell it;
    ``weight`` names a column, such as ``received``, to use in place of the bases.

    A row is a year and a body: ``series`` (only rows of one series may be compared), ``geography`` (``to``),
    ``practices`` with a figure for overall experience, ``answers`` to that question and ``good_experience``
    of them, ``phone_answers`` and ``easy_phone``: weighted numbers of patients, not whole. A rate is the
    quotient of two sums, so no rate is averaged. Each practice is in the body that ``practices.grouping``
    gives it, in every year.

    Raises SurveyError for a file of no known layout, of no known year or two, a year twice, an unweighted
    file, a practice twice, or figures that contradict each other; ``reading.ReadError`` for a file that is no
    table; LineageError for a date out of reach.
    """
    paths = [Path(p) for p in paths]
    if year is not None and len(paths) > 1:
        raise SurveyError("one year for several files: give it with one file at a time")
    answers = [read(path, year, weight) for path in paths]
    years = [one["year"].iloc[0] for one in answers]
    for i, one in enumerate(years):
        if one in years[:i]:
            raise SurveyError(
                f"{paths[years.index(one)]} and {paths[i]} are both of {one}; waves of a year overlap, so "
                "give one, the July wave where there are two"
            )
    rows = pd.concat(answers, ignore_index=True).sort_values(["year", "practice"], ignore_index=True)
    rows["code"] = rows["practice"].map(practices.grouping(to, rows["practice"]))
    numbers = COLUMNS[5:]
    placed = rows.dropna(subset=["code"]).groupby(["year", "code"], as_index=False)
    frame = placed[numbers].sum(min_count=1)
    frame["practices"] = placed["good_experience"].count()["good_experience"]
    frame["series"] = frame["year"].map(_series)
    frame["geography"] = lineage.as_day(to)
    unplaced = rows[rows["code"].isna()].drop(columns="code").reset_index(drop=True)
    lines = [
        _line(one, rows[rows["year"] == one], unplaced[unplaced["year"] == one], weight)
        for one in sorted(years)
    ]
    return Survey(frame[COLUMNS], unplaced, lines)


def _series(year: int) -> str:
    return next(name for first, last, name in SERIES if first <= year <= last)


def _line(year: int, rows: pd.DataFrame, unplaced: pd.DataFrame, weight: str | None) -> str:
    whole, left = rows["answers"].sum(), unplaced["answers"].sum()
    blank = int(rows["good_experience"].isna().sum())
    good = 100 * rows["good_experience"].sum() / whole if whole else float("nan")
    text = (
        f"{year} (series {_series(year)}): {len(rows):,} practices = {len(rows) - len(unplaced):,} placed + "
        f"{len(unplaced):,} not placed; {whole:,.0f} answers = {whole - left:,.0f} placed + {left:,.0f} not; "
        f"practices without a figure: {blank:,}. Good overall: {good:.1f}% of all answers."
    )
    if weight:
        text += f" Weighted by {weight}, not by the base of each question."
    if len(unplaced):
        named = ", ".join(unplaced["practice"].iloc[:8]) + (" …" if len(unplaced) > 8 else "")
        text += f" Not placed: {named}."
    return text


# --- one file -----------------------------------------------------------------------------------


def read(path, year: int | None = None, weight: str | None = None) -> pd.DataFrame:
    """One practice-level file: ``practice, year, answers, good_experience, phone_answers, easy_phone``.

    One row per practice, in the order of the file; missing where suppressed. Raises as ``build``.
    """
    path = Path(path)
    if "unweighted" in path.name.lower():
        raise SurveyError(f"{path}: this is the unweighted file; take the one called weighted")
    columns = reading.columns(path)
    layout, names = _layout(columns, path)
    if weight and weight not in columns:
        raise SurveyError(f"{path}: no column {weight!r} to weight by")
    dated = _year_columns(columns)
    wanted = [*names.values(), *dated, *([weight] if weight else [])]
    text = reading.read(path, only=wanted)
    when = _year(text[dated], path, year)
    if not layout.first <= when <= layout.last:
        raise SurveyError(
            f"{path}: it is of {when}, but its columns are those of {layout}; check the year or the file"
        )
    codes = text[names[layout.practice]].str.strip().str.upper()
    twice = codes[codes.duplicated() & (codes != "")]
    if len(twice):
        at = codes.index[codes == twice.iloc[0]]
        raise SurveyError(
            f"{path}: practice {twice.iloc[0]} stands on lines {at[0]} and {at[1]}; take the file with one row "
            "per practice"
        )
    out = pd.DataFrame({"practice": codes.where(codes != "", "(blank)"), "year": when})
    for question, base, count in (
        (layout.good, "answers", "good_experience"),
        (layout.phone, "phone_answers", "easy_phone"),
    ):
        out[base], out[count] = _question(text, names, question, path, weight, when)
    return out


def _layout(columns: list[str], path: Path) -> tuple[Layout, dict[str, str]]:
    """The layout, and what each of its columns that is there is called in the file."""
    lower = [c.strip().lower() for c in columns]
    found = [one for one in LAYOUTS if {one.practice, one.good.percent, one.phone.percent} <= set(lower)]
    if len(found) != 1:
        shown = ", ".join(columns[:20]) + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")
        what = "it has the columns of two layouts" if found else "its layout is not known"
        raise SurveyError(
            f"{path}: {what}. Its columns: {shown}. Known are {' and '.join(map(str, LAYOUTS))}. Take the "
            "practice-level weighted CSV; if it is that, rename its columns to these"
        )
    one = found[0]
    wanted = {one.practice, *(c for q in (one.good, one.phone) for c in (q.percent, q.count, *q.bases))}
    double = [c for c in lower if lower.count(c) > 1 and c in wanted]
    if double:
        raise SurveyError(f"{path}: column {double[0]!r} is there more than once; leave one")
    return one, {c: name for c, name in zip(lower, columns, strict=True) if c in wanted}


def _year_columns(columns: list[str]) -> list[str]:
    return [c for c in columns if c.strip().lower() in ("year", "survey_year")]


def _year(dated: pd.DataFrame, path: Path, given: int | None) -> int:
    """The year, from ``given``, a column and the file name; those that are there must agree."""
    said = {}
    if given is not None:
        said["--year"] = {int(given)}
    for column in dated:
        cells = set(dated[column].str.strip()) - {""}
        odd = sorted(c for c in cells if not re.fullmatch(r"\d{4}", c))
        if odd:
            raise SurveyError(f"{path}: column {column!r} holds {odd[0]!r}, which is not a year")
        said[f"column {column!r}"] = {int(c) for c in cells}
    said["its name"] = {int(y) for y in re.findall(r"(?<!\d)20\d\d(?!\d)", path.stem)}
    said = {who: years for who, years in said.items() if years}
    if not said:
        raise SurveyError(f"{path}: its year is not known; give it with --year 2019")
    every = set.union(*said.values())
    if len(every) > 1:
        told = "; ".join(f"{who} says {' and '.join(map(str, sorted(y)))}" for who, y in said.items())
        raise SurveyError(f"{path}: of which year? {told}. Rename the file or correct --year")
    year = every.pop()
    if year < SERIES[0][0]:
        raise SurveyError(f"{path}: {year} asked other questions; the survey can be read from 2012 on")
    if year > SERIES[-1][1]:
        raise SurveyError(
            f"{path}: no file of {year} has been seen, so its questions and columns are not known; the survey can be "
            f"read to {SERIES[-1][1]}"
        )
    return year


def _question(text, names, question: Question, path, weight, year: int) -> tuple[pd.Series, pd.Series]:
    """How many answered a question, and how many of them well; both missing where either is."""
    percent, count, bases = question.percent, question.count, question.bases
    rate = _fractions(_numbers(text[names[percent]], path), names[percent], path)
    if weight:
        base = _numbers(text[weight], path)
        good = rate * base
    else:
        there = [b for b in bases if b in names]
        if count in names:
            good = _numbers(text[names[count]], path)
            base = _agreeing(
                good, rate, {b: _numbers(text[names[b]], path) for b in there}, names, percent, path
            )
        else:
            there = [b for b in there if b not in _DOUBTFUL]
            if not there:
                raise SurveyError(
                    f"{path}: no base for {names[percent]!r} (looked for {', '.join(bases)}); without one "
                    "practices cannot be summed. --weight received weights each by its completed forms"
                )
            if year < question.since:
                raise SurveyError(
                    f"{path}: {names[there[0]]!r} is not known from a file of {year}, and no count is beside it to "
                    f"hold against {names[percent]!r}. --weight received weights each practice by its completed forms"
                )
            base = _numbers(text[names[there[0]]], path)
            good = rate * base
    known = rate.notna() & base.notna() & good.notna() & (base > 0)
    return base.where(known), good.where(known)


def _agreeing(good, rate, bases: dict, names, percent, path) -> pd.Series:
    """The base that, with the count, gives the published percent to half a point in 99 practices of 100."""
    for base in bases.values():
        apart = (good / base.where(base > 0) - rate).abs().dropna()
        if len(apart) and (apart <= 0.005).mean() >= 0.99:
            return base
    tried = ", ".join(names[b] for b in bases) or "none is there"
    raise SurveyError(
        f"{path}: no base of {names[percent]!r} agrees with its count and percent (tried: {tried}); is a column "
        "in the wrong place? --weight received does without"
    )


def _numbers(cells: pd.Series, path: Path) -> pd.Series:
    """Cells as numbers; missing if not given or negative, which is how the survey marks what it suppresses."""
    text = cells.str.strip()
    text = text.where(text.isin([cell for cell in text.dropna().unique() if is_given(cell)]))
    out = pd.to_numeric(text, errors="coerce").astype("float64")
    bad = text.notna() & ~(out.abs() < 1e12)  # what is larger counts nobody, and might add up to infinity
    if bad.any():
        i = int(bad.to_numpy().argmax())
        raise SurveyError(
            f"{path} line {cells.index[i]}, column {cells.name!r}: {cells.iloc[i]!r} is not a number"
        )
    return out.where(out >= 0)


def _fractions(rate: pd.Series, column: str, path: Path) -> pd.Series:
    """Shares from 0 to 1 as they are, percents divided by 100; a column that might be either is refused."""
    if (rate > 100).any():
        i = int((rate > 100).to_numpy().argmax())
        raise SurveyError(
            f"{path} line {rate.index[i]}, column {column!r}: {rate.iloc[i]:g} is over 100 percent"
        )
    small, large = (rate > 0) & (rate <= 1), rate > 1
    if small.any() and large.any():
        i, j = int(small.to_numpy().argmax()), int(large.to_numpy().argmax())
        raise SurveyError(
            f"{path}, column {column!r}: {rate.iloc[i]:g} on line {rate.index[i]} reads as a share and "
            f"{rate.iloc[j]:g} on line {rate.index[j]} as a percent; which is it?"
        )
    return rate / 100 if large.any() else rate
