"""Before and after: what changed in bodies that merged beyond those that never did, and how sure one can be.

Every estimate here is a *contrast*: each body's years are multiplied by a fixed set of numbers (years after
a merger by 1/years after, years before by −1/years before, say), the products are averaged over the bodies of
each group, and the averages are added up. So one variance, one interval and one test serve them all:

- **variance** of Neyman: each group's own spread over its own number of bodies, s₁²/n₁ + … + s₀²/n₀. No group is
  taken to be as steady as another. Between two groups it is HC2, and CR2 with the body as cluster (Bell and
  McCaffrey 2002, Survey Methodology 28);
- **interval** of Welch (1947, Biometrika 34): estimate ± t × standard error, with Satterthwaite's degrees of
  freedom, few where few bodies carry the spread;
- **test** by dealing: the bodies are dealt out at random to the groups, and p is the share of dealings with
  ``|estimate / standard error|`` at least as large as found. Dividing by the standard error of each dealing is
  what makes it a test of "no effect on average" where groups are not equally steady (Janssen 1997, Statistics
  and Probability Letters 36; Chung and Romano 2013, Annals of Statistics 41; MacKinnon and Webb 2020, Journal
  of Econometrics 218). ``levels`` simulates how far it holds with few bodies.

The unit of dealing is the body. Each merged body comes of one joint decision, so decisions are dealt whole.

The examples below are worked on ``example()``, eleven bodies of which five merge.
"""

import itertools
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit  # of scipy.stats nothing is needed here

#: A contrast: by cohort the number that each year is multiplied by, under 0 those of the controls.
Contrast = dict[int, np.ndarray]
#: A single cohort is dealt out in every possible way where there are no more ways than this.
EVERY_WAY = 20_000
#: With fewer changed bodies than this there is no interval: it would miss a true effect too often (``levels``).
FEWEST = 5
#: Dealings drawn at random where there are more ways. A p of 0.05 is then known to 0.4 points either way.
DEALINGS = 9_999


