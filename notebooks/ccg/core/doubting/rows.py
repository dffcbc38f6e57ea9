"""Doubts where rows of one code and key are added up: totals beside their parts, copies, rows that nothing tells apart."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from .. import keeping, lineage, numbers, parts, subtotals, totals
from ..finding import PublishedError, is_period, names_of, no_code, no_count, words_of
from ..words import count
from . import times
from .doubt import AddedUp, Doubt, of_part

#: Columns of tenths, fifths or fourths of people, which tell rows apart.
_OF_GROUPS = re.compile(r"(?i)(?<![a-z])(?:dec|quint|quart)iles?(?![a-z])")
#: What a name of a body may have or lack, and is the same.
_FORMAL = re.compile(
    r"(?:(?<![a-z])(?:nhs|ccgs?|icb|clinical commissioning group|integrated care board|the|and)(?![a-z])|[\s.,:;'’&()/_-])+"
)
#: So many other columns are asked for margins beside a column.
_MARGINS = 4
#: Of more rows than these so many codes are asked for margins.
_ENOUGH_ROWS, _ENOUGH_CODES = 50_000, 20
#: No table has so many names of bodies.
_NAMES = 2_000
#: One row in so many at most has a code and key that its block has already.
_HARDLY = 20
#: An odd number that makes one number of those of several cells.
_MIX = 0x9E3779B97F4A7C15 - 2**64


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
        why = totals.counted_twice(some, groups, name, counts, total) or times.uneven(
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
            Doubt(why, of_part(among, rows)) for why, rows in totals.maybe_twice(some, groups, name, counts)
        ]
        doubts += _two_names(frame, some, keys, name)
        doubts += _corrected(among, some, keys, name, apart, counts)
        doubts += times.of_days(frame, among, name, sums)
        doubts += times.by_numbers(some, among, keys, name, sums)
        doubts += times.of_all(frame, among, keys, name, sums, [c for c in apart if c != name])
        doubts += times.of_events(frame, keys[0], name)
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
    return [Doubt(why, of_part(among, total.rows))]


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
    return [note], [Doubt(why, of_part(among, of_part(twins, more)))]


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
    return [Doubt(why, of_part(among & body, rows))]


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


def _corrected(
    among: pd.Series, some: pd.DataFrame, keys: list[str], name: str, apart: list[str], sums: list[str]
) -> list[Doubt]:
    """A doubt where a row is noted as corrected and another, with about the same number and all else alike, is not."""
    if is_period(some, name) or not keeping.is_text(some[name]):
        return []
    cells = keeping.made(some[name], lambda cell: str(cell).strip())
    noted = keeping.told(cells, totals.CORRECTION.search)
    if totals.CORRECTION.search(words_of(name)):  # Corrected: Y
        noted |= keeping.told(cells, totals.YES.fullmatch)
    if not noted.any() or noted.all():
        return []
    # what stands under almost all codes is a kind of its own, as Hip replacement is, unless nothing stands beside the others
    of_all = some[keys[0]][noted].nunique() >= totals.ALMOST_ALL * some[keys[0]].nunique()
    if of_all and keeping.told(cells[~noted], numbers.is_given).mean() > 1 - totals.ALMOST_ALL:
        return []
    # a column in which all others of a code are alike tells its months apart no more than the note does
    others = some[~noted].groupby(keys, dropna=False, observed=True)
    tell = [c for c in apart if c != name and (others[c].nunique(dropna=False) > 1).any()]
    group = some.groupby([*keys, *tell], dropna=False, observed=True).ngroup()
    values = pd.DataFrame({i: keeping.values(some[c], subtotals.number) for i, c in enumerate(sums)})
    new, old = (values[rows].groupby(group[rows]).mean() for rows in (noted, ~noted))
    both = new.index.intersection(old.index)
    new, old = new.loc[both], old.loc[both]
    near = (new - old).abs().le(totals.ALIKE * new.abs().where(new.abs() > old.abs(), old.abs())).any(axis=1)
    here = group.isin(both[near])
    if not here.any():
        return []
    first = cells[noted & here].iloc[0]
    why = (
        f"a row with {first!r} in the dropped column {name!r} stands beside one that is like it but for a number much the same, "
        f"and may take its place, so figures may be counted twice (--by {name!r} keeps them apart)"
    )
    return [Doubt(why, of_part(among, here))]


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
            f"column {name!r} has the same number in several rows of one code, such as {str(first[name])!r} for "
            f"{first[keys[0]]!r}, so it would be counted several times"
        )
        if many.nunique() >= subtotals.SURE and len(many) == group[several].nunique():
            raise PublishedError(
                f"{why}; leave it out with --drop {name!r}, or keep the rows apart with --by {apart[0]!r}"
            )
        # where most are the same, those that differ by little are revised ones; or they are of several times
        if many.nunique() >= subtotals.SURE and not any(is_period(some, c) for c in apart):
            of = keeping.values(some[name], subtotals.number).groupby(group)
            least, most = of.transform("min"), of.transform("max")
            alike |= several & ~value.isin(["", "0", "1"]) & (most - least <= totals.ALIKE * most)
        out.append(Doubt(why.replace("would", "may"), of_part(among, alike)))
    return out
