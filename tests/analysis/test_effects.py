"""Before and after: on made panels whose true effect is known, ours finds it and the usual shortcut does not."""

import doctest
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ccg import effects, files, levels, outcomes

YEARS = range(2014, 2022)


def made(rng, cohorts, controls=40, effect=lambda lag, cohort: 0.0, noise=1.0):
    """Bodies with a level of their own and a common path; a cohort's effect depends on years since it changed."""
    first = np.r_[np.repeat(list(cohorts), list(cohorts.values())), np.full(controls, np.nan)]
    path, level = rng.normal(size=len(YEARS)).cumsum(), rng.normal(scale=3, size=len(first))
    rows = [
        (f"B{i:03}", year, level[i] + path[t] + noise * rng.normal() + (year >= g and effect(year - g, g)))
        for i, g in enumerate(first)
        for t, year in enumerate(YEARS)
    ]
    frame = pd.DataFrame(rows, columns=["body", "year", "rate"])
    return frame, pd.Series(first, index=[f"B{i:03}" for i in range(len(first))])


def panel_of(frame, first, **more):
    return effects.panel(frame, unit="body", time="year", value="rate", first=first, **more)


def two_way_fixed_effects(frame, first):
    """The usual shortcut: a level for each body and each year, and one effect of having changed."""
    rate = frame.pivot(index="body", columns="year", values="rate")
    changed = np.asarray(rate.columns) >= first[rate.index].to_numpy()[:, None]
    # where all bodies have all years, what levels of bodies and years leave is what their means leave
    rate, changed = (
        x - x.mean(axis=0) - x.mean(axis=1, keepdims=True) + x.mean()
        for x in (rate.to_numpy(), changed.astype(float))
    )
    return (changed * rate).sum() / (changed**2).sum()


def test_a_hand_worked_example():
    # treated go 10, 12 then 20; controls 5, 5 then 8: (20 - 11) - (8 - 5) = 6; since the last year 8 - 3 = 5
    rows = [("T", 2016, 10), ("T", 2017, 12), ("T", 2018, 20)]
    rows += [(c, y, v) for c in "AB" for y, v in ((2016, 5), (2017, 5), (2018, 8))]
    first = pd.Series({"T": 2018, "A": None, "B": None})
    data = panel_of(pd.DataFrame(rows, columns=["body", "year", "rate"]), first)
    found = effects.difference_in_differences(data, times=99).set_index("cohort")["estimate"]
    assert found.tolist() == pytest.approx([6, 6])
    path = effects.event_study(data, times=99).query("cohort != 'all'").set_index("lag")["estimate"]
    assert path.to_dict() == pytest.approx({-2: -2, 0: 5})


def test_the_base_is_the_last_year_that_the_panel_has():
    rows = [("T", 2017, 1), ("T", 2019, 4), ("T", 2021, 9), ("C", 2017, 0), ("C", 2019, 0), ("C", 2021, 2)]
    data = panel_of(pd.DataFrame(rows, columns=["body", "year", "rate"]), pd.Series({"T": 2021, "C": None}))
    path = effects.event_study(data, times=9).query("cohort != 'all'").set_index("lag")["estimate"]
    assert path.to_dict() == pytest.approx({-4: -3, 0: 3})


def test_weights_count_a_body_as_often_as_it_is_large():
    rows = [
        (b, y, v)
        for b, vs in {"S": (0, 4), "L": (0, 1), "C": (0, 0)}.items()
        for y, v in zip((2017, 2018), vs, strict=True)
    ]
    first, weight = pd.Series({"S": 2018, "L": 2018, "C": None}), pd.Series({"S": 1, "L": 3, "C": 1})
    data = panel_of(pd.DataFrame(rows, columns=["body", "year", "rate"]), first, weight=weight)
    assert effects.difference_in_differences(data, times=9)["estimate"].iloc[0] == pytest.approx(2.5)
    assert effects.difference_in_differences(data, times=9, count="patients")["estimate"].iloc[
        0
    ] == pytest.approx(1.75)


