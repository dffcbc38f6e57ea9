"""Load a table with its types; say what is wrong with it.

The contract of every table is ``data/datapackage.json``, a Frictionless Data Package. A file whose
SHA-256 is the one recorded there has been checked before and is read at once; any other is checked
first, so a broken table never reaches a chart.
"""

import copy
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from . import cells, controls, files
from . import contract as meaning
from .problems import Problem, Tables

#: An object of datapackage.json: values are text, numbers, lists or objects again, as its standard says.
Descriptor = dict[str, Any]
#: A row of a table by the names of its columns, each cell of the type of its column.
Row = dict[str, Any]

GRADES = ["primary", "press_release", "news", "second_hand", "unverified"]
GRADE_WORDS = {
    "press_release": "a press release",
    "news": "a news report",
    "second_hand": "second-hand",
    "unverified": "unverified",
}
#: Names of the tables that this process has read: what a notebook is made from (``suite.changed``).
read: set[str] = set()


class TableError(ValueError):
    """A table breaks its contract.

    Parameters
    ----------
    problems : list of Problem
        What is wrong. The text names file, row, column and value of the first twenty.

    Attributes
    ----------
    problems : list of Problem
        All of them.

    Examples
    --------
    >>> print(TableError([Problem("icbs.csv", 3, "practices", "many", "not a whole number")]))
    - data/icbs.csv row 3, column practices, value 'many': not a whole number
    Mend the file, or datapackage.json if the rule is wrong; then run python -m ccg check.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = "\n".join(f"- {p}" for p in problems[:20])
        more = f"\n- and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(
            f"{shown}{more}\nMend the file, or datapackage.json if the rule is wrong; "
            "then run python -m ccg check."
        )


def package() -> Descriptor:
    """The Data Package descriptor, as a dict of the caller's own."""
    return _described((files.data() / "datapackage.json").read_bytes())


def _package() -> Descriptor:
    """The same for those who only look: parsed once for each content of the file."""
    return _parsed((files.data() / "datapackage.json").read_bytes())


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> Descriptor:
    return _described(content)


