"""From every earlier geography to the 36 boards of April 2026: the right code, the right share, and no way back."""

import pandas as pd
import pytest
from ccg import RebaseError, lineage, rebase, tables

TODAY = "2026-04-01"
#: Registered patients of Frimley's parts by the lists of 1 July 2026, after they had moved: 846,675 in all.
FRIMLEY = {"S0E4D": 0.588078, "QRL": 0.230496, "S9B9J": 0.181426}
#: Shares by the patients of 2022-23, as another source has them for the two boards that their locations divide.
DIVIDED = {"QJG": {"T6Y0W": 0.650456, "D7T5G": 0.349544}, "QM7": {"S1Y5D": 0.798526, "D7T5G": 0.201474}}


def ends(code, at=None, level="icb"):
    found = lineage.successors(code, TODAY, level, at=at)
    return dict(zip(found["to"], found["share"], strict=True))


def areas(day, by):
    """Small areas (LSOA of 2021) by location or board of a geography, from the look-up of the statistical office."""
    people = tables.load("location_people")
    return people[people["geography"] == day].groupby(by)["small_areas"].sum()


@pytest.mark.parametrize(
    "day, level, bodies",
    [
        ("2012-04-01", "pct", 151),
        ("2013-04-01", "ccg", 211),
        ("2018-04-01", "ccg", 195),
        ("2020-04-01", "ccg", 135),
        ("2022-06-30", "ccg", 106),
        ("2022-07-01", "sub_icb", 106),
        ("2025-04-01", "sub_icb", 106),
        ("2022-07-01", "icb", 42),
        ("2025-04-01", "icb", 42),
        (TODAY, "sub_icb", 106),
        (TODAY, "icb", 36),
    ],
)
def test_every_body_reaches_the_boards_of_today_and_each_board_is_reached(day, level, bodies):
    found = lineage.lookup(day, TODAY, at_level=level)
    assert found["from"].nunique() == bodies
    assert set(found["to"]) == set(lineage.bodies(TODAY)["code"]) and found["to"].nunique() == 36
    assert found.groupby("from")["share"].sum().to_numpy() == pytest.approx(1, abs=1e-9)


def test_all_248_ccgs_lead_to_a_board_of_today():
    for code, closed in tables.load("ccgs")[["code", "closed"]].itertuples(index=False):
        assert sum(ends(code, at=closed).values()) == pytest.approx(1, abs=1e-9), code


def test_the_boards_of_today_are_those_of_the_lookup_of_small_areas():
    before, now = areas("2025-04-01", ["code", "board"]), areas(TODAY, ["code", "board"])
    assert before.sum() == now.sum() == 33_755 and len(now) == 106
    current = lineage.lookup(TODAY, TODAY, "icb", at_level="sub_icb").set_index("from")["to"]
    assert current.to_dict() == dict(now.index)
    assert lineage.lookup("2025-04-01", "2025-04-01", "icb", at_level="sub_icb").set_index("from")[
        "to"
    ].to_dict() == dict(before.index)
    # each location but Frimley is whole in one, and every board has the areas of what it is made of
    made = lineage.lookup("2025-04-01", TODAY, "icb", at_level="sub_icb")
    assert set(made.loc[made["status"] != "exact", "from"]) == {"D4U1Y"}
    small = areas("2025-04-01", "code")
    whole = made[made["from"] != "D4U1Y"]
    got = small[whole["from"]].groupby(whole["to"].to_numpy()).sum()
    gap = areas(TODAY, "board") - got.reindex(areas(TODAY, "board").index, fill_value=0)
    assert gap[gap != 0].to_dict() == {"S0E4D": 255, "QRL": 105, "S9B9J": 95} and small["D4U1Y"] == 455
    edges = tables.load("successions").query("`from` in ['QNQ', 'QJG', 'QM7']")
    for start, rows in edges.groupby("from"):
        area = dict(zip(rows["to"], rows["share"], strict=True))
        if start == "QNQ":
            assert area == pytest.approx({"S0E4D": 255 / 455, "QRL": 105 / 455, "S9B9J": 95 / 455}, abs=1e-4)
        else:
            mine = whole[whole["from"].isin([c for c, board in before.index if board == start])]
            counted = small[mine["from"]].groupby(mine["to"].to_numpy()).sum()
            assert area == pytest.approx((counted / counted.sum()).to_dict(), abs=1e-4)


def test_shares_are_of_patients():
    for at in ("2022-07-01", "2026-03-31"):
        assert ends("QNQ", at=at) == pytest.approx(FRIMLEY, abs=0.005)
        assert ends("D4U1Y", at=at) == pytest.approx(FRIMLEY, abs=0.005)
        for code, shares in DIVIDED.items():
            assert ends(code, at=at) == pytest.approx(shares, abs=0.005)
    assert ends("QM7", at="2022-07-01") == pytest.approx(DIVIDED["QM7"], abs=1e-4)


