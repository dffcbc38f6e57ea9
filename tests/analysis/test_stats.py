"""Each statistic against a published or closed-form result."""

import doctest

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
    for count, base in ((0, 0), (5, 0), (-1, 10), (11, 10)):
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
    assert curve["events"].tolist() == [3, 1, 1, 1, 1, 1, 1]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve["share"].round(3).tolist() == published
    assert ((curve["low"] < curve["share"]) & (curve["share"] < curve["high"])).all()


def test_kaplan_meier_without_censoring_is_the_plain_share():
    time = [1, 1, 2, 3, 3, 3, 4, 5, 5, 6]
    curve = stats.kaplan_meier(time, [True] * 10)
    assert curve["share"].tolist() == pytest.approx(
        [sum(t > x for t in time) / 10 for x in (1, 2, 3, 4, 5, 6)]
    )
    assert curve[["low", "high"]].isna().all(axis=1).tolist() == [False] * 5 + [True], "all have closed"


def test_kaplan_meier_needs_an_event():
    with pytest.raises(ValueError, match="no event"):
        stats.kaplan_meier([1, 2], [False, False])


def test_log_rank_gives_the_published_leukaemia_test():
    (a, ea), (b, eb) = split(MP), split(PLACEBO)
    chi2, p = stats.log_rank(a + b, ea + eb, ["6-MP"] * 21 + ["placebo"] * 21)
    assert round(chi2, 2) == 16.79 and p == pytest.approx(4.17e-5, rel=0.01)


def bodies(rng, n=80):
    """Bodies with many ties and some still open at every time of an end."""
    time = rng.integers(1, 7, n).astype(float)
    event = rng.random(n) < 0.6
    event[:3] = True
    return time, event, rng.integers(0, 4, n), rng.integers(0, 3, n)


@pytest.mark.parametrize("seed", range(10))
def test_log_rank_is_that_of_statsmodels_with_ties_censoring_and_strata(seed):
    from statsmodels.duration.survfunc import survdiff

    time, event, group, stratum = bodies(np.random.default_rng(seed))
    for strata in (None, stratum):
        expected = survdiff(time, event.astype(int), group, strata=strata)
        assert stats.log_rank(time, event, group, strata) == pytest.approx(expected, rel=1e-9)


