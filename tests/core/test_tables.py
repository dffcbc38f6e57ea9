"""The tables keep their contract, say what the public record says, and are refused when broken."""

import itertools
import json
import re

import pandas as pd
import pytest
from ccg import files, lineage, tables
from ccg.core.problems import wrong

pytestmark = pytest.mark.usefixtures("remembered")


def holds(name: str, rows: pd.DataFrame, right: pd.Series, column: str, due) -> None:
    """Each of these rows is right, or the words name it as check does: table, row, column, value and what is due."""
    odd = list(wrong(name, rows[~right.to_numpy(bool)], column, due))
    assert not odd, "\n" + "\n".join(map(str, odd))


def totals(what: str, have, due: dict) -> None:
    """Totals are those of the record, or the words say which one is not."""
    have = {key: have[key] for key in due}
    odd = {key: (value, due[key]) for key, value in have.items() if value != due[key]}
    assert not odd, "".join(
        f"\n{what}, {key}: {value:,}, and the record has {then:,}" for key, (value, then) in odd.items()
    )


def test_every_table_is_sound():
    problems = tables.check()
    assert not problems, "\n" + "\n".join(map(str, problems))


def test_the_descriptor_is_one_and_says_of_each_file_what_it_is():
    import frictionless

    # each row has gone through Frictionless above; what is left is the descriptor and what it says of files
    contract = tables.package()
    frictionless.Package.from_descriptor(contract)
    for resource in contract["resources"]:
        content = (files.ROOT / "data" / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{files.sha256(content)}")


@pytest.mark.parametrize("spoilt", [{"type": "word"}, {"name": 3}, {"constraints": {"required": "yes"}}])
def test_a_descriptor_that_frictionless_does_not_accept_is_noticed(spoilt):
    import frictionless

    contract = tables.package()
    contract["resources"][0]["schema"]["fields"][0] |= spoilt
    with pytest.raises(frictionless.FrictionlessException):
        frictionless.Package.from_descriptor(contract)


def test_what_a_reader_does_to_a_table_changes_no_other_reading(data):
    mine, contract = tables.load("icbs"), tables.describe("icbs")
    mine.loc[0, "name"], mine.index.name, contract["path"] = "spoilt", "spoilt", "spoilt"
    del mine["code"]
    again = tables.load("icbs")
    assert "spoilt" not in set(again["name"]) and again.index.name is None and "code" in again
    assert tables.describe("icbs")["path"] == "icbs.csv"
    path = data / "icbs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Frimley", "Fromley"), encoding="utf-8")
    assert tables.load("icbs")["name"].str.contains("Fromley").sum() == 1


def test_every_csv_is_described_and_the_codebook_is_current():
    folder = files.ROOT / "data"
    # a survey table is the user's own and belongs to no package
    found = {p.name for p in folder.glob("*.csv") if not p.name.startswith("gpps")}
    assert found == {r["path"] for r in tables.package()["resources"]}
    assert tables.codebook(tables.package()) == (folder / "README.md").read_text(encoding="utf-8")


def test_counts_are_those_of_the_public_record():
    counts = tables.load("ccg_counts")
    assert counts["open"].tolist() == [211, 211, 209, 209, 207, 195, 191, 135, 106, 106, 0]
    assert counts["closed"].tolist() == [0, 0, 3, 0, 3, 18, 6, 74, 38, 0, 106]
    assert counts["formed"].tolist() == [211, 0, 1, 0, 1, 6, 2, 18, 9, 0, 0]


def test_counts_derive_from_the_ccgs():
    counts = tables.load("ccg_counts")
    derived = tables.count_ccgs(tables.load("ccgs"), counts["date"])
    pd.testing.assert_frame_equal(derived, counts.drop(columns="source"), check_dtype=False)
    change = counts["open"].diff().fillna(211) == counts["formed"] - counts["closed"]
    holds(
        "ccg_counts", counts, change, "open", "the count before, with those formed and without those closed"
    )


