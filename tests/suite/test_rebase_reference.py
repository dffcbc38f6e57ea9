"""The examples of docs/rebase.md do what the page says, each run on a small file that has what it names."""

import re
import shlex

import pandas as pd
import pytest
from ccg import cli, files

PAGE = (files.ROOT / "docs" / "rebase.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^\| `(?:-o`, `)?(--[a-z]+)` \| .* \| (`--?.*`) \|$", PAGE, flags=re.MULTILINE))

#: Darlington, Hartlepool and South Tees became one CCG, North Durham and another one more.
BODIES = ("00C", "00K", "00M", "00D", "00J")
TABLE = "code,n\n" + "".join(f"{code},{2**i}\n" for i, code in enumerate(BODIES))
SUMS = {"16C": 7, "84H": 24}
AT = "--at 2018-04-01 --to 2021-04-01 --sum n"


def wide(extra: str, cells) -> str:
    """The table with one more column."""
    head, *rows = TABLE.splitlines()
    return (
        "\n".join([f"{head},{extra}", *(f"{row},{cell}" for row, cell in zip(rows, cells, strict=True))])
        + "\n"
    )


def twice(key: str, cells) -> str:
    head, *rows = TABLE.splitlines()
    return "\n".join([f"{head},{key}", *(f"{row},{cell}" for cell in cells for row in rows)]) + "\n"


#: For each option the file, the rest of the command, what its first columns hold, and words of the report.
CASES = {
    "--header": ("A title\n\nand more\n\n" + TABLE, AT, SUMS, ""),
    "--separator": (TABLE.replace(",", "\t"), AT, SUMS, ""),
    "--encoding": (wide("Name", ["é"] * 5).encode("latin-1"), f"{AT} --drop Name", SUMS, ""),
    "--decimal": (
        TABLE.replace(",", ";").replace(";1\n", ";0,5\n"), AT, {"16C": 6.5, "84H": 24}, "",
    ),
    "--code": (TABLE.replace("code", "Area Code"), AT, SUMS, ""),
    "--at": (TABLE, "--to 2021-04-01 --sum n", SUMS, "From the CCGs of April 2018"),
    "--to": (TABLE, "--at 2018-04-01 --sum n", SUMS, "to the CCGs of April 2021"),
    "--level": (
        "code,n\n16C,1\n84H,2\n", "--at 2021-04-01 --to 2022-07-01 --sum n", {"16C": 1, "84H": 2}, "sub-ICB locations",
    ),
    "--mean": ("code,rate,patients\n00D,10,1\n00J,20,3\n", "--at 2018-04-01 --to 2021-04-01", {"84H": 17.5}, ""),
    "--drop": (wide("Name", "vwxyz"), AT, SUMS, ""),
    "--missing": (TABLE.replace(",4\n", ",nil\n"), AT, {"16C": 3, "84H": 24}, "1 cell blank or suppressed"),
    "--zero": (TABLE.replace(",4\n", ",-\n").replace(",2\n", ",\n"), AT, {"16C": 1, "84H": 24}, "2 cells are read as nought"),
    "--absent": (
        twice("Age", ["0", "1"]).replace("00K,2,1\n", ""), f"{AT} --by Age", {"16C": 5, "84H": 24}, "so it is incomplete",
    ),
    "--incomplete": (TABLE.replace("00K,2\n", ""), AT, {"84H": 24}, "1 incomplete row is left out"),
    "--unknown": (TABLE + "ZZZ,9\n", AT, SUMS, "ZZZ, no code known here"),
    "--basis": (TABLE, AT, SUMS, ""),
    "--closed": ("code,n\n00C,1\n00K,2\n00M,4\n84H,24\n", "--at 2021-04-01 --to 2021-04-01 --sum n", SUMS, "00C to 16C"),
    "--repair": (TABLE.replace("00C", "NHS Darlington CCG"), AT, SUMS, "Read 'NHS Darlington CCG' as 00C"),
    "--codes": (TABLE.replace("00C", "E38000042").replace("00K", "E38000075").replace("00M", "E38000162")
                .replace("00D", "E38000047").replace("00J", "E38000116"), AT, SUMS, "the result has ODS codes"),
    "--names": (TABLE, AT, {"16C": "NHS Tees Valley CCG", "84H": "NHS County Durham CCG"}, ""),
    "--output": (TABLE, AT, SUMS, ""),
}  # fmt: skip


