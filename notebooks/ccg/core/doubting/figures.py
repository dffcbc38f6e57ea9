"""Doubts about figures by themselves: rates that were added up, signs that mean not given, lost digits, copies carried on."""

import re
from collections.abc import Sequence

import pandas as pd

from .. import keeping, list_sizes, numbers, subtotals, totals
from ..finding import SMALL_DECIMALS, has_limits, has_no_mean, is_period, no_sum, says_nothing, words_of
from ..words import few
from .doubt import AddedUp, Doubt

#: What a column of counts is called, whatever the measure of its row.
_COUNT = re.compile(
    r"(?i)(?<![a-z])(?:numerators?|denominators?|counts?|num(?:ber)?s?|patients|population|register|list ?sizes?|cases"
    r"|observed|expected)(?![a-z])"
)
#: By so much at most revised figures differ from those that they take the place of.
_REVISED = 0.05
#: Numbers below zero by which some data sets say that none is given, and columns whose numbers may be below zero.
_NOT_GIVEN = {-1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999}
_MAY_BE_BELOW = re.compile(
    r"(?i)(?<![a-z])(?:net|changes?|differences?|diff|balance|surplus|deficit|variances?|growth|gains?|loss(?:es)?|adjustments?"
    r"|movements?|distance|under|over)(?![a-z])"
)
#: And numbers of nines that say so, where they stand more than once and so many times above all others.
_NINES, _FAR_ABOVE = {9_999, 99_999, 999_999}, 5
#: A large number as a spreadsheet writes it where the column is narrow, with one to four digits of more: 1.23E+05, 2E+07.
_CUT = (
    r"\s*[-+]?\d(?:E\+(?:0[1-9]|[1-9]\d)|\.\dE\+(?:0[2-9]|[1-9]\d)|\.\d\dE\+(?:0[3-9]|[1-9]\d)"
    r"|\.\d{3}E\+(?:0[4-9]|[1-9]\d))\s*"
)
#: Rates of which a percentage and a fraction look alike, and how far apart the two then are at least.
_OF_HUNDRED = re.compile(
    r"(?i)%|pct|percent|per cent|(?<![a-z])(?:rates?|shares?|proportions?|prev(?:alence)?|uptake|coverage)(?![a-z])"
)
_FAR = 10
#: So much percentages of a row make more or less than 100 at most.
_ROUNDED = 1.5
#: What is not so of so many rows is not so of all.
_SOME = 1_000
#: What cells and names of columns are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {"count": _COUNT, "may_be_below": _MAY_BE_BELOW, "of_hundred": _OF_HUNDRED}
WHOLLY = {"cut": re.compile(_CUT), "not_given": re.compile("|".join(map(str, sorted(_NOT_GIVEN))))}


