"""The few statistics that the notebooks share, thin over statsmodels."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri, stdtrit  # of scipy.stats most of the suite needs nothing
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint


def wilson(count, base, level: float = 0.95):
    """Wilson score interval of a proportion, ``(low, high)`` between 0 and 1.

    ``count`` of ``base`` gave the answer; numbers or arrays. Wilson (1927), as in
    ``statsmodels.stats.proportion.proportion_confint``. It covers chance in drawing a simple random
    sample and nothing else: not who chose to answer, nor a design that is not random.
    Raises ValueError if a base is not positive or a count is outside 0 to base.
    """
    count, base = np.asarray(count, dtype=float), np.asarray(base, dtype=float)
    if (base <= 0).any() or (count < 0).any() or (count > base).any():
        raise ValueError("wilson: each count must lie between 0 and its base, and each base be positive")
    low, high = proportion_confint(count, base, alpha=1 - level, method="wilson")
    return low, high


def intervals(figures: pd.DataFrame) -> pd.DataFrame:
    """Survey figures with ``low`` and ``high``: 95% Wilson limits in per cent where the base is known.

    ``figures`` has ``percent`` and ``base``, and may have ``count`` and ``implied_base``, which are used
    where the base itself was not published. Where neither is known the limits are missing.
    """
    base = figures["base"].astype(float)
    if "implied_base" in figures:
        base = base.fillna(figures["implied_base"].astype(float))
    count = figures["percent"] / 100 * base
    if "count" in figures:
        count = figures["count"].astype(float).fillna(count)
    known, out = base.notna(), figures.assign(low=np.nan, high=np.nan)
    if known.any():
        low, high = wilson(count[known], base[known])
        out.loc[known, "low"], out.loc[known, "high"] = 100 * low, 100 * high
    return out


def kaplan_meier(time, event, level: float = 0.95) -> pd.DataFrame:
    """Kaplan–Meier estimate of the share still open after each time.

    ``time`` is how long each was watched, ``event`` whether it closed then (else it was still open).
    Returns one row per time of an event: ``time, at_risk, events, share, low, high``, with a log-log
    interval at ``level``. Kaplan and Meier (1958), as in ``statsmodels.duration.survfunc``.
    Raises ValueError if nothing closed.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if not event.any():
        raise ValueError("kaplan_meier: no event, so there is nothing to estimate")
    fitted = SurvfuncRight(time, event)
    share = np.asarray(fitted.surv_prob)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(share)
        spread = ndtri(0.5 + level / 2) * np.asarray(fitted.surv_prob_se) / share / -log
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    flat = share <= 0
    return pd.DataFrame(
        {
            "time": np.asarray(fitted.surv_times),
            "at_risk": np.asarray(fitted.n_risk).astype(int),
            "events": np.asarray(fitted.n_events).astype(int),
            "share": share,
            "low": np.where(flat, np.nan, low),
            "high": np.where(flat, np.nan, high),
        }
    )


def log_rank(time, event, group, strata=None):
    """Log-rank test that groups close alike: ``(chi squared, p)``.

    ``time`` is how long each body was watched, ``event`` whether it closed then, ``group`` its label.
    Mantel (1966); the figures are those of ``statsmodels.duration.survfunc.survdiff``. ``strata`` gives each
    body's stratum (its region, say): bodies are then compared within strata alone and the strata added up.
    The p treats each body as having decided alone; where several closed by one decision it is too small,
    see ``shuffle_test``.

    ``group`` may also be a matrix of shuffled labels, shuffles × bodies; both results are then arrays with
    one entry a shuffle. Raises ValueError with fewer than two groups, if nothing closed, or
    if a time or stratum is missing.
    """
    group = np.asarray(group)
    if pd.isna(group).any():
        raise ValueError("log_rank: a body has no group; leave it out and say so")
    labels = np.unique(group if group.ndim == 1 else group[0])
    if len(labels) < 2:
        raise ValueError("log_rank: one group alone, so there is nothing to compare")
    members = [group == g for g in labels]
    if sum(map(np.count_nonzero, members)) < group.size:
        raise ValueError("log_rank: a shuffle has a group that the first has not; shuffle one set of labels")
    # the last group adds nothing: its members are those in no other
    apart, spread = _log_rank(time, event, members[:-1], strata)
    chi2 = np.einsum("...a,...ab,...b->...", apart, np.linalg.pinv(spread, hermitian=True), apart)
    return chi2, chdtrc(len(labels) - 1, chi2)