def test_successions_agree_with_the_ccgs():
    ccgs, moves = tables.load("ccgs"), tables.load("successions")
    boards, stays = tables.load("icbs").set_index("code"), tables.load("locations")
    assert len(ccgs) == 248 and len(boards) == 48
    whole = moves[moves["kind"].isin(["merger", "abolition"]) & moves["from"].isin(ccgs["code"])].set_index(
        "from"
    )
    assert whole.index.is_unique and set(whole.index) == set(ccgs["code"])
    closed = ccgs.set_index("code")["closed"]
    assert (whole["date"] == closed.loc[whole.index] + pd.Timedelta(days=1)).all()
    # the 16 edges of April 2026, from the 12 boards that closed to seven: six new, one larger
    edges = moves[moves["from"].isin(boards.index)]
    ended, begun = boards[boards["closed"].notna()], boards[boards["opened"] > "2022-07-01"]
    assert len(edges) == 16 and (edges["date"] == "2026-04-01").all()
    assert (
        set(edges["from"]) == set(ended.index)
        and len(ended) == 12
        and (ended["closed"] == "2026-03-31").all()
    )
    assert set(edges["to"]) == {*begun.index, "QRL"} and len(begun) == 6
    assert edges.groupby("from")["share"].sum().tolist() == pytest.approx([1] * 12, abs=2e-4)
    # the locations: 106 before and after, D4U1Y closed and U2G6B new, 23 others under another name and board
    now, then = (
        stays[(stays["opened"] <= day) & ~(stays["closed"] < day)].set_index("code")
        for day in ("2026-04-01", "2026-03-31")
    )
    assert len(now) == len(then) == 106 and set(now.index) ^ set(then.index) == {"D4U1Y", "U2G6B"}
    both = now.index.intersection(then.index)
    renamed = both[now.loc[both, "name"] != then.loc[both, "name"]]
    assert len(renamed) == 23 and list(renamed) == list(
        both[now.loc[both, "board"] != then.loc[both, "board"]]
    )
    passed = moves[moves["kind"] == "abolition"].set_index("from")["to"]
    assert passed.to_dict() == stays[stays["opened"] == "2022-07-01"].set_index("code")["board"].to_dict()


def test_projected_and_counted_patients_of_locations_are_those_of_their_sources():
    patients = tables.load("location_patients").set_index(["code", "year"])["patients"].unstack()
    years = tables.load("ccg_years").query("year == '2022-23'").set_index("code")["registered_patients"]
    assert patients["2022-23"].to_dict() == years.to_dict()
    people = tables.load("location_people")
    people = people[people["geography"] == "2025-04-01"].set_index("code")
    assert patients["2025-26"].to_dict() == people["projected_patients_2025"].to_dict()


def test_list_sizes_add_up_to_the_published_england():
    sizes = tables.load("list_sizes")
    total = sizes.groupby(sizes["quarter"].dt.strftime("%Y-%m-%d"))["registered_patients"].sum()
    totals("list_sizes.csv registered_patients", total, {"2013-04-01": 56_002_534, "2016-01-01": 57_541_178})


def test_trusts_and_moves_are_those_of_the_record():
    shares = tables.load("pct_to_ccg")
    assert len(tables.load("pcts")) == 151 and len(shares) == 237
    assert set(shares["pct"]) == set(tables.load("pcts")["code"])
    ccgs, day = tables.load("ccgs"), "2015-04-01"
    assert set(shares["ccg"]) == set(ccgs["code"][(ccgs["opened"] <= day) & (ccgs["closed"] >= day)])
    moves, splits = tables.load("practice_moves"), tables.load("successions").query("kind == 'split'")
    assert set(moves["land"]) == set(splits["land"].dropna())
    last = moves.drop_duplicates(["land", "from"], keep="last").set_index(["from", "to"])
    # the press counted 32 practices in south Cumbria; the share is of patients, 0.27 of the land
    assert last.loc[("01H", "01K"), "practices"] == 32
    assert last.loc[("01H", "01K"), "share"].round(2) == 0.38
    assert last.loc[("06Y", "06W"), ["practices", "patients"]].tolist() == [1, 13_043]
    assert last.loc[("05L", "04X"), "patients"] == 26_278
    assert last.loc[("D2P2L", "QHL"), "share"].round(3) == 0.153
    none = (moves["land"] != "fernhurst") | (moves["practices"] == 0)
    holds("practice_moves", moves, none, "practices", "fernhurst has no practice")


