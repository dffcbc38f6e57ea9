"""Counts rise with the list sizes of their bodies and rates do not, so numbers tell which they are."""

import math
import random
import re

import pandas as pd
import pytest
from ccg import finding, lineage, list_sizes, rebase_file, tables

#: Tables of a number for each CCG or location, with what else tells their rows apart.
OF_BODIES = {
    "allocations": ("year",),
    "ccg_age": ("year",),
    "ccg_years": ("year",),
    "deprivation": ("index_year",),
    "list_sizes": ("quarter",),
    "networks": ("year",),
    "patient_experience": ("year",),
    "private_provision": ("year",),
    "qof": ("indicator", "year"),
    "talking_therapies": ("year",),
    "treatable_mortality": ("year",),
}
#: What no name of a column says: that it is a rate.
RATES = {"coverage", "good", "treatable", "imd_score", "extent", "most_deprived_tenth"}
DATES = {"at": "2018-04-01", "to": "2021-04-01"}


def columns_of(table: str) -> dict[str, list_sizes.Like]:
    """What is told of each column of numbers of a table, by its name, under each key by itself."""
    frame = tables.load(table).rename(columns={"ccg": "code"})
    keys = [k for k in OF_BODIES[table] if k in frame]
    given = frame.select_dtypes("number").columns.difference([*keys, "code"])
    return list_sizes.like(frame, "code", keys, [], list(given))


@pytest.mark.slow
@pytest.mark.parametrize("table", OF_BODIES)
def test_no_count_of_the_tables_is_like_a_rate_and_no_rate_like_a_count(table):
    for name, told in columns_of(table).items():
        if name in RATES or finding.called_a_rate(name):
            assert not told.counts.any(), name
        elif name not in ("closed_patients", "practices_without_network"):  # of few, and chance is in them
            assert not told.rates.any(), name


@pytest.mark.slow
def test_what_patients_said_is_told_for_a_rate_and_those_who_were_seen_for_counts():
    assert columns_of("patient_experience")["good"].rates.all()
    assert columns_of("talking_therapies")["finished"].counts.all()


def of_ccgs(number, day: str = "2018-04-01", level: str = "ccg") -> pd.DataFrame:
    """A number for each CCG, made of its list size and of a number that has nothing to do with it."""
    sizes = lineage.default().list_sizes
    codes = lineage.bodies(day, level)["code"]
    cells = [f"{number(sizes[c], 37 * i % 101):g}" for i, c in enumerate(codes)]
    return pd.DataFrame({"code": codes, "Recommend": cells})


def statuses(frame: pd.DataFrame, **more) -> set[str]:
    moved = rebase_file(frame, sums=["Recommend"], **{**DATES, **more})
    merged = set(lineage.bodies("2021-04-01")["code"]) - set(lineage.bodies("2018-04-01")["code"])
    return set(moved.frame.loc[moved.frame["code"].isin(merged), "status"]) - {"approximate"}


@pytest.mark.slow
def test_whole_numbers_that_are_as_high_in_small_ccgs_as_in_large_ones_are_doubtful_when_added_up():
    """No name says that Recommend is a rate, and 78 + 82 + 75 was exact."""
    table = of_ccgs(lambda size, other: 60 + other % 37)
    moved = rebase_file(table, sums=["Recommend"], **DATES)
    assert "'Recommend' are no larger for bodies of more patients" in str(moved)
    status = dict(zip(moved.frame["code"], moved.frame["status"], strict=True))
    assert status["16C"] == "doubtful", "three CCGs that merged"
    assert status["00L"] == "exact", "it is one CCG still, so its rate is right"


