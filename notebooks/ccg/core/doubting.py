"""What may be wrong with figures that add up all the same: copies, rows that nothing tells apart, totals, rates, signs.

What is sure is refused. What may be so is a doubt: the first line of the report says it, and the rows of the result
that hold such figures are called doubtful, never exact.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from . import keeping, lineage, list_sizes, numbers, parts, periods, subtotals, totals
from .finding import (
    SMALL_DECIMALS,
    PublishedError,
    has_limits,
    has_no_mean,
    is_money,
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

#: Columns of tenths, fifths or fourths of people, which tell rows apart.
_OF_GROUPS = re.compile(r"(?i)(?<![a-z])(?:dec|quint|quart)iles?(?![a-z])")
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
#: Columns that count again at each time what they counted before.
_SO_FAR = re.compile(
    r"(?i)(?<![a-z])(?:cumulative|ytd|(?:year )?to date|so far|rolling|unique|distinct)(?![a-z])"
)
#: What a column of counts is called, whatever the measure of its row.
_COUNT = re.compile(
    r"(?i)(?<![a-z])(?:numerators?|denominators?|counts?|num(?:ber)?s?|patients|population|register|list ?sizes?|cases"
    r"|observed|expected)(?![a-z])"
)
#: What a name of a body may have or lack, and is the same.
_FORMAL = re.compile(
    r"(?:(?<![a-z])(?:nhs|ccgs?|icb|clinical commissioning group|integrated care board|the|and)(?![a-z])|[\s.,:;'’&()/_-])+"
)
#: Where days are periods, so many of all codes and days have a row.
_OFTEN = 0.8
#: Of so many times, no further apart than quarters are, numbers are that are taken for a total that runs on, and at so
#: many of them they rise. What counts from the beginning grows by half of its first number each time or more; of numbers
#: that grow less, or may have begun before, there have to be so many times: what is counted grows for a while as well.
_TIMES, _LONG, _WITHIN_A_YEAR, _MOSTLY, _HALF = 5, 8, pd.Timedelta(days=100), 0.5, 0.5
#: Fewer times are enough, and money is asked too, where each adds from half to twice of the first number. So it is under
#: so many of the codes: a few are small, and chance is in them.
_FEWER, _LIKE_THE_FIRST, _ALMOST_ALL = 3, (0.5, 2), 0.9
#: Of events by chance the square of a change is twice their number on average, and half of the squares are above 0.45 of
#: that; half of those of what is there at a time are below this, of numbers large enough to tell.
_STEADY, _LARGE = 0.1, 100
#: By so much at most revised figures differ from those that they take the place of.
_REVISED = 0.05
#: So many other columns are asked for margins beside a column.
_MARGINS = 4
#: Of more rows than these so many codes are asked for margins.
_ENOUGH_ROWS, _ENOUGH_CODES = 50_000, 20
#: No table has so many names of bodies.
_NAMES = 2_000
#: One row in so many at most has a code and key that its block has already.
_HARDLY = 20
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
ANYWHERE = {
    "count": _COUNT, "may_be_below": _MAY_BE_BELOW, "of_hundred": _OF_HUNDRED, "of_all": _OF_ALL, "beside_patients": _BESIDE_PATIENTS, "of_people": _OF_PEOPLE
}  # fmt: skip
WHOLLY = {"cut": re.compile(_CUT), "not_given": re.compile("|".join(map(str, sorted(_NOT_GIVEN))))}
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
    frame: pd.DataFrame,
    keys: list[str],
    left: list[str],
    sums: list[str],
    again: Sequence[int] = (),
    *,
    means: Mapping[str, str] | None = None,
    dated: Sequence[str] = (),
) -> AddedUp:
    """What to say where rows of one code and key are added up that a column left out tells apart, or that nothing does.

    ``again`` are the lines of the file on which the header stands again, ``means`` rates and the columns that weigh them,
    which are added up as well, and ``dated`` those of the columns left out that tell the day of the geography.

    Raises
    ------
    PublishedError
        That column holds totals beside their parts, several levels, editions or measures, so that figures would count
        twice; or it is a period, and a body has rows in some of them only, so that sums would be of more periods for
        one than for another.
    """
    means = means or {}
    counts = list(dict.fromkeys([*sums, *means.values()]))
    if not counts:
        return AddedUp([], [])
    # what finds no place, as a total for England by age, is not added up
    beside = {word.casefold() for word in lineage.beside()}
    aside = no_code(frame[keys[0]]) | keeping.told(frame[keys[0]], lambda c: c.strip().casefold() in beside)
    among = ~aside & frame.duplicated(keys, keep=False)
    if not among.any():
        return AddedUp([], [])
    some = frame if among.all() else frame[among]
    groups = some.groupby(keys, dropna=False, observed=True)
    apart = [c for c in left if (groups[c].nunique(dropna=False) > 1).any()]
    notes, doubts = _same(among, some, keys[0], [*counts, *means])
    doubts += _not_told_apart(among, frame, keys, left, apart, [*counts, *means], again)
    for name in apart:
        total = subtotals.sum_of_the_others(some, keys, name, counts) or _of_margins(
            some, keys, name, [c for c in apart if c != name], counts
        )
        why = totals.counted_twice(some, groups, name, counts, total) or _uneven(
            frame, keys, name, name in dated
        )
        if why:
            how = "tells the day of the geography alone" if name in dated else "is to be left out"
            raise PublishedError(
                f"column {name!r} {how}, but {why}; keep them apart with --by {name!r}, or take those rows "
                "out of the file"
            )
        doubts += _maybe_twice(among, name, total)
        doubts += [
            Doubt(why, _of(among, rows)) for why, rows in totals.maybe_twice(some, groups, name, counts)
        ]
        doubts += _two_names(frame, some, keys, name)
        doubts += _of_days(frame, among, name, sums)
        doubts += _by_numbers(some, among, keys, name, sums)
        doubts += _of_all(frame, among, keys, name, sums)
        doubts += _of_events(frame, keys[0], name)
    doubts += _repeated(among, some, keys, apart, sums)
    if apart:
        codes, tell = some[keys[0]].nunique(), len(apart) == 1
        said = (
            f"{codes:,} code{' has' if codes == 1 else 's have'} several rows under one key, which are "
            f"{'added up' if sums else 'averaged'}; the dropped "
            f"column{'' if tell else 's'} {', '.join(apart[:6])} tell{'s' if tell else ''} them apart: if they hold totals "
            "or several measures, name them with --by"
        )
        notes = [said, *notes]
    return AddedUp(notes, doubts)


def _of_margins(
    some: pd.DataFrame, keys: list[str], name: str, others: list[str], sums: list[str]
) -> subtotals.Total | None:
    """The cell that holds the sum of the others under each cell of another column left out: in a table with its margins.

    Where ages and sexes are crossed, and each age stands once more without a sex, no cell of a sex holds the sum of all
    others.
    """
    codes = some[keys[0]].unique()
    if len(some) > _ENOUGH_ROWS:  # a few codes show it as well
        some = some[some[keys[0]].isin(codes[:: max(1, len(codes) // _ENOUGH_CODES)])]
    for other in others[:_MARGINS]:
        if some[other].nunique(dropna=False) > parts.FEW or some[name].nunique(dropna=False) > parts.FEW:
            continue
        found = subtotals.sum_of_the_others(some, [*keys, other], name, sums)
        if found is not None and not found.but and found.times >= subtotals.SURE:
            return found._replace(of=f"{found.of} with the same {other}")
    return None


def _maybe_twice(among: pd.Series, name: str, total: subtotals.Total | None) -> list[Doubt]:
    """A doubt where a cell of a column left out holds the sum of the others, and that may be chance."""
    if total is None:
        return []
    why = (
        f"figures of {count(total.times, 'code')} may be counted twice, since {totals.in_words(total.cell)} of the dropped column "
        f"{name!r} is {total.of}{total.but} (--by {name!r} keeps them apart)"
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
    apart: list[str],
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
        (len(sizes) >= subtotals.SURE and sizes.nunique() == 1, "all codes have as many"),
    ]
    how = [words for is_so, words in usual if is_so][-1:]
    block, between = _blocks(frame, body, keys, again, len(sizes))
    if not how and not between:
        return []
    some = frame[among & body]
    may = {c for c in names_of(frame) if c not in sums and _may_tell(some[c], counts=not between)}
    within = block[among & body] if between else None
    blocks = between or sizes.nunique() == 1
    names = {c for c in apart if blocks and _names_alone(some, keys[0], c, within)}
    alike = [c for c in names_of(frame) if c in {*keys, *left, *may} - names]
    rows = some.duplicated(alike, keep=False) & ~some.duplicated([*alike, *sums], keep=False)
    if between:
        of_row = block[among & body].groupby([some[c] for c in alike], dropna=False, observed=True)
        torn = rows & (of_row.transform("nunique") > 1)
        rows, how = (torn, [between]) if torn.any() else (rows, how)
    if not rows.any() or not how:
        return []
    first = str(some[keys[0]][rows].iloc[0]).strip()
    why = (
        f"{first} has several rows that no column tells apart, and {how[0]}: they may be of several periods, or one a "
        "correction"
    )
    return [Doubt(why, _of(among & body, rows))]


def _names_alone(some: pd.DataFrame, code: str, name: str, block: pd.Series | None) -> bool:
    """Whether a column calls each code by names of one body, so that it tells no rows apart, or by others in every block.

    What tells blocks apart, such as Male and Female, is one cell in each of them.
    """
    if not keeping.is_text(some[name]) or is_period(some, name):
        return False
    if block is not None:
        pairs = pd.DataFrame({"cell": some[name], "block": block}).drop_duplicates()
        if pairs["cell"].is_unique and pairs["block"].value_counts().gt(1).all():
            return True
    first = some.loc[some[code] == some[code].iloc[0], name] if len(some) else some[name]
    if not len(first) or not _of_one_body(set(first.unique())):
        return False
    pairs = some[[code, name]].drop_duplicates()
    shared = pairs[name].duplicated(keep=False)
    # <65 and 65+ are under every code, as the name of a body is not
    return 2 * int(shared.sum()) <= len(pairs) <= _NAMES and all(
        _of_one_body(set(own)) for _, own in pairs.groupby(code, observed=True)[name]
    )


def _may_tell(cells: pd.Series, counts: bool) -> bool:
    """Whether a column of numbers that is not the same for each code may tell its rows apart, as an id does.

    A rate does not, unless it is a tenth of people by deprivation. With ``counts`` other numbers may, since nobody can
    tell the number of a ward from a count.
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
    if not re.search(r"(?i)name|title|(?<![a-z])nm(?![a-z])", words_of(name)):
        return []
    if not keeping.is_text(frame[name]) or is_period(frame, name):
        return []
    under = some[[*keys, name]].drop_duplicates()
    names = {c: set(cells) for c, cells in under[under.duplicated(keys, keep=False)].groupby(code)[name]}
    torn = sorted(str(c) for c, several in names.items() if not _of_one_body(several))
    pairs = frame.loc[~frame[code].isin(list(names)), [code, name]].drop_duplicates()
    own = pairs[code].is_unique and pairs[name].is_unique and len(pairs) >= len(names)
    if not torn or not own:
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


