"""The few statistics that the notebooks share, thin over statsmodels."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
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
        spread = _z(level) * np.asarray(fitted.surv_prob_se) / share / -log
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


def _z(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(0.5 + level / 2))


def log_rank(time, event, group) -> tuple[float, float]:
    """Log-rank test that groups close alike: ``(chi squared, p)``.

    Mantel (1966), as in ``statsmodels.duration.survfunc.survdiff``. The p treats each CCG as having
    decided alone; where several closed by one decision it is too small, see ``shuffle_decisions``.
    """
    chi2, p = survdiff(np.asarray(time, dtype=float), np.asarray(event, dtype=int), np.asarray(group))
    return float(chi2), float(p)


def shuffle_decisions(
    outcome: pd.DataFrame, value, decision, statistic: Callable, times: int = 1999, seed: int = 2013
) -> tuple[float, float, np.ndarray]:
    """Randomisation test of whether a value goes with an outcome that was decided in groups.

    ``outcome`` has one row per CCG, ``value`` the value of each (its size, say), ``decision`` a label
    shared by the CCGs that decided together; one that decided nothing has a label of its own.
    ``statistic(outcome, value)`` returns a number that is large when the two go together.

    Each shuffle puts whole decisions in random order and lays their values, CCG by CCG, over the run of
    outcomes. So CCGs of one decision stay neighbours on both sides, the number of events is kept, and a
    decision that took eight CCGs counts as one draw rather than eight. Returns the observed statistic,
    ``p = (1 + shuffles at least as large) / (1 + times)`` (Phipson and Smyth 2010), and the shuffles.
    """
    rng = np.random.default_rng(seed)
    value, labels = np.asarray(value), pd.factorize(np.asarray(decision))[0]
    together = np.argsort(labels, kind="stable")
    outcome, value, labels = outcome.iloc[together].reset_index(drop=True), value[together], labels[together]
    blocks = np.split(np.arange(len(value)), np.flatnonzero(np.diff(labels)) + 1)
    observed = statistic(outcome, value)
    drawn = np.empty(times)
    for i in range(times):
        order = rng.permutation(len(blocks))
        drawn[i] = statistic(outcome, value[np.concatenate([blocks[j] for j in order])])
    p = (1 + int((drawn >= observed - 1e-12).sum())) / (1 + times)
    return float(observed), p, drawn