def test_years_have_every_ccg_and_the_published_england():
    years, ccgs = tables.load("ccg_years"), tables.load("ccgs")
    for (year, day), rows in years.groupby(["year", "geography"]):
        day = min(day, pd.Timestamp("2022-06-30"))  # locations keep the codes of the last CCGs
        open_then = ccgs[(ccgs["opened"] <= day) & (ccgs["closed"] >= day)]
        assert set(rows["code"]) == set(open_then["code"]), year
    england = years.groupby("year")["registered_patients"].sum()
    record = {"2014-15": 56_633_982, "2021-22": 61_570_000, "2022-23": 62_134_643}
    totals("ccg_years.csv registered_patients", england, record)
    less = years["closed_patients"] < years["registered_patients"]
    holds("ccg_years", years, less, "closed_patients", lambda row: f"not under {row['registered_patients']}")


def test_survey_shares_of_a_complete_item_add_to_a_hundred():
    survey = tables.load("survey")
    complete = survey[survey["completeness"] == "complete"]
    total = complete.groupby(["wave", "group", "item"])["percent"].sum()
    assert total.between(97, 103).all(), f"survey.csv percent: {total[~total.between(97, 103)].to_dict()}"
    assert len(survey) == 263 and survey["wave"].nunique() == 45


# --- size, need and money -----------------------------------------------------------------------


def open_codes(day):
    """The CCGs of a day; for July 2022 and after, the sub-ICB locations that kept their codes."""
    ccgs, day = tables.load("ccgs"), min(pd.Timestamp(day), pd.Timestamp("2022-06-30"))
    return set(ccgs["code"][(ccgs["opened"] <= day) & (ccgs["closed"] >= day)])


@pytest.mark.parametrize(
    "name, each",
    [
        ("ccg_years", "year"),
        ("ccg_age", "date"),
        ("deprivation", "index_year"),
        ("need", "year"),
        ("networks", "year"),
    ],
)
def test_a_table_by_body_has_every_body_of_its_geography_and_no_other(name, each):
    for period, rows in tables.load(name).groupby(each):
        (day,) = rows["geography"].unique()
        missing, odd = open_codes(day) - set(rows["code"]), set(rows["code"]) - open_codes(day)
        assert not missing and not odd, (
            f"{name}.csv {period}: without {sorted(missing)}, and with {sorted(odd)}"
        )
        holds(name, rows, ~rows["code"].duplicated(), "code", f"twice in {period}")


@pytest.mark.parametrize("name", ["allocations", "private_provision"])
def test_where_the_geography_differs_by_row_each_code_was_open_on_its_day(name):
    for day, rows in tables.load(name).groupby("geography"):
        holds(
            name,
            rows,
            rows["code"].isin(open_codes(day)),
            "code",
            f"ccgs.csv has it not open on {day.date()}",
        )


def test_allocations_add_up_to_the_totals_of_their_years():
    every = tables.load("allocations")
    made = every[every["kind"] == "made"].groupby("year")
    total = (made["core_allocation_gbp_thousand"].sum() / 1000).round()
    years = [f"20{y}-{y + 1}" for y in range(13, 20)]
    record = [62_744, 64_336, 66_787, 70_541, 72_051, 74_194, 78_373]
    totals("allocations.csv core_allocation_gbp_thousand, £m", total, dict(zip(years, record, strict=True)))
    bodies = dict(zip(years, [211, 211, 211, 209, 209, 195, 192], strict=True))
    totals("allocations.csv, rows of kind made", made["code"].nunique(), bodies)
    planned = every[every["kind"] == "planned"]
    assert set(planned["code"]) == open_codes("2016-04-01") - {"13T"}
    assert planned["closing_distance_from_target_percent"].agg(["min", "max"]).tolist() == [-4.83, 23.82]
    # core lies below what was announced with running costs, in the years with nothing added later
    announced = tables.load("national").set_index("id")["value"]
    for year in ("2016", "2017"):
        gap = announced[f"allocation_ccgs_{year}"] - total[f"{year}-{int(year[2:]) + 1}"]
        assert 1_300 < gap < 1_320