def test_a_matrix_of_shuffles_gives_what_each_shuffle_gives_alone():
    rng = np.random.default_rng(5)
    time, event, group, stratum = bodies(rng)
    group, score = np.array(["a", "b", "c", "d"])[group], rng.normal(17, 1, len(group))
    order = stats.shuffles(np.arange(len(time)) // 3, 20)
    for test, value in ((stats.log_rank, group), (stats.log_rank_trend, score)):
        for strata in (None, stratum):
            at_once = np.array(test(time, event, value[order], strata))
            alone = np.array([test(time, event, value[o], strata) for o in order]).T
            assert at_once == pytest.approx(alone, rel=1e-9)
        assert np.array(test(time, event, value[order[:1]])) == pytest.approx(
            np.array([test(time, event, value[order[0]])]).T, rel=1e-9
        ), "one shuffle is a matrix too"


@pytest.mark.few(1)
@pytest.mark.parametrize("strata", [False, True])
def test_the_trend_is_the_score_test_of_coxs_regression(strata):
    from scipy.stats import norm
    from statsmodels.duration.hazard_regression import PHReg

    rng = np.random.default_rng(6)
    time, event, _, stratum = bodies(rng)
    time, score = (
        time + rng.random(len(time)) / 10,
        rng.normal(size=len(time)),
    )  # no ties: all variances agree
    cox = PHReg(time, score[:, None], status=event.astype(int), strata=stratum if strata else None)
    start = np.zeros(1)
    expected = cox.score(start)[0] / np.sqrt(-cox.hessian(start)[0, 0])
    z, p = stats.log_rank_trend(time, event, score, stratum if strata else None)
    assert z == pytest.approx(expected, rel=1e-9) and p == pytest.approx(2 * norm.sf(abs(expected)))


def test_the_trend_over_two_groups_is_the_log_rank_test_and_has_a_sign():
    (a, ea), (b, eb) = split(MP), split(PLACEBO)
    on_mp = np.r_[np.ones(21), np.zeros(21)]
    z = stats.log_rank_trend(a + b, ea + eb, on_mp)[0]
    assert z**2 == pytest.approx(stats.log_rank(a + b, ea + eb, on_mp)[0]) and round(z**2, 2) == 16.79
    assert z < 0, "those with the lower score, on placebo, relapsed sooner"
    assert stats.log_rank_trend(a + b, ea + eb, 100 - 7 * on_mp)[0] == pytest.approx(-z)


def test_log_rank_refuses_what_it_cannot_compare():
    with pytest.raises(ValueError, match="one group alone"):
        stats.log_rank([1, 2], [True, True], ["a", "a"])
    with pytest.raises(ValueError, match="a shuffle has a group that the first has not"):
        stats.log_rank([1, 2], [True, True], np.array([["a", "b"], ["a", "c"]]))
    with pytest.raises(ValueError, match="no event"):
        stats.log_rank([1, 2], [False, False], ["a", "b"])
    with pytest.raises(ValueError, match="a time, score or stratum is missing"):
        stats.log_rank_trend([1, 2], [True, True], [1, 2], ["North", None])
    with pytest.raises(ValueError, match="no trend to test"):
        stats.log_rank_trend([1, 2], [True, True], [5, 5])


def test_shuffles_keep_decisions_together_and_regions_apart():
    decision = np.array(list("abcabdeefg"))
    region = np.where(np.isin(decision, list("abc")), "North", "South")
    order = stats.shuffles(decision, 300, within=region)
    assert (np.sort(order, axis=1) == np.arange(len(decision))).all(), "a shuffle loses or repeats a body"
    assert (region[order] == region).all(), "a decision left its region"
    run = np.argsort(pd.factorize(decision)[0], kind="stable")  # the bodies sorted by decision
    for line in decision[order][:, run]:
        changes = 1 + (line[1:] != line[:-1]).sum()
        assert changes == len(set(decision)), "a decision was taken apart"
    assert len({tuple(o) for o in order}) > 100
    # in the North one decision after another, in the order drawn
    drawn = np.random.default_rng(2013).permuted(np.tile(np.arange(3), (300, 1)), axis=1)
    blocks = [np.flatnonzero(decision == d) for d in "abc"]
    laid = order[:, np.concatenate(blocks)]
    assert laid.tolist() == [np.concatenate([blocks[b] for b in d]).tolist() for d in drawn]
    assert len(stats.shuffles(decision)) + 1 == 2000, "without a number p is told in two-thousandths"
    free = stats.shuffles(decision, 300)
    assert (region[free] != region).any() and (free == stats.shuffles(decision, 300)).all()


def test_shuffles_refuse_a_decision_in_two_regions_or_without_a_label():
    with pytest.raises(ValueError, match="in more than one part of `within`: b;"):
        stats.shuffles(["a", "b", "b"], within=["North", "North", "South"])
    for decision, within in ((["a", None], None), (["a", "b"], ["North", None])):
        with pytest.raises(ValueError, match="no decision or no place"):
            stats.shuffles(decision, within=within)


def test_a_shuffle_test_is_its_statistic_of_each_shuffle():
    outcome, value, label = world(np.random.default_rng(7))
    observed, p, drawn = dealt(outcome, value, label, 99)
    one_by_one = [difference(outcome, value[o]) for o in stats.shuffles(label, 99)]
    assert observed == pytest.approx(difference(outcome, value)) and drawn == pytest.approx(one_by_one)
    assert p == (1 + sum(d >= observed - 1e-9 for d in one_by_one)) / 100


@pytest.mark.slow
def test_shuffling_within_regions_holds_its_level_where_size_and_merging_go_with_region():
    """Large bodies of one region all merge; inside the regions size decides nothing."""
    label = np.r_[np.repeat(np.arange(12), 4), 12 + np.arange(40)]
    region = np.where((label < 8) | (label >= 44), "A", "B")
    went, time = label < 12, np.where(label < 12, 1.0, 2.0)

    def p(value, within, seed):
        order = stats.shuffles(label, 99, seed, within)
        return stats.shuffle_test(
            lambda v: abs(stats.log_rank_trend(time, went, v, within)[0]), value, order
        )[1]

    rng, inside, across = np.random.default_rng(8), 0, 0
    for seed in range(200):
        value = rng.normal(size=52)[label] + 3 * (region == "A")
        inside += p(value, region, seed) <= 0.05
        across += p(value, None, seed) <= 0.05
    assert inside / 200 < 0.10, "a true null is rejected too often"
    assert across / 200 > 0.5, "region is no longer mistaken for size, so this test shows nothing"


def difference(outcome, value):
    went = outcome["went"].to_numpy()
    return abs(value[..., went].mean(axis=-1) - value[..., ~went].mean(axis=-1))


def dealt(outcome, value, label, times, seed=2013):
    return stats.shuffle_test(lambda v: difference(outcome, v), value, stats.shuffles(label, times, seed))


def world(rng, decisions=15, alone=60):
    """CCGs whose size is alike within a decision and has nothing to do with deciding."""
    sizes = rng.integers(2, 9, decisions)
    label = np.r_[np.repeat(np.arange(decisions), sizes), decisions + np.arange(alone)]
    value = rng.normal(size=decisions + alone)[label] + 0.2 * rng.normal(size=len(label))
    return pd.DataFrame({"went": label < decisions}), value, label


@pytest.mark.slow
def test_shuffling_decisions_holds_its_level_where_shuffling_ccgs_does_not():
    rng, whole, single = np.random.default_rng(1), 0, 0
    for seed in range(200):
        outcome, value, label = world(rng)
        whole += dealt(outcome, value, label, 99, seed)[1] <= 0.05
        each = np.arange(len(value))
        single += dealt(outcome, value, each, 99, seed)[1] <= 0.05
    assert whole / 200 < 0.10, "a true null is rejected too often"
    assert single / 200 > 0.15, "the trap this method avoids is no longer a trap"


def test_shuffling_finds_an_effect_that_is_there_and_repeats_itself():
    outcome, value, label = world(np.random.default_rng(2))
    value = value + 2 * outcome["went"].to_numpy()
    first = dealt(outcome, value, label, 199)
    assert first[1] == 1 / 200
    assert first[1:2] == dealt(outcome, value, label, 199)[1:2]


def test_the_observed_statistic_does_not_depend_on_the_order_of_rows():
    outcome, value, label = world(np.random.default_rng(3))
    order = np.random.default_rng(4).permutation(len(value))
    a = dealt(outcome, value, label, 9)[0]
    b = dealt(outcome.iloc[order], value[order], label[order], 9)[0]
    assert a == pytest.approx(b) == pytest.approx(difference(outcome, value))


def test_examples_give_what_they_show():
    failed, tried = doctest.testmod(stats)
    assert tried and not failed


@pytest.mark.parametrize("with_need", [False, True])
def test_a_gap_is_that_of_a_regression_clustered_by_decision(with_need):
    from statsmodels.regression.linear_model import OLS

    outcome, need, label = world(np.random.default_rng(9))
    merged, money = outcome["went"].to_numpy(), need + np.random.default_rng(10).normal(size=len(need))
    found = stats.gap(money, merged, label, need if with_need else None, times=9)
    design = np.column_stack([np.ones(len(need)), merged, *([need] if with_need else [])]).astype(float)
    fit = OLS(money, design).fit(cov_type="cluster", cov_kwds={"groups": label}, use_t=True)
    assert [found.gap, found.se] == pytest.approx([fit.params[1], fit.bse[1]])
    assert [found.low, found.high] == pytest.approx(fit.conf_int()[1].tolist())


@pytest.mark.slow
def test_a_gap_is_judged_by_whole_decisions_and_holds_its_level_at_unequal_spread():
    wrong = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        outcome, need, label = world(rng)
        merged = outcome["went"].to_numpy()
        money = need + rng.normal(size=label.max() + 1)[label] * np.where(merged, 2.0, 1.0)
        wrong += stats.gap(money, merged, label, need, times=199, seed=seed).p <= 0.05
    assert 0.02 <= wrong / 300 <= 0.10
    money = money - 2.5 * merged
    assert stats.gap(money, merged, label, need, times=199).p <= 0.02


def test_a_shuffle_test_refuses_a_statistic_that_is_no_number_of_one_shuffle():
    def first_but_no_three(value):
        return np.where(value[..., 0] == 3, np.nan, value[..., 0])

    for value in ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]):
        with pytest.raises(ValueError, match="the statistic is not a number"):
            stats.shuffle_test(first_but_no_three, value, np.array([[0, 1, 2], [2, 1, 0], [1, 2, 0]]))