# --- data -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """One outcome of the same bodies in every year, some of which changed on the way; made by ``panel``.

    Attributes
    ----------
    values
        A row per body, a column per year (a whole number), in the unit of the outcome.
    first
        By body the first year in which it had changed, missing for a control, which never did.
    weight
        By body a positive number that does not vary by year, such as its registered patients.
    """

    values: pd.DataFrame
    first: pd.Series
    weight: pd.Series

    @property
    def cohorts(self) -> list[int]:
        """The first years, in order: bodies that changed in one year are a cohort."""
        return [g for g in np.unique(_labels(self)).tolist() if g]

    def count(self, cohort: int) -> int:
        """Bodies of a cohort."""
        return int((self.first.to_numpy() == cohort).sum())

    @property
    def controls(self) -> int:
        """Bodies that never changed."""
        return int(np.isnan(self.first.to_numpy()).sum())

    def without(self, bodies: Iterable) -> "Panel":
        """The same without some bodies; raises as ``panel`` where nothing is left to compare."""
        kept = self.values.drop(index=list(bodies))
        return panel_of(kept, self.first, self.weight)


def panel(
    frame: pd.DataFrame,
    *,
    unit: str,
    time: str,
    value: str,
    first: pd.Series,
    weight: pd.Series | None = None,
) -> Panel:
    """A ``Panel`` from tidy rows: one row per ``unit`` and ``time`` (a year, as a whole number) with ``value``.

    Parameters
    ----------
    frame
        The rows; ``unit``, ``time`` and ``value`` name three of its columns.
    first
        By unit the first year that it had changed, missing where it never did. A unit that is not in it is an
        error, not a control.
    weight
        By unit; without it all count alike.

    Raises
    ------
    ValueError
        Naming the units: for two rows of one unit and year, a year missing, a change before the second year,
        of which no year before is known, or one after the last. Leave such units out and say so; none is
        dropped here.
    """
    twice = frame.loc[frame.duplicated([unit, time]), unit].unique()
    if len(twice):
        raise ValueError(f"panel: more than one row in a year for {_names(twice)}; add them up first")
    return panel_of(frame.pivot(index=unit, columns=time, values=value), first, weight, name=repr(value))


def panel_of(
    values: pd.DataFrame, first: pd.Series, weight: pd.Series | None = None, *, name: str = "the outcome"
) -> Panel:
    """A ``Panel`` from a table with a row for each body and a column for each year; as ``panel`` otherwise."""
    values = values.sort_index().astype(float)
    holes = values.index[values.isna().to_numpy().any(axis=1)]
    if len(holes):
        raise ValueError(f"panel: a year of {name} is missing for {_names(holes)}; leave them out and say so")
    strangers = values.index.difference(first.index)
    if len(strangers):
        raise ValueError(f"panel: `first` does not say whether {_names(strangers)} ever changed")
    first = first.reindex(values.index).astype(float)
    early = values.index[first <= values.columns.min()]
    if len(early):
        raise ValueError(
            f"panel: no year before the change of {_names(early)}; leave them out, they are no controls"
        )
    late = values.index[first > values.columns.max()]
    if len(late):
        raise ValueError(
            f"panel: {_names(late)} changed after the last year; leave them out, they are no controls"
        )
    weight = pd.Series(1.0, values.index) if weight is None else weight.reindex(values.index).astype(float)
    if not (weight > 0).all():
        raise ValueError(f"panel: no positive weight for {_names(values.index[~(weight > 0)])}")
    if first.isna().all() or first.notna().all():
        raise ValueError("panel: needs bodies that changed within its years and bodies that never did")
    return Panel(values, first, weight)


def example() -> Panel:
    """Eleven made-up bodies, 2016 to 2019, five of which merge in 2018; say, per cent of patients who got well.

    Examples
    --------
    >>> example().values.loc[["a", "f"]].values.tolist()
    [[50.0, 52.0, 55.0, 57.0], [50.0, 51.0, 52.0, 53.0]]
    """
    values = [
        *([50, 52, 55, 57], [48, 50, 54, 52], [51, 49, 53, 57], [49, 50, 51, 53], [52, 51, 56, 54]),
        *([50, 51, 52, 53], [47, 49, 48, 50], [52, 50, 51, 53], [49, 50, 53, 52], [50, 48, 50, 50]),
        [51, 52, 52, 55],
    ]
    table = pd.DataFrame(values, index=list("abcdefghijk"), columns=range(2016, 2020))
    return panel_of(table, pd.Series([2018.0] * 5 + [np.nan] * 6, index=table.index))


def _names(units) -> str:
    listed = sorted(map(str, units))
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


# --- estimates ------------------------------------------------------------------------------------


def difference_in_differences(
    data: Panel,
    *,
    base: str = "all",
    gap: int = 0,
    until: int | None = None,
    count: str = "bodies",
    times: int = DEALINGS,
    seed: int = 2013,
) -> pd.DataFrame:
    """What changed in each cohort beyond the controls: the mean of its years after less that of its years before.

    For cohort g with n_g bodies, n₀ controls and outcome y of body i in year t ::

        change_i(g)  =  mean of y_it over t ≥ g  −  mean of y_it over t < g
        estimate(g)  =  mean of change_i(g) over cohort g  −  mean of change_i(g) over the controls
        estimate     =  Σ_g n_g estimate(g) / Σ_g n_g

    The controls never changed, so no body that has changed stands as a control for another, the fault of two-way
    fixed effects (Goodman-Bacon 2021, Journal of Econometrics 225).

    Parameters
    ----------
    base
        ``"all"`` years before, or the ``"last"`` alone, as Callaway and Sant'Anna (2021, Journal of
        Econometrics 225) have it.
    gap
        Years just before the change that are left out, because it may have been anticipated.
    until
        How many calendar years after the change are used; all without it.
    count
        What the mean over cohorts counts alike: ``"bodies"``, ``"cohorts"``, ``"years"`` (each year of a body
        after its change), or ``"patients"`` (``data.weight``, within groups too).
    times, seed
        Dealings drawn at random for p, and where they begin; with ``times=0`` there is no p.

    Returns
    -------
    DataFrame
        One row per ``cohort`` and one for ``"all"``, in the unit of the outcome: ``treated`` and ``controls``
        (bodies), ``estimate``, ``se`` (Neyman), ``df`` (Satterthwaite), ``low`` and ``high`` (95% interval of
        Welch, missing with fewer than five treated bodies), ``p`` by dealing, ``dealings`` behind it and
        ``exact``, whether these are all there are. A cohort of one body has no spread: there all from ``se`` on
        is missing.

    Raises
    ------
    ValueError
        If a cohort has no year before the gap, or none after, or ``base`` or ``count`` is none of these.

    Examples
    --------
    The five went from 50.2 to 54.2 on average, the six from 49.92 to 51.58:

    >>> found = difference_in_differences(example()).iloc[0]
    >>> [round(float(found[c]), 2) for c in ("estimate", "se", "df", "low", "high")]
    [2.33, 0.58, 7.47, 0.98, 3.69]

    There are 462 ways to deal five of eleven, and 3 of them give a difference as clear:

    >>> round(found["p"] * 462), int(found["dealings"]), bool(found["exact"])
    (3, 462, True)
    """
    if base not in ("all", "last") or count not in ("bodies", "cohorts", "years", "patients"):
        raise ValueError(f"difference_in_differences: no base {base!r} or count {count!r}")
    parts = {g: _change(data, g, base, gap, until) for g in data.cohorts}
    terms: dict = {g: _against_controls({g: by_year}) for g, by_year in parts.items()}
    terms["all"] = _pooled(data, parts, count)
    table = _estimates(data, terms, count == "patients", times, seed)
    return table.rename_axis("cohort").reset_index()


def event_study(
    data: Panel, *, count: str = "bodies", times: int = DEALINGS, seed: int = 2013
) -> pd.DataFrame:
    """How far each cohort moved from the controls, year by year, since the last year before its change.

    Group-time effects against never-treated controls, as Callaway and Sant'Anna (2021) without covariates: for
    cohort g and year t the change since the last year before g that the panel has, less that of the controls.
    Where no year is missing the same as the interactions of Sun and Abraham (2021, Journal of Econometrics 225)
    with never-treated controls.

    Returns
    -------
    DataFrame
        One row per ``cohort`` and ``year``, with ``lag`` (years since the change, negative before it; -1 is the
        base and zero by construction), and rows of cohort ``"all"`` by lag: the mean of the cohorts that
        are seen at that lag, so that lags are means of different bodies. Other columns as in
        ``difference_in_differences``.

    Examples
    --------
    >>> event_study(example()).query("cohort == 2018")[["lag", "estimate"]].round(2).values.tolist()
    [[-2.0, -0.23], [0.0, 2.4], [1.0, 2.03]]
    """
    terms, by_lag = {}, {}
    years = data.values.columns
    for g in data.cohorts:
        last = years[years < g].max()
        for year in years.drop(last):
            by_year = (years == year) * 1.0 - (years == last)
            by_lag.setdefault(year - g, {})[g] = by_year
            terms[g, year - g] = _against_controls({g: by_year})
    for lag, parts in sorted(by_lag.items()):
        terms["all", lag] = _pooled(data, parts, count)
    table = _estimates(data, terms, count == "patients", times, seed)
    table.index = pd.MultiIndex.from_tuples(table.index, names=["cohort", "lag"])
    table = table.reset_index()
    year = [c + lag if c != "all" else None for c, lag in zip(table["cohort"], table["lag"], strict=True)]
    table.insert(1, "year", pd.array(year, dtype="Int64"))
    return table


def imputation(
    data: Panel, *, count: str = "bodies", times: int = DEALINGS, seed: int = 2013
) -> pd.DataFrame:
    """What changed beyond a forecast for each body from all that is known without the change.

    Borusyak, Jaravel and Spiess (2024, Review of Economic Studies 91): a level for each body and each year is
    fitted to the controls in all years and the others in their years before; what the changed have beyond the fit
    is averaged over each body's years after. Bodies that change later serve as controls until they do, which is
    where it differs from ``difference_in_differences``. Arguments and columns as there, one row, ``"all"``.

    Examples
    --------
    With one cohort it is the difference in differences:

    >>> imputation(example())["estimate"].round(2).tolist()
    [2.33]
    """
    groups = [0, *data.cohorts]
    years = np.asarray(data.values.columns)
    size = np.array([data.controls, *map(data.count, data.cohorts)], dtype=float)
    cells = [(i, j) for i in range(len(groups)) for j in range(len(years))]
    changed = np.array([i > 0 and years[j] >= groups[i] for i, j in cells])
    # means of groups say all that the fit needs, each counted as often as it has bodies
    level = np.array([[k == i for k in range(len(groups))] + [k == j for k in range(len(years))]
                      for i, j in cells], dtype=float)  # fmt: skip
    root = np.sqrt(size[[i for i, _ in cells]])[~changed]
    fit = level @ np.linalg.pinv(level[~changed] * root[:, None]) * root
    share = _shares(data, data.cohorts, count)
    after = np.array([(years >= g).sum() for g in data.cohorts])
    wanted = np.array([share[i - 1] / after[i - 1] if late else 0.0 for (i, _), late in zip(cells, changed, strict=True)])  # fmt: skip
    pull = wanted.copy()
    pull[~changed] -= wanted @ fit
    pull[changed] = wanted[changed]
    term = dict(zip(groups, pull.reshape(len(groups), len(years)), strict=True))
    return (
        _estimates(data, {"all": term}, count == "patients", times, seed).rename_axis("cohort").reset_index()
    )


def adjusted(data: Panel, given: pd.DataFrame) -> pd.DataFrame:
    """The difference in differences among bodies alike in what is ``given``: outcome regression on the controls.

    Heckman, Ichimura and Todd (1997, Review of Economic Studies 64). For each cohort the change of the controls is
    regressed on ``given``, and what the cohort has beyond the change so predicted for it is its effect. With
    a column of 0 and 1 for each region this compares bodies within regions.

    Parameters
    ----------
    given
        By body what is held alike, numbers known before any change; a constant is added. Where columns repeat
        each other the shortest solution is taken, which changes no prediction.

    Returns
    -------
    DataFrame
        One row, ``"all"``: ``treated, controls, estimate, se, df, low, high`` as in
        ``difference_in_differences``; the standard error is HC2 and allows for the regression.

    Raises
    ------
    ValueError
        If a body is missing in ``given``, or a value of it, or a cohort lies where there is no control at all:
        of a column that is zero for every control a body of a cohort has more.

    Examples
    --------
    >>> alike = pd.DataFrame({"size": [3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4]}, index=list("abcdefghijk"))
    >>> adjusted(example(), alike)["estimate"].round(2).tolist()
    [2.48]
    """
    given = given.reindex(data.values.index).astype(float)
    first, values = _labels(data), data.values.to_numpy()
    if given.isna().any(axis=None):
        raise ValueError(f"adjusted: not all is given for {_names(given.index[given.isna().any(axis=1)])}")
    alone = (given[first == 0] == 0).all() & (given[first > 0] != 0).any()
    if alone.any():
        raise ValueError(f"adjusted: no control has any {_names(alone.index[alone])}; leave these bodies out")
    x = np.column_stack([np.ones(len(given)), (given - given.mean()) / given.std(ddof=0)])
    inverse = np.linalg.pinv(x[first == 0].T @ x[first == 0])
    lever = 1 - np.einsum("ij,jk,ik->i", x[first == 0], inverse, x[first == 0])
    share = dict(zip(data.cohorts, _shares(data, data.cohorts, "bodies"), strict=True))
    estimate, parts, rest = 0.0, [], np.zeros((first == 0).sum())
    for g in data.cohorts:
        change = values @ _change(data, g)
        line = inverse @ x[first == 0].T @ change[first == 0]
        beyond = (change - x @ line)[first == g]
        estimate += share[g] * beyond.mean()
        parts.append((share[g] ** 2 * beyond.var(ddof=1) / len(beyond), len(beyond)))
        pull = x[first == 0] @ inverse @ x[first == g].mean(axis=0)
        rest += share[g] * pull * (change - x @ line)[first == 0]
    parts.append(((rest**2 / lever).sum(), len(rest) - x.shape[1] + 1))
    variance = sum(v for v, _ in parts)
    df = variance**2 / sum(v**2 / (n - 1) for v, n in parts)
    row = {
        "cohort": "all",
        "treated": int((first > 0).sum()),
        "controls": data.controls,
        "estimate": estimate,
    }
    return _with_interval(pd.DataFrame([row | {"se": math.sqrt(variance), "df": df}]))


# --- how sure -------------------------------------------------------------------------------------


def interval(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """``low`` and ``high`` of each row of estimates at another level: estimate ± t × se with its ``df``.

    Missing with fewer than five treated bodies, see ``FEWEST``.

    Examples
    --------
    >>> interval(difference_in_differences(example()), 0.90).round(2).iloc[0].tolist()
    [1.25, 3.42]
    """
    df, se, estimate = (table[c].to_numpy(dtype=float) for c in ("df", "se", "estimate"))
    reach = np.where(table["treated"] >= FEWEST, stdtrit(df, 0.5 + level / 2) * se, np.nan)
    return pd.DataFrame({"low": estimate - reach, "high": estimate + reach}, table.index)


def equivalence(table: pd.DataFrame, margin: float) -> pd.Series:
    """p of two one-sided tests (TOST) that a true effect is beyond ``margin``, up or down, in the outcome's unit.

    Schuirmann (1987, Journal of Pharmacokinetics and Biopharmaceutics 15): both "the effect is at or below
    −margin" and "… at or above +margin" must be refused; p is the larger of the two. It is below 0.05 where the 90%
    interval lies within the margin.

    Examples
    --------
    >>> equivalence(difference_in_differences(example()), 5).round(3).tolist()
    [0.001, 0.001]
    """
    df, se = table["df"].astype(float), table["se"].astype(float)
    below = stdtr(df, -(table["estimate"] + margin) / se)
    above = stdtr(df, -(margin - table["estimate"]) / se)
    return pd.Series(np.maximum(below, above), table.index)


def leave_one_out(data: Panel) -> pd.DataFrame:
    """The mean of all cohorts without each changed body in its turn: ``body`` and the columns of estimates.

    A body that is alone in its cohort takes its cohort with it; one of two leaves the other without a spread, and then
    the interval is missing.

    Examples
    --------
    >>> leave_one_out(example())[["body", "estimate"]].round(2).values.tolist()
    [['a', 2.08], ['b', 2.33], ['c', 2.08], ['d', 2.71], ['e', 2.46]]
    """
    rows = []
    for body in data.first.index[data.first.notna()]:
        rest = data.without([body])
        term = _pooled(rest, {g: _change(rest, g) for g in rest.cohorts}, "bodies")
        rows.append(_estimates(rest, {"all": term}, False, 0, 0).assign(body=body))
    return pd.concat(rows, ignore_index=True).drop(columns=["p", "dealings", "exact"])


def inverted(
    data: Panel, *, level: float = 0.95, times: int = DEALINGS, seed: int = 2013
) -> tuple[float, float]:
    """The interval of effects that the dealing test does not refuse, for the mean of all cohorts.

    For a supposed effect τ, the same for all bodies and years, τ is taken off what was changed and the rest is
    tested for no effect; the ends are found by halving. It makes no use of any table of t.

    Examples
    --------
    >>> [round(float(end), 2) for end in inverted(example())]
    [1.04, 3.61]
    """
    years, first = np.asarray(data.values.columns), _labels(data)
    changed = (first[:, None] > 0) & (years >= first[:, None])
    parts = {g: _change(data, g) for g in data.cohorts}
    term, who = _pooled(data, parts, "bodies"), _dealt(data, data.cohorts, times, seed)
    exact = _ways(data, data.cohorts) <= EVERY_WAY

    def p(effect: float) -> float:
        return _p(*_contrast(data.values.to_numpy() - effect * changed, who, term)[:2], exact)

    middle, variance, _ = (x[0] for x in _contrast(data.values.to_numpy(), who, term))
    ends = []
    for side in (-1, 1):
        inside, outside = middle, middle + side * 10 * math.sqrt(variance)
        for _ in range(30):
            half = (inside + outside) / 2
            inside, outside = (half, outside) if p(half) > 1 - level else (inside, half)
        ends.append(inside)
    return ends[0], ends[1]


def before(data: Panel, *, times: int = DEALINGS, seed: int = 2013) -> pd.Series:
    """Were they apart before? A joint test of all years before, a test for a trend, and what it would have seen.

    The joint test takes the largest ``|estimate / se|`` over the years before of the pooled ``event_study`` and deals
    the bodies out again. The trend is the slope of the gap over each cohort's years before, in the unit of the outcome a
    year, pooled by bodies over the cohorts that have two such years or more. ``visible`` is the slope that a test at 5%
    would find four times in five, (t(0.975) + t(0.8)) × se: a test that could not have found a trend that matters
    says little when it finds none (Roth 2022, American Economic Review: Insights 4).

    Returns
    -------
    Series
        ``joint_p, lags, treated, slope, se, df, low, high, p, visible``. Raises ValueError where no cohort has two years
        before.

    Examples
    --------
    >>> before(example())[["lags", "slope", "visible"]].round(2).tolist()
    [1.0, 0.23, 3.41]
    """
    years = np.asarray(data.values.columns)
    early: dict[int, dict] = {}
    slopes = _slopes(data, "before")
    for g in slopes:
        held = years[years < g]
        for year in held[:-1]:
            early.setdefault(year - g, {})[g] = (years == year) * 1.0 - (years == held[-1])
    row = _estimates(data, {"all": _pooled(data, slopes, "bodies")}, False, times, seed).iloc[0]
    who = _dealt(data, sorted(slopes), times, seed)
    apart = [_contrast(data.values.to_numpy(), who, _pooled(data, parts, "bodies"))
             for parts in early.values()]  # fmt: skip
    largest = np.max([abs(e) / np.sqrt(v) for e, v, _ in apart], axis=0)
    found = row[["treated", "se", "df", "low", "high", "p"]].to_dict() | {
        "joint_p": (largest >= largest[0] * (1 - 1e-9)).mean(),
        "lags": len(early),
        "slope": row["estimate"],
        "visible": (stdtrit(row["df"], 0.975) + stdtrit(row["df"], 0.8)) * row["se"],
    }
    return pd.Series(found, dtype=float)


def power(effect: float, se: float, df: float) -> float:
    """How often a two-sided test at 5% finds a true effect of this size, with this standard error: 0 to 1.

    From t moved by effect / se, as ``before`` has ``visible``, for which it is 0.8 but for findings of the wrong sign.

    Examples
    --------
    >>> round(power(0, 1, 30), 2), round(power(2.9, 1, 30), 2)
    (0.05, 0.8)
    """
    edge = stdtrit(df, 0.975)
    return float(stdtr(df, effect / se - edge) + stdtr(df, -effect / se - edge))


def trend_gone_on(data: Panel, *, times: int = DEALINGS, seed: int = 2013) -> pd.DataFrame:
    """What changed beyond the controls if without the change the trend before it had gone on.

    The trend is that of ``before``, one for all cohorts, and is carried from the middle of each cohort's years before to
    the middle of its years after; the error of the trend is in the interval. Columns as in ``difference_in_differences``,
    one row, ``"all"``. Raises ValueError where no cohort has two years before.

    Examples
    --------
    The five gained 0.23 a year on the six before; over the two years between the middles that is 0.47 of 2.33:

    >>> trend_gone_on(example())["estimate"].round(2).tolist()
    [1.87]
    """
    years = np.asarray(data.values.columns, dtype=float)
    changes = {g: _change(data, g) for g in data.cohorts}
    shares = _shares(data, data.cohorts, "bodies")
    apart = sum(s * (by_year @ years) for s, by_year in zip(shares, changes.values(), strict=True))
    change = _pooled(data, changes, "bodies")
    trend = _pooled(data, _slopes(data, "trend_gone_on"), "bodies")
    term = {g: by_year - apart * trend.get(g, 0.0) for g, by_year in change.items()}
    return _estimates(data, {"all": term}, False, times, seed).rename_axis("cohort").reset_index()


def family_wise(panels: dict[str, Panel], *, times: int = DEALINGS, seed: int = 2013) -> pd.DataFrame:
    """p of each outcome and cohort, and p that allows for how many there are, from the same dealings.

    Westfall and Young (1993, Resampling-Based Multiple Testing, algorithm 2.8), step-down on the smallest p: in each
    dealing every estimate gets the p it would have had, and ``p_family`` is how often the smallest of them, among those no
    clearer than this one, is as small. Estimates that are near copies of each other so count as little more than
    one. Each body draws one random number for each dealing, the same in every outcome, so that a dealing is one event for
    all outcomes, even where their bodies are not quite the same.

    Returns
    -------
    DataFrame
        One row per ``outcome`` (a key of ``panels``) and ``cohort``, clearest first, with ``p`` and ``p_family``. Here all
        cohorts are dealt out together, so that ``p`` may differ a little from that of one cohort alone. Cohorts of one
        body are left out: they have no spread to divide by.

    Examples
    --------
    >>> family_wise({"twice": example(), "the same": example()}, times=199)["p_family"].nunique()
    1
    """
    names, far = [], []
    for outcome, data in panels.items():
        who = _dealt(data, data.cohorts, times, seed)
        for g in data.cohorts:
            if data.count(g) > 1:
                term = _against_controls({g: _change(data, g)})
                estimate, variance, _ = _contrast(data.values.to_numpy(), who, term)
                names.append((outcome, g))
                far.append(abs(estimate) / np.sqrt(variance))
    distance = np.round(np.array(far).T, 9)
    ranked = np.sort(distance, axis=0)
    each = np.column_stack([1 - np.searchsorted(ranked[:, k], distance[:, k], "left") / len(distance)
                            for k in range(distance.shape[1])])  # fmt: skip
    order = np.argsort(each[0], kind="stable")
    smallest = np.minimum.accumulate(each[:, order[::-1]], axis=1)[:, ::-1]
    family = np.maximum.accumulate((smallest <= each[0, order] + 1e-12).mean(axis=0))
    table = pd.DataFrame([names[k] for k in order], columns=["outcome", "cohort"])
    return table.assign(p=each[0, order], p_family=family)


def drift(data: Panel, times_over: Iterable[float] = (0, 0.5, 1, 2)) -> pd.DataFrame:
    """How wide the interval of all cohorts gets if paths would have drifted apart without the change.

    A plain version of Rambachan and Roth (2023, Review of Economic Studies 90), bounds on relative magnitudes: from one
    year to the next the gap may have moved by up to M times the most that the pooled gap moved between two years before
    the change. Such a drift can shift the estimate by Σ_k |A_k| × M × that, where A_k is what the contrast multiplies the
    movement into year k by; this is added to the interval at both ends. The movement before is taken as known, so that
    for M above 0 the interval is no exact one.

    Returns
    -------
    DataFrame
        One row for each M of ``times_over``: ``times_over, drift`` (a year) and ``drift_se``, its standard error,
        ``shift`` (of the estimate at most), ``low``, ``high``, all in the unit of the outcome. Raises ValueError where
        no cohort has two years before.

    Examples
    --------
    >>> drift(example(), [1])[["drift", "shift"]].round(2).values.tolist()
    [[0.23, 0.47]]
    """
    years = np.asarray(data.values.columns)
    steps: dict[int, dict] = {}
    for g in data.cohorts:
        held = years[years < g]
        for a, b in itertools.pairwise(held):
            steps.setdefault(b - g, {})[g] = (years == b) * 1.0 - (years == a)
    if not steps:
        raise ValueError("drift: no cohort has two years before its change, so no drift can be seen")
    terms = {lag: _pooled(data, parts, "bodies") for lag, parts in steps.items()}
    moved = _estimates(data, terms, False, 0, 0)
    most = moved.loc[moved["estimate"].abs().idxmax()]
    shares = _shares(data, data.cohorts, "bodies")
    lever = sum(s * abs(np.cumsum(_change(data, g)[::-1])[::-1][1:]).sum()
                for g, s in zip(data.cohorts, shares, strict=True))  # fmt: skip
    row = difference_in_differences(data, times=0).set_index("cohort").loc["all"]
    table = pd.DataFrame({"times_over": list(times_over)}).assign(
        drift=lambda t: t["times_over"] * abs(most["estimate"])
    )
    table["drift_se"] = table["times_over"] * most["se"]
    table["shift"] = lever * table["drift"]
    return table.assign(low=row["low"] - table["shift"], high=row["high"] + table["shift"])


# --- contrasts ------------------------------------------------------------------------------------


def _labels(data: Panel) -> np.ndarray:
    return np.nan_to_num(data.first.to_numpy()).astype(int)


def _change(data: Panel, cohort: int, base: str = "all", gap: int = 0, until: int | None = None):
    """What to multiply each year of a cohort by: its years after, less its years before."""
    years = np.asarray(data.values.columns)
    early, after = years < cohort - gap, years >= cohort
    if until is not None:
        after &= years < cohort + until
    if not early.any() or not after.any():
        raise ValueError(f"no year {'before' if after.any() else 'after'} the change of {cohort} is left")
    if base == "last":
        early = years == years[early].max()
    return after / after.sum() - early / early.sum()


def _against_controls(parts: dict[int, np.ndarray]) -> Contrast:
    return {**parts, 0: -sum(parts.values())}


def _shares(data: Panel, cohorts, count: str) -> np.ndarray:
    """The share of each cohort in the mean of all."""
    years, first = np.asarray(data.values.columns), _labels(data)
    size = {
        "bodies": lambda g: data.count(g),
        "cohorts": lambda g: 1,
        "years": lambda g: data.count(g) * (years >= g).sum(),
        "patients": lambda g: data.weight.to_numpy()[first == g].sum(),
    }[count]
    sizes = np.array([size(g) for g in cohorts], dtype=float)
    return sizes / sizes.sum()


def _slopes(data: Panel, asked: str) -> dict[int, np.ndarray]:
    """What to multiply each year of a cohort by to get the slope of its years before; cohorts with two or more."""
    years, slopes = np.asarray(data.values.columns), {}
    for g in data.cohorts:
        held = years[years < g]
        if len(held) > 1:
            centred = np.where(years < g, years - held.mean(), 0.0)
            slopes[g] = centred / (centred**2).sum()
    if not slopes:
        raise ValueError(
            f"{asked}: no cohort has two years before its change, so there is nothing to compare"
        )
    return slopes


def _pooled(data: Panel, parts: dict[int, np.ndarray], count: str) -> Contrast:
    shares = _shares(data, parts, count)
    return _against_controls({g: s * by_year for s, (g, by_year) in zip(shares, parts.items(), strict=True)})


def _contrast(values, who: dict[int, np.ndarray], term: Contrast, weight=None) -> tuple[np.ndarray, ...]:
    """Estimate, variance and degrees of freedom of a contrast under each dealing, the first as it is.

    ``values`` is bodies × years, ``who`` by group the places of its bodies, dealings × bodies, ``weight`` by body.
    """
    estimate, variance, spread = 0.0, 0.0, 0.0
    for g, by_year in term.items():
        change = values @ by_year
        if weight is not None:
            mean, part = _weighted(change[who[g]], weight[who[g]])
        elif g:
            mean, part = _plain(change[who[g]])
        else:
            mean, part = _rest(change, who)
        with np.errstate(divide="ignore", invalid="ignore"):  # a group of one has no spread
            spread = spread + part**2 / (who[g].shape[1] - 1)
        estimate, variance = estimate + mean, variance + part
    with np.errstate(divide="ignore", invalid="ignore"):
        return estimate, variance, variance**2 / spread


def _plain(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each row and its variance, s²/n."""
    n = x.shape[1]
    mean = _sums(x) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, _squares(x - mean[:, None]) / np.float64(n - 1) / n


