"""A published table re-based as it is: columns by pattern, numbers and dates as written, codes in any form.

``rebase`` asks for plain columns and clean codes. What stands between a file and that is done here, in steps that
change nothing without a note: ``preparing`` reads the table, ``carrying`` sets aside what finds no place and takes
closed codes forward, and then the table is moved and put into the form asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from . import carrying, keeping, lineage, reading
from .deciding import differences
from .finding import PublishedError, names_of
from .preparing import Asked, Columns, Table, a_day, known_codes, prepared
from .rebasing import RebaseError, Report, rebase
from .words import count, few

_LEFT_OUT = "incomplete, so left out as asked"
#: Why a row is a total for the whole of England, and no figure that found no place.
_TOTAL = "a total for England"


@dataclass(frozen=True)
class Moved:
    """A published table on the geography wanted.

    Attributes
    ----------
    frame : DataFrame
        The keys, the code, its name if asked for, the sums and means, ``status``, ``missing``, and with
        ``closed="carry"`` ``carried``: whether a row holds figures of a code used after its body had closed.
        ``status`` is as of ``rebase``, or ``doubtful`` where the report has a reason to doubt the figures.
    unmapped : DataFrame
        What found no place, with its ``reason``.
    report : Report
        Totals and reasons.
    notes : list of str
        What was found or decided on the way, in words.
    decided : DataFrame or None
        With ``at="auto"`` for a table of several geographies: the geography of each period.
    """

    frame: pd.DataFrame
    unmapped: pd.DataFrame
    report: Report
    notes: list[str] = field(default_factory=list)
    decided: pd.DataFrame | None = None

    def __str__(self) -> str:
        lines = [verdict(self.report, self.unmapped), *(f"{note}." for note in self.notes)]
        if self.decided is not None:
            lines.append(self.decided.to_string(index=False))
        return "\n".join([*lines, str(self.report)])


def rebase_file(
    file: str | Path | pd.DataFrame,
    *,
    to: Any,
    code: str | None = None,
    at: Any = "auto",
    level: str | None = None,
    sums: Sequence[str] = (),
    means: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    drop: Sequence[str] = (),
    missing: Sequence[str] = (),
    zero: Sequence[str] = (),
    unknown: str = "refuse",
    closed: str = "refuse",
    repair: bool = False,
    absent: str = "zero",
    codes: str = "same",
    names: bool = False,
    name: str = "",
    incomplete: str = "keep",
    basis: str = "patients",
) -> Moved:
    """Re-base a published file, or the frame that ``read`` made of one, as ``python -m ccg rebase`` does.

    Parameters
    ----------
    file : str, Path or DataFrame
        A file, which ``read`` opens, or a frame of text.
    to : str or date
        The day whose geography is wanted, or a period like ``2021/22``, which stands for its first day.
    code : str, optional
        The column of codes; found where there is one, or an ODS and an ONS code of the same bodies.
    at : str or date
        The date of the geography; a column of dates or periods in any form that means one thing; or ``"auto"``,
        which takes the year of a header like CCG21CD into account, and decides by period if a key in ``by`` is one
        and the codes are of several geographies.
    level : {"ccg", "partnership", "sub_icb", "icb"}, optional
        The level at ``to``. By default what commissioned on the day.
    sums : sequence of str
        Columns of counts: names, patterns like ``*-18``, or ``rest``, all other columns of numbers.
    by, drop : sequence of str
        Keys to keep apart, and columns to leave out; in drop ``rest`` is all others.
    means : mapping, optional
        Each rate with the column that weighs it.
    missing : sequence of str
        More marks that mean not given.
    zero : sequence of str
        Marks that mean nought in columns of counts, where ``missing`` or the usual list would have them not given:
        ``""`` for blank cells, ``"-"``.
    unknown : {"refuse", "unmapped"}
        What becomes of codes that are not of the geography, or known nowhere.
    closed : {"refuse", "carry"}
        With carry a code used after its body closed stands for the area that the body had then, taken forward from
        there; rows with such figures are marked.
    repair : bool
        Whether damaged codes and names are read as what they were meant to be.
    absent : {"zero", "missing"}
        How a part is read that has a row in the period, but none under a finer key.
    codes : {"same", "ods", "ons"}
        The codes of the result; by default ONS codes come out where ONS codes went in, else ODS codes.
    names : bool
        Whether to add the names.
    name : str
        The name of the file that a frame was read from, which may tell the year.
    incomplete : {"keep", "drop", "refuse"}
        Incomplete rows are kept and marked, sent to ``unmapped``, or the whole is refused.
    basis : {"patients", "residents"}
        What a divided body is divided by; see ``rebase``.

    Returns
    -------
    Moved
        ``frame``, ``unmapped`` and ``report`` as of ``rebase``, ``notes`` of what was found or decided on the way, and
        ``decided``: the geography of each period, where the codes decided.

    Raises
    ------
    ValueError
        ``PublishedError``, ``ReadError``, ``NumberError``, ``PeriodError``, ``RebaseError`` or ``LineageError``: the
        text names what is wrong and what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> from ccg import rebase_file
    >>> table = pd.DataFrame({"Area Code": ["E38000042", "E38000047", "England"], "Apr-18": ["1,000", "500", "1,500"]})
    >>> moved = rebase_file(table, at="2018-04-01", to="2021-04-01", sums=["*-18"], names=True)
    >>> moved.frame["Area Code"].to_list()
    ['E38000234', 'E38000247']
    """
    _check_options(
        {"unknown": unknown, "closed": closed, "codes": codes, "incomplete": incomplete},
        {"sums": sums, "by": by, "drop": drop, "missing": missing, "zero": zero},
    )
    sums, by, drop, missing, zero = (_as_text(some) for some in (sums, by, drop, missing, zero))
    means = {str(rate): str(weight) for rate, weight in (means or {}).items()}
    code = None if code is None else str(code)
    frame, hint = _opened(file, name)
    notes = tuple(frame.attrs["read"]) if isinstance(file, (str, Path)) else ()
    day, said = a_day(to)
    day, level = lineage.checked(day, level)
    asked = Asked(
        day, level, code, at, sums, means, by, drop, missing, zero, unknown, closed, repair, absent, codes,
        names, hint, incomplete, basis, str(frame.attrs.get("title", "")),
        frame.attrs.get("again", ()),
    )  # fmt: skip
    table = carrying.set_aside(prepared(frame, asked), asked)
    del frame  # the text of a file is let go of: the table has its numbers
    moved = _moved(table, asked)
    return replace(moved, notes=[*notes, *said, *moved.notes])


#: What may be said for each option.
_MAY = {
    "unknown": ("refuse", "unmapped"),
    "closed": ("refuse", "carry"),
    "codes": ("same", "ods", "ons"),
    "incomplete": ("keep", "drop", "refuse"),
}


def _check_options(words: Mapping[str, str], lists: Mapping[str, object]) -> None:
    for option, given in words.items():
        if given not in _MAY[option]:
            raise PublishedError(f"{option} is {given!r}; say {' or '.join(_MAY[option])}")
    for option, names in lists.items():
        if isinstance(names, str):
            raise PublishedError(f"{option} is the text {names!r}; give a list, like [{names!r}]")


def _as_text(names: Sequence[Any]) -> list[str]:
    """Names of columns, or marks, as text: those of a frame may be whole numbers, as 2018."""
    return [str(name) for name in names]


def _opened(file: Any, name: str) -> tuple[pd.DataFrame, str]:
    """The frame of a file, or of pandas, Polars or PyArrow, and the name that may tell the year."""
    if isinstance(file, (str, Path)):
        return reading.compact(file), str(file)
    if isinstance(file, pd.DataFrame):
        return file, name
    try:
        frame = nw.from_native(file, eager_only=True).to_pandas()
    except TypeError:
        kind = f"{type(file).__module__.partition('.')[0]} {type(file).__name__}"
        raise PublishedError(
            f"file is a {kind}; give a path or a frame of pandas, Polars or PyArrow (a lazy frame has to be collected)"
        ) from None
    return frame, name


# --- the move -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    """What came of a table so far: the rows placed, those that were not, the report, and more notes."""

    frame: pd.DataFrame
    unmapped: pd.DataFrame
    report: Report
    notes: tuple[str, ...] = ()


def _moved(table: Table, asked: Asked) -> Moved:
    """The table on the geography wanted, step by step."""
    result = _rebased(table, asked)
    result = _with_gone(result, table)
    frame, report, said = carrying.flagged(result.frame, result.report, table, asked)
    result = replace(result, frame=frame, report=report, notes=(*result.notes, *said))
    result = _with_doubts(result, table, asked)
    result = _as_whole_as_asked(result, table, asked)
    result = _in_codes_asked(result, table, asked)
    result = _as_it_was_written(result, table)
    return Moved(result.frame, result.unmapped, result.report, [*table.notes, *result.notes], table.decided)


def _rebased(table: Table, asked: Asked) -> _Result:
    columns = table.columns
    _refuse_unknown(table, asked)
    try:
        result = rebase(
            table.frame, code=columns.code, to=asked.to, at=columns.at, level=asked.level, sums=columns.sums,
            means=columns.means, by=columns.by, repair=asked.repair, absent=asked.absent, basis=asked.basis,
        )  # fmt: skip
    except (RebaseError, lineage.LineageError) as error:
        raise type(error)(_way_on(str(error), table, asked)) from None
    report = replace(result.report(), added=False)  # totals and copies were looked for as the table was read
    return _Result(keeping.plainly(result.frame), keeping.plainly(result.unmapped), report)


def _with_gone(result: _Result, table: Table) -> _Result:
    """The rows set aside among what was not placed, and in the totals of the report."""
    if not table.gone:
        return result
    columns, report, unmapped = table.columns, result.report, result.unmapped
    rows = pd.concat(table.gone)
    weights = {f"{w} of {r}": rows[w].where(rows[r].notna()) for r, w in columns.means.items()}
    rows = rows.assign(**weights)
    keys = [c for c in names_of(unmapped) if c in {*columns.by, columns.code, columns.at}]
    values = [c for c in names_of(unmapped) if c not in keys and c != "reason"]
    totals, sizes, missing = dict(report.totals), dict(report.sizes), dict(report.missing)
    for name in values:
        more = float(rows[name].sum())
        kept = totals[name]
        totals[name] = kept | {"input": kept["input"] + more, "unmapped": kept["unmapped"] + more}
        sizes[name] = sizes.get(name, 0.0) + float(rows[name].abs().sum())
        missing[name] = missing.get(name, 0) + int(rows[name].isna().sum())
    out = rows.groupby([*keys, "reason"], dropna=False, sort=True)[values].sum(min_count=1)
    out = keeping.plainly(out.reset_index())
    left = sorted({*report.unmapped, *zip(out[columns.code], out["reason"], strict=True)})
    out = out[list(unmapped.columns)]
    whole = pd.concat([unmapped, out]) if len(unmapped) else out
    report = replace(
        report,
        totals=totals,
        sizes=sizes,
        missing=missing,
        unmapped=left,
        unplaced=report.unplaced + len(out),
    )
    return replace(
        result, unmapped=whole.sort_values(keys, kind="stable").reset_index(drop=True), report=report
    )


def _with_doubts(result: _Result, table: Table, asked: Asked) -> _Result:
    """The rows that hold figures in doubt as doubtful, if they are not incomplete; a doubt of no row is none."""
    if not table.doubts:
        return result
    columns, frame = table.columns, result.frame
    marks = {table.new_name(f"doubt {i}"): d.rows for i, d in enumerate(table.doubts)}
    went = _went(table, asked, table.frame.assign(**marks), list(marks))
    went = frame[[*columns.by, columns.code]].merge(went, on=[*columns.by, columns.code], how="left")
    doubtful, doubts = pd.Series(False, frame.index), []
    for doubt, name in zip(table.doubts, marks, strict=True):
        held = went[name].fillna(0).to_numpy()
        here = (held > 0) if doubt.alone else (held > 0) & (held != 1)
        doubtful |= here
        doubts += [doubt.why] if here.any() else []
    doubtful &= frame["status"] != "incomplete"
    frame = frame.assign(status=frame["status"].mask(doubtful, "doubtful"))
    report = replace(result.report, doubts=doubts, doubtful=int(doubtful.sum()))
    return replace(result, frame=frame, report=report)


def _went(table: Table, asked: Asked, rows: pd.DataFrame, sums: list[str]) -> pd.DataFrame:
    """Other columns than those of the table, moved and added up as its counts are."""
    columns = table.columns
    keys = list(dict.fromkeys([*columns.by, columns.code, *([columns.at] if table.dated else [])]))
    # many rows are few before they are moved
    few = rows.groupby(keys, dropna=False, observed=True)[sums].sum(min_count=1).astype(float).reset_index()
    other = rebase(
        few, code=columns.code, to=asked.to, at=columns.at, level=asked.level, sums=sums, by=columns.by,
        repair=asked.repair, basis=asked.basis,
    )  # fmt: skip
    frame = keeping.plainly(other.frame)
    return frame[[*columns.by, columns.code, *sums]]


def _as_whole_as_asked(result: _Result, table: Table, asked: Asked) -> _Result:
    """Incomplete rows kept, among what was not placed, or refused."""
    if asked.incomplete == "keep" or not result.report.incomplete:
        return result
    if asked.incomplete == "refuse":
        words = " ".join(str(result.report).splitlines())  # what is refused is one line
        raise PublishedError(f"{count(result.report.incomplete, 'row')} would be incomplete. {words}")
    return _without_incomplete(result, table, asked)


def _without_incomplete(result: _Result, table: Table, asked: Asked) -> _Result:
    """Incomplete rows among what was not placed, with what stands in them in the totals of the report."""
    columns, report = table.columns, result.report
    weights = {f"{weight} of {rate}": (rate, weight) for rate, weight in columns.means.items()}
    frame = _with_weights(result.frame, weights, table, asked) if weights else result.frame
    bad = (frame["status"] == "incomplete").to_numpy()
    out = frame[bad].assign(reason=_LEFT_OUT)
    totals = dict(report.totals)
    for name in (*columns.sums, *weights):
        less = float(out[name].sum())
        kept = totals[name]
        totals[name] = kept | {"placed": kept["placed"] - less, "unmapped": kept["unmapped"] + less}
    frame = frame[~bad].drop(columns=list(weights)).reset_index(drop=True)
    out = out.reindex(columns=result.unmapped.columns)
    divided = frame["status"] == "approximate"
    report = replace(
        report, totals=totals, rows=len(frame), incomplete=0, divided=int(divided.sum()),
        approximate=sorted(frame.loc[divided, columns.code].unique()), unplaced=report.unplaced + len(out),
        unmapped=sorted({*report.unmapped, *((code, _LEFT_OUT) for code in out[columns.code])}),
    )  # fmt: skip
    are, them = ("row is", "it") if len(out) == 1 else ("rows are", "them")
    note = f"{len(out):,} incomplete {are} left out; unmapped has {them}"
    whole = [result.unmapped, out] if len(result.unmapped) else [out]
    return _Result(frame, pd.concat(whole, ignore_index=True), report, (*result.notes, note))


def _with_weights(
    frame: pd.DataFrame, weights: Mapping[str, tuple[str, str]], table: Table, asked: Asked
) -> pd.DataFrame:
    """The result with how much weight went into each mean, added up as the counts are."""
    columns, rows = table.columns, table.frame
    given = {w: rows[weight].where(rows[rate].notna()) for w, (rate, weight) in weights.items()}
    went = _went(table, asked, rows.assign(**given), list(weights))
    return frame.merge(went, on=[*columns.by, columns.code], how="left")


# --- the form of the result -----------------------------------------------------------------------


def _in_codes_asked(result: _Result, table: Table, asked: Asked) -> _Result:
    """The result with the codes and names that were asked for."""
    home = lineage.default()
    columns, frame, unmapped = table.columns, result.frame, result.unmapped
    code = columns.code
    scheme = lineage.scheme_of({c for c in table.spelt if home.written(c) == c} - set(home.beside()))
    bodies = home.bodies(asked.to, asked.level).set_index("code")
    if asked.names:
        named = frame.assign(name=frame[code].map(bodies["name"]))
        at = names_of(frame).index(code) + 1
        frame = named[[*names_of(frame)[:at], "name", *names_of(frame)[at:]]]
    wanted = scheme if asked.codes == "same" else asked.codes
    if wanted == "ons":
        frame = frame.assign(**{code: frame[code].map(bodies["ons_code"])})
        frame = frame.sort_values([*columns.by, code], kind="stable").reset_index(drop=True)
        ours = unmapped["reason"] == _LEFT_OUT
        unmapped = unmapped.assign(
            **{code: unmapped[code].where(~ours, unmapped[code].map(bodies["ons_code"]))}
        )
    notes = [f"the result has {wanted.upper()} codes"] if asked.codes == "same" or wanted != scheme else []
    people = [c for c in columns.sums if re.search(r"(?i)resident|population|persons|people", c)]
    if people and result.report.divided and result.report.basis == "patients":
        notes.append(
            f"shares are of registered patients, so {people[0]!r}, if it counts residents, may be off by 2 to 3 per "
            "cent where land or practices moved"
        )
    return _Result(frame, unmapped, result.report, (*result.notes, *notes))


def _as_it_was_written(result: _Result, table: Table) -> _Result:
    """Dates as they stood, and in the report what was read as which code."""
    at = table.columns.at

    def labelled(frame: pd.DataFrame) -> pd.DataFrame:
        if not table.labels or at not in frame:
            return frame
        return frame.assign(**{at: frame[at].map(lambda day: table.labels.get(day, day))})

    spelt = [tuple(sorted(cells)) for code, cells in sorted(table.spelt.items()) if len(cells) > 1 and code]
    report = replace(
        result.report,
        repaired=dict(sorted({**table.written, **result.report.repaired}.items())),
        spellings=[*result.report.spellings, *spelt],
    )
    return replace(result, frame=labelled(result.frame), unmapped=labelled(result.unmapped), report=report)


# --- refusals with the way on ---------------------------------------------------------------------


def _refuse_unknown(table: Table, asked: Asked) -> None:
    """Raise PublishedError for cells that hold no code, once each whatever their dates."""
    home = lineage.default()
    if not table.dated or asked.repair or asked.unknown == "unmapped":
        return
    beside, code = home.beside(), table.columns.code
    cells = [c for c in table.frame[code].unique() if c and c not in beside]
    strange = {c: home.suggest(c) for c in cells if home.written(c) != c}
    if strange:
        some = [f"{c!r}{f' (perhaps {near})' if near else ''}" for c, near in strange.items()]
        kind = "is no code" if len(some) == 1 else "are no codes"
        ways = [_TO_UNMAPPED, *([_TO_REPAIR] if any(strange.values()) else [])]
        raise PublishedError(f"column {code!r}: {few(some)} {kind} known here. To go on: {'; '.join(ways)}")


_TO_UNMAPPED = "unknown='unmapped' (--unknown unmapped) sends codes that find no place to unmapped"
_TO_REPAIR = "repair=True (--repair) takes what is suggested"
_TO_CARRY = "closed='carry' (--closed carry) takes codes used after their body closed forward from that day"
_TO_DATE = "a date in at (--at 2018-04-01) decides between a CCG and a board of one name"
_TO_DECIDE = "a key in by (--by) that is a period lets at='auto' decide for each period"


def _way_on(words: str, table: Table, asked: Asked) -> str:
    """A refusal with the switch that lets a person through."""
    of_codes = ("no code known here", "not of the", "not open on", "no one geography")
    if any(some in words for some in of_codes):
        closed = "were not open" in words or "of no one" in words or _some_closed(words, table.columns)
        may = {
            _TO_UNMAPPED: asked.unknown == "refuse" and "--unknown" not in words,
            _TO_CARRY: asked.closed != "carry" and closed,
            _TO_DATE: asked.repair and table.columns.at == "auto" and "of no one" in words,
            _TO_DECIDE: table.columns.at == "auto" and "of no one" in words,
            _TO_REPAIR: "perhaps" in words and not asked.repair,
        }
        ways = [way for way, fits in may.items() if fits]
        return f"{words.rstrip('.')}. To go on: {'; '.join(ways)}" if ways else words
    if "the answer differs" in words:
        return f"{words}. {differences(set(known_codes(table, False)), asked.to, asked.level)}".rstrip(". ")
    return words


def _some_closed(words: str, columns: Columns) -> bool:
    """Whether a refusal names a body that had closed by the date of the geography, not only later ones."""
    ends = [pd.Timestamp(day) for day in re.findall(r" was [^;]*? to (\d{4}-\d\d-\d\d)", words)]
    try:
        at = lineage.as_day(columns.at)
    except lineage.LineageError:
        return bool(ends)
    return any(end < at for end in ends)


# --- whether the numbers can be used --------------------------------------------------------------


def _no_place(report: Report, unmapped: pd.DataFrame | None) -> float | None:
    """The largest share of a column that found no place, totals for England aside; None where that is not known."""
    if unmapped is None:
        if any(why == _TOTAL for _, why in report.unmapped):
            return None
        return max((t["unmapped"] / t["input"] for t in report.totals.values() if t["input"]), default=0.0)
    total = unmapped["reason"].eq(_TOTAL)
    shares = []
    for name, sums in report.totals.items():
        if name in unmapped:
            whole = sums["input"] - float(unmapped.loc[total, name].sum())
            shares += [float(unmapped.loc[~total, name].sum()) / whole] if whole else []
    return max(shares, default=None)


def verdict(report: Report, unmapped: pd.DataFrame | None = None) -> str:
    """Whether the numbers can be used, in one line; with what was not placed also how much found no place."""
    totals = {why for _, why in report.unmapped}
    left = totals - {_TOTAL}
    if not report.rows:
        return "Cannot be used: no row was placed."
    if not report.balanced():
        return "Cannot be used: what was placed and what was not do not add up to what came in."
    but = []
    if report.incomplete:
        are = (
            "is incomplete, so do not compare it"
            if report.incomplete == 1
            else "are incomplete, so do not compare them"
        )
        but.append(f"{report.incomplete:,} of {count(report.rows, 'row')} {are} with others")
    if left:
        share = _no_place(report, unmapped)
        much = "" if share is None else f" (up to {100 * share:.1f}%)"
        but.append(f"figures of {len(left)} kind{'s' if len(left) > 1 else ''} found no place{much}")
    if report.divided:
        rest = (
            "rests on shares, so is approximate"
            if report.divided == 1
            else "rest on shares, so are approximate"
        )
        but.append(f"{count(report.divided, 'row')} {rest}")
    but += report.doubts
    if not but:
        return "Can be used: every row is complete and exact" + (
            ", and totals for England were left out." if totals else "."
        )
    return f"Can be used with care: {'; '.join(but)}."
