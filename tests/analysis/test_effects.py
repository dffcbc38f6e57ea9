"""Before and after: on made panels whose true effect is known, ours finds it and the usual shortcut does not."""

import numpy as np
import pandas as pd
import pytest
from ccg import stats
from scipy.stats import t
from statsmodels.regression.linear_model import WLS

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
    return stats.panel(frame, unit="body", time="year", value="rate", first=first, **more)


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
    found = stats.difference_in_differences(data, times=99).set_index("cohort")["estimate"]
    assert found.tolist() == pytest.approx([6, 6])
    path = stats.event_study(data, times=99).query("cohort != 'all'").set_index("lag")["estimate"]
    assert path.to_dict() == pytest.approx({-2: -2, 0: 5})


def test_the_base_is_the_last_year_that_the_panel_has():
    rows = [("T", 2017, 1), ("T", 2019, 4), ("T", 2021, 9), ("C", 2017, 0), ("C", 2019, 0), ("C", 2021, 2)]
    data = panel_of(pd.DataFrame(rows, columns=["body", "year", "rate"]), pd.Series({"T": 2021, "C": None}))
    path = stats.event_study(data, times=9).query("cohort != 'all'").set_index("lag")["estimate"]
    assert path.to_dict() == pytest.approx({-4: -3, 0: 3})


def test_weights_count_a_body_as_often_as_it_is_large():
    rows = [
        (b, y, v)
        for b, vs in {"S": (0, 4), "L": (0, 1), "C": (0, 0)}.items()
        for y, v in zip((2017, 2018), vs, strict=True)
    ]
    first, weight = pd.Series({"S": 2018, "L": 2018, "C": None}), pd.Series({"S": 1, "L": 3, "C": 1})
    data = panel_of(pd.DataFrame(rows, columns=["body", "year", "rate"]), first, weight=weight)
    assert stats.difference_in_differences(data, times=9)["estimate"].iloc[0] == pytest.approx(2.5)
    assert stats.difference_in_differences(data, times=9, weighted=True)["estimate"].iloc[0] == pytest.approx(
        1.75
    )


