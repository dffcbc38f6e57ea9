"""The life of a body says what the public record says, adds up, and says why where it knows nothing."""

from collections import Counter

import pandas as pd
import pytest
from ccg import life, lineage, tables


class Lives(dict):
    """Lives by code, each worked out when it is asked for: all of them take seconds."""

    def __missing__(self, code: str) -> life.Life:
        return self.setdefault(code, life.of(code))


@pytest.fixture(scope="module")
def lives() -> dict[str, life.Life]:
    return Lives()


@pytest.fixture(scope="module")
def every_life() -> dict[str, life.Life]:
    return life.all()


def into(one, kind="merger") -> dict[str, str]:
    """{predecessor: day} of what went straight into a body."""
    return {h.start: str(h.date.date()) for h in one.before if h.end == one.code and h.kind == kind}


def by_period(one, field="patients") -> dict:
    return {y.period: getattr(y, field) for y in one.years}


@pytest.mark.slow
def test_there_is_a_life_of_every_ccg_and_board(every_life):
    assert Counter(one.kind for one in every_life.values()) == {"ccg": 248, "board": 48}
    assert list(every_life)[:2] == ["00C", "00D"]
    assert all(
        one.name and one.region and one.ons_codes and one.years and one.tile for one in every_life.values()
    )
    closed = Counter(one.closed for one in every_life.values() if one.kind == "board")
    assert closed == {None: 36, pd.Timestamp("2026-03-31"): 12}


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "code, day, predecessors",
    [
        ("15E", "2018-04-01", {"04X", "05P", "13P"}),
        ("13T", "2015-04-01", {"00F", "00G", "00H"}),
        ("14L", "2017-04-01", {"00W", "01M", "01N"}),
        ("D4U1Y", "2021-04-01", {"15D", "99M", "10C"}),
    ],
)
def test_mergers_are_those_of_the_public_record(lives, code, day, predecessors):
    assert into(lives[code]) == dict.fromkeys(predecessors, day)
    assert str(lives[code].opened.date()) == day
    for old in predecessors:
        (hop,) = [h for h in lives[old].after if h.start == old and h.kind == "merger"]
        assert (hop.end, hop.share, hop.basis) == (code, 1.0, "whole") and hop.source
        assert not lives[old].location_of


def test_birmingham_and_solihull(lives):
    ccg, board = lives["15E"], lives["QHL"]
    assert (ccg.opened, ccg.closed) == (pd.Timestamp("2018-04-01"), pd.Timestamp("2022-06-30"))
    assert [p.code for p in ccg.became] == ["QHL"] and ccg.location_of == "QHL"
    # three CCGs, and since 2017 some practices of Sandwell and West Birmingham
    assert {p.code: p.status for p in ccg.made_of} == {
        "04X": "exact", "05P": "exact", "13P": "exact", "05L": "approximate",
    }  # fmt: skip
    assert [o.ons_code for o in ccg.ons_codes] == ["E38000220", "E38000258"]
    assert by_period(ccg, "own")["2017-18"] is False and by_period(ccg, "own")["2018-19"] is True
    assert into(board, "abolition") == {"15E": "2022-07-01"} and into(board, "split") == {
        "D2P2L": "2022-07-01"
    }
    assert by_period(board, "status") | {"2022-23": "exact"} == by_period(board, "status")
    assert set(by_period(board, "status").values()) == {"exact", "approximate"}
    assert by_period(board, "own")["2022-23"] is True and by_period(board, "own")["2021-22"] is False


def test_west_birmingham_went_to_another_board_than_its_ccg(lives):
    ccg = lives["D2P2L"]
    assert {p.code: p.status for p in ccg.became} == {"QUA": "approximate", "QHL": "approximate"}
    assert ccg.became[0].code == "QUA" and ccg.location_of == "QUA"
    assert sum(p.share for p in ccg.became) == pytest.approx(1)
    both = by_period(lives["QHL"])["2021-22"] + by_period(lives["QUA"])["2021-22"]
    assert both == pytest.approx(by_period(ccg)["2021-22"] + by_period(lives["15E"])["2021-22"], abs=2)


@pytest.mark.parametrize("code", ["01H", "01K", "01E", "02M"])
def test_a_code_that_stayed_while_its_area_changed_has_one_series_on_its_last_area(lives, code):
    one = lives[code]
    assert len(one.ons_codes) > 1 and code in {p.code for p in one.made_of}
    patients, status = by_period(one), by_period(one, "status")
    assert status["2016-17"] == "approximate" and status["2018-19"] == "exact"
    assert all(y.own for y in one.years)
    # the area is that of the last day throughout, so no year jumps
    change = pd.Series(patients).pct_change().dropna()
    assert change.abs().max() < 0.04, "joined by code alone, 01K doubles"
    practices = pd.Series(by_period(one, "practices"))
    assert practices.diff().dropna().between(-5, 2).all()