def rates_among(
    frame: pd.DataFrame,
    code: str,
    keys: list[str],
    sums: list[str],
    left: Sequence[str] = (),
    title: str = "",
    means: Sequence[str] = (),
) -> AddedUp:
    """What to say where what is added up is a rate, by the name of its column or of the measure of a row, or by its numbers.

    ``left`` are the columns left out, which may name the measure too, ``title`` is what stands above the table, and ``means`` are averaged.
    """
    notes, doubts = [], []
    limits = has_limits(map(str, frame.columns))
    found = {name: why for name in sums if (why := no_sum(name, frame[name], limits, title))}
    unsure = [s for s in sums if found.get(s) in (None, SMALL_DECIMALS)]
    times = [k for k in keys if is_period(frame, k)]
    for name, like in list_sizes.like(frame, code, keys, times, unsure).items():
        if like.counts.all():
            found.pop(name, None)
        elif like.rates.any() and name not in found:
            why = (
                f"the numbers of column {name!r} are no larger for bodies of more patients, so they may be rates, and were "
                "added up (--mean averages a rate)"
            )
            doubts.append(Doubt(why, like.rates, alone=False))
    for why in dict.fromkeys(found.values()):
        some = [repr(name) for name, its in found.items() if its == why]
        one = len(some) == 1
        said = (
            f"column{'' if one else 's'} {few(some)} hold{'s' if one else ''} {why} and {'was' if one else 'were'} added up, "
            "which may make no sum (--mean averages a rate)"
        )
        doubts.append(Doubt(said, pd.Series(True, frame.index), alone=False))
    if without := [repr(m) for m in means if has_no_mean(m)]:
        why = f"no mean of several bodies gives {few(without)} of them together, as medians, ranks and limits are not averaged"
        doubts.append(Doubt(why, pd.Series(True, frame.index), alone=False))
    if some := of_a_hundred(frame, sums):
        why = f"the numbers of {few(map(repr, some))} make 100 in every row, as percentages do, and were added up"
        doubts.append(Doubt(why, pd.Series(True, frame.index), alone=False))
    counted = all(map(_COUNT.search, map(words_of, sums)))
    vague = [s for s in sums if says_nothing(s)]
    for key in [*keys, *(left if vague else ())] if sums and not counted else ():
        cells: list[str] = list(frame[key].unique()) if keeping.is_text(frame[key]) else []
        rates = totals.rates_of([c for c in cells if numbers.plain(c) is None])
        if rates and not is_period(frame, key):
            called = f"under {' and '.join(map(repr, rates[:3]))} in {key!r}"
            notes.append(
                f"{called}, by its name a rate, {(vague or sums)[0]!r} is added up as under any other "
                "key: leave those rows aside if it holds the rate itself"
            )
            rows = keeping.told(frame[key], frozenset(rates).__contains__)
            doubts.append(Doubt(f"rates cannot be added up, as figures {called} were", rows, alone=False))
    return AddedUp(notes, doubts)


def of_a_hundred(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    """Those columns that make 100 in every row but for rounding: percentages; none if there are not two, or three rows.

    A base that stands beside them is over 100, and not counted.
    """
    if len(columns) < 2 or len(frame) < subtotals.SURE:
        return []
    if len(frame) > 2 * _SOME and not of_a_hundred(frame.iloc[:_SOME], columns):
        return []
    values = pd.DataFrame({c: keeping.values(frame[c], subtotals.number) for c in columns})
    small = values.where(values.ge(0) & values.le(100))
    make = small.sum(axis=1).sub(100).abs().le(_ROUNDED) & (small.count(axis=1) > 1)
    return [c for c in columns if small[c].notna().any()] if make.all() else []


def of_numbers(frame: pd.DataFrame, sums: Sequence[str], rates: Sequence[str]) -> list[Doubt]:
    """Doubts about numbers that were read: -99 or 9999 in a count, and a fraction among percentages."""
    out = []
    for name in sums:
        column, none = frame[name], pd.Series(False, frame.index)
        below, nines = column.lt(0).fillna(False).astype(bool), column.isin(_NINES)
        if set(column[below].unique()) - _NOT_GIVEN or _MAY_BE_BELOW.search(words_of(name)):
            below = none
        others = column[~nines].dropna()
        if nines.sum() < 2 or not len(others) or float(others.max()) * _FAR_ABOVE > column[nines].min():
            nines = none
        found = sorted({float(x) for x in column[below | nines]}, reverse=True)
        if found:
            marks = [f"{x:.0f}" for x in found]
            why = (
                f"{few(marks, 3)} in column {name!r} may mean not given; if so, say missing={marks!r} "
                f"(--missing {' '.join(marks)})"
            )
            out.append(Doubt(why, below | nines))
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
    """A doubt about numbers of a column of which a spreadsheet has kept a few digits, like 1.23E+05."""
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
    off, size = (old.loc[both] - own.loc[both]).abs(), own.loc[both].abs()
    there = own.loc[both].ne(0).any(axis=1)
    same, near = (off.le(part * size).all(axis=1) & there for part in (1e-9, _REVISED))
    revised = int(near.sum()) >= subtotals.SURE and 2 * int(near.sum()) > len(near)
    if revised:
        same = near  # figures of the later body may be revised ones
    if not same.any():
        return []
    rows = group.isin(same[same].index)
    codes = sorted(set(frame[keys[-1]][rows]))
    why = (
        f"figures of {few(codes, 6)} may be counted twice, since those of the closed codes taken there add up to its own"
        f"{', or nearly' if revised else ''}"
    )
    return [Doubt(why, rows)]
