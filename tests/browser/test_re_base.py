"""The page that re-bases is never less careful than the command: what it calls exact the command calls exact too.

It need not do all that the command does, but then it refuses in words, or marks the rows as doubtful.
"""

import pytest
from ccg import files, lineage, rebase_file

PAGE = files.ROOT / "docs" / "_build" / "html" / "re-base.html"
DATES = {"at": "2018-04-01", "to": "2021-04-01"}
CCGS = {"00C": 10, "00K": 20, "00M": 30}  # together 16C of 2020
#: What the page does with a file when its button is pressed; or the words with which it refuses.
PRESSED = """async ([name, text, ask]) => {
  try {
    const table = await Rebasing.look(new File([text], name));
    const goal = Geographies.every.filter((one) => ["ccg", "icb"].includes(one.level) && one.start <= ask.to && ask.to <= one.end).at(-1);
    const asked = { code: ask.code ?? Rebasing.codeColumn(table)?.name, by: ask.by, dates: null, sums: ask.sums, means: ask.means, at: ask.at, start: null, goal, names: false, unknown: ask.unknown === "unmapped" };
    const { rows, report } = await Rebasing.rebase(table, asked);
    return { rows, said: [report.verdict, ...report.lines] };
  } catch (error) {
    if (!(error instanceof Rebasing.Refused)) throw error;
    return { refused: error.message };
  }
}"""


def stacked(*cells: str, head: str = "code,kind,n") -> str:
    """A row of each kind for each of the three CCGs, each with its own number."""
    rows = [f"{c},{cell},{n + i}\n" for c, n in CCGS.items() for i, cell in enumerate(cells)]
    return f"{head}\n" + "".join(rows)


def column(name: str, *cells: str, rest: str = "") -> str:
    """The three CCGs, each with a cell of one column; and what else stands below."""
    return f"code,{name}\n" + "".join(f"{c},{n}\n" for c, n in zip(CCGS, cells, strict=True)) + rest


def blocks(*heads: str) -> str:
    """The three CCGs below each of some rows that stand within the table, with other numbers each time."""
    return "code,name,n\n" + "".join(
        f"{head}\n" * bool(head) + "".join(f"{c},X{c},{n + i}\n" for c, n in CCGS.items()) for i, head in enumerate(heads)
    )  # fmt: skip


def providers(whole: str, more: float, scale: float = 1) -> str:
    """Three providers of each of the three CCGs, and a row that has as much as all of them and some more."""
    rows = [
        (c, k, scale * m) for c, n in CCGS.items() for k, m in (("RTR", 500 + n), ("RVW", 300), ("RXP", 200))
    ]
    rows += [(c, whole, scale * (1000 + n + more)) for c, n in CCGS.items()]
    return "code,Provider,n\n" + "".join(f"{c},{k},{n:.10g}\n" for c, k, n in rows)


def under(**parts) -> str:
    """Numbers of nine CCGs, each cell made by its function of three."""
    codes, rows = ("00C", "00K", "00M", "00L", "00N", "00P", "00Q", "00R", "00T"), []
    for i, code in enumerate(codes, 2):
        some = (97 * i % 89 + 200, 61 * i * i % 101 + 300, 37 * i * i * i % 97 + 100)
        rows += [f"{code},{kind.replace('_', ' ')},{number(*some)}\n" for kind, number in parts.items()]
    return "code,kind,n\n" + "".join(rows)


def of_all(number, head: str = "code,kind,n", kinds: tuple[str, ...] = ("",)) -> str:
    """A number for each CCG of 2018, made of its list size and of a number that has nothing to do with it."""
    sizes, rows = lineage.default().list_sizes, []
    for shift, kind in enumerate(kinds):
        for i, code in enumerate(lineage.bodies("2018-04-01")["code"]):
            rows.append(f"{code},{kind},{number(sizes[code], 37 * (i + shift) % 101):g}\n")
    return f"{head}\n" + "".join(rows)


def of_boards(name: str, period: str = "") -> str:
    """A number for each of two codes that partnerships and the boards after them had."""
    return f"{name},FY,n\n" + "".join(f"{c},{period},1\n" for c in ("QHM", "QOP"))