def test_north_cumbria_had_another_name_and_ons_code(lives):
    one = lives["01H"]
    assert [(n.name, str(n.until.date())) for n in one.names] == [
        ("NHS Cumbria CCG", "2017-03-31"),
        ("NHS North Cumbria CCG", "2022-06-30"),
    ]
    assert str(one.names[1].since.date()) == "2017-04-01"
    assert [o.ons_code for o in one.ons_codes] == ["E38000041", "E38000215"]
    assert "Until 31 March 2017 it was called NHS Cumbria CCG." in life.summary(one)
    assert "A part of it went to Morecambe Bay (01K) on 1 April 2017." in life.summary(one)


def test_glossop_left_tameside_after_its_last_day_as_a_ccg(lives):
    one = lives["01Y"]
    assert set(by_period(one, "status").values()) == {"exact"} and one.made_of == ()
    assert [p.code for p in one.became] == ["QOP", "QJ2"] and one.location_of == "QOP"
    assert "land moved on 1 July 2022" in one.missing["need"]


@pytest.mark.slow
def test_patients_of_practices_that_closed_are_not_taken_off_twice(lives):
    # the yearly file less its closed practices has 109,493 for Rushcliffe in 2014-15, between two years of 122,000
    grown = pd.Series(by_period(lives["04N"])).pct_change().dropna()
    assert len(grown) == 6 and grown.between(0, 0.02).all()


@pytest.mark.slow
def test_every_patient_is_in_one_body_each_year(every_life):
    years = tables.load("ccg_years")
    total = (years["registered_patients"] - years["closed_patients"]).groupby(years["year"]).sum()
    lists = tables.load("list_sizes").groupby("quarter")["registered_patients"].sum()
    total["2014-15"], total["2015-16"] = lists["2015-01-01"], lists["2016-01-01"]
    practices = years.groupby("year")["practices"].sum()
    for day in {one.last_day for one in every_life.values()}:
        codes = lineage.bodies(day)["code"]
        then = [one for one in (every_life[c] for c in codes) if one.last_day == day]
        if len(then) < len(codes):
            continue  # those still open later stand on another area
        for period in total.index.intersection(by_period(then[0])):
            assert sum(by_period(one)[period] for one in then) == pytest.approx(total[period], abs=len(then))
            counted = sum(by_period(one, "practices")[period] for one in then)
            assert counted == pytest.approx(practices[period], abs=6)


@pytest.mark.slow
def test_practices_of_april_2013_are_missing_where_the_file_lacks_some(lives):
    assert lives["04C"].years[0].practices > 0
    assert lives["04D"].years[0].practices is None and lives["04D"].years[0].patients == 227_291
    (heir,) = [h.end for h in lives["04D"].after if h.kind == "merger"]
    assert lives[heir].years[0].practices is None, "a sum of which a part is missing"
    assert lives[heir].years[1].practices > 0


@pytest.mark.slow
def test_nobody_has_figures_after_its_last_day(every_life):
    assert [y.period for y in every_life["00G"].years] == ["April 2013", "2014-15"]
    assert every_life["00C"].years[-1].period == "2019-20" and every_life["15E"].years[-1].period == "2021-22"
    assert {one.years[-1].period for one in every_life.values() if one.kind == "board"} == {"2022-23"}