def test_patients_of_two_sources_agree():
    years, sizes = tables.load("ccg_years"), tables.load("list_sizes")
    one = years[years["year"] == "2014-15"]
    two = sizes[sizes["quarter"] == "2014-07-01"].set_index("code")["registered_patients"]
    assert abs(one["registered_patients"].sum() / two.sum() - 1) < 0.005
    due = one["code"].map(two)
    near = (one["registered_patients"] / due).between(0.94, 1.06)
    holds("ccg_years", one, near, "registered_patients", lambda r: f"list_sizes.csv has {two.get(r['code'])}")
    age = tables.load("ccg_age").groupby(["date", "basis"])[["people", "people_65_and_over"]].sum()
    share = (age["people_65_and_over"] / age["people"] * 100).round(1)
    assert share.loc[:, "registered"].tolist() == [16.7, 17.0, 17.1, 17.2]
    assert age.loc[("2018-06-30", "resident"), "people"].item() == 55_977_178


def test_need_stands_on_the_geography_of_july_2022():
    rows, boards = tables.load("need"), tables.load("icbs").set_index("code")
    years = tables.load("ccg_years").set_index(["year", "code"])["registered_patients"]
    assert len(rows) == 106 and rows["board"].nunique() == 42
    near = (rows["registered_patients"] / rows["code"].map(years["2022-23"])).between(0.98, 1.02)
    counted = years["2022-23"]
    holds("need", rows, near, "registered_patients", lambda r: f"ccg_years.csv has {counted.get(r['code'])}")
    need = rows.set_index("code")
    # West Birmingham has moved: on the CCGs of 2021 this would be 1.5 million
    assert need.loc["D2P2L", "registered_patients"] == 1_295_518 and years["2021-22", "D2P2L"] > 1_500_000
    summed = need.groupby("board")["registered_patients"].sum()
    whole = boards["registered_patients"].reindex(summed.index)
    off = {b: (summed[b], whole[b]) for b in summed.index if abs(summed[b] - whole[b]) > 5}
    assert not off, f"registered_patients by board in need.csv and in icbs.csv: {off}"
    weighted = need.filter(like="weighted_").sum()
    assert (weighted - need["registered_patients"].sum()).abs().max() < 100
    assert need["need_index_total"].agg(["idxmin", "idxmax"]).tolist() == ["10Q", "00R"]


def test_holes_in_private_provision_are_marked():
    table = tables.load("private_provision")
    rows = table.set_index(["year", "code"])
    holes = {
        2016: "02M 03V 04G 04H 05D 05F 07L 08M 08N 08V 08W 09W 10N",
        2017: "02W 08M 08V 08W 08X 11M",
        2018: "06Q 08V 08X 11M",
        2019: "02R 02T 02W 03A 06Q 07M 07R 07X 11M",
    }
    for year, codes in holes.items():
        assert not rows.loc[year].loc[codes.split(), "usable"].any()
    assert not rows.loc[[2015, 2022], "usable"].any()
    holds(
        "private_provision",
        table,
        table["usable"] == table["why_not"].isna(),
        "usable",
        "as why_not is blank",
    )
    covered = ~table["usable"] | (table["coverage"] >= 0.6)
    holds("private_provision", table, covered, "coverage", "under 0.6, and yet usable")


def test_networks_counted_once_are_those_of_england():
    years = [f"20{y}-{y + 1}" for y in range(19, 24)]
    for column, record in (
        ("networks_counted_once", [1250, 1251, 1261, 1267, 1275]),
        ("practices", [6720, 6571, 6470, 6378, 6267]),
    ):
        have = tables.load("networks").groupby("year")[column].sum()
        totals(f"networks.csv {column}", have, dict(zip(years, record, strict=True)))