def test_a_gap_refuses_what_it_cannot_compare():
    sound = [1.0, 2.0, 3.0]
    for value, group in (
        ([1.0, np.nan, 3.0], [True, False, False]),
        (sound, [True] * 3),
        (sound, [False] * 3),
    ):
        with pytest.raises(ValueError, match="a number is missing, or all bodies are of one group"):
            stats.gap(value, group, ["a", "b", "c"])


def test_many_shuffles_at_once_are_each_by_itself():
    """So many that they are worked out some at a time: each has the figures that it has alone."""
    some = np.random.default_rng(5)
    time, event = some.integers(1, 90, 200), some.random(200) < 0.7
    groups = np.array([some.permutation(200) < 80 for _ in range(60)])
    scores = some.normal(size=(60, 200))
    for test, values in ((stats.log_rank, groups), (stats.log_rank_trend, scores)):
        together = np.array(test(time, event, values))
        alone = np.array([test(time, event, one) for one in values]).T
        assert together == pytest.approx(alone, rel=1e-9)


def test_a_p_is_the_same_in_pounds_and_in_pence():
    """As many shuffles are as far apart, whatever the unit: what is equal but for the last digit is as large."""
    members = np.arange(6) < 3
    order = stats.shuffles(range(6), times=500)

    def total(value):
        return value[..., members].sum(axis=-1)

    size = np.array([0.1, 0.2, 0.3, 0.7, 0.6, 1.1])
    found = {stats.shuffle_test(total, size * unit, order)[1] for unit in (1, 7, 1e7, np.pi * 3e11)}
    assert len(found) == 1