@pytest.mark.slow
def test_standings_are_among_all_of_the_time(every_life):
    stands = {c: {s.measure: s for s in one.standing} for c, one in every_life.items()}
    largest = max(
        (c for c in every_life if every_life[c].closed == life.EVE), key=lambda c: stands[c]["patients"].value
    )
    top = stands[largest]["patients"]
    assert (top.rank, top.of, top.decile) == (1, 106, 10)
    assert top.value == top.highest == 2_732_193 and top.middle == 365_716
    assert stands["00G"]["patients"].of == 211 and stands["QHL"]["patients"].of == 36
    for one in every_life.values():
        for s in one.standing:
            assert 1 <= s.rank <= s.of and 1 <= s.decile <= 10 and s.lowest <= s.value <= s.highest
            assert s.decile < 10 or s.rank <= -(-s.of // 10)
            assert s.decile == 10 or s.rank > s.of // 10 or s.measure == "practices", "practices have ties"
            assert s.source and s.period and s.shown and s.status in ("exact", "approximate")


@pytest.mark.slow
def test_ranks_of_deprivation_are_the_published_ones_where_the_bodies_are(every_life):
    imd = tables.load("deprivation").set_index(["index_year", "code"])["imd_rank"]
    for day, year in (("2017-03-31", 2015), ("2020-03-31", 2019)):
        codes = [c for c, one in every_life.items() if one.closed == pd.Timestamp(day)]
        found = {c: s.rank for c in codes for s in every_life[c].standing if s.measure == "deprivation"}
        assert found == {c: imd[year, c] for c in codes} and codes


def test_a_merged_body_has_the_mean_of_the_scores_and_says_so(lives):
    (one,) = [s for s in lives["D4U1Y"].standing if s.measure == "deprivation"]
    scores = tables.load("deprivation").query("index_year == 2019 and code in ['15D', '99M', '10C']")[
        "imd_score"
    ]
    assert scores.min() < one.value < scores.max() and one.status == "approximate"
    assert "mean of its predecessors’ scores" in one.note
    (alone,) = [s for s in lives["15E"].standing if s.measure == "deprivation"]
    assert alone.status == "exact" and alone.note == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "last, year, codes",
    [
        ("2019-03-31", "2018-19", ["01E", "01K", "02M"]),
        ("2020-03-31", "2019-20", ["02R", "02W", "04L", "04M"]),
    ],
)
def test_money_is_left_out_where_land_or_practices_moved_and_it_had_not_followed(last, year, codes):
    day = life._facts(lineage.default()).day(pd.Timestamp(last))
    for code in codes:
        found, missing = day.standing(code)
        assert "money" not in {s.measure for s in found}
        assert missing["money"] == f"land or practices moved between its money and its patients of {year}"


@pytest.mark.slow
def test_money_counts_again_once_those_between_which_practices_moved_are_one():
    day = life._facts(lineage.default()).day(pd.Timestamp("2021-03-31"))
    known = {code: {s.measure for s in day.standing(code)[0]} for code in ("36J", "52R", "03W", "04C")}
    assert {code for code, measures in known.items() if "money" in measures} == {"36J", "52R"}


@pytest.mark.slow
def test_what_is_not_known_is_missing_with_a_reason(every_life):
    for one in every_life.values():
        known = {s.measure for s in one.standing}
        assert known.isdisjoint(one.missing) and known | set(one.missing) >= set(life.MEASURES)
        assert all(len(why) > 10 for why in one.missing.values())
    assert "April 2015" in every_life["00G"].missing["deprivation"]
    assert "too few or too many returns" in every_life["99F"].missing["independent"]
    assert "after its time" in every_life["00C"].missing["need"]


def test_no_table_is_read_for_each_body(monkeypatch, lives):
    """Worked out anew, past what is remembered of each life, two bodies take what was read for all."""
    read, load = [], tables.load
    monkeypatch.setattr(tables, "load", lambda name: read.append(name) or load(name))
    known, anew = lineage.default(), life._life.__wrapped__
    assert (anew("14L", known), anew("QUA", known)) == (lives["14L"], lives["QUA"])
    assert read == []


def test_a_life_is_found_by_any_of_its_codes_and_refused_in_words(lives):
    assert life.of("E38000041") is life.of("01H") and life.of("01H") == lives["01H"]
    assert life.of("E54000055").code == "QHL"
    with pytest.raises(lineage.LineageError, match="'1H' is not a code known here"):
        life.of("1H")
    with pytest.raises(
        lineage.LineageError,
        match=r"5PG was a primary care trust, Birmingham East and North.*led to Birmingham Crosscity \(13P\)",
    ):
        life.of("5PG")


def test_the_tables_of_a_life_are_plain(lives):
    trail = life.table(lives["01H"], "trail")
    assert trail.loc[0, ["side", "date", "start", "end", "kind"]].tolist() == [
        "after", "2017-04-01", "01H", "01H", "rename",
    ]  # fmt: skip
    years = life.table(lives["15E"], "years")
    assert years["start"].tolist()[0] == "2013-04-01" and (years["code"] == "15E").all()
    assert set(life.table(lives["15E"], "standing")["measure"]) <= set(life.MEASURES)
    codes = life.table(lives["01H"], "codes")
    assert codes["is"].tolist() == ["NHS Cumbria CCG", "NHS North Cumbria CCG", "E38000041", "E38000215"]
    assert codes["until"].tolist()[:2] == ["2017-03-31", "2022-06-30"]
    assert life.table(lives["QHL"], "trail")["side"].eq("before").all()
    with pytest.raises(ValueError, match="no table 'places'"):
        life.table(lives["15E"], "places")