def test_unlike_counts_are_not_one_series():
    bodies, counts = tables.load("commissioners"), tables.load("ccg_counts").set_index("date")["open"]
    assert (bodies.groupby("comparable")["area"].nunique() == 1).all()
    assert (bodies.groupby("comparable")["kind"].nunique() == 1).all()
    assert bodies["comparable"][bodies["area"] == "England and Wales"].unique().tolist() == ["districts_1974"]
    assert not bodies["commissions"][bodies["date"] < "1991"].any()
    series = {name: rows["count"].tolist() for name, rows in bodies.groupby("comparable")}
    assert (
        series["boards"] == [42, 36]
        and series["planning_areas"] == [44, 44, 42, 42, 42]
        and series["district_authorities"] == [192, 111]
    )
    assert series["primary_care_trusts"] == [17, 40, 164, 300, 303, 152, 151]
    ccgs = bodies[bodies["kind"] == "ccg"].set_index("date")["count"]
    assert all(counts[pd.Timestamp(day)] == count for day, count in ccgs.items()) and len(ccgs) == len(counts)


def test_a_series_of_national_figures_has_one_unit_and_one_definition():
    figures = tables.load("national")
    several = figures.groupby("comparable")["unit"].nunique()
    assert (several == 1).all(), f"national.csv unit: {several[several > 1].to_dict()}"
    shares = figures[figures["measure"] == "private_share"]
    assert (shares.groupby("comparable")["definition"].nunique() == 1).all()
    assert shares["comparable"].nunique() == 3
    seats = figures[figures["comparable"] == "board_seats_2012"]
    assert seats["value"].sum() == seats["base"].iloc[0] == 1325
    assert figures.loc[figures["comparable"] == "ccg_ratings_counted", "value"].sum() == 209
    percent = figures[figures["comparable"] == "ccg_ratings_in_percent"].groupby("period")["value"].sum()
    assert percent.between(99, 101).all()


def test_residents_of_two_boards_are_not_known_and_the_national_count_takes_them_as_large():
    icbs = tables.load("icbs")
    icbs = icbs[icbs["opened"] == "2022-07-01"]
    uncounted = icbs["residents_mid2020"].isna()
    assert set(icbs.loc[uncounted, "code"]) == {"QHL", "QUA"}
    as_blank = uncounted == icbs["residents_quality"].isna()
    holds("icbs", icbs, as_blank, "residents_quality", "blank with residents_mid2020, and only then")
    national = tables.load("national").set_index("id")["value"]
    over = (icbs["residents_mid2020"] >= 1_000_000).sum() + uncounted.sum()
    assert national["boards_million_residents_2020"] == over


def test_types_come_from_the_contract():
    ccgs, survey = tables.load("ccgs"), tables.load("survey")
    assert pd.api.types.is_string_dtype(ccgs["code"]) and "00C" in set(ccgs["code"])
    assert ccgs["opened"].dt.year.min() == 2013
    assert str(survey["base"].dtype) == "Int64" and str(survey["percent"].dtype) == "float64"


def test_unknown_table_lists_the_tables_there_are():
    with pytest.raises(KeyError, match=r"no table is called 'ccg'; there are sources, ccgs"):
        tables.load("ccg")


# --- each way a table can be wrong, with the words that lead to it --------------------------------


def edit(folder, name, old, new):
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {name}.csv"
    path.write_bytes(text.replace(old, new, 1).encode())


BROKEN = {
    "wrong type": ("ccg_counts", "2015-04-01,209", "2015-04-01,many", "ccg_counts.csv row 4, column open, value 'many': not a whole number"),
    "bad date": ("locations", "\n00L,2022-07-01,", "\n00L,2022-07-32,", "locations.csv row 2, column opened, value '2022-07-32': not a date"),
    "breaks a rule": ("survey", ",69,exact,", ",169,exact,", "survey.csv row 2, column percent, value '169': breaks the rule: maximum is 100"),
    "unknown code": ("pct_to_ccg", "\n5A3,12A,", "\n5A3,12Z,", "pct_to_ccg.csv row 2, column ccg, value '12Z': no such code in ccgs.csv"),
    "lower case code": ("successions", "\n00C,16C", "\n00c,16C", "successions.csv row 2, column from, value '00c': breaks the rule"),
    "missing column": ("icbs", "code,ons_code,name,", "code,ons_code,title,", "icbs.csv row 1, column name: the column is missing"),
    "extra column": ("icbs", "code,ons_code,name,", "code,ons_code,size,name,", "icbs.csv row 1, column size: no such column is wanted"),
    "extra cell": ("icbs", ",ICBTOOL+ODSCS+REG2608\nQE1", ",ICBTOOL+ODSCS+REG2608,x\nQE1", "icbs.csv row 2, value 'x': one cell too many"),
    "duplicate key": ("ccg_counts", "2014-04-01,", "2013-04-01,", "ccg_counts.csv row 3, column date: the key is not unique"),
    "dangling source": ("commissioners", ",HF73+", ",HF99+", "commissioners.csv row 2, column source, value 'HF99': no such id in sources.csv"),
    "out of order": ("ccg_counts", "2014-04-01,211,0,0,ODS25\n2015-04-01,209,1,3,ODS25\n", "2015-04-01,209,1,3,ODS25\n2014-04-01,211,0,0,ODS25\n", "ccg_counts.csv row 3, column date, value '2015-04-01': rows are not sorted"),
    "Windows line ends": ("ccg_counts", "\n2013", "\r\n2013", "ccg_counts.csv row 1: the line ends in CR"),
}  # fmt: skip