def test_every_option_of_the_page_has_its_example_tried():
    tried = {*CASES, "--sheet", "--sum", "--by"}
    assert set(EXAMPLES) == tried


def run(tmp_path, monkeypatch, capsys, content, example: str, rest: str) -> tuple[pd.DataFrame, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    out = [] if "-o " in example else ["-o", "out.csv"]
    # a list that an option takes ends where the next option begins
    words = ["rebase", "in.csv", *shlex.split(example), *shlex.split(rest), *out]
    status = cli.main(words)
    said = capsys.readouterr()
    assert status == 0, said.err
    return pd.read_csv(tmp_path / "out.csv"), said.out + said.err


@pytest.mark.few(6)
@pytest.mark.parametrize("option", CASES)
def test_an_example_of_the_page_gives_the_sums_by_hand(option, tmp_path, monkeypatch, capsys):
    content, rest, wanted, words = CASES[option]
    example = shlex.join(shlex.split(EXAMPLES[option].strip("`").split("`, `")[0]))
    if f"{option} " in f"{rest} ":  # the example stands for what the rest would say
        rest = re.sub(rf"{option} \S+", "", rest)
    table, said = run(tmp_path, monkeypatch, capsys, content, example, rest)
    if "Age" in table:
        table = table[table["Age"] == 1]
    code = "Area Code" if "Area Code" in table else "code"
    value = table.columns[list(table.columns).index(code) + 1]
    assert dict(zip(table[code], table[value], strict=True)) == wanted
    assert words in said


@pytest.mark.parametrize("example", re.findall(r"`([^`]+)`", EXAMPLES.get("--sum", "")))
def test_columns_are_added_up_by_name_pattern_and_rest(example, tmp_path, monkeypatch, capsys):
    text = (
        TABLE.replace("code,n", "code,referrals")
        if "rest" in example
        else TABLE.replace("n\n", "referrals,Apr-18\n", 1)
    )
    if "rest" not in example:
        text = re.sub(r"(\w+),(\d+)\n", r"\1,\2,\2\n", text)
    table, _ = run(tmp_path, monkeypatch, capsys, text, example, "--at 2018-04-01 --to 2021-04-01")
    for column in table.columns[1 : table.columns.get_loc("status")]:
        assert dict(zip(table["code"], table[column], strict=True)) == SUMS


@pytest.mark.slow
def test_keys_are_kept_apart(tmp_path, monkeypatch, capsys):
    head, *rows = TABLE.splitlines()
    text = "\n".join(
        [f"{head},Year,Measure", *(f"{row},{y},{m}" for y in (2018, 2019) for m in "ab" for row in rows)]
    )
    table, _ = run(tmp_path, monkeypatch, capsys, text + "\n", EXAMPLES["--by"].strip("`"), AT)
    assert len(table) == 8 and all(
        dict(zip(some["code"], some["n"], strict=True)) == SUMS
        for _, some in table.groupby(["Year", "Measure"])
    )


@pytest.mark.slow
def test_a_sheet_is_read_by_its_name(tmp_path, monkeypatch, capsys):
    pytest.importorskip("xlsxwriter")
    monkeypatch.chdir(tmp_path)
    rows = pd.DataFrame({"code": BODIES, "n": [2**i for i in range(5)]})
    with pd.ExcelWriter("in.xlsx", engine="xlsxwriter") as book:
        rows.to_excel(book, sheet_name="Table 1", index=False)
        rows.assign(n=100).to_excel(book, sheet_name="Table 2", index=False)
    sheet = shlex.split(EXAMPLES["--sheet"].strip("`"))
    assert cli.main(["rebase", "in.xlsx", *sheet, *shlex.split(AT), "-o", "out.csv"]) == 0
    table = pd.read_csv("out.csv")
    assert dict(zip(table["code"], table["n"], strict=True)) == SUMS