def _by_numbers(
    some: pd.DataFrame, among: pd.Series, keys: list[str], name: str, sums: list[str]
) -> list[Doubt]:
    """A doubt where the numbers of several times show that they make no sum, whatever they are called.

    They fall from no time to the next, under any code, and mostly rise: as a total does that runs on. Or they change less
    than events do that come by chance: of ``n`` a month by the root of ``2 n`` from one month to the next, mostly. Money
    comes in equal parts and rises, so is only asked whether each time adds as much as the first. Years are not asked: from
    one to the next lists rise.
    """
    if not is_period(some, name):
        return []
    try:
        day = periods.days(some[name].unique())
    except periods.PeriodError:
        return []
    if pd.Series(sorted(set(day.values()))).diff().median() > _WITHIN_A_YEAR:
        return []
    # in the order of days, not of their names
    when = keeping.values(some[name], lambda cell: day.get(cell, pd.NaT))
    out = []
    for column in sums:
        if any(_SO_FAR.search(words_of(c)) or _STOCK.search(words_of(c)) for c in (column, name)):
            continue  # said already
        number = keeping.values(some[column], subtotals.number)
        of = list(range(len(keys)))  # by their places: a key may be called as the days are
        each = (
            number.groupby([*(some[k] for k in keys), when], dropna=False, observed=True)
            .sum(min_count=1)
            .dropna()
        )
        change = each.sort_index().groupby(level=of, dropna=False, observed=True).diff().dropna()
        money = is_money(column)
        if _runs_on(each, change, of, plainly=True) or (
            not money and _runs_on(each, change, of, plainly=False)
        ):
            how = "fall from no time to the next, as totals that run on do"
        elif not money and _stands(change, each):
            how = "change less from one time to the next than events do, as what is there at a time does"
        else:
            continue
        why = f"the numbers of column {column!r} in the dropped column {name!r} {how}, and were added up (--by {name!r} keeps them apart)"
        out.append(Doubt(why, among))
    return out