def log_rank_trend(time, event, score, strata=None):
    """Log-rank test for a trend: whether closing goes with a number, ``(z, p)``, z below zero if low ones close.

    The score test of Cox’s regression on ``score`` with exact variance for ties; for groups in order Tarone
    (1975), Tests for trend in life table analysis, Biometrika 62. With a score of 0 and 1, z squared is the
    chi squared of ``log_rank``. The other arguments, matrices of shuffles and errors are as there.
    """
    apart, spread = _log_rank(time, event, [score], strata)
    if not (spread > 0).all():
        raise ValueError(
            "log_rank_trend: the score is the same for all at risk, so there is no trend to test"
        )
    z = apart[..., 0] / np.sqrt(spread[..., 0, 0])
    return z, 2 * ndtr(-abs(z))


def _log_rank(time, event, columns: list, strata) -> tuple[np.ndarray, np.ndarray]:
    """Sums of ``columns`` over those that closed, less what is expected, and the covariance of these sums.

    Each column is bodies, or shuffles × bodies. Returns ``… × columns`` and ``… × columns × columns``.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    strata = np.zeros(len(time)) if strata is None else np.asarray(strata)
    if not event.any():
        raise ValueError("log_rank: no event, so there is nothing to compare")
    groups = all(np.asarray(c).dtype == bool for c in columns)
    if any(pd.isna(given).any() for given in (time, strata, *([] if groups else columns))):
        raise ValueError("log_rank: a time, score or stratum is missing; leave such bodies out and say so")
    # one row for each time at which something closed, in each stratum: who was at risk and who closed
    moments = sorted(set(zip(strata[event], time[event], strict=True)))
    risk = np.array([(strata == s) & (time >= t) for s, t in moments])
    closed = np.array([(strata == s) & (time == t) & event for s, t in moments])
    n, d = risk.sum(axis=1), closed.sum(axis=1)
    mean = (risk / n[:, None]).T
    varies = d * (n - d) / np.maximum(n - 1, 1)
    columns = [np.asarray(c, dtype=float) for c in columns]
    if not groups:  # squares of numbers near their mean lose no digits
        columns = [c - c.mean(axis=-1, keepdims=True) for c in columns]
    sums = [_product(c, np.column_stack([mean, event - mean @ d])) for c in columns]
    expected, apart = [x[..., :-1] for x in sums], [x[..., -1] for x in sums]
    spread = np.empty((*apart[0].shape, len(columns), len(columns)))
    for i, j in itertools.combinations_with_replacement(range(len(columns)), 2):
        # nobody is in two groups, and membership squared is membership
        product = expected[i] * (i == j) if groups else _product(columns[i] * columns[j], mean)
        both = product - expected[i] * expected[j]
        spread[..., i, j] = spread[..., j, i] = np.einsum("...m,m->...", both, varies)
    return np.stack(apart, axis=-1), spread


def _product(rows: np.ndarray, by: np.ndarray) -> np.ndarray:
    """``rows @ by``, some rows at a time: for more BLAS starts threads, which here cost more than they save."""
    step = max(1, 200_000 // by.size)
    if rows.ndim == 1 or len(rows) <= step:
        return rows @ by
    out = np.empty((len(rows), by.shape[1]))
    for i in range(0, len(rows), step):
        np.matmul(rows[i : i + step], by, out=out[i : i + step])
    return out


def shuffles(decision, times: int = 1999, seed: int = 2013, within=None) -> np.ndarray:
    """Random orders of bodies that keep whole decisions together: ``value[shuffles(…)]`` is shuffles × bodies.

    ``decision`` is a label shared by the bodies that decided together; one that decided nothing has a label
    of its own. Each shuffle puts whole decisions in random order and lays their values, body by body, over
    the run of bodies sorted by decision. So values of one decision stay neighbours, though they may fall across
    several others, and a decision that took eight counts as one draw rather than eight. With ``within`` (a region to each body, say) decisions change
    places only with others of the same one. Raises ValueError that names decisions that lie in several, and
    if a label is missing.
    """
    rng = np.random.default_rng(seed)
    labels = pd.factorize(np.asarray(decision))[0]
    places = np.zeros(len(labels), int) if within is None else pd.factorize(np.asarray(within))[0]
    if (labels < 0).any() or (places < 0).any():
        raise ValueError("shuffles: a body has no decision or no place in `within`; give each its own label")
    across = pd.Series(places).groupby(labels).nunique()
    if (across > 1).any():
        told = pd.unique(np.asarray(decision)[np.isin(labels, across.index[across > 1])])
        raise ValueError(
            f"shuffles: in more than one part of `within`: {_names(told)}; cut them or leave them out"
        )
    order = np.empty((times, len(labels)), int)
    for place in range(places.max() + 1):
        here = np.flatnonzero(places == place)
        here = here[np.argsort(labels[here], kind="stable")]
        block = pd.factorize(labels[here])[0]
        drawn = rng.permuted(np.tile(np.arange(block[-1] + 1), (times, 1)), axis=1)
        # each block in its turn: how far to shift its bodies from where they stand in the run
        size = np.bincount(block)
        long = size[drawn]
        shift = (np.cumsum(size) - size)[drawn] - (np.cumsum(long, axis=1) - long)
        order[:, here] = here[np.repeat(shift, long.ravel()).reshape(times, -1) + np.arange(len(here))]
    return order


def shuffle_test(statistic: Callable, value, order: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Randomisation test: the statistic of ``value``, its p, and the statistic of each shuffle of it.

    ``order`` comes from ``shuffles``. ``statistic`` takes values along the last axis, one row of them or
    shuffles × bodies, and returns a number for each row that is large when value and outcome go together.
    ``p = (1 + shuffles at least as large) / (1 + shuffles)`` (Phipson and Smyth 2010).
    """
    value = np.asarray(value)
    observed, drawn = float(statistic(value)), np.asarray(statistic(value[order]))
    return observed, _p(observed, drawn), drawn