@pytest.mark.slow
def test_a_planted_effect_is_found_under_staggered_timing_where_two_way_fixed_effects_are_biased():
    # the effect grows with time and those who changed first gain most, as Goodman-Bacon (2021) warns
    cohorts, grows = {2016: 20, 2018: 20, 2020: 20}, lambda lag, g: (1 + lag) * (2022 - g) / 3
    lasting = {g: np.mean([grows(y - g, g) for y in YEARS if y >= g]) for g in cohorts}
    cells = [grows(y - g, g) for g in cohorts for y in YEARS if y >= g]
    ours, shortcut = [], []
    for seed in range(40):
        frame, first = made(np.random.default_rng(seed), cohorts, controls=10, effect=grows)
        ours.append(
            effects.difference_in_differences(panel_of(frame, first), times=1).set_index("cohort")["estimate"]
        )
        shortcut.append(two_way_fixed_effects(frame, first))
    ours = pd.DataFrame(ours)
    for g, true in lasting.items():
        assert ours[g].mean() == pytest.approx(true, abs=3 * ours[g].std() / 40**0.5), g
    assert ours["all"].mean() == pytest.approx(
        np.mean(list(lasting.values())), abs=3 * ours["all"].std() / 40**0.5
    )
    error = np.mean(shortcut) - np.mean(cells)
    assert error < -0.5 and abs(error) > 10 * np.std(shortcut) / 40**0.5, "the shortcut is no longer a trap"


def test_the_event_study_traces_the_effect_year_by_year_and_nothing_before():
    frame, first = made(
        np.random.default_rng(5), {2016: 30, 2019: 30}, effect=lambda lag, g: 2.0 + lag, noise=0.3
    )
    found = effects.event_study(panel_of(frame, first), times=199).query("cohort == 'all'").set_index("lag")
    for lag, row in found.iterrows():
        true = 2.0 + lag if lag >= 0 else 0.0
        assert row["estimate"] == pytest.approx(true, abs=0.35), lag
        assert (row["p"] <= 0.01) == (lag >= 0), lag


def test_the_same_run_gives_the_same_numbers_in_any_order_of_rows():
    frame, first = made(np.random.default_rng(0), {2018: 5, 2020: 12})
    shuffled = frame.sample(frac=1, random_state=1)
    a, b = (effects.difference_in_differences(panel_of(f, first), times=49) for f in (frame, shuffled))
    pd.testing.assert_frame_equal(a, b)


# --- the examples, and other people's numbers ----------------------------------------------------


@pytest.mark.parametrize("module", [effects, levels])
def test_examples_give_what_they_show(module):
    failed, tried = doctest.testmod(module)
    assert tried and not failed


@pytest.fixture(scope="module", params=["recovery", "within_6_weeks"])
def theirs(request):
    """The panel of an outcome, and what diff-diff makes of it; see diff_diff_numbers.py."""
    table = pd.read_csv(Path(__file__).with_name("diff_diff_numbers.csv"), dtype={"of": str})
    one = table[table["measure"] == request.param]
    return outcomes.talking_therapies(request.param).panel(), one.set_index(["method", "of"])["estimate"]


def test_every_cohort_and_year_is_that_of_another_library(theirs):
    data, told = theirs
    ours = effects.event_study(data, times=0)
    single = ours[ours["cohort"] != "all"]
    found = {f"{r.cohort}-{r.year}": r.estimate for r in single.itertuples()}
    expected = told["group-time"].to_dict()
    assert {k: expected.pop(k) for k in found} == pytest.approx(found, abs=1e-8)
    assert set(expected.values()) == {0.0}, "what is left over are the bases"
    pooled = ours[ours["cohort"] == "all"].set_index("lag")["estimate"]
    for method in ("event study", "sun and abraham"):
        assert pooled.to_dict() == pytest.approx({k: told[method, str(k)] for k in pooled.index}, abs=1e-8)