@pytest.mark.few(1)
@pytest.mark.parametrize("name, old, new, words", BROKEN.values(), ids=BROKEN)
def test_a_broken_table_is_refused_by_file_row_column_and_value(data, name, old, new, words):
    edit(data, name, old, new)
    with pytest.raises(tables.TableError, match=re.escape(words)) as error:
        tables.load(name)
    assert "python -m ccg check" in str(error.value)
    assert words in "\n".join(map(str, tables.check()))


def test_not_utf8_is_named(data):
    path = data / "ccgs.csv"
    path.write_bytes(path.read_bytes().replace(b"NHS Durham", b"NHS D\xfcrham", 1))
    with pytest.raises(tables.TableError, match=r"ccgs.csv row 3: this is not UTF-8"):
        tables.load("ccgs")


def test_a_missing_file_is_named(data):
    (data / "icbs.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"data/icbs.csv is missing"):
        tables.load("icbs")


def test_a_sound_change_that_was_not_recorded_is_noticed(data):
    edit(data, "list_sizes", "\n00C,2013-07-01,11,", "\n00C,2013-07-01,12,")
    assert tables.load("list_sizes")["practices"].iloc[211] == 12
    (problem,) = tables.check()
    assert problem.file == "list_sizes.csv" and "python -m ccg refresh" in problem.what


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "name, old, new, words",
    [
        ("ccg_counts", "2015-04-01,209", "2015-04-01,208", "row 4, column open, value '208': ccgs.csv gives 209"),
        ("successions", "\n00C,16C", "\n00C,16Z", "row 2, column to, value '16Z': neither a CCG nor a location nor a board"),
        ("sources", "\nANALYTIC,", "\nANALYTIC2,", "no such id in sources.csv"),
    ],
)  # fmt: skip
def test_tables_that_contradict_each_other_are_named(data, name, old, new, words):
    edit(data, name, old, new)
    contract = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in contract["resources"]:
        resource["hash"] = "sha256:" + files.sha256((data / resource["path"]).read_bytes())
    (data / "datapackage.json").write_text(json.dumps(contract), encoding="utf-8")
    with pytest.raises(tables.TableError, match=re.escape(words)):
        tables.seal()
    if name != "sources":
        assert words in "\n".join(map(str, tables.check()))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, old, new, words",
    [
        ("places", "\nQF7,", "\nQE9,board,2022-07-01,-2,53,ONSB22\nQF7,", "value 'QE9': a body without a place, or a place without a body"),
        ("tiles", "2022-07-01,QF7,3,7,", "2022-07-01,QF7,3,6,", "code, value 'QJ2': another body has this hexagon"),
        ("pct_to_ccg", "\n5A3,12A,2015-04-01,1,", "\n5A3,12A,2015-04-01,0.9,", "row 2, column pct, value '5A3': the shares of this trust add up to 0.9000"),
        ("practice_moves", "\nfernhurst,", "\nfern,", "row 12, column land, value 'fern': successions.csv has no such land"),
        ("practice_moves", ",0.381858,", ",0.281858,", "column share, value '0.281858': not patients over from_patients"),
    ],
)  # fmt: skip
def test_places_shares_and_moves_that_cannot_be_are_named(data, name, old, new, words):
    edit(data, name, old, new)
    assert words in "\n".join(map(str, tables._cross_check()))