def test_a_planted_effect_is_found_under_staggered_timing_where_two_way_fixed_effects_are_biased():
    # the effect grows with time and those who changed first gain most, as Goodman-Bacon (2021) warns
    cohorts, grows = {2016: 20, 2018: 20, 2020: 20}, lambda lag, g: (1 + lag) * (2022 - g) / 3
    lasting = {g: np.mean([grows(y - g, g) for y in YEARS if y >= g]) for g in cohorts}
    cells = [grows(y - g, g) for g in cohorts for y in YEARS if y >= g]
    ours, shortcut = [], []
    for seed in range(40):
        frame, first = made(np.random.default_rng(seed), cohorts, controls=10, effect=grows)
        ours.append(
            stats.difference_in_differences(panel_of(frame, first), times=1).set_index("cohort")["estimate"]
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
    found = stats.event_study(panel_of(frame, first), times=199).query("cohort == 'all'").set_index("lag")
    for lag, row in found.iterrows():
        true = 2.0 + lag if lag >= 0 else 0.0
        assert row["estimate"] == pytest.approx(true, abs=0.35), lag
        assert (row["p"] <= 0.01) == (lag >= 0), lag


def test_the_shuffle_holds_its_level_and_the_interval_covers():
    wrong = covered = 0
    for seed in range(200):
        frame, first = made(np.random.default_rng(seed), {2018: 12, 2020: 3})
        row = stats.difference_in_differences(panel_of(frame, first), times=99, seed=seed).iloc[-1]
        wrong += row["p"] <= 0.05
        covered += row["low"] <= 0 <= row["high"]
    assert 0.02 <= wrong / 200 <= 0.08, "a true null is rejected too often or never"
    assert 0.92 <= covered / 200 <= 0.98


def test_the_visible_effect_is_seen_four_times_in_five():
    seen = 0
    for seed in range(120):
        frame, first = made(np.random.default_rng(seed), {2018: 10})
        size = stats.difference_in_differences(panel_of(frame, first), times=199)["visible"].iloc[0]
        frame.loc[frame["body"].map(first) <= frame["year"], "rate"] += size
        seen += stats.difference_in_differences(panel_of(frame, first), times=199)["p"].iloc[0] <= 0.05
    assert 0.7 <= seen / 120 <= 0.9


@pytest.mark.parametrize("weighted", [False, True])
def test_the_interval_is_that_of_a_regression_clustered_by_body(weighted):
    rng = np.random.default_rng(9)
    frame, first = made(rng, {2016: 10, 2018: 12, 2020: 11}, effect=lambda lag, g: 1.5)
    data = panel_of(frame, first, weight=pd.Series(rng.uniform(1, 9, len(first)), first.index))
    found = stats.difference_in_differences(data, weighted=weighted, times=9).set_index("cohort")
    weight = data.weight if weighted else data.weight * 0 + 1
    size = {g: weight[data.first == g].sum() for g in data.cohorts}
    pooled = {g: size[g] / sum(size.values()) for g in size}
    for cohort, shares in {**{g: {g: 1.0} for g in size}, "all": pooled}.items():
        parts = []
        for g, share in shares.items():  # each cohort beside the controls, one under the other
            used = data.values[data.first.isna() | (data.first == g)]
            change = share * (used.loc[:, g:].mean(axis=1) - used.loc[:, : g - 1].mean(axis=1))
            parts.append(pd.DataFrame({f"level {g}": 1.0, f"changed {g}": (data.first[used.index] == g) * 1.0,
                                       "change": change, "weight": weight[used.index]}))  # fmt: skip
        rows = pd.concat(parts).fillna(0.0)
        design = rows.drop(columns=["change", "weight"])
        fit = WLS(rows["change"], design, weights=rows["weight"]).fit(
            cov_type="cluster", cov_kwds={"groups": pd.factorize(rows.index)[0]}
        )
        told = fit.t_test([0.0, 1.0] * len(shares))
        reach = t.ppf(0.975, sum(map(data.count, shares)) - len(shares)) * told.sd.item()
        expected = [told.effect.item(), told.effect.item() - reach, told.effect.item() + reach]
        assert found.loc[cohort, ["estimate", "low", "high"]].tolist() == pytest.approx(expected, rel=1e-12)


def test_what_chance_does_is_counted_over_the_same_dealings_one_by_one():
    rng = np.random.default_rng(10)
    frame, first = made(rng, {2017: 3, 2020: 4}, controls=9)
    data = panel_of(frame, first, weight=pd.Series(rng.uniform(1, 9, len(first)), first.index))
    found = stats.difference_in_differences(data, weighted=True, times=49, seed=3).set_index("cohort")
    labels = data.first.fillna(0).to_numpy(dtype=int)
    dealt = np.random.default_rng(3).permuted(np.tile(labels, (49, 1)), axis=1)
    for g in data.cohorts:
        change = (data.values.loc[:, g:].mean(axis=1) - data.values.loc[:, : g - 1].mean(axis=1)).to_numpy()
        drawn = [
            np.average(change[d == g], weights=data.weight[d == g])
            - np.average(change[d == 0], weights=data.weight[d == 0])
            for d in dealt
        ]
        row = found.loc[g]
        assert [row["chance_low"], row["chance_high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]))
        assert row["p"] == (1 + sum(abs(d) >= abs(row["estimate"]) for d in drawn)) / 50


def test_no_interval_stands_on_fewer_than_ten_bodies():
    frame, first = made(np.random.default_rng(0), {2018: 9, 2020: 10})
    found = stats.difference_in_differences(panel_of(frame, first), times=9).set_index("cohort")
    assert found["low"].isna().to_dict() == {2018: True, 2020: False, "all": False}


def test_the_same_run_gives_the_same_numbers_in_any_order_of_rows():
    frame, first = made(np.random.default_rng(0), {2018: 5, 2020: 12})
    shuffled = frame.sample(frac=1, random_state=1)
    a, b = (stats.difference_in_differences(panel_of(f, first), times=49) for f in (frame, shuffled))
    pd.testing.assert_frame_equal(a, b)


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
