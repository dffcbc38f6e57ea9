"""Statistics that several notebooks share: shares with their intervals, curves of survival, shuffles of decisions.

What changed in bodies that merged beside those that did not is in ``effects``.
"""

import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri, stdtrit  # of scipy.stats most of the suite needs nothing

from ..core.words import few


def wilson(count, base, level: float = 0.95):
    """Wilson score interval of a proportion, ``(low, high)`` between 0 and 1.

    With p = count / base, n = base and z the normal quantile of ``level`` ::

        (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)

    Wilson (1927), Journal of the American Statistical Association 22. It covers chance in drawing a simple random
    sample and nothing else: not who chose to answer, nor a design that is not random.

    Parameters
    ----------
    count, base
        How many gave the answer, of how many who were asked: numbers, or arrays of one shape.

    Raises
    ------
    ValueError
        If a base is not positive or a count is outside 0 to base.

    Examples
    --------
    Of 263 patients 81 had the complaint (Newcombe 1998):

    >>> [round(float(end), 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    count, base = np.asarray(count, dtype=float), np.asarray(base, dtype=float)
    if (base <= 0).any() or (count < 0).any() or (count > base).any():
        raise ValueError("wilson: each count must lie between 0 and its base, and each base be positive")
    share, z = count / base, ndtri(0.5 + level / 2)
    middle = share + z**2 / (2 * base)
    reach = z * np.sqrt(share * (1 - share) / base + z**2 / (4 * base**2))
    # rounding may leave an end a hair outside
    low = np.maximum((middle - reach) / (1 + z**2 / base), 0)
    high = np.minimum((middle + reach) / (1 + z**2 / base), 1)
    return low, high


def intervals(figures: pd.DataFrame) -> pd.DataFrame:
    """Survey figures with ``low`` and ``high``: 95% Wilson limits in per cent where the base is known.

    Parameters
    ----------
    figures
        One row per figure with ``percent`` and ``base`` (how many answered), and maybe ``count`` and
        ``implied_base``, which are used where the base itself was not published.

    Returns
    -------
    DataFrame
        The same rows; where neither base is known the limits are missing.

    Examples
    --------
    >>> told = intervals(pd.DataFrame({"percent": [50.0, 30.0], "base": [100, None]})).round(1)
    >>> told[["low", "high"]].values.tolist()
    [[40.4, 59.6], [nan, nan]]
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

    With d_j of the n_j still at risk closing at time t_j, the share open after t is ∏ (1 − d_j / n_j) over t_j ≤ t.
    Kaplan and Meier (1958), Journal of the American Statistical Association 53, by ``scipy.stats.ecdf``; the interval is
    the log-log one of Greenwood's variance.

    Parameters
    ----------
    time
        How long each was watched, in any unit.
    event
        Whether it closed then; else it was still open.

    Returns
    -------
    DataFrame
        One row per time at which something closed: ``time, at_risk, events, share, low, high``; no interval where all
        have closed. Raises ValueError if nothing closed.

    Examples
    --------
    Of four bodies one closed after two years and one after three; one was lost from sight after two:

    >>> kaplan_meier([2, 2, 3, 5], [True, False, True, False])["share"].tolist()
    [0.75, 0.375]
    """
    from scipy.stats import CensoredData, ecdf  # slow to import, and only this needs it

    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if not event.any():
        raise ValueError("kaplan_meier: no event, so there is nothing to estimate")
    fitted = ecdf(CensoredData(uncensored=time[event], right=time[~event])).sf
    closed = np.isin(fitted.quantiles, time[event])
    moments, share = fitted.quantiles[closed], fitted.probabilities[closed]
    with (
        warnings.catch_warnings()
    ):  # where all are open or all have closed there is no interval, and scipy says so
        warnings.simplefilter("ignore", RuntimeWarning)
        reach = fitted.confidence_interval(level, method="log-log")
    return pd.DataFrame(
        {
            "time": moments,
            "at_risk": [int((time >= t).sum()) for t in moments],
            "events": [int(((time == t) & event).sum()) for t in moments],
            "share": share,
            "low": reach.low.probabilities[closed],
            "high": reach.high.probabilities[closed],
        }
    )


def log_rank(time, event, group, strata=None):
    """Log-rank test that groups close alike: ``(chi squared, p)``.

    At each time t_j, with n_j at risk of whom d_j close, group g should lose d_j n_gj / n_j. With O − E the sums of
    what each lost beyond that and V their covariance (hypergeometric), chi squared is (O − E)ᵀ V⁻¹ (O − E), with one
    degree of freedom less than groups. Mantel (1966), Cancer Chemotherapy Reports 50; the figures are those of
    ``statsmodels.duration.survfunc.survdiff``. The p treats each body as having decided alone; where several closed by
    one decision it is too small, see ``shuffle_test``.

    Parameters
    ----------
    time, event
        By body how long it was watched and whether it closed then.
    group
        By body its label, or a matrix of shuffled labels, shuffles × bodies; both results are then arrays with one
        entry a shuffle.
    strata
        By body its stratum (its region, say): bodies are then compared within strata and these added up.

    Raises
    ------
    ValueError
        With fewer than two groups, if nothing closed, or if a time or stratum is missing.

    Examples
    --------
    >>> chi2, p = log_rank([1, 2, 3, 4, 5, 6], [True] * 6, list("aaabbb"))
    >>> round(float(chi2), 2), round(float(p), 3)
    (5.05, 0.025)
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

    The sum over those that closed of their score less the mean score at risk, over its standard deviation: the score
    test of Cox’s regression on ``score`` with exact variance for ties; for groups in order Tarone (1975), Biometrika
    62. With a score of 0 and 1, z squared is the chi squared of ``log_rank``. The other arguments, matrices of
    shuffles and errors are as there.

    Examples
    --------
    The smaller closed sooner:

    >>> z, p = log_rank_trend([1, 2, 3, 4, 5, 6], [True] * 6, [10, 20, 15, 40, 30, 50])
    >>> round(float(z), 2), round(float(p), 3)
    (-2.17, 0.03)
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
    columns = [np.asarray(c, dtype=float) for c in columns]
    middle = [0.0 if groups else c.mean() for c in columns]  # no number if one of its scores is none
    if pd.isna(time).any() or pd.isna(strata).any() or np.isnan(middle).any():
        raise ValueError("log_rank: a time, score or stratum is missing; leave such bodies out and say so")
    # one row for each time at which something closed, in each stratum: who was at risk and who closed
    strata = np.unique(strata, return_inverse=True)[1]
    moments = np.unique(np.column_stack([strata, time])[event], axis=0)
    s, t = moments.T[:, :, None]
    risk = (strata == s) & (time >= t)
    closed = (strata == s) & (time == t) & event
    n, d = risk.sum(axis=1), closed.sum(axis=1)
    mean = (risk / n[:, None]).T
    varies = d * (n - d) / np.maximum(n - 1, 1)
    if not groups:  # squares of numbers near their mean lose no digits
        columns = [c - m for c, m in zip(columns, middle, strict=True)]
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

    Each shuffle puts whole decisions in random order and lays their values, body by body, over the run of bodies
    sorted by decision. So values of one decision stay neighbours, though they may fall across several others, and a
    decision that took eight counts as one draw rather than eight.

    Parameters
    ----------
    decision
        By body a label shared by those that decided together; one that decided nothing has a label of its own.
    within
        By body a region, say: decisions then change places only with others of the same one.

    Raises
    ------
    ValueError
        Naming decisions that lie in several parts of ``within``, or if a label is missing.

    Examples
    --------
    >>> shuffles(["a", "a", "b", "c"], times=3, seed=1).tolist()
    [[0, 1, 2, 3], [3, 0, 1, 2], [2, 0, 1, 3]]
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
            f"shuffles: in more than one part of `within`: {few(sorted(map(str, told)), 5)}; cut them or leave them out"
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

    p = (1 + shuffles at least as large) / (1 + shuffles) (Phipson and Smyth 2010, Statistical Applications in
    Genetics and Molecular Biology 9).

    Parameters
    ----------
    statistic
        Takes values along the last axis, one row of them or shuffles × bodies, and returns a number for each row
        that is large when value and outcome go together.
    order
        From ``shuffles``.

    Examples
    --------
    >>> merged = np.array([True, True, True, True, False, False, False, False])
    >>> size = np.array([1.0, 2, 3, 2, 8, 9, 7, 8])
    >>> apart = lambda v: abs(v[..., merged].mean(axis=-1) - v[..., ~merged].mean(axis=-1))
    >>> observed, p, _ = shuffle_test(apart, size, shuffles(range(8)))
    >>> observed, 0.01 < p < 0.05
    (6.0, True)
    """
    value = np.asarray(value)
    observed, drawn = float(statistic(value)), np.asarray(statistic(value[order]))
    return observed, _p(observed, drawn), drawn


@dataclass(frozen=True)
class Gap:
    """How far two groups stand apart: ``gap``, its standard error ``se``, a 95% interval, and p by shuffling."""

    gap: float
    se: float
    low: float
    high: float
    p: float


def gap(value, group, decision, given=None, *, times: int = 1999, seed: int = 2013) -> Gap:
    """How far a group stands above the others in a value, as it is or among bodies alike in what is ``given``.

    The coefficient of ``group`` in least squares of ``value`` on it, a constant and ``given``; its standard error allows
    for what bodies of one decision share (CR1: Liang and Zeger 1986, Biometrika 73), and t has as many degrees of
    freedom as decisions less one. For p whole decisions change places (``shuffles``), and the coefficient over its
    standard error is compared, so that groups need not vary alike (DiCiccio and Romano 2017, Journal of the American
    Statistical Association 112).

    Parameters
    ----------
    value
        A number by body.
    group
        By body whether it belongs to the group.
    decision
        By body a label shared by those that decided together.
    given
        By body a number that is held alike; none without it.

    Raises
    ------
    ValueError
        If a number is missing, or the group is all or none.

    Examples
    --------
    >>> money, need = [90, 92, 95, 99, 100, 104, 107, 111], [90, 94, 97, 98, 99, 103, 104, 110]
    >>> found = gap(money, [True] * 4 + [False] * 4, list("aabbcdef"), need)
    >>> round(found.gap, 2), round(found.se, 2)
    (-2.23, 1.0)
    """
    value, member = np.asarray(value, dtype=float), np.asarray(group, dtype=float)
    like = np.zeros(len(value)) if given is None else np.asarray(given, dtype=float)
    if not (np.isfinite(value).all() and np.isfinite(like).all()) or not 0 < member.mean() < 1:
        raise ValueError("gap: a number is missing, or all bodies are of one group")
    labels = pd.factorize(np.asarray(decision))[0]
    together = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    value, like = value - value.mean(), like - like.mean()
    norm = like @ like or 1.0
    rest = value - like * (like @ value) / norm
    # to shuffle the numbers over the bodies is to shuffle the bodies over the numbers, the other way round
    members = np.empty((1 + times, len(member)))
    members[0] = member
    np.put_along_axis(members[1:], shuffles(decision, times, seed), member[None], axis=1)
    members -= members.mean(axis=1, keepdims=True)
    members -= np.outer(members @ like / norm, like)
    square = (members**2).sum(axis=1)
    slope = members @ rest / square
    scores = members * (rest - slope[:, None] * members)
    bodies, decisions, known = len(value), together.shape[1], 2 + (given is not None)
    least = decisions / (decisions - 1) * (bodies - 1) / (bodies - known)
    error = np.sqrt(least * ((scores @ together) ** 2).sum(axis=1)) / square
    reach = stdtrit(decisions - 1, 0.975) * error[0]
    far = abs(slope) / error
    ends = (slope[0], error[0], slope[0] - reach, slope[0] + reach)
    return Gap(*map(float, ends), p=_p(far[0], far[1:]))


def _p(observed: float, drawn: np.ndarray) -> float:
    if not (np.isfinite(observed) and np.isfinite(drawn).all()):
        raise ValueError("the statistic is not a number; is a value missing, or the same for every body?")
    return (1 + int((drawn >= observed - 1e-9 * max(1, abs(observed))).sum())) / (1 + len(drawn))