def _sums(x: np.ndarray) -> np.ndarray:
    """The sum of each row; of many short rows NumPy's own takes three times as long."""
    return np.einsum("ij->i", x)


def _squares(x: np.ndarray) -> np.ndarray:
    """The sum of the squares of each row."""
    return np.einsum("ij,ij->i", x, x)


def _weighted(x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of each row and its variance, HC2; with equal weights s²/n."""
    share = weight / weight.sum(axis=1, keepdims=True)
    mean = (share * x).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, ((share * (x - mean[:, None])) ** 2 / (1 - share)).sum(axis=1)


def _rest(change: np.ndarray, who: dict[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """``_plain`` of the controls from the sums of all others: the few that were dealt out cost less to add up."""
    everyone, n = np.concatenate([places[0] for places in who.values()]), who[0].shape[1]
    middle = change[everyone].mean()
    drawn = [(change - middle)[places] for g, places in who.items() if g]
    total = -sum(map(_sums, drawn))
    squares = ((change[everyone] - middle) ** 2).sum() - sum(map(_squares, drawn))
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / n + middle, np.maximum(squares - total**2 / n, 0) / np.float64(n - 1) / n


def _p(estimate: np.ndarray, variance: np.ndarray, exact: bool = False) -> float:
    """The share of dealings at least as far out as the first, in standard errors; missing if it has none.

    The first is what was found and counts as one of them (Phipson and Smyth 2010); with all ways, ``exact``, it stands
    among the others already.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        far = abs(estimate) / np.sqrt(variance)
    return np.nan if np.isnan(far[0]) else float(np.mean(~(far[exact:] < far[0] * (1 - 1e-9))))


def _estimates(data: Panel, terms: dict, weighted: bool, times: int, seed: int) -> pd.DataFrame:
    values, first = data.values.to_numpy(), _labels(data)
    weight = data.weight.to_numpy() if weighted else None
    rows = []
    for term in terms.values():
        cohorts = [g for g in term if g]
        who = _dealt(data, cohorts, times, seed)
        estimate, variance, df = _contrast(values, who, term, weight)
        dealings = len(estimate) - 1 if times else 0
        exact = bool(times) and _ways(data, cohorts) <= EVERY_WAY
        p = _p(estimate, variance, exact)
        known = variance[0] > 0
        rows.append(
            {
                "treated": int(np.isin(first, cohorts).sum()),
                "controls": data.controls,
                "estimate": estimate[0],
                "se": np.sqrt(variance[0]) if known else np.nan,
                "df": df[0] if known else np.nan,
                "p": p if known and times else np.nan,
                "dealings": dealings,
                "exact": exact,
            }
        )
    table = pd.DataFrame(rows, index=pd.Index(list(terms), tupleize_cols=False))
    return _with_interval(table)


def _with_interval(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, with the ends of the interval after its degrees of freedom."""
    ends, after = interval(table), table.columns.get_loc("df") + 1
    table.insert(after, "low", ends["low"])
    table.insert(after + 1, "high", ends["high"])
    return table


# --- dealing --------------------------------------------------------------------------------------


def _ways(data: Panel, cohorts: list[int]) -> int:
    """In how many ways the bodies can be dealt to these cohorts and the controls."""
    ways, left = 1, data.controls + sum(map(data.count, cohorts))
    for g in cohorts:
        ways, left = ways * math.comb(left, data.count(g)), left - data.count(g)
    return ways


def _dealt(data: Panel, cohorts: list[int], times: int, seed: int) -> dict[int, np.ndarray]:
    """By cohort, and under 0 the controls, the places of its bodies: first as it is, then dealt out.

    Only bodies of these cohorts and controls take part. Where there are few ways, all of them follow the first.
    """
    labels, names = tuple(_labels(data).tolist()), tuple(map(str, data.values.index.tolist()))
    every = bool(times) and _ways(data, cohorts) <= EVERY_WAY
    return _places(labels, names, tuple(cohorts), times, seed, every)


@lru_cache(maxsize=16)
def _places(
    labels: tuple, names: tuple, cohorts: tuple, times: int, seed: int, every: bool
) -> dict[int, np.ndarray]:
    first = np.array(labels)
    taking = np.flatnonzero(np.isin(first, [0, *cohorts])).astype(np.int32)
    sizes = [int((first == g).sum()) for g in cohorts]
    if not times:
        drawn = np.empty((0, len(taking)), dtype=int)
    elif every:
        drawn = _every_way(tuple(sizes), len(taking))
    else:
        drawn = _drawn(tuple(names[k] for k in taking), times, seed)
    ends = [0, *np.cumsum(sizes), len(taking)]
    out = {}
    for g, a, b in zip((*cohorts, 0), ends, ends[1:], strict=False):
        out[g] = np.vstack([np.flatnonzero(first == g), taking[drawn[:, a:b]]])
        out[g].flags.writeable = False
    return out


@lru_cache(maxsize=4)
def _drawn(bodies: tuple[str, ...], times: int, seed: int) -> np.ndarray:
    """Random orders of the bodies, dealings × bodies.

    Each body draws its own numbers, begun by its name: so a dealing depends on no order of rows, and is the same event
    in every outcome.
    """
    order = np.argsort(np.array([_numbers(body, times, seed) for body in bodies]).T, axis=1)
    order.flags.writeable = False
    return order


@lru_cache(maxsize=300)  # those of one day's bodies, who stand in one outcome after the other
def _numbers(body: str, times: int, seed: int) -> np.ndarray:
    numbers = np.random.default_rng([seed, zlib.crc32(body.encode())]).random(times)
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=8)
def _every_way(sizes: tuple[int, ...], bodies: int) -> np.ndarray:
    """All ways to deal so many bodies into groups of these sizes and a rest, ways × bodies."""
    ways = [()]
    for size in sizes:
        ways = [(*way, *more) for way in ways
                for more in itertools.combinations([b for b in range(bodies) if b not in way], size)]  # fmt: skip
    rest = [[b for b in range(bodies) if b not in set(way)] for way in ways]
    order = np.hstack([np.array(ways, dtype=int), np.array(rest, dtype=int)])
    order.flags.writeable = False
    return order