def _p(observed: float, drawn: np.ndarray) -> float:
    if not (np.isfinite(observed) and np.isfinite(drawn).all()):
        raise ValueError("the statistic is not a number; is a value missing, or the same for every body?")
    return (1 + int((drawn >= observed - 1e-9 * max(1, abs(observed))).sum())) / (1 + len(drawn))


@dataclass(frozen=True)
class Panel:
    """One outcome of the same bodies in every year, some of which changed on the way; made by ``panel``.

    ``values``: a row per body, a column per year. ``first``: the first year each body had changed, missing
    for a control, which never did. ``weight``: one number per body that does not vary by year.
    """

    values: pd.DataFrame
    first: pd.Series
    weight: pd.Series

    @property
    def cohorts(self) -> list[int]:
        return np.unique(self.first.dropna().to_numpy(dtype=int)).tolist()

    def count(self, cohort: int) -> int:
        return int((self.first.to_numpy() == cohort).sum())

    @property
    def controls(self) -> int:
        return int(self.first.isna().sum())


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

    ``first`` gives by unit the first year that it had changed, missing where it never did; a unit not in it
    is an error, not a control. ``weight`` is by unit; without it all count alike. Raises ValueError that
    names the units for: two rows of one unit and year, a year missing, a change before the second year, of
    which no year before is known, and one after the last. Leave such units out and say so; none is dropped here.
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