# --- boards that merged -------------------------------------------------------------------------


@pytest.mark.slow
def test_a_board_made_by_a_merger_leads_back_and_those_before_it_lead_on(lives):
    one = lives["S9B9J"]
    assert (one.opened, one.closed, one.last_day) == (pd.Timestamp("2026-04-01"), None, one.opened)
    assert into(one) == {"QNX": "2026-04-01", "QXU": "2026-04-01"}
    assert into(one, "split") == {"QNQ": "2026-04-01"}
    assert {"92A", "70F"} < {hop.start for hop in one.before}, "and the CCGs before those"
    for old in ("QNX", "QXU"):
        assert into(lives[old], "abolition") and lives[old].closed == pd.Timestamp("2026-03-31")
        assert [(h.end, h.kind) for h in lives[old].after] == [("S9B9J", "merger")]
    assert sorted(h.end for h in lives["QNQ"].after) == ["QRL", "S0E4D", "S9B9J"]
    assert {h.kind for h in lives["QNQ"].after} == {"split"}
    assert "QNQ" in {h.end for h in lives["15D"].after} and "S0E4D" in {h.end for h in lives["15D"].after}


@pytest.mark.slow
def test_a_board_closed_in_2026_stands_among_the_42_and_one_that_is_open_among_the_36(lives):
    place = {code: lives[code].standing[0] for code in ("QNQ", "QMJ", "QHL", "S9B9J")}
    assert {code: (one.measure, one.of) for code, one in place.items()} == {
        "QNQ": ("patients", 42), "QMJ": ("patients", 42), "QHL": ("patients", 36), "S9B9J": ("patients", 36),
    }  # fmt: skip
    assert place["S9B9J"].status == "approximate" and place["QMJ"].status == "exact"
    # Sussex, Surrey Heartlands and 18% of Frimley, in the allocation tool of 2023-24
    (patients,) = tables.load("icbs").query("code == 'S9B9J'")["registered_patients"]
    assert place["S9B9J"].value == pytest.approx(patients, rel=0.02)


@pytest.mark.slow
def test_a_summary_says_whether_the_code_is_still_a_locations(lives):
    assert "its area kept its code until 31 March 2026, as a sub-ICB location." in life.summary(
        lives["D4U1Y"]
    )
    assert "its area kept its code, as a sub-ICB location." in life.summary(lives["15E"])
    asked = ["15E", "15M", "78H", "D2P2L", "01Y", "06H", "99F"]
    gained = [code for code in asked if "joined the location that day" in life.summary(lives[code])]
    assert gained == ["15E", "15M", "78H"], "West Birmingham, Glossop and Oundle moved in July 2022"
    asked = ["QUA", "QOP", "QUE", "70F", "QHL", "S9B9J", "92A", "15E"]
    lost = [code for code in asked if "instead." in life.summary(lives[code])]
    assert lost == asked[:4], (
        "and so did not pass to the board of the rest; nor Fernhurst to West Sussex in 2020"
    )


def test_a_summary_says_what_moved_under_a_code_after_boards_began(lives):
    said = {code: life.summary(lives[code]) for code in ("92A", "70F", "D9Y0V", "D4U1Y", "QXU", "QNX")}
    fernhurst = "went to West Sussex (70F) on 1 April 2023."
    assert f"A part of the location {fernhurst}" in said["92A"]
    assert "A part of Surrey Heartlands (92A) came to the location on 1 April 2023." in said["70F"]
    assert "A part of it went to Sussex (QNX) on 1 April 2023." in said["QXU"]
    assert "A part of Surrey Heartlands (QXU) came to it on 1 April 2023." in said["QNX"]
    frimley = "A part of Frimley (D4U1Y) came to the location on 1 April 2026."
    assert frimley in said["D9Y0V"] and said["92A"].count(frimley) == 1, "Farnham and Surrey Heath in one"
    assert "the location" not in said["D4U1Y"], "it had ended"


@pytest.mark.slow
def test_a_summary_says_with_whom_a_ccg_merged_and_which_board_has_its_area_today(lives):
    said = life.summary(lives["02D"])
    assert "It merged with Eastern Cheshire (01C), South Cheshire (01R) and West Cheshire (02F) into" in said
    assert said.endswith("Today its area is part of the board Cheshire and Merseyside (QYG).")
    assert "Today" not in life.summary(lives["15E"]), "the board that took over is there"
    assert "divided between the boards Thames Valley (S0E4D)," in life.summary(lives["QNQ"])