def test_imputation_is_that_of_another_library(theirs):
    data, told = theirs
    ours = effects.imputation(data, count="years", times=0)["estimate"].item()
    assert ours == pytest.approx(told["imputation", "years"], abs=1e-8)


@pytest.mark.slow
def test_the_answer_of_07_and_its_interval_are_those_of_plain_arithmetic():
    from scipy.stats import t as student

    data = outcomes.talking_therapies("recovery").panel()
    y, first, years = data.values.to_numpy(), data.first.to_numpy(), np.arange(2017, 2022)
    never, merged = np.isnan(first), int((~np.isnan(first)).sum())
    estimate, parts, rest = 0.0, [], 0.0
    for g in (2018, 2019, 2020, 2021):
        change = y[:, years >= g].mean(axis=1) - y[:, years < g].mean(axis=1)
        wave = change[first == g]
        share = len(wave) / merged
        estimate += share * (wave.mean() - change[never].mean())
        parts.append((share**2 * wave.var(ddof=1) / len(wave), len(wave) - 1))
        rest = rest + share * change[never]
    parts.append((rest.var(ddof=1) / len(rest), len(rest) - 1))
    variance = sum(v for v, _ in parts)
    reach = student.ppf(0.975, variance**2 / sum(v**2 / n for v, n in parts)) * math.sqrt(variance)
    row = effects.difference_in_differences(data, times=0).iloc[-1]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx(
        [estimate, estimate - reach, estimate + reach]
    )


def test_imputation_with_bodies_alike_is_that_of_one_regression_on_dummies():
    data = outcomes.talking_therapies("recovery").panel()
    y, first = data.values.to_numpy(), data.first.to_numpy()
    bodies, years = y.shape
    after = np.arange(2017, 2022) >= first[:, None]
    dummies = np.zeros((bodies, years, bodies + years))
    for i, j in itertools.product(range(bodies), range(years)):
        dummies[i, j, [i, bodies + j]] = 1
    fit = np.linalg.lstsq(dummies[~after], y[~after], rcond=None)[0]
    beyond = np.where(after, y - dummies @ fit, np.nan)[after.any(axis=1)]
    found = effects.imputation(data, times=0)["estimate"].item()
    assert found == pytest.approx(np.nanmean(beyond, axis=1).mean(), abs=1e-8)


# --- the interval and the test -------------------------------------------------------------------


def one_wave(rng, treated=6, controls=9, spread=1.0):
    frame, first = made(rng, {2018: treated}, controls=controls)
    data = panel_of(frame, first)
    data.values.loc[data.first.notna()] *= spread
    after = np.asarray(data.values.columns) >= 2018
    change = data.values.to_numpy() @ (after / after.sum() - ~after / (~after).sum())
    return data, change[data.first.notna()], change[data.first.isna()]


@pytest.mark.slow
def test_one_cohort_is_the_unequal_variance_t_test_of_changes_and_its_error_hc2():
    from scipy.stats import ttest_ind
    from statsmodels.regression.linear_model import OLS

    data, a, b = one_wave(np.random.default_rng(1), spread=1.7)
    row = effects.difference_in_differences(data).iloc[0]
    welch = ttest_ind(a, b, equal_var=False)
    reach = welch.confidence_interval()
    assert [row["estimate"], row["df"]] == pytest.approx([a.mean() - b.mean(), welch.df])
    assert [row["low"], row["high"]] == pytest.approx([reach.low, reach.high])
    dummy = np.r_[np.ones(len(a)), np.zeros(len(b))]
    fit = OLS(np.r_[a, b], np.column_stack([np.ones(len(dummy)), dummy])).fit(cov_type="HC2")
    assert row["se"] == pytest.approx(fit.bse[1])


@pytest.mark.slow
def test_p_counts_every_way_to_deal_where_there_are_few():
    from scipy.stats import permutation_test, ttest_ind

    data, a, b = one_wave(np.random.default_rng(2))
    row = effects.difference_in_differences(data).iloc[0]
    told = permutation_test(
        (a, b), lambda x, y, axis: abs(ttest_ind(x, y, axis=axis, equal_var=False).statistic),
        vectorized=True, n_resamples=np.inf, alternative="greater",
    )  # fmt: skip
    assert row["exact"] and row["dealings"] == math.comb(15, 6)
    assert row["p"] == pytest.approx(told.pvalue)