def _names(units) -> str:
    listed = sorted(map(str, units))
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


def difference_in_differences(
    data: Panel, *, weighted: bool = False, times: int = 1999, seed: int = 2013
) -> pd.DataFrame:
    """What changed in each cohort beyond the controls: all its years after against all its years before.

    A cohort is the bodies that changed in one year; the controls never did, so no body that has changed
    stands as a control for another, the fault of two-way fixed effects (Goodman-Bacon 2021). One row per
    cohort and one for ``"all"``, the mean of the cohorts by their number of bodies (``weighted``: by their
    weight). Columns, in the unit of the outcome:

    - ``treated``, ``controls``: bodies behind the estimate; ``estimate``.
    - ``low``, ``high``: 95% interval, clustered by body (as ``statsmodels`` WLS), missing with fewer than
      ten treated bodies, where it is known to be too narrow.
    - ``chance_low``, ``chance_high``: the middle 95% of the estimates when the same changes are dealt out
      at random among all these bodies, one body at a time, ``times`` times; ``p``: the share at least as
      far from zero (Phipson and Smyth 2010). A raw shuffle: it holds its level only where changed bodies and
      controls vary alike from year to year, and takes each body to have decided alone.
    - ``visible``: the smallest true rise that this shuffle tells from chance four times in five.
    """
    terms = {g: _before_after(data, g) for g in data.cohorts}
    terms["all"] = _pooled(data, terms, weighted)
    table = _estimates(data, terms, weighted, times, seed)
    return table.rename_axis("cohort").reset_index()


def event_study(data: Panel, *, weighted: bool = False, times: int = 1999, seed: int = 2013) -> pd.DataFrame:
    """How far each cohort moved from the controls, year by year, since the last year before its change.

    Group-time effects against never-treated controls, as Callaway and Sant'Anna (2021) without covariates:
    for cohort ``g`` and year ``t`` the change since the last year before ``g`` that the panel has, less that of
    the controls. One row per
    ``cohort`` and ``year``, with ``lag`` (years since the change, negative before it; -1 is the base and
    zero by construction, where no year is missing), and rows of cohort ``"all"`` by lag: the mean of the cohorts seen at that lag.
    The lags before -1 are the test of the assumption: with parallel paths they are zero but for chance.
    Other columns as in ``difference_in_differences``.
    """
    terms, by_lag = {}, {}
    for g in data.cohorts:
        years = data.values.columns
        base = years[years < g].max()
        for year in years.drop(base):
            by_year = (years == year) * 1.0 - (years == base)
            terms[g, year - g] = by_lag.setdefault(year - g, {})[g] = {g: by_year}
    for lag, parts in sorted(by_lag.items()):
        terms["all", lag] = _pooled(data, parts, weighted)
    table = _estimates(data, terms, weighted, times, seed)
    table.index = pd.MultiIndex.from_tuples(table.index, names=["cohort", "lag"])
    table = table.reset_index()
    year = [c + lag if c != "all" else None for c, lag in zip(table["cohort"], table["lag"], strict=True)]
    table.insert(1, "year", pd.array(year, dtype="Int64"))
    return table


def _before_after(data: Panel, cohort: int) -> dict[int, np.ndarray]:
    """What to multiply each year of a cohort by: its years after, less its years before."""
    years = np.asarray(data.values.columns)
    after = years >= cohort
    return {cohort: after / after.sum() - ~after / (~after).sum()}


def _pooled(data: Panel, parts: dict, weighted: bool) -> dict[int, np.ndarray]:
    weight = data.weight.to_numpy()
    size = {g: weight[data.first.to_numpy() == g].sum() if weighted else data.count(g) for g in parts}
    return {g: parts[g][g] * size[g] / sum(size.values()) for g in parts}