def _runs_on(each: pd.Series, change: pd.Series, of: list[int], plainly: bool) -> bool:
    """Whether numbers, with their changes, fall nowhere and mostly rise under the codes and keys, by much or for long.

    ``plainly`` is as where each time adds about as much as the first: Q1 to Q4 of a total that runs on.
    """
    if change.lt(0).any():
        return False
    first, last = (
        getattr(each.sort_index().groupby(level=of, dropna=False, observed=True), end)()
        for end in ("first", "last")
    )
    added = change.groupby(level=of, dropna=False, observed=True).agg(["size", "min", "max"])
    added["rises"] = change.gt(0).groupby(level=of, dropna=False, observed=True).mean()
    added["times"] = added.pop("size") + 1
    # a body may have one number alone, the others being blank
    added["first"], added["last"] = first.reindex(added.index), last.reindex(added.index)
    least, most = _LIKE_THE_FIRST
    alike = (
        added["min"].ge(least * added["first"]) & added["max"].le(most * added["first"]) & added["min"].gt(0)
    )
    much = added["last"].ge(_HALF * added["times"] * added["first"]) | added["times"].ge(_LONG)
    enough = added["times"].ge(_FEWER if plainly else _TIMES)
    are = alike if plainly else added["rises"].ge(_MOSTLY) & much
    return int(enough.sum()) >= subtotals.SURE and bool((are & enough).mean() >= _ALMOST_ALL)


