"""Each statistic against a published or closed-form result."""

import numpy as np
import pandas as pd
import pytest
from ccg import stats


@pytest.mark.parametrize(
    "count, base, low, high",
    [  # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_table(count, base, low, high):
    assert stats.wilson(count, base) == pytest.approx((low, high), abs=5e-5)


def test_wilson_refuses_what_is_not_a_proportion():
    for count, base in ((5, 0), (-1, 10), (11, 10)):
        with pytest.raises(ValueError, match="between 0 and its base"):
            stats.wilson(count, base)


def test_intervals_use_the_base_then_the_implied_base_then_nothing():
    rows = pd.DataFrame(
        {
            "percent": [50.0, 14.0, 30.0],
            "base": pd.array([100, None, None], "Int64"),
            "count": pd.array([None, 173, None], "Int64"),
            "implied_base": pd.array([None, 1236, None], "Int64"),
        }
    )
    got = stats.intervals(rows)
    assert got.loc[0, ["low", "high"]].tolist() == pytest.approx([40.38, 59.62], abs=0.01)
    assert got.loc[1, "low"] / 100 == pytest.approx(stats.wilson(173, 1236)[0])
    assert got.loc[2, ["low", "high"]].isna().all()


# Freireich and others 1963: weeks of remission on 6-MP and on placebo, + for still in remission
MP = [
    "6",
    "6",
    "6",
    "6+",
    "7",
    "9+",
    "10",
    "10+",
    "11+",
    "13",
    "16",
    "17+",
    "19+",
    "20+",
    "22",
    "23",
    "25+",
    "32+",
    "32+",
    "34+",
    "35+",
]
PLACEBO = [
    "1",
    "1",
    "2",
    "2",
    "3",
    "4",
    "4",
    "5",
    "5",
    "8",
    "8",
    "8",
    "8",
    "11",
    "11",
    "12",
    "12",
    "15",
    "17",
    "22",
    "23",
]


def split(weeks):
    return [float(w.rstrip("+")) for w in weeks], [not w.endswith("+") for w in weeks]


def test_kaplan_meier_gives_the_published_leukaemia_curve():
    curve = stats.kaplan_meier(*split(MP))
    assert curve["time"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve["share"].round(3).tolist() == published
    assert ((curve["low"] < curve["share"]) & (curve["share"] < curve["high"])).all()


def test_kaplan_meier_without_censoring_is_the_plain_share():
    time = [1, 1, 2, 3, 3, 3, 4, 5, 5, 6]
    curve = stats.kaplan_meier(time, [True] * 10)
    assert curve["share"].tolist() == pytest.approx(
        [sum(t > x for t in time) / 10 for x in (1, 2, 3, 4, 5, 6)]
    )


def test_kaplan_meier_needs_an_event():
    with pytest.raises(ValueError, match="no event"):
        stats.kaplan_meier([1, 2], [False, False])


def test_log_rank_gives_the_published_leukaemia_test():
    (a, ea), (b, eb) = split(MP), split(PLACEBO)
    chi2, p = stats.log_rank(a + b, ea + eb, ["6-MP"] * 21 + ["placebo"] * 21)
    assert round(chi2, 2) == 16.79 and p == pytest.approx(4.17e-5, rel=0.01)


def difference(outcome, value):
    went = outcome["went"].to_numpy()
    return abs(value[went].mean() - value[~went].mean())


def world(rng, decisions=15, alone=60):
    """CCGs whose size is alike within a decision and has nothing to do with deciding."""
    sizes = rng.integers(2, 9, decisions)
    label = np.r_[np.repeat(np.arange(decisions), sizes), decisions + np.arange(alone)]
    value = rng.normal(size=decisions + alone)[label] + 0.2 * rng.normal(size=len(label))
    return pd.DataFrame({"went": label < decisions}), value, label


def test_shuffling_decisions_holds_its_level_where_shuffling_ccgs_does_not():
    rng, whole, single = np.random.default_rng(1), 0, 0
    for seed in range(200):
        outcome, value, label = world(rng)
        whole += stats.shuffle_decisions(outcome, value, label, difference, 99, seed)[1] <= 0.05
        each = np.arange(len(value))
        single += stats.shuffle_decisions(outcome, value, each, difference, 99, seed)[1] <= 0.05
    assert whole / 200 < 0.10, "a true null is rejected too often"
    assert single / 200 > 0.15, "the trap this method avoids is no longer a trap"


def test_shuffling_finds_an_effect_that_is_there_and_repeats_itself():
    outcome, value, label = world(np.random.default_rng(2))
    value = value + 2 * outcome["went"].to_numpy()
    first = stats.shuffle_decisions(outcome, value, label, difference, 199)
    assert first[1] == 1 / 200
    assert first[1:2] == stats.shuffle_decisions(outcome, value, label, difference, 199)[1:2]


def test_the_observed_statistic_does_not_depend_on_the_order_of_rows():
    outcome, value, label = world(np.random.default_rng(3))
    order = np.random.default_rng(4).permutation(len(value))
    a = stats.shuffle_decisions(outcome, value, label, difference, 9)[0]
    b = stats.shuffle_decisions(outcome.iloc[order], value[order], label[order], difference, 9)[0]
    assert a == pytest.approx(b) == pytest.approx(difference(outcome, value))