def test_p_of_random_dealings_is_near_that_of_all(monkeypatch):
    data, _, _ = one_wave(np.random.default_rng(3))
    every = effects.difference_in_differences(data).iloc[0]
    monkeypatch.setattr(effects, "EVERY_WAY", 0)
    drawn = effects.difference_in_differences(data).iloc[0]
    assert not drawn["exact"] and drawn["dealings"] == effects.DEALINGS
    assert drawn["p"] == pytest.approx(every["p"], abs=4 * math.sqrt(every["p"] * (1 - every["p"]) / 9999))


def test_the_mean_of_all_cohorts_has_the_spread_of_each_group_over_its_own_number():
    frame, first = made(np.random.default_rng(9), {2016: 7, 2018: 4, 2020: 6})
    data = panel_of(frame, first)
    row = effects.difference_in_differences(data, times=0).set_index("cohort").loc["all"]
    values, parts, control = data.values, [], 0.0
    for g in data.cohorts:
        change = values.loc[:, g:].mean(axis=1) - values.loc[:, : g - 1].mean(axis=1)
        share = data.count(g) / 17
        control = control + share * change[data.first.isna()]
        parts.append((share**2 * change[data.first == g].var() / data.count(g), data.count(g)))
    parts.append((control.var() / 40, 40))
    variance = sum(v for v, _ in parts)
    assert row["se"] == pytest.approx(math.sqrt(variance))
    assert row["df"] == pytest.approx(variance**2 / sum(v**2 / (n - 1) for v, n in parts))


def test_equivalence_is_refused_just_where_the_interval_leaves_the_margin():
    table = effects.difference_in_differences(effects.example())
    ends = effects.interval(table, 0.90).iloc[0].abs().max()
    assert effects.equivalence(table, ends).iloc[0] == pytest.approx(0.05)
    assert (
        effects.equivalence(table, ends + 0.1).iloc[0] < 0.05 < effects.equivalence(table, ends - 0.1).iloc[0]
    )


@pytest.mark.slow
def test_the_inverted_test_ends_where_p_is_one_in_twenty():
    frame, first = made(np.random.default_rng(4), {2016: 9, 2019: 8}, effect=lambda lag, g: 1.0)
    data = panel_of(frame, first)
    low, high = effects.inverted(data)
    row = effects.difference_in_differences(data).iloc[-1]
    assert low < row["estimate"] < high
    assert [low, high] == pytest.approx([row["low"], row["high"]], abs=0.15)
    changed = np.asarray(data.values.columns) >= data.first.to_numpy()[:, None]
    for end, inward in ((low, 0.02), (high, -0.02)):
        p = [effects.difference_in_differences(effects.panel_of(data.values - tau * changed, data.first)).iloc[-1]["p"]
             for tau in (end - inward, end + inward)]  # fmt: skip
        assert p[0] <= 0.05 < p[1]


@pytest.mark.slow
def test_no_interval_stands_on_fewer_than_five_bodies_and_no_p_on_one():
    frame, first = made(np.random.default_rng(0), {2017: 1, 2018: 4, 2020: 5})
    found = effects.difference_in_differences(panel_of(frame, first)).set_index("cohort")
    assert found["low"].isna().to_dict() == {2017: True, 2018: True, 2020: False, "all": True}
    assert found["p"].isna().to_dict() == {2017: True, 2018: False, 2020: False, "all": True}


# one of six in make test
HARD = (18, 1.7)
LEVELS = [
    pytest.param(*one, marks=[] if one == HARD else [pytest.mark.slow])
    for one in itertools.product((18, 34), levels.SPREADS)
]