@pytest.mark.slow
def test_an_entry_copied_from_a_table_with_other_columns_is_named_and_not_sealed(data):
    path = data / "datapackage.json"
    contract = json.loads(path.read_text(encoding="utf-8"))
    rules = {
        "bodies": {"geography": "day", "each": ["index_year"], "where": {"kind": "ccg"}},
        "dated": "year",
    }
    next(r for r in contract["resources"] if r["name"] == "deprivation").update(rules)
    path.write_text(json.dumps(contract), encoding="utf-8")
    told = [
        f"data/datapackage.json, column {c}: {k} of deprivation names it; no such column"
        for k, c in (("dated", "year"), ("bodies", "day"), ("bodies", "kind"))
    ]
    assert [str(p) for p in tables.find_problems("deprivation")] == told
    with pytest.raises(tables.TableError, match="bodies of deprivation names it"):
        tables.seal()


@pytest.mark.slow
def test_seal_settles(data):
    assert tables.seal() == []
    edit(data, "list_sizes", "\n00C,2013-04-01,11,", "\n00C,2013-04-01,12,")
    assert tables.seal() == ["datapackage.json"]
    assert tables.seal() == [] and tables.check() == []


def test_a_fact_is_as_good_as_its_best_source_and_a_chart_as_its_worst_fact():
    assert tables.grade(["ODS25+HSMA4", "ODS25"]) == "primary"
    assert tables.grade(["ODS25", "HSJ17"]) == "news"
    assert tables.credit(["ODS25+HSMA4"]) == "NHS Organisation Data Service."
    line = tables.credit(["NHSNUG", "BMA14", "BMA14"], "A caveat")
    assert line == ("British Medical Association; NHS Nuggets (blog). Weakest source: second-hand. A caveat.")


# --- from 2016 to today -------------------------------------------------------------------------


def of(name, **only):
    """The rows of a table in which each of these columns has this value."""
    rows = tables.load(name)
    for column, value in only.items():
        rows = rows[rows[column] == (pd.Timestamp(value) if value[:2] == "20" else value)]
    return rows


def test_partnerships_are_those_of_the_public_record():
    members, partnerships = tables.load("partnership_members"), tables.load("partnerships")
    number = members.groupby("date")["partnership"].nunique()
    assert dict(zip(number.index.year, number, strict=True)) == {
        2017: 44,
        2018: 44,
        2019: 42,
        2020: 42,
        2021: 42,
    }
    counted = tables.load("commissioners").query("comparable == 'planning_areas'").set_index("date")["count"]
    assert counted["2016-03-15"] == 44 and all(
        counted[str(day.date())] == n for day, n in number.items() if str(day.date()) in counted
    )
    for day, rows in members.groupby("date"):
        assert set(rows["code"]) == open_codes(day) and rows["code"].is_unique, day
        stood = partnerships[
            (partnerships["first"] < str(day.date())) | (partnerships["first"] == str(day.date()))
        ]
        assert set(rows["partnership"]) <= set(stood["code"]), day


def test_a_partnership_of_2021_became_the_board_with_its_ods_code_but_for_bassetlaw():
    members = of("partnership_members", date="2021-04-01").set_index("code")["partnership"]
    was = members.map(tables.load("partnerships").set_index("code")["ods_code"])
    passed = of("successions", kind="abolition", date="2022-07-01").set_index("from")["to"]
    other = was.index[was != passed[was.index]]
    assert [(code, was[code], passed[code]) for code in other] == [("02Q", "QF7", "QT1")] and len(was) == 106