#: Where the figures of boards go that have no date.
OF_BOARDS = {"at": "auto", "to": "2022-07-01"}
#: What may be wrong -> the file, what is asked, what the page makes of it (the status of all rows, or of each, or
#: refused; None where each is as the command says), and words that it says.
FILES = {
    # rows that are added up
    "a total beside parts": (stacked("0-17", "18+", "All ages"), {}, "refused", "'All ages' stands beside parts"),
    "a total in words of its own": (stacked("M", "F", "England total"), {}, "refused", "'England total' stands beside"),
    "a total of one code": (stacked("a", "b", "c") + "00N,a,3\n00N,Total of 00N,4\n", {}, ["doubtful", "exact"], "'Total of 00N'"),
    "levels": (stacked("CCG", "Practice"), {}, "refused", "several levels, 'CCG' and 'Practice'"),
    "editions": (stacked("First", "Revised"), {}, "refused", "editions of the same figures"),
    "editions by the name of the column": (
        stacked("01JUN2018", "01SEP2018", head="code,EXTRACT_DATE,n"), {}, "refused", "editions"),
    "a year and its revision": (stacked("2017/18", "2017/18 r", head="code,Year,n"), {}, "doubtful", "'Year'"),
    "measures": (stacked("Numerator", "Denominator", "Percentage"), {}, "refused", "several measures"),
    "measures by the name of the column": (
        stacked("REF", "ADM", head="code,METRIC,n"), {}, "refused", "several measures"),
    "N and D": (stacked("N", "D"), {}, "refused", "several measures"),
    "bands that overlap": (stacked("0-64", "65+", "75+"), {}, "refused", "'65+' and '75+' overlap"),
    "bands in other words": (stacked("Over 65s", "AGE_75_PLUS"), {}, "refused", "'Over 65s' and 'AGE_75_PLUS' overlap"),
    "bands as statistics programs write them": (
        stacked('"[0,18)"', '"[0,65)"', '"[65, Inf)"'), {}, "refused", "'[0,18)' and '[0,65)' overlap"),
    "bands as they write them that do not": (
        stacked('"[0,18)"', '"[18,65)"', '"[65, Inf)"'), {}, "exact", "3 codes have several rows"),
    "bands of several units": (
        stacked("0-11 months", "1-4 years", "5+"), {}, "exact", "3 codes have several rows"),
    "bands of several units that overlap": (
        stacked("0-11 months", "0-4 years"), {}, "refused", "'0-11 months' and '0-4 years' overlap"),
    "bands of several units that nearly meet": (
        stacked("Under 1 year", "52+ weeks"), {}, "exact", "3 codes have several rows"),
    "a band without the unit of the one before": (
        stacked("0-18 weeks", "18-52 weeks", "1-2 years", "52+"), {}, "refused", "overlap"),
    "a band and in brackets the same in another unit": (
        stacked("1-4 years (12-59 months)", "2-3 years", "5-9 years"), {}, "refused", "overlap"),
    "two footnotes are no bands": (
        stacked('"[1,2]"', '"[1,3]"', head="code,Footnotes,n"), {}, "exact", "3 codes have several rows"),
    "closed bands": (stacked('"[0,4]"', '"[5,17]"', '"[0,17]"'), {}, "refused", "overlap"),
    "names with the words of openings": (
        stacked("Land's End", "Head Start"), {}, "exact", "3 codes have several rows"),
    "months beside quarters": (
        stacked("Monthly", "Quarterly"), {}, "doubtful", "may be periods of which one is a part of the other"),
    "lists, what came and what went": (
        stacked("Opening list", "Additions", "Removals", "Closing list"), {}, "refused", "several measures"),
    "lists that open and close": (stacked("Opening list", "Closing list"), {}, "refused", "several measures"),
    "a row noted as corrected": (
        "code,Note,n\n00C,,10\n00C,corrected,11\n00K,,20\n00M,,30\n", {}, "doubtful",
        "a row with 'corrected' in 'Note', left out, was added to others"),
    "bands of women and of men": (stacked("Women 25-64", "Men 25-49"), {}, "exact", "3 codes have several rows"),
    "bands that do not": (stacked("0-17", "18 to 64", "65 and over"), {}, "exact", "3 codes have several rows"),
    "the sum of the others without a name": (
        "code,kind,n\n" + "".join(f"{c},{k},{n}\n" for c in CCGS for k, n in zip("abt", (3, 4, 7), strict=True)),
        {}, "refused", "one of the rows to be added up is the sum of the others"),
    "the sum of the others under two codes": (
        "code,kind,n\n" + "".join(f"{c},{k},{n}\n" for c in ("00C", "00K") for k, n in zip("abt", (3, 4, 7), strict=True)) + "00M,a,5\n",
        {}, "doubtful", "figures of 00C, 00K may be counted twice"),
    "the sum of the others under one code": (
        "code,kind,n\n00C,z,1\n00K,z,2\n00M,z,4\n00N,a,3\n00N,b,4\n00N,t,7\n",
        {}, ["doubtful", "exact"], "figures of 00N may be counted twice"),
    "two columns left out": (
        "code,sex,age,n\n" + "".join(
            f"{c},{s},{a},{i * n + j}\n" for c, n in CCGS.items() for i, s in enumerate("MF", 2) for j, a in enumerate("xyz")),
        {}, "doubtful", "choose them as keys"),
    "numbers below zero beside others": (
        "code,kind,change\n" + "".join(f"{c},{k},{n}\n" for c in CCGS for k, n in zip("abt", (10, -8, 2), strict=True)),
        {"sums": ["change"]}, "doubtful", "below zero"),
    "practices": (
        "code,Practice,n\n00C,All Saints Surgery,4\n00C,Park Road,6\n00K,Park House,7\n00K,Quay,13\n00M,Mill,30\n00N,Hill,5\n00N,Dale,9\n",
        {}, "exact", "3 codes have several rows"),
    "quarters as numbers": (stacked("1", "2", head="code,part,n"), {}, "exact", "part"),
    "months": (stacked("Apr-18", "May-18", head="code,Month,n"), {}, "doubtful", "'Month'"),
    "a month that one body lacks": (
        stacked("Apr-18", "May-18", head="code,Month,n").rsplit("00M", 1)[0], {}, "doubtful", "'Month'"),
    "list sizes of several months": (
        stacked("Apr-18", "May-18", head="code,Month,Registered patients"),
        {"sums": ["Registered patients"]}, "doubtful", "'Month'"),
    "days by their cells": (stacked("As at April 2018", "As at May 2018", head="code,When,n"), {}, "doubtful", "'When'"),
    "a number beside every part": (
        "code,disease,register,list\n" + "".join(
            f"{c},{what},{i},{10 * n}\n" for c, n in CCGS.items() for i, what in enumerate(("AF", "DM"), 3)),
        {"sums": ["register", "list"]}, "refused", "column 'list' has the same number"),
    "a number beside every part of two codes": (
        "code,disease,list\n00C,AF,100\n00C,DM,100\n00K,AF,200\n00K,DM,200\n00M,AF,300\n",
        {"sums": ["list"]}, "doubtful", "column 'list' has the same number"),
    "rows copied": ("code,n\n00C,1\n00K,2\n00M,4\n00M,4\n", {}, "doubtful", "1 row is the same as another in every column"),
    "a file copied twice": (
        "code,n\n" + 2 * column("n", "10", "20", "30").split("\n", 1)[1], {}, "doubtful", "3 rows are the same as another"),
    "rows that count one thing each": ("code,n\n00C,1\n00K,1\n00M,1\n00M,1\n", {}, "exact", "exact"),
    "one code under two names": (
        "code,CCG name,n\n00C,Darlington,1\n00D,Durham Dales,2\n00D,North Durham,5\n00J,Elsewhere,3\n",
        {"to": "2018-04-01"}, ["exact", "doubtful", "exact"], "'Durham Dales' and 'North Durham'"),
    "names of other bodies": (
        "code,name,n\n00C,NHS South Tees CCG,1\n00K,NHS Darlington CCG,2\n00M,NHS Hartlepool and Stockton-on-Tees CCG,3\n",
        {}, "doubtful", "columns 'code' and 'name' disagree"),
    "codes of other bodies": (
        "ods,ons,n\n00C,E38000162,1\n00K,E38000042,2\n00M,E38000075,3\n", {"code": "ods"}, "doubtful", "disagree"),
    "names of their own": (
        "code,name,n\n00C,NHS Darlington CCG,1\n00K,NHS Hartlepool and Stockton-on-Tees CCG,2\n00M,South Tees,3\n", {}, "exact", "exact"),
    **{f"a total called {whole}": (stacked("Q1", "Q2", whole), {}, "refused", f"{whole!r} stands beside")
       for whole in ("YTD", "Year to date", "Full year", "Annual", "Cumulative", "Any month")},
    **{f"a group called {cell}": (stacked("Irish", "British", cell), {}, "exact", "3 codes have several rows")
       for cell in ("Any other ethnic group", "Any Qualified Provider")},
    "persons beside men and women": (stacked("M", "F", "P"), {}, "refused", "'P' stands beside parts such as 'F'"),
    "men, women and not known": (stacked("M", "F", "U"), {}, "exact", "3 codes have several rows"),
    **{f"a total of rounded parts called {whole}": (providers(whole, 5), {}, "doubtful", "the sum of the others, but for rounding")
       for whole in ("", "NULL", "CCG", "X")},
    "a total of parts to the nearest tenth": (providers("X", 1, 0.1), {}, "doubtful", "but for rounding or a little"),
    "a total of parts that are not rounded": (providers("X", 0), {}, "refused", "is the sum of the others"),
    "a row that has more than its parts": (providers("X", 60), {}, "exact", "3 codes have several rows"),
    "whole numbers of which nobody can tell": (providers("X", 7), {}, "exact", "3 codes have several rows"),
    "a total of rounded parts of some codes": (
        providers("X", 5) + "".join(f"{c},{k},{n}\n" for c in ("00L", "00N", "00P", "00Q") for k, n in (("a", 15), ("b", 20), ("c", 55))),
        {}, [*["exact"] * 4, "doubtful"], "but for rounding or a little"),
    "a total of three codes among many": (
        providers("X", 0) + "".join(f"{c},{k},{n}\n" for c in ("00L", "00N", "00P", "00Q") for k, n in (("a", 15), ("b", 20), ("c", 55))),
        {}, "refused", "is the sum of the others"),
    "a total though a part of most codes is not given": (
        "code,kind,n\n" + "".join(
            f"{c},{k},{n}\n" for i, c in enumerate([*CCGS, "00L", "00N", "00P", "00Q"])
            for k, n in (("a", 11 + 10 * i if c in CCGS else "*"), ("b", 15), ("c", 3), ("d", 29 + 10 * i))),
        {}, "refused", "is the sum of the others"),
    "men and women and a few not known": (
        "code,kind,n\n" + "".join(f"{c},{k},{n}\n" for c, i in CCGS.items() for k, n in (("a", 11_000 + 20 * i), ("b", 11_500 + 15 * i), ("c", i))),
        {}, "exact", "3 codes have several rows"),
    "parts of waiting times": (
        stacked("Part_1A", "Part_1B", "Part_2", "Part_2A", "Part_3", head="code,RTT Part Type,n"), {}, "refused", "several measures"),
    **{f"{' and '.join(ways)}": (stacked(*ways), {}, "refused", "several measures")
       for ways in (("Headcount", "FTE"), ("Registered", "Resident"), ("Weighted", "Unweighted"), ("Items", "NIC", "Quantity"))},
    # parts of one another
    **{f"{cells[-1]} beside {cells[0]}": (stacked(*cells), {}, "doubtful", words) for *cells, words in (
        ("Type 1", "Types 1 and 2", "'Type 1' is a part of 'Types 1 and 2' in 'kind'"), ("1", "2", "1-2", "a part of '1-2'"),
        ("Very good", "Fairly good", "Very good or fairly good", "'Very good' is a part of"),
        ("Agree", "Strongly agree", "Agree/strongly agree", "is a part of 'Agree/strongly agree'"),
        ("No", "Yes - definitely", "Yes", "'Yes - definitely' is a part of 'Yes'"), ("Poor", "Very good", "Good (total)", "'Good (total)' is a total"),
        ("of which urgent", "Routine", "'of which urgent' is a total or a part"), ("This CCG", "England", "'England' is a total"),
        ("Initial", "Final", "may be editions of the same figures"))},
    **{f"{cells[0]} and {cells[-1]}": (stacked(*cells), {}, "exact", "3 codes have several rows") for cells in (
        ("Good", "Very good"), ("Type 1", "Type 10"), ("Other - dental", "Dental", "Other"), ("England", "Wales"), ("Good (total)", "Poor (total)"))},
    "a subtotal by its numbers": (
        under(a=lambda a, b, c: a, b=lambda a, b, c: b, c=lambda a, b, c: c, z=lambda a, b, c: a + b), {}, "doubtful", "'z' in 'kind', left out, holds the sum of others"),
    "a rounded subtotal": (
        under(a=lambda a, b, c: 5 * (a // 5), b=lambda a, b, c: 5 * (b // 5), c=lambda a, b, c: 5 * (c // 5), z=lambda a, b, c: 5 * ((a + b) // 5)),
        {}, "doubtful", "'z' in 'kind', left out, holds the sum of others"),
    "a copy under another name": (
        under(a=lambda a, b, c: a, b=lambda a, b, c: b, z=lambda a, b, c: a), {}, "doubtful", "or the same as another"),
    "three of nine codes": (under(a=lambda a, b, c: a, b=lambda a, b, c: b, c=lambda a, b, c: c), {}, "exact", "9 codes have several rows"),
    "a total in one of two columns": (
        "code,kind,n,second\n" + "".join(f"{c},{k},{m},{m % 7}\n" for c, n in CCGS.items() for k, m in (("a", n), ("b", n + 3), ("z", 2 * n + 3))),
        {"sums": ["n", "second"]}, "doubtful", "is the sum of the others"),
    "two ways of dividing": (stacked("Age", "Sex", head="code,Breakdown,n"), {}, "refused", "divide the same figures in several ways"),
    "blocks under two names of each": (
        "code,name,n\n" + "".join(f"{c},{before}{name}{behind},{n + len(before)}\n" for before, behind in (("", ""), ("NHS ", " CCG"))
            for (c, n), name in zip(CCGS.items(), ("Darlington", "Hartlepool and Stockton-on-Tees", "South Tees"), strict=True)),
        {}, "doubtful", "and all codes have as many"),
    "blocks under names with a mark, and a total between": (
        "code,name,n\n" + "".join(f"{c},X{c}{mark},{n + len(mark)}\n" + ("England,,60\n" if c == "00M" else "") for mark in ("", " (women)") for c, n in CCGS.items()),
        {}, "doubtful", "rows of no body stand among them"),
    "registered and not registered": (stacked("Registered", "Not registered"), {}, "exact", "3 codes have several rows"),
    **{f"{' beside '.join(when)}": (stacked(*when, head="code,Period,n"), {}, "doubtful", "several times in 'Period'")
       for when in (("2018/19", "2018/19 Q1"), ("Q1", "Q2", "2018/19"), ("2013-15", "2014-16"), ("Year to Mar-18", "Year to Jun-18"))},
    **{f"{name} of several months": (stacked("Apr-18", "May-18", head=f"code,Month,{name}"), {"sums": [name]}, "doubtful", "'Month'")
       for name in ("Incomplete pathways", "Total WL", "Patients waiting", "Open referrals", "Caseload", "People in contact", "Vacancies",
                    "Referrals YTD", "Cumulative_starts", "12 month rolling total", "Unique patients")},
    "numbers of places": (
        "code,Location ID,beds\n" + "".join(f"{c},1-{n}{i},{n + i}\n" for c, n in CCGS.items() for i in (27, 30)),
        {"sums": ["beds"]}, "exact", "3 codes have several rows"),
    # rows that no column tells apart, and rows within the table
    "a second row of one code": (
        "code,practice,n,rate\n00C,A,100,3.2\n00K,B,2,4.1\n00M,C,4,0.5\n00C,A,105,3.4\n00L,D,7,1.5\n",
        {}, ["exact", "doubtful"], "00C has several rows that no column tells apart, and most codes have one"),
    "rows as of practices": (
        "code,n\n" + "".join(f"{c},{i}\n" for c, n in CCGS.items() for i in range(n // 10 + 1)), {}, "exact", "exact"),
    "blocks of the same codes": (blocks("", ""), {}, "doubtful", "and all codes have as many"),
    "files put together": (
        column("n", "10", "20", "30") + column("n", "11", "21", "31"), {}, "doubtful", "the header stands again (line 5) between them"),
    "files put together with their months": (
        "".join("code,Month,n\n" + "".join(f"{c},{month},{n + i}\n" for c, n in CCGS.items()) for i, month in enumerate(("Mar-18", "Apr-18"))),
        {}, "doubtful", "'Month'"),
    **{f"a heading {first}": (blocks(first), {}, "refused", f"line 2: one cell filled, {first.replace(',', '')!r}")
       for first in ("North of England,,", ",North of England,", "GREATER MANCHESTER,,", "Cheshire & Merseyside STP,,")},
    **{f"headings {head}": (blocks("", head), {"unknown": "unmapped"}, "refused", f"line 5: one cell filled, {head.strip(',*-')!r}")
       for word in ("Female", "2018/19", "Denominator") for head in (f"{word},,", f",{word},", f",{word},-", f"{word},*,*")},
    "uneven blocks with a row of figures between": (
        blocks("") + "England,,60\n00C,X00C,1\n00C,X00C,2\n00K,X00K,4\n00M,X00M,5\n",
        {"unknown": "unmapped"}, "doubtful", "rows of no body stand among them",
    ),
    "a heading that may be of a total": (blocks("", ",Total,-"), {"unknown": "unmapped"}, "refused", "line 5: one cell filled, 'Total'"),
    "words below the table beside marks": (blocks("") + "Female,*,*\n", {"unknown": "unmapped"}, "exact", "exact"),
    **{f"a row that numbers the columns {row}": (blocks(row), {"unknown": "unmapped"}, "refused", "line 2 numbers the columns")
       for row in ("1,2,3", "(1),(2),(3)", "(a),(b),(c)")},
    # partnerships
    **{f"codes in {name}": (of_boards(name), {**OF_BOARDS, "code": name}, "refused", "look like those of boards")
       for name in ("Sustainability and Transformation Partnership Code", "STP_CODE", "Integrated care system")},
    **{f"boards in {when}": (of_boards("code", when), OF_BOARDS, "refused", f"'FY' has {when!r}") for when in ("2018/19", "Apr-22", "2021")},
    **{f"boards in {when}": (of_boards("code", when), OF_BOARDS, "exact", "exact") for when in ("2022/23", "2023/24", "Apr 2023")},
    # rates
    **{f"a rate called {name}": (column(name, "70", "71", "72"), {"sums": [name]}, "doubtful", f"column {name!r} holds a rate")
       for name in ("Uptake", "Coverage", "18 week performance", "Life expectancy", "DSR", "Bed occupancy")},
    "uptake as a number": (
        column("Uptake (number of patients)", "70", "71", "72"), {"sums": ["Uptake (number of patients)"]}, "exact", "exact"),
    "a rank": (column("Rank", "1", "2", "3", rest="00N,1\n"), {"sums": ["Rank"]},
        ["exact", "doubtful"], "column 'Rank' holds a rate and was added up"),
    "a cost for each": (column("Cost/patient", "5", "6", "7"), {"sums": ["Cost/patient"]}, "doubtful", "a rate"),
    "percentages by their cells": (column("Apr-18", "70.1", "71.5", "69.9"), {"sums": ["Apr-18"]}, "doubtful", "none over 100"),
    "percentages by their title": (
        "Dementia diagnosis rate by CCG,\n" + column("Apr-18", "70", "71", "69"),
        {"sums": ["Apr-18"]}, "doubtful", "a rate by the title"),
    "an estimate with limits": (
        "code,Value,LCI,UCI\n00C,70,60,80\n00K,71,61,81\n00M,69,59,79\n", {"sums": ["Value"]}, "doubtful", "limits"),
    "a value with its numerator and denominator": (
        "code,Indicator value,Numerator,Denominator\n00C,578,4,7\n00K,403,5,12\n00M,350,7,20\n",
        {"sums": ["Indicator value"]}, "doubtful", "a numerator"),
    "percentages": (
        "code,Good,Fair,Poor\n00C,70,20,10\n00K,60,30,11\n00M,55,25,20\n", {"sums": ["Good", "Fair", "Poor"]}, "doubtful", "make 100 in every row"),
    "changes below zero": (column("Change", "-2.3", "1.4", "0.7"), {"sums": ["Change"]}, "doubtful", "numbers with decimals"),
    "a measure that allows for ages": (
        stacked("Admissions", "Admissions DSR", head="code,Topic,Value"), {"sums": ["Value"]}, "refused", "its rows are of several measures"),
    "payments of many days": (
        "code,Date,n\n" + "".join(f"{c},2018-0{4 + d // 25}-{1 + d % 25:02},{30_000 + 137 * d}\n" for i, c in enumerate(CCGS) for d in range(i, 40, 4)),
        {}, "doubtful", "several times in 'Date'"),
    "a rate of deaths": (column("Mortality", "71", "80", "64"), {"sums": ["Mortality"]}, "doubtful", "a rate"),
    "all patients beside each disease": (
        "code,Disease group,List size\n" + "".join(f"{c},{d},{n * k}\n" for c, n in CCGS.items() for d, k in (("AST", 50), ("DM", 41))),
        {"sums": ["List size"]}, "doubtful", "counts all patients in each row"),
    "what is there on a day beside what came": (
        stacked("Eligible at snapshot", "Newly eligible", head="code,Activity,n"), {}, "refused", "its rows are of several measures"),
    "ages": (column("Age", "1", "2", "3"), {"sums": ["Age"]}, "doubtful", "an age"),
    "amounts": (column("Cost", "10.5", "20.25", "30.1"), {"sums": ["Cost"]}, "exact", "exact"),
    "a rate among the measures of a key": (
        stacked("Numerator", "Percentage", head="code,Measure,Value"),
        {"sums": ["Value"], "by": ["Measure"]}, ["exact", "doubtful"], "rates cannot be added up"),
    "a rate among the measures left out": (
        stacked("M1,Count", "M2,Percentage", head="code,id,measure,Value"),
        {"sums": ["Value"], "by": ["id"]}, ["exact", "doubtful"], "under 'Percentage' in 'measure'"),
    "a count whatever the measure": (
        stacked("Diabetes prevalence (%)", head="code,measure,Numerator"),
        {"sums": ["Numerator"], "by": ["measure"]}, "exact", "exact"),
    "per cent among the sums": (column("n", "10%", "20%", "30%"), {}, "refused", "holds percentages"),
    "a fraction beside percentages": (
        "code,rate,patients\n00C,10,100\n00K,0.2,100\n00M,30,100\n",
        {"sums": [], "means": [["rate", "patients"]]}, "doubtful", "column 'rate' holds 0.2 beside 10"),
    "per cent beside plain numbers": (
        "code,rate,patients\n00C,10%,100\n00K,0.2,100\n00M,30%,100\n",
        {"sums": [], "means": [["rate", "patients"]]}, "refused", "'0.2' is no percentage"),
    "a rate that weighs itself": (column("n", "1", "2", "3"), {"sums": [], "means": [["n", "n"]]}, "refused", "cannot weigh"),
    "a weight in per cent": (
        "code,rate,share\n00C,1,10%\n00K,2,10%\n00M,3,10%\n",
        {"sums": [], "means": [["rate", "share"]]}, "refused", "cannot weigh"),
    # numbers
    "-99 in a count": (column("n", "-99", "20", "30"), {}, "doubtful", "-99 in column 'n' may mean not given"),
    "nines among tens": (column("n", "9999", "20", "9999"), {}, "doubtful", "9999 in column 'n' may mean not given"),
    "one number of nines": (column("n", "9999", "20", "30"), {}, "exact", "exact"),
    "below zero in a change": (column("net change", "-99", "20", "30"), {"sums": ["net change"]}, "exact", "exact"),
    "digits that are lost": (column("n", "1.23E+05", "20", "30"), {}, "doubtful", "'1.23E+05' in column 'n' may have lost digits"),
    "footnotes": (column("n", "10†", "20 [note 1]", "30²"), {}, "exact", "marks of footnotes behind 3 numbers"),
    "nought with a footnote": (column("n", "0*", "20", "30"), {}, "refused", "'0*'"),
    "apostrophes": (column("n", "1'234", "2’000", "30"), {}, "exact", "3,264 in"),
    "a decimal comma": (column("n", '"0,123"', "2", "30"), {}, "refused", "'0,123'"),
    "commas in a file of semicolons": (
        "code;n\n00C;1,234\n00K;2\n00M;3\n", {}, "refused", "'1,234' in a file with semicolons"),
    "points in a file of semicolons": ("code;n\n00C;1.234\n00K;2\n00M;3\n", {}, "refused", "'1.234'"),
    "points that are settled": ("code;n\n00C;1.234\n00K;2.5\n00M;3\n", {}, "exact", "6.73 in"),
    "more digits than are kept": (column("n", "12345678901234567890", "2", "3"), {}, "refused", "more digits"),
    # keys
    "a key in two spellings": (
        "code,Sex,n\n00C,Male,1\n00K,male,2\n00M,Male,3\n", {"by": ["Sex"]}, "refused", "'Male' and 'male' differ in case or spaces alone"),
    "a year with a mark": (
        "code,Year,n\n00C,2017/18,1\n00K,2017/18 (p),2\n00M,2017/18,3\n", {"by": ["Year"]}, "refused", "differ in a mark behind them"),
    "signs of no width in a key": (
        "code,Sex,n\n00C,Male,1\n00K,Male\u200b,2\n00M,Male,3\n", {"by": ["Sex"]}, "exact", "exact"),
    "a wave is a period": (
        "code,Wave,n\n00C,1,1\n00K,1,2\n00M,1,3\n00C,2,1\n00K,2,2\n", {"by": ["Wave"]},
        ["exact", "incomplete"], "16C: no row of 00M in 1 period: 2"),
    # numbers and list sizes
    "whole numbers that are rates": (
        of_all(lambda _, other: 60 + other % 37, "code,kind,Recommend"), {"sums": ["Recommend"]}, None, "are no larger for bodies of more patients"),
    "whole numbers of two years that are rates": (
        of_all(lambda _, other: 60 + other % 37, "code,FY,Recommend", ("2018/19", "2019/20")),
        {"sums": ["Recommend"], "by": ["FY"]}, None, "are no larger for bodies of more patients"),
    "whole numbers that are counts": (
        of_all(lambda size, other: size * (20 + other) // 5000, "code,kind,Seen"), {"sums": ["Seen"]}, None, "1 row rests on shares, so is approximate"),
    "decimals that are counts": (
        of_all(lambda size, other: size / 20_000 + other / 200 + 0.25, "code,kind,Doctors"), {"sums": ["Doctors"]}, None, "1 row rests on shares, so is approximate"),
    "decimals that are rates": (
        of_all(lambda size, other: 40 + other / 3, "code,kind,Doctors"), {"sums": ["Doctors"]}, None, "numbers with decimals"),
    "all patients under two diseases": (
        of_all(lambda size, other: size * 0.98 + other, "code,Group,Denominator", ("Asthma", "Gout")),
        {"sums": ["Denominator"]}, None, "counts about all patients, or all adults, under 'Asthma', 'Gout' of 'Group'"),
    "a mean of medians": (
        "code,Median wait,n\n00C,7,10\n00K,9,20\n00M,8,30\n", {"sums": [], "means": [("Median wait", "n")]}, "doubtful", "no mean of several bodies gives 'Median wait'"),
    # codes
    "codes merged down the side": (
        "code,Sex,n\n" + "".join(f"{c},M,{n}\n,F,{n + 5}\n" for c, n in CCGS.items()),
        {"by": ["Sex"]}, "refused", "the code is blank in 3 rows below others"),
    "the last code merged": ("code,n\n00C,1\n00K,2\n00M,3\n,4\n", {}, "exact", "6 placed + 4 unmapped"),
    # names of columns
    "two rows of names": ("code,2017,\n,A,B\n00C,1,2\n00K,3,4\n00M,5,6\n", {"sums": ["2017"]}, "refused", "rows"),
    "names over years": (
        "Area,Register,,List,\ncode,2017,2018,2017,2018\n00C,1,2,3,4\n00K,1,2,3,4\n00M,1,2,3,4\n",
        {"sums": ["Register"]}, "refused", "name"),
    "a second row of names that tells all": (
        "Org,Figures of a,Figures of b\ncode,one,two\n00C,1,2\n00K,3,4\n00M,5,6\n", {"sums": ["one"]}, "refused", "line 2 reads as names"),
    "years and marks below the names": ("code,name,n,m\n,,2018,*\n00C,x,1,2\n00K,y,3,4\n00M,z,5,6\n", {}, "refused", "line 2 reads as names"),
    "a row of units": ("code,n\n,number\n00C,1\n00K,2\n00M,3\n", {}, "refused", "line 2: one cell filled"),
    "no row of names": ("00C,1\n00K,2\n00M,3\n", {"code": "00C", "sums": ["1"]}, "refused", "reads as data"),
    "a first row of marks": ("00C,*\n00K,2\n00M,3\n", {"code": "00C", "sums": ["*"]}, "refused", "reads as data"),
    "a first row of years": ("00C,2018\n00K,2\n00M,3\n", {"code": "00C", "sums": ["2018"]}, "refused", "reads as data"),
    "a column without a name": ("code,n,\n00C,1,5\n00K,2,6\n00M,3,7\n", {}, "refused", "column 3, which holds '5', has no name"),
    "rows that are numbered": (",code,n\n0,00C,1\n1,00K,2\n2,00M,3\n", {}, "exact", "exact"),
    "a name in two rows": ("Register,,\ncode,n,n\n00C,1,2\n00K,3,4\n00M,5,6\n", {}, "refused", "both called 'n'"),
    "the header again below": (2 * column("n", "4", "5", "6"), {}, "doubtful", "3 rows are the same"),
    "zero bytes": (column("n", "1", "2", "3\0"), {}, "refused", "zero byte"),
}  # fmt: skip


@pytest.fixture
def page_of(page):
    """The page, opened once for all that is asked of it here."""
    if not PAGE.is_file():
        pytest.fail("docs/_build/html/re-base.html is not there: run make site", pytrace=False)
    if page.url != PAGE.as_uri():
        page.goto(PAGE.as_uri(), wait_until="load")
    return page


def of_command(path, ask) -> dict | None:
    """What the command makes of a file; None where it refuses it."""
    asked = {k: v for k, v in ask.items() if k != "means"} | {"means": dict(ask["means"])}
    try:
        frame = rebase_file(path, drop=["rest"], **asked).frame
    except ValueError:
        return None
    keys = [*ask["by"], next(c for c in frame.columns if c not in ask["by"])]
    return {
        tuple(map(str, row[: len(keys)])): dict(zip(frame.columns, row, strict=True))
        for row in frame.itertuples(index=False)
    }


def never_less_careful(got: dict, wanted: dict | None, ask: dict) -> None:
    """What the page calls exact or approximate, the command calls so too, with the same numbers."""
    head, *rows = got["rows"]
    for row in rows:
        mine = dict(zip(head, row, strict=True))
        if mine["status"] not in ("exact", "approximate"):
            continue
        assert wanted is not None, "the command refuses what the page calls exact"
        its = wanted[tuple(row[: len(ask["by"]) + 1])]
        assert its["status"] == mine["status"]
        for name in (*ask["sums"], *(rate for rate, _ in ask["means"])):
            assert float(mine[name]) == pytest.approx(float(its[name]), rel=1e-9)


@pytest.mark.parametrize("what", FILES)
def test_a_result_that_may_be_wrong_is_never_called_exact(page_of, tmp_path, what):
    text, more, outcome, words = FILES[what]
    ask = {"by": [], "means": [], "sums": ["n"], **DATES, **more}
    (path := tmp_path / "table.csv").write_text(text, encoding="utf-8")
    got = page_of.evaluate(PRESSED, [path.name, text, ask])
    if outcome == "refused":
        assert words in got.get("refused", got)
        return
    assert "refused" not in got, got
    assert words in "\n".join(got["said"])
    head, *rows = got["rows"]
    status = [row[head.index("status")] for row in rows]
    if outcome is None:  # of many rows, each as the command says
        own = {
            tuple(map(str, row[: len(ask["by"]) + 1])): kind for row, kind in zip(rows, status, strict=True)
        }
        assert own == {key: row["status"] for key, row in of_command(path, ask).items()}
        return
    assert status == ([outcome] * len(rows) if isinstance(outcome, str) else outcome)
    verdict, *lines = got["said"]
    assert any(" doubtful, " in line for line in lines) == ("doubtful" in status)
    assert (verdict.startswith("Can be used: ") or "found no place" in verdict) == (
        "doubtful" not in status and "incomplete" not in status
    )
    never_less_careful(got, of_command(path, ask), ask)