@pytest.mark.slow
def test_counts_stay_exact_though_they_differ_much_from_one_ccg_to_another():
    assert statuses(of_ccgs(lambda size, other: size * (20 + other) // 5000)) == {"exact"}


@pytest.mark.slow
def test_decimals_under_a_hundred_that_rise_with_list_sizes_are_counts():
    """As of doctors, full-time ones for two halves."""
    assert statuses(of_ccgs(lambda size, other: size / 20_000 + other / 200 + 0.25)) == {"exact"}
    assert statuses(of_ccgs(lambda size, other: 40 + other / 3)) == {"doubtful"}


@pytest.mark.slow
def test_each_key_is_judged_by_itself_and_periods_together():
    rate, number = of_ccgs(lambda _, other: 60 + other % 37), of_ccgs(lambda size, other: size // 90 + other)
    kinds = pd.concat([rate.assign(kind="said so"), number.assign(kind="seen")])
    moved = rebase_file(kinds, sums=["Recommend"], by=["kind"], **DATES).frame
    assert dict(zip(moved["kind"], moved["status"], strict=True)).keys() == {"said so", "seen"}
    assert "doubtful" not in set(moved.loc[moved["kind"] == "seen", "status"])
    assert "doubtful" in set(moved.loc[moved["kind"] == "said so", "status"])
    years = pd.concat([rate.assign(year=y) for y in ("2018/19", "2019/20")])
    assert statuses(years, by=["year"]) == {"doubtful"}


@pytest.mark.slow
def test_rows_of_practices_are_added_up_before_they_are_judged():
    """The mean practice is as large in a small CCG as in a large one."""
    some = of_ccgs(lambda size, other: size // 8000 + 1)
    rows = some.loc[some.index.repeat(some["Recommend"].astype(float).astype(int))]
    rows = rows.assign(
        practice=[f"P{i:05}" for i in range(len(rows))],
        Recommend=[str(70 + i % 41) for i in range(len(rows))],
    )
    moved = rebase_file(rows, sums=["Recommend"], drop=["practice"], **DATES)
    assert "no larger for bodies" not in str(moved)


@pytest.mark.parametrize(
    "cells",
    [lambda _, other: 1, lambda _, other: other % 4, lambda _, other: -50 - other % 20, lambda _, other: other * 40],
    ids=["one each", "very few", "below zero", "as they come"],
)  # fmt: skip
def test_of_what_may_be_counts_nothing_is_said(cells):
    assert not list_sizes.like(of_ccgs(cells), "code", [], [], ["Recommend"])["Recommend"].rates.any()


def test_of_fewer_than_thirty_bodies_nothing_is_said():
    table = of_ccgs(lambda _, other: 60 + other % 37)
    assert list_sizes.like(table.head(30), "code", [], [], ["Recommend"])["Recommend"].rates.all()
    assert not list_sizes.like(table.head(29), "code", [], [], ["Recommend"])["Recommend"].rates.any()


def test_boards_and_ons_codes_are_known_by_their_size_too():
    table = of_ccgs(lambda _, other: 60 + other % 37)
    ons = table.assign(code=table["code"].map(lineage.bodies("2018-04-01").set_index("code")["ons_code"]))
    assert ons["code"].str.fullmatch(r"E\d{8}").all()
    assert list_sizes.like(ons, "code", [], [], ["Recommend"])["Recommend"].rates.all()
    boards = of_ccgs(lambda _, other: 60 + other % 37, "2022-07-01", "icb")
    assert list_sizes.like(boards, "code", [], [], ["Recommend"])["Recommend"].rates.all()
    every = lineage.default().list_sizes
    assert sum(every[b] for b in boards["code"]) == pytest.approx(
        sum(every[c] for c in lineage.bodies("2022-07-01", "sub_icb")["code"])
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Deaths (directly standardised)", "Items by list size", "Population weighting"]
)
def test_a_name_that_says_what_is_counted_hides_no_rate(name):
    """Each was added up, and exact, since its name has a word for what can be counted."""
    table = of_ccgs(lambda _, other: 600 + other % 37).rename(columns={"Recommend": name})
    moved = rebase_file(table, sums=[name], **DATES)
    assert re.search("no larger for bodies of more patients|holds a rate", str(moved))
    assert "doubtful" in set(moved.frame["status"])


# --- all patients beside each disease ----------------------------------------------------------------------------


def registers(*kinds: tuple[str, float]) -> pd.DataFrame:
    """A part of the list size of each CCG beside each disease, and how many have it."""
    parts = [
        of_ccgs(lambda size, other, part=part: size * part * (1 + other % 7 / 100)).assign(Group=kind)
        for kind, part in kinds
    ]
    return pd.concat(parts).rename(columns={"Recommend": "Denominator"})


@pytest.mark.slow
def test_a_denominator_of_all_patients_or_all_adults_beside_each_disease_is_doubtful_when_dropped():
    """No name says that it counts all patients; under Asthma and Diabetes it made 1.8 of each person, and exact."""
    table = registers(("Asthma", 1), ("Diabetes", 0.8), ("Palliative care", 0.004))
    moved = rebase_file(table, sums=["Denominator"], drop=["Group"], **DATES)
    assert set(moved.frame["status"]) == {"doubtful"}
    assert (
        "about all patients, or all adults, under 'Asthma', 'Diabetes' of the dropped column 'Group'"
        in str(moved)
    )
    assert "doubtful" not in set(
        rebase_file(table, sums=["Denominator"], by=["Group"], **DATES).frame["status"]
    )


@pytest.mark.slow
def test_parts_of_all_patients_are_added_up():
    """Men and women, and those who were seen by telephone, are no more than half of the list."""
    table = registers(("Male", 0.49), ("Female", 0.5))
    assert "doubtful" not in set(
        rebase_file(table, sums=["Denominator"], drop=["Group"], **DATES).frame["status"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [{}, {"drop": ["Practice"]}, {"by": ["Sex"]}, {"drop": ["Disease"]}],
    ids=["of CCGs", "of practices", "by sex", "beside diseases"],
)
def test_lists_of_several_quarters_are_not_added_up_whatever_they_are_called(more):
    """Four quarters of 2013/14 made four of each person, and every row was exact."""
    lists = tables.load("list_sizes").query("'2013-04-01' <= quarter < '2014-04-01'")
    called = {day: f"Q{i} 2013/14" for i, day in enumerate(sorted(lists["quarter"].unique()), start=1)}
    table = pd.DataFrame({"code": lists["code"], "Quarter": lists["quarter"].map(called)})
    table["PATIENTS"] = lists["registered_patients"].astype(str)
    for (column,) in more.values():
        part = lists["registered_patients"] // (1 if column == "Disease" else 2)
        table = pd.concat([table.assign(PATIENTS=part.astype(str), **{column: one}) for one in ("A", "B")])
    asked = {"at": "2013-04-01", "to": "2018-04-01", "sums": ["PATIENTS"], "by": more.get("by", [])}
    moved = rebase_file(table, drop=["Quarter", *more.get("drop", [])], **asked)
    assert set(moved.frame["status"]) == {"doubtful"}
    assert "counts about all patients, or all adults, under 'Q1 2013/14', 'Q2 2013/14'" in str(moved)


@pytest.mark.slow
def test_all_patients_are_told_beside_men_and_women_and_persons_as_well():
    """Men and women make all, and with all persons beside them two of each."""
    kinds = registers(("Asthma", 1), ("Diabetes", 0.8))
    table = pd.concat(
        kinds.assign(Sex=sex, Denominator=[f"{float(n) * part:.0f}" for n in kinds["Denominator"]])
        for sex, part in (("Persons", 1), ("Male", 0.49), ("Female", 0.51))
    )
    moved = rebase_file(table, sums=["Denominator"], by=["Sex"], drop=["Group"], **DATES)
    assert "about all patients, or all adults, under 'Asthma', 'Diabetes'" in str(moved)


@pytest.mark.slow
def test_lists_under_a_period_that_is_called_as_they_are_and_appointments_of_about_one_a_head():
    sizes = lineage.default().list_sizes
    codes = lineage.bodies("2018-04-01")["code"]
    rows = [(c, f"Q{q} 2018/19", str(int(sizes[c] + 10 * q))) for c in codes for q in (1, 2, 3)]
    for column, called, doubted in (
        ("Register quarter", "n", True), ("At month end", "n", True), ("Quarter", "Appointments", False),
    ):  # fmt: skip
        table = pd.DataFrame(rows, columns=["code", column, called])
        moved = rebase_file(table, sums=[called], drop=[column], **DATES)
        assert ("about all patients" in str(moved)) == doubted, column


@pytest.mark.slow
def test_lists_of_four_years_are_told_by_their_size_and_events_of_one_a_head_are_not():
    """Appointments of a quarter are about as many as patients, but not as steady."""
    years = tables.load("ccg_years").query("'2014' < year < '2018'")
    kept = {"code": "code", "year": "year", "registered_patients": "n"}
    lists = years[list(kept)].rename(columns=kept)
    assert len(list_sizes.all_patients(lists, ["code"], "year", "n", times=True)) == 4
    draw = random.Random(1)
    noisy = lists.assign(n=[n * math.exp(draw.gauss(0, 0.05)) for n in lists["n"]])
    assert list_sizes.all_patients(noisy, ["code"], "year", "n", times=True) == []


@pytest.mark.slow
def test_of_the_tables_only_lists_and_populations_count_all_patients_again():
    lists = tables.load("list_sizes")
    quarters = list_sizes.all_patients(lists, ["code"], "quarter", "registered_patients")
    assert len(quarters) == lists["quarter"].nunique() == 12
    for table, of, name in [
        ("qof", "indicator", "numerator"),
        ("talking_therapies", "year", "referrals"),
        ("networks", "year", "practices"),
    ]:
        frame = tables.load(table).rename(columns={"ccg": "code"})
        others = [k for k in OF_BODIES[table] if k in frame and k != of]
        assert list_sizes.all_patients(frame, ["code", *others], of, name) == [], table


# --- what is no rate and no list, though it does not rise with list sizes, or is as large -------------------------


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "name", ["Beds", "Winter grant", "Meetings held", "FOI requests", "Headcount", "Responses", "Grant £"]
)
def test_what_is_counted_of_other_things_than_patients_need_not_rise_with_their_number(name):
    table = of_ccgs(lambda _, other: 800 + 6 * other).rename(columns={"Recommend": name})
    assert "doubtful" not in set(rebase_file(table, sums=[name], **DATES).frame["status"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Staff who would recommend", "Trusts rated good", "Responses positive", "Members satisfied"]
)
def test_how_many_in_a_hundred_of_others_than_patients_is_like_a_rate(name):
    table = of_ccgs(lambda _, other: 60 + other % 37).rename(columns={"Recommend": name})
    assert "doubtful" in set(rebase_file(table, sums=[name], **DATES).frame["status"])


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("Spend £000", True), ("Grant", True), ("Payment amount", True), ("Prescribing costs", True), ("£ for people", True), ("Staff costs", True),
        ("Paid to GPs", True), ("Cost of care", True), ("Grants to practices", True), ("Personal medical services payments", True),
        ("Personal health budgets", False), ("Recipients of direct payments", False), ("Patients paid for", False),
        ("Number of budgets", False), ("Amount of care needed", False), ("Referrals", False),
    ],
)  # fmt: skip
def test_money_is_known_by_its_name_and_people_who_have_it_are_none(name, is_so):
    assert finding.is_money(name) == is_so


def test_a_number_that_is_the_same_for_all_says_nothing_of_a_rate():
    assert not list_sizes.like(of_ccgs(lambda _, other: 100_000), "code", [], [], ["Recommend"])[
        "Recommend"
    ].rates.any()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Payment £", "Spend"])
def test_a_pound_for_each_patient_is_no_patient(name):
    kinds = registers(("Global sum", 0.73), ("Quality", 1)).rename(
        columns={"Denominator": name, "Group": "Type"}
    )
    moved = rebase_file(kinds, sums=[name], drop=["Type"], **DATES)
    assert "all patients" not in str(moved)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "cells"), [("Sex", ("Male", "Female")), ("Quarter", ("Q1 2018/19", "Q2 2018/19"))]
)
def test_events_of_one_a_head_by_sex_or_quarter_are_no_list(column, cells):
    tests = registers((cells[0], 0.9), (cells[1], 1.1)).rename(
        columns={"Group": column, "Denominator": "Tests"}
    )
    assert "all patients" not in str(rebase_file(tests, sums=["Tests"], drop=[column], **DATES))


@pytest.mark.slow
def test_many_keys_are_judged_together(monkeypatch):
    """Each key was asked in turn, which took a minute for a hundred thousand practices: now a key of few bodies is not."""
    table = of_ccgs(lambda size, other: 60 + other % 37)
    asked = []
    told = list_sizes._told
    few_bodies = pd.DataFrame(
        {
            "code": table["code"].repeat(20),
            "Recommend": "7",
            "kind": [f"P{i}" for i in range(20 * len(table))],
        }
    )
    both = pd.concat([table.assign(kind="all"), few_bodies], ignore_index=True)
    monkeypatch.setattr(
        list_sizes, "_told", lambda rows, narrow: asked.append(rows["group"].nunique()) or told(rows, narrow)
    )
    rates = list_sizes.like(both, "code", ["kind"], [], ["Recommend"])["Recommend"].rates
    assert asked == [1], "one question, of the one key that has enough bodies"
    assert set(both.loc[rates, "kind"]) == {"all"}