@pytest.mark.parametrize(("treated", "spread"), LEVELS)
def test_the_studentised_test_holds_its_level_where_the_raw_one_does_not(treated, spread):
    found = levels.simulate(treated, spread, cases=3000, dealings=199)
    assert 3.5 <= found["studentised"] <= 6.5
    assert 3.5 <= found["welch"] <= 6.5
    if spread != 1:
        assert not 2.5 <= found["raw"] <= 8, "the trap this test avoids is no longer a trap"


@pytest.mark.slow
@pytest.mark.parametrize(("spread", "draws"), list(itertools.product(levels.SPREADS, levels.DRAWS)))
def test_the_interval_of_the_four_waves_of_07_holds_its_level(spread, draws):
    assert 4 <= levels.waves([5, 2, 18, 9], spread, draws) <= 6.5


def test_the_interval_over_waves_is_that_over_one_where_there_is_one():
    one, simulated = levels.waves([5], 1.7, "skewed"), pd.read_csv(files.data() / "test_levels.csv")
    row = simulated.query("treated == 5 and spread == 1.7 and draws == 'skewed'").iloc[0]
    assert one == pytest.approx(row["welch"], abs=1)


@pytest.mark.slow
def test_the_table_of_levels_says_what_the_text_does():
    table = pd.read_csv(files.data() / "test_levels.csv")
    assert set(zip(table["treated"], table["spread"], table["draws"], strict=True)) == set(
        itertools.product(levels.TREATED, levels.SPREADS, levels.DRAWS)
    )
    large = table[(table["treated"] >= 10) & (table["draws"] == "normal")]
    assert large["studentised"].between(3.5, 6.5).all() and len(large) == 6
    again = levels.simulate(9, 1.7, cases=2000)
    row = table.query("treated == 9 and spread == 1.7 and draws == 'normal'").iloc[0]
    assert again["studentised"] == pytest.approx(row["studentised"], abs=2)


def test_a_dealing_is_the_same_whatever_the_order_of_rows_and_the_other_outcomes():
    frame, first = made(np.random.default_rng(0), {2018: 7})
    data = panel_of(frame, first)
    other = effects.panel_of(data.values.iloc[::-1] * 3 + 1, first)
    a, b = (effects.difference_in_differences(one).iloc[0] for one in (data, other))
    assert a["p"] == b["p"] and b["estimate"] == pytest.approx(3 * a["estimate"])


# --- what the estimate leans on ------------------------------------------------------------------


def test_base_gap_and_window_choose_the_years():
    data = panel_of(*made(np.random.default_rng(6), {2018: 6}))
    means = data.values.groupby(data.first.notna()).mean().diff().iloc[1]
    ways = {
        "last": ({"base": "last"}, means.loc[2018:].mean() - means[2017]),
        "gap": ({"gap": 1}, means.loc[2018:].mean() - means.loc[:2016].mean()),
        "one year each": ({"base": "last", "until": 1}, means[2018] - means[2017]),
    }
    for name, (how, expected) in ways.items():
        found = effects.difference_in_differences(data, times=0, **how)["estimate"].iloc[0]
        assert found == pytest.approx(expected), name
    with pytest.raises(ValueError, match="no year before the change of 2018 is left"):
        effects.difference_in_differences(data, gap=4)


def test_adjusting_for_regions_is_to_compare_within_them():
    rng = np.random.default_rng(7)
    frame, first = made(rng, {2018: 12, 2020: 8})
    data = panel_of(frame, first)
    region = pd.Series(rng.choice(["N", "S", "M"], len(data.first)), data.first.index)
    found = effects.adjusted(data, pd.get_dummies(region))["estimate"].item()
    expected = 0.0
    for g in data.cohorts:
        change = data.values.loc[:, g:].mean(axis=1) - data.values.loc[:, : g - 1].mean(axis=1)
        never = change[data.first.isna()].groupby(region).mean()
        expected += (change - region.map(never))[data.first == g].sum() / 20
    assert found == pytest.approx(expected)
    bodies = effects.adjusted(data, pd.DataFrame({"nothing": rng.normal(size=60) * 1e-9}, data.first.index))
    assert bodies["estimate"].item() == pytest.approx(
        effects.difference_in_differences(data, times=0)["estimate"].iloc[-1], abs=0.4
    )