def _described(content: bytes) -> Descriptor:
    place = files.data() / "datapackage.json"
    try:
        found: Descriptor = json.loads(content)
    except ValueError as error:
        raise ValueError(f"{place} is not JSON: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("resources"), list):
        raise ValueError(f"{place} describes no tables: it should have a list, resources")
    return found


def names() -> list[str]:
    """Names of all tables, in the order of the codebook."""
    return [r["name"] for r in _package()["resources"]]


def paths() -> list[Path]:
    """The files of all tables, in the order of the codebook."""
    return [files.data() / r["path"] for r in _package()["resources"]]


def describe(name: str) -> Descriptor:
    """The descriptor of one table: its columns, rules and sources, as a dict of the caller's own.

    Raises
    ------
    KeyError
        No table has this name; the text lists those there are.
    """
    return copy.deepcopy(_resource(name))


def _resource(name: str) -> Descriptor:
    """The same for those who only look."""
    for resource in _package()["resources"]:
        if resource["name"] == name:
            found: Descriptor = resource
            return found
    raise KeyError(f"no table is called {name!r}; there are {', '.join(names())}")


def load(name: str) -> pd.DataFrame:
    """Read a table by its name, each column with the type that the codebook gives.

    Parameters
    ----------
    name : str
        A table of ``data/``, like ``"ccgs"``; ``names()`` lists them, ``data/README.md`` describes them.

    Returns
    -------
    DataFrame
        One row for each line of the file, in its order. Codes and words are text, dates ``datetime64``,
        whole numbers ``int64`` (``Int64`` where some are blank), other numbers ``float64``, true and false
        ``bool``; a blank is missing. The frame is the caller's own.

    Raises
    ------
    KeyError
        No table has this name; the text lists those there are.
    FileNotFoundError
        The file is not there.
    TableError
        The table breaks its contract. A file that is as ``datapackage.json`` records it is not checked again.

    Examples
    --------
    >>> from ccg import load
    >>> load("ccgs")[["code", "name", "opened"]].head(2)
      code                                            name     opened
    0  00C                              NHS Darlington CCG 2013-04-01
    1  00D  NHS Durham Dales, Easington and Sedgefield CCG 2013-04-01
    """
    resource = _resource(name)
    path = files.data() / resource["path"]
    if not path.exists():
        raise FileNotFoundError(f"data/{resource['path']} is missing; restore it with git checkout")
    content = path.read_bytes()
    if files.sha256(content) != resource.get("hash", "").removeprefix("sha256:"):
        problems = find_problems(name)
        if problems:
            raise TableError(problems)
    read.add(name)
    return _typed(resource, content)


def _typed(resource: Descriptor, content: bytes) -> pd.DataFrame:
    # the same content under the same contract is read once in a process; each reader has a frame of its own
    return _read(content, json.dumps(resource["schema"]["fields"])).copy()


@lru_cache(maxsize=64)
def _read(content: bytes, fields: str) -> pd.DataFrame:
    raw = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
    for field in json.loads(fields):
        name, kind = field["name"], field["type"]
        if kind == "date":
            raw[name] = pd.to_datetime(raw[name], format="%Y-%m-%d")
        elif kind == "integer":
            raw[name] = pd.to_numeric(raw[name]).astype("Int64" if raw[name].isna().any() else "int64")
        elif kind == "number":
            raw[name] = pd.to_numeric(raw[name]).astype("float64")
        elif kind == "boolean":
            raw[name] = raw[name].map({"true": True, "false": False})
    return raw


def records(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame, each a dict by the names of the columns.

    Examples
    --------
    >>> records(pd.DataFrame({"code": ["00C"], "open": [1]}))
    [{'code': '00C', 'open': 1}]
    """
    names = list(map(str, frame.columns))
    # a blank whole number is None; pandas' own to_dict asks of every cell what kind it is, and takes three times as long
    cells = ([None if cell is pd.NA else cell for cell in frame[c].to_list()] for c in frame)
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


# --- what is wrong with it ----------------------------------------------------------------------


def check() -> list[Problem]:
    """Every problem of every table, and of the tables with each other. An empty list is good news."""
    problems = []
    for resource in package()["resources"]:
        found = find_problems(resource["name"])
        path = files.data() / resource["path"]
        if not found and files.sha256(path.read_bytes()) != resource.get("hash", "").removeprefix("sha256:"):
            found = [
                _problem(
                    resource,
                    "the content is not what datapackage.json records. If the change is meant, run "
                    "python -m ccg refresh; if not, git diff shows it",
                )
            ]
        problems += found
    return with_rules(problems)


def with_rules(problems: list[Problem]) -> list[Problem]:
    """These problems of single tables, and those of tables with each other if every cell can be read."""
    return problems + _cross_check() if readable(problems) else problems


def readable(problems: list[Problem]) -> bool:
    """Whether tables with these problems can be held against each other: every cell is of its type and its rule."""
    return all(re.match(r"no such .* in \w+\.csv|rows are not sorted", p.what) for p in problems)


def rules() -> list[Callable[[Tables], Iterable[Problem]]]:
    """Every rule on more than one cell or table, each a function of the tables that gives what breaks it."""
    return [_lives, _ons_and_ods, _places_and_moves, _unused_sources, *meaning.rules(_package())]


def as_is(name: str) -> pd.DataFrame:
    """A table with the types of its columns, whether or not it keeps its contract."""
    resource = _resource(name)
    return _typed(resource, (files.data() / resource["path"]).read_bytes())


def find_problems(name: str) -> list[Problem]:
    """What breaks the contract of one table: header first, then each cell, then order and sources."""
    resource = _resource(name)
    path = files.data() / resource["path"]
    if not path.exists():
        return [_problem(resource, "the file is missing")]
    content = path.read_bytes()
    if b"\r" in content:
        row = content[: content.index(b"\r")].count(b"\n") + 1
        return [_problem(resource, "the line ends in CR; save it with LF endings", row)]
    try:
        header = content.decode("utf-8").split("\n", 1)[0].split(",")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        return [_problem(resource, "this is not UTF-8; save it as UTF-8", row)]
    wanted = [f["name"] for f in resource["schema"]["fields"]]
    problems = [_problem(resource, "the column is missing", 1, c) for c in wanted if c not in header]
    problems += [_problem(resource, "no such column is wanted", 1, c) for c in header if c not in wanted]
    if not problems and header != wanted:
        problems = [_problem(resource, f"the columns stand in another order than {wanted}", 1)]
    problems = problems or _named_columns(resource, wanted) or _cells(resource)
    return problems or _odd_numbers(resource, content) or _order_and_sources(resource)


def _odd_numbers(resource: Descriptor, content: bytes) -> list[Problem]:
    """Numbers that are not written as numbers are here: two digits that change places may leave a zero in front."""
    numbers = [f["name"] for f in resource["schema"]["fields"] if f["type"] in ("integer", "number")]
    cells = pd.read_csv(io.BytesIO(content), usecols=numbers, dtype=str) if numbers else pd.DataFrame()
    found = []
    for column in numbers:
        plain = cells[column].str.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", na=True)
        what = "not written as 12, 0.5 or -3 is"
        for i, text in cells[column][~plain.astype(bool)].items():
            found.append(_problem(resource, what, int(str(i)) + 2, column, text))
    return found


def _named_columns(resource: Descriptor, columns: list[str]) -> list[Problem]:
    """Columns that the entry of a table names outside its schema, and that the table does not have."""
    rule = resource.get("bodies", {})
    named = {"dated": [resource["dated"]] if "dated" in resource else []}
    named["bodies"] = [*filter(None, [rule.get("geography")]), *rule.get("each", []), *rule.get("where", {})]
    return [
        Problem(
            "datapackage.json", None, column, None, f"{key} of {resource['name']} names it; no such column"
        )
        for key, every in named.items()
        for column in dict.fromkeys(every)
        if column not in columns
    ]


def _problem(
    resource: Descriptor,
    what: str,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
) -> Problem:
    return Problem(resource["path"], row, column, value, what)


def _cells(resource: Descriptor) -> list[Problem]:
    # one table can take seconds: the same content under the same contract is read once in a process
    refers = {key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", [])}
    paths = [resource["path"], *(_resource(name)["path"] for name in sorted(refers) if name)]
    found = [files.data() / path for path in paths]
    content = [files.sha256(path.read_bytes()) if path.exists() else "" for path in found]
    contract = {k: v for k, v in resource.items() if k not in ("hash", "bytes")}
    return list(_frictionless(resource["name"], json.dumps(contract), *content))


@lru_cache(maxsize=256)
def _frictionless(name: str, *_: str) -> tuple[Problem, ...]:
    # imported here: half a second that a sound table never needs
    import frictionless

    resource, contract = _resource(name), package()
    refers = {key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", [])}
    contract["resources"] = [r for r in contract["resources"] if r["name"] in {name, *refers}]
    for entry in contract["resources"]:  # the hash has its own message, see check()
        entry.pop("hash", None)
        entry.pop("bytes", None)
    checked = frictionless.Package.from_descriptor(contract, basepath=str(files.data()))
    if cells.sound(checked, resource["name"]):
        return ()
    for other in checked.resources:  # Frictionless would read it without end
        if row := cells.too_long(other):
            return (
                _problem(_resource(other.name), f"a cell is longer than {cells.LONGEST:,} characters", row),
            )
    report = checked.get_resource(resource["name"]).validate(limit_errors=1000)
    types = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
    problems = []
    errors: list[Any] = report.tasks[0].errors if report.tasks else report.errors
    for error in errors:  # each kind has fields of its own
        row = getattr(error, "row_number", None)
        column = getattr(error, "field_name", None) or None
        value = getattr(error, "cell", None)
        what = error.note
        if error.type == "type-error":
            what = {"integer": "not a whole number", "number": "not a number"}.get(
                types[column], "not a date like 2013-04-01" if types[column] == "date" else "wrong type"
            )
        elif error.type == "constraint-error":
            what = f"breaks the rule: {error.note.removeprefix('constraint ').replace(chr(34), '')}"
        elif error.type == "foreign-key":
            column, value = "+".join(error.field_names), "+".join(map(str, error.field_cells))
            what = f"no such {'+'.join(error.reference_field_names)} in {error.reference_name}.csv"
        elif error.type == "primary-key":
            key = resource["schema"]["primaryKey"]
            column = "+".join([key] if isinstance(key, str) else key)
            what = f"the key is not unique: {error.note}"
            first = re.search(r"position (\d+)", error.note)
            if first:
                again = f"the key is not unique: the same as in row {row}"
                problems.append(_problem(resource, again, int(first[1]), column))
        elif error.type == "unique-error" and (first := re.search(r"position (\d+)", error.note)):
            again = f"the same as in row {row}"
            problems.append(_problem(resource, again, int(first[1]), column, str(value)))
        elif error.type in ("extra-cell", "missing-cell"):
            what = "one cell too many" if error.type == "extra-cell" else "a cell is missing"
        problems.append(_problem(resource, what, row, column, None if value is None else str(value)))
    return tuple(problems)


def _order_and_sources(resource: Descriptor) -> list[Problem]:
    frame = as_is(resource["name"])
    problems = []
    key = resource["schema"]["primaryKey"]
    by_text = frame[key].astype(str)
    places = by_text.sort_values(key, kind="stable").index
    if (places != frame.index).any():
        line = _out_of_place(list(by_text.itertuples(index=False, name=None)))
        at = "+".join(map(str, by_text.iloc[line]))
        problems.append(_problem(resource, "rows are not sorted by key", line + 2, "+".join(key), at))
    if "source" in frame and resource["name"] != "sources":
        known = set(as_is("sources")["id"])
        cited = {ids: ids.split("+") for ids in frame["source"].unique()}  # dozens in thousands of rows
        doubtful = {ids for ids, each in cited.items() if not known.issuperset(each)}
        for line, row in _lines(frame[frame["source"].isin(doubtful)]):
            for one in cited[row["source"]]:
                if one not in known:
                    problems.append(_problem(resource, "no such id in sources.csv", line, "source", one))
    return problems


def _out_of_place(keys: list[tuple[str, ...]]) -> int:
    """The first row that breaks the order: of two neighbours the upper one, if the order is whole without it."""
    at = next(i for i in range(1, len(keys)) if keys[i] < keys[i - 1])
    return at - 1 if at == 1 or keys[at - 2] <= keys[at] else at


def _cross_check() -> list[Problem]:
    """Rules that no schema can say: they read more than one table, and run when each is sound."""
    tables = Tables(as_is, _package())
    return [problem for rule in rules() for problem in rule(tables)]


def _lives(tables: Tables) -> list[Problem]:
    """A CCG closes after it opens, passes to a body that there is, and is counted."""
    problems = []
    ccgs, successions = tables["ccgs"], tables["successions"]
    bodies = set(ccgs["code"]) | set(tables["icbs"]["code"])
    for line, row in _lines(ccgs[ccgs["closed"] < ccgs["opened"]]):
        day = str(row["closed"].date())
        problems.append(_problem(_resource("ccgs"), "it closed before it opened", line, "closed", day))
    known = bodies | set(tables["locations"]["code"])
    for column in ("from", "to"):
        for line, row in _lines(successions[~successions[column].isin(known)]):
            what = "neither a CCG nor a location nor a board"
            problems.append(_problem(_resource("successions"), what, line, column, row[column]))
    counted = tables["ccg_counts"]
    derived = count_ccgs(ccgs, counted["date"])
    for line, row in _lines(derived):
        for column in ("open", "formed", "closed"):
            value = counted.at[line - 2, column]
            if value != row[column]:
                what = f"ccgs.csv gives {row[column]}"
                problems.append(_problem(_resource("ccg_counts"), what, line, column, str(value)))
    return problems


def _unused_sources(tables: Tables) -> list[Problem]:
    used: set[str] = set()
    for name in tables.resources:
        if name != "sources":
            used.update(*(ids.split("+") for ids in tables[name]["source"].unique()))
    return [
        _problem(_resource("sources"), "no table uses this source", i + 2, "id", one)
        for i, one in enumerate(tables["sources"]["id"])
        if one not in used
    ]


def _lines(frame: pd.DataFrame) -> Iterator[tuple[int, Row]]:
    """Some rows of a table, each with its line in the file, where the header is line 1."""
    return zip((int(i) + 2 for i in frame.index), records(frame), strict=True)


def _ons_and_ods(tables: Tables) -> list[Problem]:
    """Each CCG has its own ONS codes, one after another from its first list on; the last as a CCG is in ccgs.

    The days are those of lists, and lists keep an old code for a while beside the new one: it must be gone
    before the new one is.
    """
    problems, resource, ccgs = [], _resource("ons_codes"), tables["ccgs"]
    codes = tables["ons_codes"].assign(row=range(2, len(tables["ons_codes"]) + 2))
    lists = sorted({*codes["first_seen"], *codes["last_seen"], *codes["gone_by"].dropna()})
    current = dict(zip(ccgs["ons_code"], ccgs["code"], strict=True))
    groups: dict[str, list[Row]] = {}
    for row in records(codes.sort_values(["first_seen", "gone_by"])):
        groups.setdefault(row["code"], []).append(row)

    def wrong(row: Row, column: str, what: str) -> None:
        value = row[column]
        value = str(value.date()) if isinstance(value, pd.Timestamp) else None if pd.isna(value) else value
        problems.append(_problem(resource, what, row["row"], column, value))

    for i, one in enumerate(records(ccgs)):
        mine = groups.get(one["code"], [])
        last = [row["ons_code"] for row in mine if row["body"] == "ccg"][-1:]
        if last != [one["ons_code"]]:
            what = f"the last code of {one['code']} as a CCG in ons_codes.csv is {last[0] if last else 'not there'}"
            problems.append(_problem(_resource("ccgs"), what, i + 2, "ons_code", one["ons_code"]))
        due = next((day for day in lists if day >= one["opened"]), None)
        before: Row | None = None
        for row in mine:
            other = current.get(row["ons_code"], one["code"])
            if other != one["code"]:
                wrong(row, "code", f"ccgs.csv has {row['ons_code']} as the code of {other}")
            if not row["first_seen"] <= row["last_seen"]:
                wrong(row, "last_seen", f"before first_seen, {row['first_seen'].date()}")
            if row["gone_by"] <= row["last_seen"]:
                wrong(row, "gone_by", f"not after last_seen, {row['last_seen'].date()}")
            if row["first_seen"] < one["opened"]:
                wrong(row, "first_seen", f"ccgs.csv has {one['code']} open from {one['opened'].date()}")
            if row["first_seen"] > one["closed"] and row["body"] == "ccg":
                wrong(row, "first_seen", f"ccgs.csv has {one['code']} closed on {one['closed'].date()}")
            if before is None:
                if row["first_seen"] != due:
                    what = (
                        f"no code of {one['code']} in the lists before, from {due.date() if due else 'none'}"
                    )
                    wrong(row, "first_seen", what)
            elif row["first_seen"] == before["first_seen"] or not before["gone_by"] <= _end(row["gone_by"]):
                what = f"{one['code']} has {before['ons_code']} in the same days, row {before['row']}"
                wrong(row, "first_seen", what)
            before = row
    return problems


def _end(day: pd.Timestamp) -> pd.Timestamp:
    return pd.Timestamp.max if pd.isna(day) else day - pd.Timedelta(days=1)


def _places_and_moves(tables: Tables) -> list[Problem]:
    """Each body has its place, each hexagon one body; lands are those of the splits; shares add up."""
    problems = []
    places, tiles, hexagons = _resource("places"), _resource("tiles"), tables["tiles"]
    bodies, here = set(tables["ccgs"]["code"]) | set(tables["icbs"]["code"]), tables["places"]["code"]
    for code in sorted(bodies.symmetric_difference(here)):
        line = int((here < code).sum()) + 2
        what = "a body without a place, or a place without a body"
        problems.append(_problem(places, what, line, "code", code))
    for line, row in _lines(hexagons[hexagons.duplicated(["date", "column", "row"], keep=False)]):
        problems.append(_problem(tiles, "another body has this hexagon", line, "code", row["code"]))
    shares = tables["pct_to_ccg"]
    shares = shares.assign(total=shares.groupby("pct")["share"].transform("sum"))
    for line, row in _lines(shares[(shares["total"] - 1).abs() > 0.0005]):
        what = f"the shares of this trust add up to {row['total']:.4f}"
        problems.append(_problem(_resource("pct_to_ccg"), what, line, "pct", row["pct"]))
    moves, lands = _resource("practice_moves"), set(tables["successions"]["land"].dropna())
    for line, row in _lines(tables["practice_moves"]):
        if row["land"] not in lands:
            what = "successions.csv has no such land"
            problems.append(_problem(moves, what, line, "land", row["land"]))
        if abs(row["share"] - row["patients"] / row["from_patients"]) > 1e-6:
            what = "not patients over from_patients"
            problems.append(_problem(moves, what, line, "share", str(row["share"])))
    return problems


def count_ccgs(ccgs: pd.DataFrame, dates: Iterable[date | str]) -> pd.DataFrame:
    """How many CCGs were open on each date, and how many had formed and closed since the one before.

    Parameters
    ----------
    ccgs : DataFrame
        One row for each CCG, with ``opened`` (its first day) and ``closed`` (its last).
    dates : iterable of date or str
        Days, ascending.

    Returns
    -------
    DataFrame
        One row for each date: ``date, open, formed, closed``, numbers of CCGs. One whose last day is 31 March
        counts as closed on 1 April.

    Examples
    --------
    >>> count_ccgs(load("ccgs"), ["2013-04-01", "2018-04-01"])
            date  open  formed  closed
    0 2013-04-01   211     211       0
    1 2018-04-01   195       8      24
    """
    rows, before = [], pd.Timestamp.min
    for day in pd.to_datetime(pd.Series(list(dates))):
        rows.append(
            {
                "date": day,
                "open": int(((ccgs["opened"] <= day) & (ccgs["closed"] >= day)).sum()),
                "formed": int(((ccgs["opened"] > before) & (ccgs["opened"] <= day)).sum()),
                "closed": int(((ccgs["closed"] >= before) & (ccgs["closed"] < day)).sum()),
            }
        )
        before = day
    return pd.DataFrame(rows)


# --- where it comes from ------------------------------------------------------------------------


def grade(ids: Iterable[str]) -> str:
    """Grade of the weakest fact among some ``source`` cells.

    A fact with several sources (``A+B``) is as good as its best one; a set of facts as its worst.

    Examples
    --------
    >>> grade(["ODS25+PCTCCG"]), grade(["ODS25", "PCTCCG"])
    ('primary', 'second_hand')
    """
    return _weakest(set(ids), dict(load("sources")[["id", "grade"]].to_numpy()))


def _weakest(cells: Iterable[str], grades: Mapping[str, str]) -> str:
    return max(
        (min((grades[one] for one in cell.split("+")), key=GRADES.index) for cell in cells), key=GRADES.index
    )


class Credit(str):
    """The source line of a chart, which knows the ids of the sources that its facts are from."""

    sources: frozenset[str] = frozenset()


def credit(ids: Iterable[str], caveat: str = "", most: int = 4) -> Credit:
    """The source line of a chart: publishers by number of facts, the grade if not primary, a caveat.

    Parameters
    ----------
    ids : iterable of str
        Cells of a ``source`` column. For a fact with several sources its best ones are named.
    caveat : str, optional
        A sentence to end with, without its full stop.
    most : int, optional
        How many publishers are named at most.

    Examples
    --------
    >>> credit(["ODS25", "ODS25", "PAY"])
    'NHS Organisation Data Service; NHS Digital.'
    """
    facts, count = Counter(ids), Counter[str]()
    told = {
        one: (publisher, grade)
        for one, publisher, grade in load("sources")[["id", "publisher", "grade"]].to_numpy()
    }
    for cell, times in facts.items():  # thousands of facts have a few dozen cells between them
        every = [told[one] for one in cell.split("+")]
        best = min((grade for _, grade in every), key=GRADES.index)
        for name in dict.fromkeys(publisher for publisher, grade in every if grade == best):
            count[name] += times
    listed = sorted(count, key=lambda p: -count[p])
    text = "; ".join(listed[:most]) + ("; and others" if len(listed) > most else "")
    weakest = _weakest(facts, {one: grade for one, (_, grade) in told.items()})
    parts = [text] + ([f"Weakest source: {GRADE_WORDS[weakest]}"] if weakest != "primary" else [])
    line = Credit(". ".join(parts + ([caveat] if caveat else [])) + ".")
    line.sources = frozenset(one for cell in facts for one in cell.split("+"))
    return line


# --- the codebook -------------------------------------------------------------------------------


def seal() -> list[str]:
    """Record each table's SHA-256 and size in datapackage.json and write the codebook anew.

    Returns
    -------
    list of str
        Names of the files in ``data/`` that changed.

    Raises
    ------
    TableError
        A table is not sound; nothing is written then, so that what is recorded has always been checked.
    """
    problems = [p for name in names() for p in find_problems(name)] or _cross_check()
    if problems:
        raise TableError(problems)
    contract = package()
    for resource in contract["resources"]:
        content = (files.data() / resource["path"]).read_bytes()
        resource["hash"], resource["bytes"] = f"sha256:{files.sha256(content)}", len(content)
    written = {
        "datapackage.json": json.dumps(contract, indent=2, ensure_ascii=False) + "\n",
        "README.md": codebook(contract),
    }
    return [name for name, text in written.items() if files.write(files.data() / name, text)]


def codebook(contract: Descriptor) -> str:
    """The text of ``data/README.md``: every table and column from the descriptor, and what ``controls`` holds."""
    read = Tables(as_is, contract)
    out = [f"# {contract['title']}: the tables", "", contract["description"], ""]
    out += ["This page is made from `datapackage.json` by `python -m ccg refresh`; edit that file.", ""]
    out += ["Codes are text. Dates are ISO. A blank cell is not known or does not apply. ", ""]
    out += [contract["contributors"][0]["title"], "", "| table | one line |", "| --- | --- |"]
    out += [f"| [{r['name']}](#{r['name']}) | {r['description']} |" for r in contract["resources"]]
    for resource in contract["resources"]:
        schema = resource["schema"]
        key = schema["primaryKey"]
        out += ["", f"## {resource['name']}", "", f"**{resource['title']}.** {resource['description']}", ""]
        out += [f"File `{resource['path']}`. Key: {', '.join(f'`{k}`' for k in key)}.", ""]
        out += ["| column | type | meaning | rule |", "| --- | --- | --- | --- |"]
        out += [
            f"| `{f['name']}` | {f['type']} | {f['description']} | {_rule(f)} |" for f in schema["fields"]
        ]
        out += [
            "",
            *(
                f"`{'+'.join(k['fields'])}` is a `{'+'.join(k['reference']['fields'])}` of "
                f"`{k['reference']['resource']}`."
                for k in schema.get("foreignKeys", [])
            ),
        ]
        out += ["", *_checked(read, resource)]
        where = "; ".join(s["title"] for s in resource["sources"]) if "sources" in resource else ""
        out += ["", f"Sources: {where}. Licence: {resource['licenses'][0]['title']}."]
    return "\n".join(out).replace("\n\n\n", "\n\n") + "\n"


def _checked(read: Tables, resource: Descriptor) -> list[str]:
    """Which numbers of a table are checked by numbers published elsewhere, and which by none."""
    name, key = resource["name"], resource["schema"]["primaryKey"]
    held = controls.cells(read, name)
    period = meaning.years_of(read, name)
    some, bare = [], []
    for field in resource["schema"]["fields"]:
        column = field["name"]
        if field["type"] not in ("integer", "number") or column in key or name == "controls":
            continue
        there = read[name][column].notna()
        if column not in held or not (held[column] & there).any():
            bare.append(f"`{column}`")
            continue
        checked, rows = held[column] & there, f"{len(there)} rows"
        if (checked == there).all():
            some.append(f"`{column}`")
        elif checked.mean() > 0.5:
            some.append(f"`{column}` but for {_count(there & ~checked, rows, period)}")
        else:
            some.append(f"`{column}` in {_count(checked, rows, period)}")
    ranked = _ranked(read, name)
    some += [f"`{column}` by its rank alone" for column in ranked]
    bare = [column for column in bare if column.strip("`") not in ranked]
    if not some:
        return [f"No number published elsewhere was found to check {', '.join(bare)}."] if bare else []
    out = f"Numbers published elsewhere check {', '.join(some)}."
    return [f"{out} None was found for {', '.join(bare)}." if bare else out]


def _count(which: pd.Series, of: str, period: pd.Series) -> str:
    """How many rows these are, and of which years."""
    years = ", ".join(sorted(set(period[which]) - {""}))
    return f"{which.sum()} of {of}" + (f" ({years})" if years else "")


def _ranked(read: Tables, name: str) -> list[str]:
    held = read["controls"]
    measures = held["measure"][held["table"] == name].unique()
    return [one.removeprefix("rank of ") for one in measures if one.startswith("rank of ")]


def _rule(field: Descriptor) -> str:
    rules = dict(field.get("constraints", {}))
    parts = [] if rules.pop("required", False) else ["may be blank"]
    if "enum" in rules:
        parts.append("one of " + ", ".join(f"`{v}`" for v in rules.pop("enum")))
    if "minimum" in rules and "maximum" in rules:
        parts.append(f"{rules.pop('minimum')} to {rules.pop('maximum')}")
    for name, value in rules.items():
        text = f"`{value}`".replace("|", "\\|")
        parts.append({"pattern": f"like {text}", "unique": "unique", "minimum": f"from {value}"}[name])
    return "; ".join(parts)