def test_an_interval_of_a_share_stays_between_none_and_all():
    for base in range(1, 400):
        low, high = stats.wilson(0, base)[0], stats.wilson(base, base)[1]
        assert 0 <= low < 1e-15 and 1 - 1e-15 < high <= 1


def test_groups_wholly_apart_have_the_least_p_that_so_few_bodies_can_have():
    """The p of a gap is that of the groups as they are: ten bodies of which the five in one group have far more."""
    value, group = np.array([1.0, 2, 3, 4, 5, 11, 12, 13, 14, 15]), np.arange(10) >= 5
    found = stats.gap(value, group, range(10), times=999)
    # of 252 ways to choose five of ten two stand as far apart
    assert found.p == pytest.approx(2 / 252, abs=0.008)
    asked_for_no_number = stats.gap(value, group, range(10)).p
    assert 2000 * asked_for_no_number == pytest.approx(round(2000 * asked_for_no_number), abs=1e-9)


def test_a_trend_is_the_same_in_people_and_in_millions_and_counted_from_anywhere():
    some = np.random.default_rng(7)
    time, event, size = some.integers(1, 9, 40), some.random(40) < 0.6, some.normal(3e5, 1e5, 40)
    plain = stats.log_rank_trend(time, event, size)
    assert stats.log_rank_trend(time, event, size / 1e9) == pytest.approx(plain)
    assert stats.log_rank_trend(time, event, size + 1e13) == pytest.approx(plain)