@pytest.mark.slow
def test_adjusting_undoes_a_path_that_goes_with_size():
    rng, raw, within = np.random.default_rng(8), [], []
    for _ in range(30):
        frame, first = made(rng, {2018: 20})
        size = pd.Series(np.where(first.notna(), 1.0, 0.0) + rng.normal(size=len(first)), first.index)
        frame["rate"] += frame["body"].map(size) * (frame["year"] >= 2018)
        data = panel_of(frame, first)
        raw.append(effects.difference_in_differences(data, times=0)["estimate"].iloc[0])
        within.append(effects.adjusted(data, size.to_frame("size"))["estimate"].item())
    assert np.mean(raw) > 0.8 and abs(np.mean(within)) < 3 * np.std(within) / 30**0.5


def test_regions_without_a_control_are_refused():
    data = panel_of(*made(np.random.default_rng(0), {2018: 6}))
    alone = pd.DataFrame({"London": (data.first.notna()).astype(float)})
    with pytest.raises(ValueError, match="no control has any London; leave these bodies out"):
        effects.adjusted(data, alone)
    with pytest.raises(ValueError, match="not all is given for B000"):
        effects.adjusted(data, alone.iloc[1:])


@pytest.mark.slow
def test_family_wise_p_is_worked_out_over_the_same_dealings_one_by_one():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(11)
    frame, first = made(rng, {2017: 4, 2020: 6}, controls=12)
    one = panel_of(frame, first)
    two = effects.panel_of(one.values + rng.normal(size=one.values.shape), first)
    table = effects.family_wise({"one": one, "two": two}, times=199).set_index(["outcome", "cohort"])
    who = effects._dealt(one, one.cohorts, 199, 2013)
    far = {}
    for name, data in (("one", one), ("two", two)):
        for g in data.cohorts:
            change = (
                data.values.loc[:, g:].mean(axis=1) - data.values.loc[:, : g - 1].mean(axis=1)
            ).to_numpy()
            far[name, g] = [abs(ttest_ind(change[a], change[b], equal_var=False).statistic)
                            for a, b in zip(who[g], who[0], strict=True)]  # fmt: skip
    far = pd.DataFrame(far).round(9)
    p = far.apply(lambda c: c.map(lambda x: (c >= x).mean()))
    assert table["p"].to_dict() == pytest.approx(p.iloc[0].to_dict())
    order, last = p.iloc[0].sort_values().index, 0.0
    for k, name in enumerate(order):
        last = max(last, (p[order[k:]].min(axis=1) <= p.iloc[0][name] + 1e-12).mean())
        assert table.loc[name, "p_family"] == pytest.approx(last)


@pytest.mark.slow
def test_family_wise_p_errs_once_in_twenty_where_nothing_is_true_and_still_finds_what_is():
    wrong, found = 0, 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        frame, first = made(rng, {2018: 10})
        many = {
            k: effects.panel_of(panel_of(frame, first).values + rng.normal(size=(50, 8)), first)
            for k in "abcde"
        }
        wrong += effects.family_wise(many, times=199)["p_family"].min() <= 0.05
        many["a"].values.loc[first.notna(), 2018:] += 3
        clear = effects.family_wise(many, times=199).iloc[0]
        found += clear["outcome"] == "a" and clear["p_family"] <= 0.05
    assert wrong / 120 < 0.11 and found > 110


@pytest.mark.slow
def test_before_sees_a_trend_that_is_there_and_says_what_it_could_have_seen():
    seen = wrong = 0
    for seed in range(120):
        frame, first = made(np.random.default_rng(seed), {2018: 10, 2020: 8})
        data = panel_of(frame, first)
        told = effects.before(data, times=199)
        wrong += told["joint_p"] <= 0.05
        trend = np.outer(first.notna(), np.asarray(data.values.columns) - 2013) * told["visible"]
        tilted = effects.before(effects.panel_of(data.values + trend, first), times=199)
        assert tilted["slope"] == pytest.approx(told["slope"] + told["visible"])
        seen += not tilted["low"] <= 0 <= tilted["high"]
    assert 0.7 <= seen / 120 <= 0.9 and wrong / 120 < 0.11