def test_data_on_the_ccgs_of_april_2020_or_before_divide_one_of_three():
    for at in ("2013-04-01", "2020-04-01"):
        found = lineage.lookup(at, TODAY)
        assert {"99M"} <= set(found.loc[found["status"] != "exact", "from"])
        for code in ("10C", "10G", "10T", "11C") if at < "2018" else ("10C", "15D"):
            assert ends(code, at=at) == {"S9B9J" if code == "10C" else "S0E4D": 1}
    assert ends("99M", at="2020-04-01") == pytest.approx({"QRL": 0.789, "S9B9J": 0.211}, abs=0.005)
    assert ends("99M", at="2020-04-01", level="sub_icb") == pytest.approx(
        {"D9Y0V": 0.789, "92A": 0.211}, abs=0.005
    )


def test_the_edge_of_chichester_moves_no_patients():
    """Its four small areas came from 09N in 2016, went to Surrey Heartlands in 2020 and to Sussex in 2023."""
    found = lineage.lookup("2022-07-01", "2023-04-01", "icb", at_level="icb")
    assert (found["from"] == found["to"]).all() and (found["share"] == 1).all()
    assert found.loc[found["status"] != "exact", "from"].tolist() == ["QXU"]
    assert ends("09N", at="2013-04-01") == ends("09G", at="2018-04-01") == {"S9B9J": 1}


@pytest.mark.parametrize(
    "level, words",
    [
        ("icb", "D7T5G was made on 2026-04-01 from QH8 and part of QJG and part of QM7"),
        ("sub_icb", "the boundary between D4U1Y and 92A moved on 2026-04-01"),
    ],
)
def test_going_back_across_april_2026_is_refused_by_what_stands_in_the_way(level, words):
    with pytest.raises(lineage.LineageError, match=words):
        lineage.lookup(TODAY, "2025-04-01", level, at_level=level)


@pytest.mark.parametrize("day", ["2022-07-01", "2023-04-01", "2024-04-01", "2025-04-01", TODAY])
@pytest.mark.parametrize("level", ["icb", "sub_icb"])
@pytest.mark.parametrize("scheme", ["code", "ons_code"])
def test_the_codes_of_each_year_are_known_as_its_own(day, level, scheme):
    codes = lineage.bodies(day, level)[scheme]
    fit = lineage.which(codes)[0]
    assert fit.exact and fit.matched == len(codes)
    start = max(d for d in ("2022-07-01", "2023-04-01", TODAY) if d <= day)
    exact = [f.vintage for f in lineage.which(codes) if f.exact]
    assert (level, pd.Timestamp(start)) in {(v.level, v.start) for v in exact}
    if scheme == "ons_code":
        assert len(exact) == 1, "ONS codes tell the years apart"


@pytest.mark.parametrize(
    "code, days",
    [
        ("QXU", {"E54000052": "2022-07-01", "E54000063": "2023-04-01"}),
        ("QNX", {"E54000053": "2022-07-01", "E54000064": "2023-04-01"}),
        ("QRL", {"E54000042": "2022-07-01", "E54000067": TODAY}),
        ("S0E4D", {"E54000070": TODAY}),
        ("92A", {"E38000246": "2020-04-01", "E38000264": "2023-04-01", "E38000267": TODAY}),
        ("70F", {"E38000248": "2020-04-01", "E38000265": "2023-04-01"}),
        ("D9Y0V", {"E38000253": "2021-04-01", "E38000266": TODAY}),
        ("U2G6B", {"E38000268": TODAY}),
    ],
)
def test_every_ons_code_has_its_days(code, days):
    assert {ons: str(first.date()) for ons, first, _ in lineage.ons_codes(code)} == days


def test_a_file_of_2026_that_mixes_old_and_new_codes_is_told_so():
    codes = set(lineage.bodies(TODAY)["code"]) - {"Z9B2Z"} | {"QMJ", "QRV"}
    fit = lineage.which(codes)[0]
    words = lineage.describe(fit)
    assert "35 of the codes are of the boards of April 2026, which has 36" in words
    assert "of July 2022 to March 2026: QMJ, QRV" in words


@pytest.mark.slow
def test_figures_are_kept_whole_on_their_way_to_today_and_by_any_road():
    patients = tables.load("ccg_years").query("year == '2019-20'")
    frame = patients[["code", "registered_patients"]].astype({"registered_patients": float})
    direct = rebase(frame, code="code", at="2019-04-01", to=TODAY, sums=["registered_patients"]).frame
    assert len(direct) == 36 and direct["registered_patients"].sum() == pytest.approx(
        frame["registered_patients"].sum()
    )
    way = rebase(frame, code="code", at="2019-04-01", to="2021-04-01", sums=["registered_patients"]).frame
    way = rebase(
        way[["code", "registered_patients"]],
        code="code",
        at="2021-04-01",
        to=TODAY,
        sums=["registered_patients"],
    ).frame
    both = direct.merge(way, on="code", suffixes=("", "_by_way"))
    # by way of one Frimley the CCGs of 2020 in it are mixed; where no land left, both roads are one
    same = both[(both["status"] == "exact") & (both["status_by_way"] == "exact")]
    assert len(same) == 27
    assert same["registered_patients"].tolist() == pytest.approx(same["registered_patients_by_way"].tolist())
    mixed = both[both["code"].isin(FRIMLEY)]
    assert mixed["registered_patients"].sum() == pytest.approx(mixed["registered_patients_by_way"].sum())