def test_a_partnership_whose_code_stayed_kept_its_land():
    """ONS gives a new code with a new boundary: between two dates a CCG changes partnership with a code of the north
    or of April 2020, and with no other."""
    members = tables.load("partnership_members").set_index(["date", "code"])["partnership"]
    days = sorted(members.index.unique("date"))
    for then, now in itertools.pairwise(days):
        heirs = lineage.lookup(then, now).query("share > 0.5").set_index("from")["to"]
        moved = {
            (members[then, a], members[now, b])
            for a, b in heirs.items()
            if members[then, a] != members[now, b]
        }
        new = {b for _, b in moved}
        assert new == {"2019": {"E54000049"}, "2020": {f"E540000{n}" for n in range(50, 55)}}.get(
            str(now.year), set()
        )


def test_people_of_the_locations_add_up_to_england_on_both_maps():
    people = tables.load("location_people")
    added = people.groupby("geography").sum(numeric_only=True)
    assert (
        added["small_areas"].tolist() == [33_755] * 2 and added["residents_2022"].tolist() == [57_112_129] * 2
    )
    assert added["projected_patients_2025"].tolist() == [63_849_322] * 2
    assert (added["weighted_patients_2025"] - added["projected_patients_2025"]).abs().max() < 10
    assert added["patients_2026"].tolist() == [0, 63_237_908] and added["practices_2026"].tolist() == [
        0,
        6_129,
    ]
    maps = {f"{day:%Y}": rows for day, rows in people.groupby("geography")}
    assert [maps[y]["board"].nunique() for y in ("2025", "2026")] == [42, 36]
    assert [len(maps[y]) for y in ("2025", "2026")] == [106, 106]
    assert set(maps["2025"]["code"]) == open_codes("2025-04-01")
    assert set(maps["2025"]["code"]) ^ set(maps["2026"]["code"]) == {"D4U1Y", "U2G6B"}


def test_projected_and_counted_patients_are_not_the_same():
    people = of("location_people", geography="2026-04-01")
    more = people.groupby("board")[["projected_patients_2025", "patients_2026"]].sum()
    assert (more["projected_patients_2025"] / more["patients_2026"]).between(0.99, 1.03).all()
    assert (people["projected_patients_2025"] != people["patients_2026"]).all()
    national = tables.load("national").set_index("id")["value"]
    assert national["patients_2026"] == people["patients_2026"].sum()
    assert national["practices_2026"] == people["practices_2026"].sum()


def test_councils_cover_the_locations_of_2026_and_four_lie_in_two_boards():
    areas, people = (
        tables.load("council_locations"),
        of("location_people", geography="2026-04-01"),
    )
    assert areas["small_areas"].sum() == 33_755 and areas["council"].nunique() == 309
    held = areas.groupby("code")["small_areas"].sum()
    assert held.equals(people.set_index("code")["small_areas"].sort_index())
    assert (areas.groupby("code")["board"].first() == people.set_index("code")["board"].sort_index()).all()
    boards = areas.groupby("council_name")["board"].nunique()
    assert set(boards.index[boards > 1]) == {"Buckinghamshire", "Copeland", "Craven", "Vale of White Horse"}


def test_clusters_hold_every_board_of_2022_and_those_merged_are_the_12():
    clusters = tables.load("clusters")
    assert clusters["cluster"].nunique() == 25 and clusters["board"].nunique() == 42
    gone = clusters.query("by_april_2026 == 'merged'")
    assert gone["cluster"].nunique() == 6 and gone["board"].nunique() == 12
    divided = clusters["part"].notna()
    assert (
        set(clusters.loc[divided, "board"]) == {"QM7", "QJG", "QNQ"}
        and clusters.loc[~divided, "board"].is_unique
    )


@pytest.mark.parametrize(
    "text, words", [("[]", "describes no tables"), ("{", "is not JSON"), ("{}", "resources")]
)
def test_a_broken_descriptor_is_named_in_a_line(text, words, tmp_path, monkeypatch):
    (tmp_path / "datapackage.json").write_text(text)
    monkeypatch.setenv("CCG_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=rf"datapackage\.json .*{words}"):
        tables.package()


def test_a_blank_whole_number_is_none_in_a_record_and_dates_are_days():
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "day": pd.to_datetime(["2018-04-01", None])})
    first, second = tables.records(frame)
    assert first == {"n": 1, "day": pd.Timestamp("2018-04-01")} and type(first["n"]) is int
    assert second["n"] is None and second["day"] is pd.NaT