def test_a_trend_that_goes_on_is_no_effect_and_its_error_is_in_the_interval():
    cohorts = {2017: 30, 2019: 30}
    frame, first = made(np.random.default_rng(4), cohorts, noise=0.3)
    rises = frame["body"].map(first).notna() * 0.7 * (frame["year"] - 2014)
    data = panel_of(frame.assign(rate=frame["rate"] + rises), first)
    plain = effects.difference_in_differences(data, times=0).iloc[-1]
    told = effects.trend_gone_on(data, times=0).iloc[0]
    assert plain["low"] > 2 and told["low"] < 0 < told["high"]
    trend = effects.before(data, times=9)["slope"]
    # of eight years the middles of those before and after lie four apart, whenever the change came
    assert told["estimate"] == pytest.approx(plain["estimate"] - 4 * trend)
    assert told["se"] > 1.5 * plain["se"]


@pytest.mark.slow
def test_power_is_how_often_a_true_effect_is_found():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(8)
    found = ttest_ind(rng.normal(0.6, size=(4000, 20)), rng.normal(size=(4000, 20)), axis=1).pvalue < 0.05
    assert effects.power(0.6, math.sqrt(2 / 20), 38) == pytest.approx(found.mean(), abs=0.03)


def test_drift_widens_the_interval_by_what_such_a_drift_can_do():
    rng = np.random.default_rng(12)
    data = panel_of(*made(rng, {2018: 8}))
    told = effects.drift(data, [0, 1]).set_index("times_over")
    plain = effects.difference_in_differences(data, times=0).iloc[-1]
    assert told.loc[0, ["low", "high"]].tolist() == pytest.approx([plain["low"], plain["high"]])
    gap = data.values.groupby(data.first.notna()).mean().diff().iloc[1]
    assert told.loc[1, "drift"] == pytest.approx(gap.loc[:2017].diff().abs().max())
    # the worst path: each year the gap moves by that much, always the same way
    worst = np.outer(data.first.notna(), np.arange(8)) * told.loc[1, "drift"]
    moved = effects.difference_in_differences(effects.panel_of(data.values + worst, data.first), times=0)
    assert moved["estimate"].iloc[-1] - plain["estimate"] == pytest.approx(told.loc[1, "shift"])


def test_leave_one_out_leaves_each_changed_body_out_once():
    data = panel_of(*made(np.random.default_rng(13), {2018: 6, 2020: 7}))
    told = effects.leave_one_out(data).set_index("body")["estimate"]
    assert list(told.index) == list(data.first.index[data.first.notna()])
    without = effects.difference_in_differences(data.without(["B003"]), times=0)["estimate"].iloc[-1]
    assert told["B003"] == pytest.approx(without)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f, g: (pd.concat([f, f.head(1)]), g), "more than one row in a year for B000"),
        (lambda f, g: (f.iloc[1:], g), "a year of .rate. is missing for B000; leave them out and say so"),
        (lambda f, g: (f, g.drop("B003")), "does not say whether B003 ever changed"),
        (
            lambda f, g: (f, g.replace(2018, 2014)),
            "no year before the change of B000, B001, B002, B003, B004 and 5",
        ),
        (lambda f, g: (f, g.replace(2018, 2030)), "B004 and 5 more changed after the last year"),
        (lambda f, g: (f, g * np.nan), "bodies that never did"),
    ],
)
def test_a_panel_that_would_mislead_is_refused(spoil, words):
    frame, first = spoil(*made(np.random.default_rng(0), {2018: 10}))
    with pytest.raises(ValueError, match=words):
        panel_of(frame, first)