def test_figures_of_today_cannot_be_taken_back_and_the_mergers_are_named():
    frame = pd.DataFrame({"code": lineage.bodies(TODAY)["code"], "n": 1.0})
    with pytest.raises((RebaseError, lineage.LineageError), match="D7T5G was made on 2026-04-01 from QH8"):
        rebase(frame, code="code", at=TODAY, to="2024-04-01", sums=["n"])


def test_after_the_last_day_that_was_read_nothing_is_pretended():
    until = lineage.default().until
    assert lineage.bodies(until)["code"].tolist() == lineage.bodies(TODAY)["code"].tolist()
    with pytest.raises(lineage.LineageError, match="the day up to which the facts were read"):
        lineage.lookup("2022-07-01", until + pd.Timedelta(days=1))


@pytest.mark.slow
def test_what_was_announced_is_told_and_moves_nothing():
    moves = tables.load("successions")
    plan = moves[moves["kind"] == "merger"].iloc[[0]].assign(**{
        "from": "QR1", "to": "QUY", "date": pd.Timestamp("2027-04-01"), "certainty": "announced", "source": "MADE"
    })  # fmt: skip
    mine = {"successions": pd.concat([moves, plan])}
    england = lineage.Lineage.from_tables(lambda name: mine[name] if name in mine else tables.load(name))
    assert england.vintages() == lineage.vintages() and england.days() == lineage.days()
    told = england.explain("QR1")
    assert "Announced, and not known to be done:\n  1 April 2027: QR1 merged into QUY" in told
    assert "Announced" not in lineage.explain("QR1")


@pytest.mark.slow
def test_a_reporting_entity_names_the_ccg_that_it_gives_back():
    told = lineage.explain("O4I9P")
    assert "from 3 April 2024, within W2U3Z" in told and "gives back the area of NHS Brent CCG (07P)" in told
    assert "to 31 March 2026, within D4U1Y" in lineage.explain("R2L3Y")
    every = tables.load("other_codes").query("kind == 'reporting_entity'")
    assert len(every) == 37 and every["former_ccg"].is_unique
    for one in every.itertuples():
        day = tables.load("ccgs").set_index("code").at[one.former_ccg, "closed"]
        assert one.location in set(
            lineage.lookup(day, "2024-07-24", "sub_icb").query("`from` == @one.former_ccg")["to"]
        )


def test_frimley_closed_and_did_not_change_its_name():
    told = lineage.explain("D4U1Y", TODAY)
    for part in (
        "From 1 July 2022 to 31 March 2026 a sub-ICB location that keeps the code.",
        "1 April 2026: what was left of D4U1Y passed to U2G6B (NHS Thames Valley ICB - U2G6B), 58.8% by patients.",
        "S0E4D NHS Thames Valley Integrated Care Board, 58.8% by patients (approximate)",
    ):
        assert part in told
    assert lineage.name("U2G6B") == "NHS Thames Valley ICB - U2G6B"
    assert {hop.start for hop in lineage.trail("U2G6B", back=True)} == {"D4U1Y", "15D", "10G", "10T", "11C"}


@pytest.mark.parametrize("code", lineage.bodies("2022-07-01")["code"])
def test_what_came_before_a_board_ended_when_it_ended(code):
    """Frimley's part reached Surrey's location on the day on which Surrey's board was no more."""
    last = lineage.lifetime(code).last
    assert all(hop.date <= last for hop in lineage.trail(code, back=True))


def test_a_location_has_the_name_of_the_day():
    told = lineage.explain("QXU")
    assert "D4U1Y" not in told and "part of 92A moved to 70F (NHS Sussex ICB - 70F)" in told
    assert "part of 09G moved to 92A (NHS Surrey Heartlands CCG)" in told  # in 2020
    assert lineage.name("70F", "2022-06-30") == "NHS West Sussex CCG" == lineage.name("70F")
    assert lineage.name("70F", TODAY) == "NHS Surrey and Sussex ICB - 70F"
    assert "D9Y0V (NHS Hampshire and Isle of Wight ICB - D9Y0V)" in lineage.explain("D4U1Y")
    assert "70F NHS Sussex ICB - 70F (exact)" in lineage.explain("09G", "2024-04-01", "sub_icb")