def _stands(change: pd.Series, each: pd.Series) -> bool:
    """Whether numbers, of which these are the changes, change less than events do that come by chance."""
    before = each.reindex(change.index) - change
    large = before.ge(_LARGE) & change.ne(0)  # a payment may be the same each month
    if int(large.sum()) < max(list_sizes.ENOUGH, len(change) / 2):
        return False
    return bool((change[large] ** 2 / (2 * before[large])).median() < _STEADY)


def _of_all(
    frame: pd.DataFrame, among: pd.Series, keys: list[str], name: str, sums: list[str]
) -> list[Doubt]:
    """A doubt where all patients stand in the row of each disease, test or the like: not the same number, since some are of adults.

    Numbers tell it where names do not, as that of a Denominator, or the list itself of each quarter; but in the rows of
    sexes and ages they are no whole lists, and a pound for each patient is no patient.
    """
    way = f"were added up (--by {name!r} keeps them apart)"
    every = [s for s in sums if _OF_ALL.search(words_of(s))]
    if every and _BESIDE_PATIENTS.search(words_of(name)):
        why = f"column {every[0]!r} counts all patients in each row, and those of several rows of the dropped column {name!r} {way}"
        return [Doubt(why, among)]
    times = is_period(frame, name)
    if _OF_PEOPLE.search(words_of(name)) or (
        times and any(_STOCK.search(words_of(c)) for c in (name, *sums))
    ):
        return []  # the second is said already
    keys = [keys[0], *(k for k in keys[1:] if not _OF_PEOPLE.search(words_of(k)))]  # men and women are all
    for column in [s for s in sums if not is_money(s)]:
        cells = list_sizes.all_patients(frame, keys, name, column, times=times)
        if len(cells) > 1:
            under = f"under {few(map(repr, cells), 3)} of the dropped column {name!r}"
            why = f"it seems by its size that column {column!r} counts about all patients, or all adults, {under}, and these {way}"
            return [Doubt(why, among)]
    return []


