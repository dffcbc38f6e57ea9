"""Rows of ons_codes that contradict ccgs, or each other, are found by row and value."""

import csv
import json

import pytest
from ccg import files, tables

pytestmark = pytest.mark.usefixtures("remembered")


def change(data, name, key, **cells) -> int:
    """Changes cells of the row with a key (its first column) and seals the table. Returns its line."""
    path = data / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    line = next(i for i, row in enumerate(rows) if row[0] == key)
    for column, value in cells.items():
        rows[line][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
    contract = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in contract["resources"]:
        resource["hash"] = "sha256:" + files.sha256((data / resource["path"]).read_bytes())
    (data / "datapackage.json").write_text(json.dumps(contract), encoding="utf-8")
    return line + 1


def found() -> list[str]:
    return list(map(str, tables.check()))


@pytest.mark.slow
def test_a_code_given_to_another_ccg_is_named_with_the_one_it_belongs_to(data):
    line = change(data, "ons_codes", "E38000219", code="02T")
    assert line == 220
    words = found()
    assert (
        "data/ons_codes.csv row 220, column code, value '02T': ccgs.csv has E38000219 as the code of 06Y"
        in words
    )
    # and the CCG that lost it has another last code
    assert any("column ons_code, value 'E38000219': the last code of 06Y as a CCG" in w for w in words)


def test_an_older_code_given_to_another_ccg_is_named(data):
    line = change(
        data, "ons_codes", "E38000159", code="02T"
    )  # the first code of 06Y, which is in no other table
    words = found()
    assert any("ons_codes.csv" in w and f"row {line}" in w and "02T has E38000" in w for w in words) or any(
        "ons_codes.csv" in w and f"02T has E38000159 in the same days, row {line}" in w for w in words
    )
    assert any("no code of 06Y in the lists before, from 2015-03-24" in w for w in words)


@pytest.mark.slow
@pytest.mark.parametrize(
    "key, cells, words",
    [
        ("E38000215", {"gone_by": "2017-09-12"}, "01H has E38000041 in the same days"),
        ("E38000215", {"first_seen": "2015-03-24"}, "01H has E38000041 in the same days"),
        ("E38000041", {"gone_by": ""}, "01H has E38000041 in the same days"),
        ("E38000001", {"last_seen": "2015-03-23"}, "value '2015-03-23': before first_seen, 2015-03-24"),
        ("E38000001", {"gone_by": "2020-06-22"}, "value '2020-06-22': not after last_seen, 2020-06-22"),
        ("E38000001", {"first_seen": "2017-05-30"}, "value '2017-05-30': no code of 02N in the lists before, from 2015-03-24"),
        ("E38000247", {"first_seen": "2018-06-08"}, "open from 2020-04-01"),
        ("E38000111", {"first_seen": "2016-06-17"}, "ccgs.csv has 00G closed on 2015-03-31"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_named(data, key, cells, words):
    line = change(data, "ons_codes", key, **cells)
    # the row itself is named, or as the one that another stands against
    named = [w for w in found() if w.startswith("data/ons_codes.csv row ") and words in w]
    assert any(f" row {line}, " in w or w.endswith(f", row {line}") for w in named), found()


@pytest.mark.slow
def test_an_ons_code_under_two_ccgs_is_named(data):
    first = change(data, "ccgs", "02T", ons_code="E38000219")
    one, other = found()  # either may be the wrong one
    assert one.startswith(
        f"data/ccgs.csv row {first}, column ons_code, value 'E38000219': the same as in row "
    )
    assert other == (
        f"data/ccgs.csv row {one.rpartition(' ')[2]}, column ons_code, value 'E38000219': "
        f"the same as in the row at position {first}"
    )
    change(data, "ons_codes", "E38000218", ons_code="E38000219")
    assert any("ons_codes.csv" in w and "the key is not unique" in w for w in found())
