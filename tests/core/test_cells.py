"""A table is sound, or Frictionless has something to say of it: never both, never neither."""

import pytest
from ccg import files, tables
from ccg.core import cells

FIELDS = [
    {"name": "code", "type": "string", "constraints": {"pattern": "[A-Z]\\d"}},
    {"name": "year", "type": "integer", "constraints": {"minimum": 2013}},
    {"name": "day", "type": "date"},
    {"name": "rate", "type": "number", "constraints": {"maximum": 1}},
    {"name": "kind", "type": "string", "constraints": {"required": True, "enum": ["a", "b"]}},
    {"name": "tag", "type": "string", "constraints": {"unique": True}},
    {"name": "from", "type": "string"},
    {"name": "flag", "type": "boolean"},
]
ROWS = """code,year,day,rate,kind,tag,from,flag
A1,2013,2013-04-01,0.5,a,x,,true
A1,2014,2014-04-01,,b,y,A1,false
B2,2014,,0.25,a,,A1,
"""


def told(folder, text: str, other: str = "code\nA1\nB2\n") -> tuple[bool, list[str]]:
    """Whether a table of these rows is sound, and the kinds of error that Frictionless finds in it."""
    import frictionless  # slow to import

    names = {"missingValues": [""]}
    (folder / "one.csv").write_text(text, encoding="utf-8")
    (folder / "other.csv").write_text(other, encoding="utf-8")
    refers = [
        {"fields": ["code"], "reference": {"resource": "other", "fields": ["code"]}},
        {"fields": ["from"], "reference": {"resource": "", "fields": ["code"]}},
    ]
    schema = {"fields": FIELDS, "primaryKey": ["code", "year"], "foreignKeys": refers, **names}
    plain = {"fields": [{"name": "code", "type": "string"}], "primaryKey": ["code"], **names}
    of = {"type": "table", "encoding": "utf-8"}
    resources = [
        {"name": "one", "path": "one.csv", "schema": schema, **of},
        {"name": "other", "path": "other.csv", "schema": plain, **of},
    ]
    package = frictionless.Package.from_descriptor({"resources": resources}, basepath=str(folder))
    quick = cells.sound(package, "one")
    report = package.get_resource("one").validate()
    return quick, [error.type for error in (report.tasks[0].errors if report.tasks else report.errors)]


@pytest.mark.parametrize(
    "old, new",
    [
        ("", ""),  # as it is
        ("A1,2014", "A1,2015"),
        ("B2,2014,", "B2,2014,2014-04-01"),  # what is said of a day twice
        (",0.25,", ",25e-2,"),
        ("A1,false", ",false"),  # no reference
    ],
)
def test_what_breaks_no_rule_is_sound(old, new, tmp_path):
    assert told(tmp_path, ROWS.replace(old, new)) == (True, [])


@pytest.mark.parametrize(
    "old, new, error",
    [
        ("B2,2014", "B22,2014", "constraint-error"),
        ("A1,2013,", "A1,2012,", "constraint-error"),
        ("A1,2013,", "A1,2013.5,", "type-error"),
        ("2014-04-01,", "2014-04-31,", "type-error"),
        (",0.25,", ",1.25,", "constraint-error"),
        (",0.25,", ",a quarter,", "type-error"),
        (",b,y,", ",c,y,", "constraint-error"),
        (",b,y,", ",,y,", "constraint-error"),
        (",b,y,", ",b,x,", "unique-error"),
        ("A1,false", "C3,false", "foreign-key"),
        ("B2,2014", "C3,2014", "foreign-key"),
        (",false", ",no", "type-error"),
        ("A1,2014", "A1,02013", "primary-key"),  # another text for the same number
        ("B2,2014", ",", "primary-key"),
        (",false", ",false,", "extra-cell"),
        (",false", "", "missing-cell"),
        ("B2,", "\nB2,", "blank-row"),
    ],
)
def test_what_breaks_a_rule_is_not_sound(old, new, error, tmp_path):
    sound, errors = told(tmp_path, ROWS.replace(old, new))
    assert not sound and error in errors


def test_what_cannot_be_judged_is_left_to_frictionless(tmp_path):
    header = ROWS.partition("\n")[0] + "\n"
    assert told(tmp_path, header) == (False, [])  # no row, which is no fault
    assert told(tmp_path, ROWS, other="code\nA1\nB2,b\n")[0] is False  # what it refers to is ragged


@pytest.mark.slow
def test_frictionless_says_nothing_of_any_table_row_by_row():
    import frictionless

    package = frictionless.Package.from_descriptor(tables.package(), basepath=str(files.ROOT / "data"))
    for name in tables.names():
        assert cells.sound(package, name), name
        assert package.get_resource(name).validate().valid, name


def test_a_cell_that_is_too_long_is_named_and_not_read_without_end(data):
    """Frictionless never came to an end on it."""
    path = data / "ccgs.csv"
    head, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
    long = first.replace("NHS ", "NHS " + "x" * cells.LONGEST, 1)
    assert long != first
    path.write_text("\n".join([head, long, rest]), encoding="utf-8")
    (problem,) = tables.find_problems("ccgs")
    assert (problem.file, problem.row) == ("ccgs.csv", 2) and "longer than 131,072" in str(problem)