def _estimates(data: Panel, terms: dict, weighted: bool, times: int, seed: int) -> pd.DataFrame:
    first, values = data.first.fillna(0).to_numpy(dtype=int), data.values.to_numpy()
    weight = data.weight.to_numpy() if weighted else np.ones(len(values))
    gaps = _gaps(values, weight, _dealt(tuple(first.tolist()), times, seed))
    drawn = np.array([sum(np.einsum("dy,y->d", gaps[g], by_year) for g, by_year in t.items())
                      for t in terms.values()])  # fmt: skip
    observed, drawn = drawn[:, 0], drawn[:, 1:]
    treated = [sum(data.count(g) for g in term) for term in terms.values()]
    low, high = np.array([_clustered(values, first, weight, term) if n >= 10 else (np.nan, np.nan)
                          for n, term in zip(treated, terms.values(), strict=True)]).T  # fmt: skip
    chance_low, fifth, chance_high = np.quantile(drawn, [0.025, 0.2, 0.975], axis=1)
    far = abs(drawn)
    return pd.DataFrame(
        {
            "treated": treated,
            "controls": data.controls,
            "estimate": observed,
            "low": low,
            "high": high,
            "chance_low": chance_low,
            "chance_high": chance_high,
            "p": (1 + (far >= abs(observed)[:, None] - 1e-12).sum(axis=1)) / (1 + times),
            # four in five estimates of a rise of this size lie beyond what one shuffle in twenty reaches
            "visible": np.quantile(far, 0.95, axis=1) - fifth,
        },
        index=pd.Index(list(terms), tupleize_cols=False),
    )


@lru_cache(maxsize=16)
def _dealt(labels: tuple[int, ...], times: int, seed: int) -> dict[int, np.ndarray]:
    """By cohort who is in it, dealings × its bodies: first as it is, then with the labels shuffled.

    Outcomes of the same bodies share one dealing.
    """
    shuffled = np.random.default_rng(seed).permuted(np.tile(labels, (times, 1)), axis=1)
    dealt = np.vstack([labels, shuffled])
    return {g: np.nonzero(dealt == g)[1].reshape(len(dealt), -1) for g in sorted({*labels} - {0})}


def _gaps(values, weight, dealt) -> dict[int, np.ndarray]:
    """By cohort its weighted mean of each year less the controls', under each dealing: dealings × years."""
    sums = np.column_stack([values * weight[:, None], weight])
    # sums of the few that changed, not products with all bodies, for which BLAS would start threads
    treated = {g: sums[who].sum(axis=1) for g, who in dealt.items()}
    controls = sums.sum(axis=0) - sum(treated.values())
    control = controls[:, :-1] / controls[:, -1:]
    return {g: found[:, :-1] / found[:, -1:] - control for g, found in treated.items()}


def _clustered(values, first, weight, term: dict) -> tuple[float, float]:
    """95% interval of a term: each cohort beside the controls (``first`` 0), stacked, clustered by body.

    The spread is what ``statsmodels`` gives for WLS on a level and a dummy for each cohort, in closed form:
    coefficients of such dummies are differences of means. The
    critical value is that of t with as many degrees of freedom as treated bodies allow, after Donald
    and Lang (2007); with the normal's 1.96 simulated coverage at 15 treated bodies is 90%.
    """
    effect, rows, treated = 0.0, 0, 0
    pull = np.zeros(len(first))  # by how much each body moves the effect, over all cohorts it stands in
    for g, by_year in term.items():
        change = values @ by_year
        for sign, part in ((1, first == g), (-1, first == 0)):
            share = weight[part] / weight[part].sum()
            mean = share @ change[part]
            effect += sign * mean
            pull[part] += sign * share * (change[part] - mean)
            rows += len(share)
        treated += (first == g).sum()
    bodies = treated + (first == 0).sum()
    variance = (pull**2).sum() * bodies / (bodies - 1) * (rows - 1) / (rows - 2 * len(term))
    # the treated are few beside the controls, so that they govern what is known of the spread
    reach = stdtrit(treated - len(term), 0.975) * np.sqrt(variance)
    return effect - reach, effect + reach