def _of_events(frame: pd.DataFrame, code: str, name: str) -> list[Doubt]:
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


def _of_one_body(names: set[str]) -> bool:
    """Whether some names are of one body: alike but for case and spaces, its old and its new one, or none given."""
    plain = {" ".join(str(one).split()).casefold() for one in names}
    short = {_FORMAL.sub("", one) for one in plain if one}
    if len(plain) == 1 or (len(short) == 1 and "" not in short):
        return True
    codes = {lineage.suggest(one) for one in plain if one}
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
        if many.nunique() >= subtotals.SURE and len(many) == group[several].nunique():
            raise PublishedError(
                f"{why}; leave it out with --drop {name!r}, or keep the rows apart with --by {apart[0]!r}"
            )
        out.append(Doubt(why.replace("would", "may"), _of(among, alike)))
    return out


def _uneven(frame: pd.DataFrame, keys: list[str], name: str, dated: bool) -> str:
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
        if _calls_bodies(
            frame[[code, name]].drop_duplicates(), frame[rows], lineage.written(other) is not None
        ):
            doubts.append(Doubt(disagree, rows))
    return AddedUp(notes, doubts)


def _calls_bodies(pairs: pd.DataFrame, wrong: pd.DataFrame, codes: bool) -> bool:
    """Whether codes and what stands beside them, each once, call the same bodies, and not say where they went or whom they serve.

    Codes do where few disagree, though one may stand twice in the place of another, or where both columns have the same
    bodies, in another order; those of the bodies that came after are other ones.
    """
    code, name = pairs.columns
    if not pairs[name].is_unique:
        return False
    if not codes:
        return bool(pairs[code].is_unique)
    own = {
        lineage.lifetime(c)[0]
        for c in map(lineage.written, map(str, pairs[code]))
        if c and c not in lineage.beside()
    }
    others = {lineage.lifetime(c)[0] for c in map(lineage.written, map(str, wrong[name])) if c}
    return 2 * len(wrong[[code, name]].drop_duplicates()) < len(pairs) or others <= own


# --- rates, and signs that may mean: not given ------------------------------------------------------------------


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
        below = frame[name].lt(0).fillna(False).astype(bool)
        if set(frame[name][below].unique()) - _NOT_GIVEN or _MAY_BE_BELOW.search(words_of(name)):
            below &= False
        nines = frame[name].isin(_NINES)
        others = frame[name][~nines].dropna()
        if nines.sum() < 2 or not len(others) or others.max() * _FAR_ABOVE > frame[name][nines].min():
            nines &= False
        found = sorted({float(x) for x in frame[name][below | nines]}, reverse=True)
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
