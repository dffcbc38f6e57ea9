"""The panels of 07: who is set beside whom, and the main estimate against plain arithmetic on the CSV."""

import csv
from collections import Counter
from functools import cache
from statistics import mean

import numpy as np
import pandas as pd
import pytest
from ccg import effects, files, gpps, outcomes


@cache
def rows_of(name):
    with (files.data() / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def followed(code, day):
    """Where a code leads by 1 April 2021, by its mergers alone."""
    for row in rows_of("successions"):
        if row["kind"] == "merger" and row["from"] == code and day <= row["date"] <= "2021-04-01":
            return followed(row["to"], row["date"])
    return code


def test_cohorts_are_the_bodies_that_mergers_made_and_controls_never_merged():
    panel = outcomes.talking_therapies("recovery").panel()
    assert {g: panel.count(g) for g in panel.cohorts} == {2018: 5, 2019: 2, 2020: 18, 2021: 9}
    merged = {row[end] for row in rows_of("successions") if row["kind"] == "merger" for end in ("from", "to")}
    assert set(panel.first.index[panel.first.isna()]) == {r["code"] for r in rows_of("ccgs")} - merged
    assert panel.controls == 70


def test_a_control_beside_a_merged_body_is_found_though_that_body_is_in_no_panel():
    # 14L merged in 2017, before the first year of Talking Therapies; Manchester shared its board, QOP, with 01G
    rows = rows_of("successions")
    board = {r["from"]: r["to"] for r in rows if r["kind"] == "abolition" and r["date"] == "2022-07-01"}
    merged = {r["to"] for r in rows if r["kind"] == "merger" and r["date"] < "2022-07-01"} & set(board)
    beside = {c for c in board if c not in merged and board[c] in {board[m] for m in merged}}
    assert "14L" in merged and "01G" in beside and board["14L"] == board["01G"] == "QOP"
    assert outcomes.beside_merged("2021-04-01") == sorted(beside)
    panel = outcomes.talking_therapies("recovery").panel()
    assert "14L" not in panel.values.index and panel.without(beside).controls == 37


@pytest.mark.slow
def test_who_is_left_out_is_named_with_the_reason():
    assert outcomes.talking_therapies("recovery").left_out().to_dict() == {
        "13T": "merged before the second year",
        "14L": "merged before the second year",
    }
    why = outcomes.qof().left_out(cohorts=[2018, 2019])
    assert why[["14Y", "11X", "26A"]].tolist() == [
        "a year is missing",
        "a year is missing",
        "merged after the last year",
    ]
    assert why["14L"] == "another cohort" and why["06F"] == "merges later, so no control"


@pytest.mark.slow
def test_the_main_estimate_agrees_with_plain_arithmetic_on_the_csv():
    # no re-basing, no pandas: mergers followed by hand; only bodies whose land never moved are alike to the digit
    over, under = Counter(), Counter()
    for row in rows_of("talking_therapies"):
        if row["body"] == "ccg":
            key = followed(row["code"], row["geography"]), int(row["year"][:4])
            over[key] += int(row["recovery"])
            under[key] += int(row["at_caseness"])
    rate = {key: 100 * over[key] / under[key] for key in over}
    found = outcomes.talking_therapies("recovery")
    panel = found.panel(drop=found.approximate)
    for code, years in panel.values.iterrows():
        assert years.to_dict() == pytest.approx({y: rate[code, y] for y in range(2017, 2022)}), code
    change = {
        (g, c): mean(rate[c, y] for y in range(g, 2022)) - mean(rate[c, y] for y in range(2017, g))
        for g in (2018, 2019, 2020, 2021)
        for c in panel.values.index
    }
    never = [c for c in panel.values.index if np.isnan(panel.first[c])]
    parts = {
        g: mean(change[g, c] for c in panel.values.index if panel.first[c] == g)
        - mean(change[g, c] for c in never)
        for g in panel.cohorts
    }
    told = effects.difference_in_differences(panel, times=9).set_index("cohort")["estimate"]
    size = {g: panel.count(g) for g in panel.cohorts}
    assert told[list(parts)].to_dict() == pytest.approx(parts)
    assert told["all"] == pytest.approx(sum(size[g] * parts[g] for g in parts) / sum(size.values()))


@pytest.mark.slow
def test_placed_unplaced_and_not_given_make_up_england():
    for one in (
        outcomes.talking_therapies("recovery"),
        outcomes.qof(),
        outcomes.qof_points(),
        outcomes.patient_experience(),
    ):
        assert (one.account.sum(axis=1) - 100).abs().max() < 0.05, one.name
    # in 2019 hardly a practice has no figure; patients of practices that had closed would make it 2% of England
    assert outcomes.patient_experience().account.loc[2019, "not given"] < 1


def test_each_indicator_of_the_table_has_a_short_name_of_its_own():
    assert set(outcomes.INDICATORS) == {row["indicator"] for row in rows_of("qof_indicators")}
    assert len(set(outcomes.INDICATORS.values())) == len(outcomes.INDICATORS)


def test_the_mergers_set_aside_are_named_and_with_the_others_make_up_all():
    deaths = outcomes.treatable_mortality()
    aside, followed = deaths.set_aside(), deaths.followed()
    assert aside[["merged", "bodies"]].to_numpy().tolist() == [[2015, "13T"], [2017, "14L"]]
    assert followed.cohorts == [2018] and followed.count(2018) == 6
    # each body counts once: six of 2018, one of 2015, one of 2017
    total = 6 * aside["followed"].iloc[0] + aside["estimate"].sum()
    assert aside["all_together"].to_numpy() == pytest.approx([total / 8] * 2)
    assert outcomes.talking_therapies("recovery").set_aside().empty, "all four waves are followed"


@pytest.mark.slow
def test_a_survey_of_january_comes_before_the_merger_of_that_april():
    panel = outcomes.patient_experience().panel(cohorts=[2018])
    assert panel.cohorts == [2019] and panel.count(2019) == 6 and panel.controls == 70
    assert list(panel.values.columns) == [2018, 2019]


@pytest.mark.slow
def test_a_practice_is_counted_with_one_body_in_every_year():
    points = outcomes.qof_points()
    assert set(points.counts["code"]) == set(outcomes.fates("2021-04-01").index)
    held = outcomes.qof_points(always=True).counts.merge(points.counts, on=["code", "year"])
    assert (held["under_x"] <= held["under_y"] + 1e-6).all()
    assert held["under_x"].sum() > 0.9 * held["under_y"].sum()


@pytest.mark.slow
def test_controls_joined_by_board_keep_every_patient():
    found = outcomes.talking_therapies("recovery")
    plain, joined = found.panel(), found.panel(join=True, weigh=True)
    assert joined.first.notna().sum() == plain.first.notna().sum() and joined.controls < plain.controls / 3
    assert joined.weight.sum() == pytest.approx(
        outcomes.patients("2021-04-01").sum() - outcomes.patients("2021-04-01")[["13T", "14L"]].sum()
    )
    assert set(joined.first.index[joined.first.isna()]) <= {r["code"] for r in rows_of("icbs")}


def test_the_design_runs_on_a_survey_table_where_there_is_one(monkeypatch):
    monkeypatch.setattr(gpps, "load", lambda: None)
    assert outcomes.gp_survey() is None
    merged = outcomes.fates("2021-04-01")["merged"]
    made = [
        {
            "year": y,
            "series": "2018-2023",
            "code": c,
            "answers": 1000.0,
            "good_experience": 800.0 - 7 * y % 50 + 30 * (y > m),
        }
        for c, m in merged.items()
        for y in range(2018, 2024)
    ]
    monkeypatch.setattr(gpps, "load", lambda: pd.DataFrame(made))
    panel = outcomes.gp_survey().panel()
    assert panel.cohorts == [2019, 2020, 2021, 2022], (
        "the first wave after a merger of April is the next year's"
    )
    assert effects.difference_in_differences(panel, times=9)["estimate"].tolist() == pytest.approx([3.0] * 5)
    monkeypatch.setattr(gpps, "load", lambda: pd.DataFrame(made).query("year == 2018"))
    with pytest.raises(ValueError, match=r"1 waves of the series 2018-2023; before and after need two"):
        outcomes.gp_survey()


@pytest.mark.slow
def test_a_caller_may_change_what_it_got_and_a_changed_table_is_read_anew(data):
    fates, patients = outcomes.fates("2021-04-01"), outcomes.patients("2021-04-01")
    fates["merged"], patients[:] = 1.0, 0.0
    assert outcomes.fates("2021-04-01")["merged"].nunique() == 6 and outcomes.patients("2021-04-01").min() > 0
    before = outcomes.talking_therapies("recovery").panel().values
    lines = (data / "talking_therapies.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith("2021-22,") and ",00L," in line)
    head, cells = lines[0].strip().split(","), lines[at].split(",")
    cells[head.index("recovery")] = str(int(cells[head.index("recovery")]) - 5)
    lines[at] = ",".join(cells)
    (data / "talking_therapies.csv").write_text("".join(lines), encoding="utf-8")
    after = outcomes.talking_therapies("recovery").panel().values
    assert after.loc["00L", 2021] < before.loc["00L", 2021]
    assert (after.drop(index="00L") == before.drop(index="00L")).all(axis=None)


@pytest.mark.slow
def test_what_bodies_were_like_before_adds_up_to_england():
    found = outcomes.baseline("2021-04-01")
    assert not found.isna().any(axis=None) and len(found) == 106
    assert found["patients"].to_dict() == pytest.approx(outcomes.patients("2021-04-01").to_dict())
    years = pd.DataFrame(rows_of("ccg_years")).set_index(["year", "code"])
    # patients of practices that had closed are not counted, since many of them count elsewhere too
    patients = years["registered_patients"].astype(float) - years["closed_patients"].astype(float)
    assert found["patients"].sum() == pytest.approx(patients["2017-18"].sum())
    paid = pd.DataFrame(rows_of("allocations")).query("year == '2016-17' and kind == 'made'")
    pounds = 1000 * paid["core_allocation_gbp_thousand"].astype(float).sum() / patients["2016-17"].sum()
    assert np.average(found["money"], weights=found["patients"]) == pytest.approx(pounds, rel=0.001)
    # Birmingham and Solihull: the poorest of the large bodies; Surrey Heartlands among the least deprived
    assert found.loc["15E", "deprivation"] > 1.5 * found.loc["92A", "deprivation"]


@pytest.mark.slow
def test_of_the_ways_to_count_recovery_the_first_is_the_answer_and_each_has_bodies_on_both_sides():
    told = outcomes.recovery_choices().set_index("choice")
    plain = effects.difference_in_differences(outcomes.talking_therapies("recovery").panel(), times=0).iloc[
        -1
    ]
    columns = ["treated", "controls", "estimate", "se", "low", "high"]
    assert told.loc["As in the answer", columns].tolist() == pytest.approx(plain[columns].tolist())
    assert told.index.is_unique and told.notna().all(axis=None) and (told["controls"] >= 20).all()
    assert told.loc[
        "Controls of boards where none merged", ["controls", "estimate"]
    ].tolist() == pytest.approx([37, -0.25], abs=0.005)
    # at two points either way more than half of the other choices leave the question open
    assert (effects.equivalence(told, 2)[1:] > 0.05).sum() == 12 and (
        effects.equivalence(told, 1) > 0.05
    ).all()


@pytest.mark.slow
def test_the_years_before_the_pandemic_are_those_of_seven_bodies_and_end_in_march_2020():
    told = outcomes.recovery_choices().set_index("choice").loc["Years before the pandemic only (7 bodies)"]
    values = outcomes.talking_therapies("recovery").panel().values
    merged = outcomes.fates("2021-04-01")["merged"].reindex(values.index)
    effect = {
        g: values.loc[:, g:2019].mean(axis=1) - values.loc[:, : g - 1].mean(axis=1) for g in (2018, 2019)
    }
    own = [effect[g][code] - effect[g][merged.isna()].mean() for code, g in merged.items() if g in effect]
    assert told["treated"] == len(own) == 7 and told["controls"] == 70
    assert told["estimate"] == pytest.approx(mean(own)) == pytest.approx(-1.82, abs=0.005)
    assert told[["low", "high"]].tolist() == pytest.approx([-3.93, 0.30], abs=0.005)
