"""How often do the tests of ``effects`` cry wolf? Simulated, with few bodies that are not equally steady.

``python -m ccg.analysis.levels`` (from ``notebooks/``) writes ``data/test_levels.csv``, some minutes; with the same
seed and versions the same numbers. Bodies are drawn without any effect; a sound test at 5% then refuses in 5% of cases.
"""

import sys

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ..core import files

TREATED, SPREADS, DRAWS = (2, 5, 9, 18, 34), (0.5, 1.0, 1.7), ("normal", "skewed")
CONTROLS = 70
#: Cases drawn for each design, dealings for each case, and cases that share their dealings.
CASES, DEALINGS, SHARED = 20_000, 999, 200


def simulate(
    treated: int,
    spread: float,
    draws: str = "normal",
    *,
    controls: int = CONTROLS,
    cases: int = CASES,
    dealings: int = DEALINGS,
    seed: int = 2013,
) -> dict[str, float]:
    """How often three methods refuse a true "no effect on average" at 5%, in per cent of cases.

    Parameters
    ----------
    treated, controls
        Numbers of bodies; each is one number, its change.
    spread
        Standard deviation of the changes of the treated, controls = 1. Both have mean zero.
    draws
        ``"normal"``, or ``"skewed"``: exponential, as in services where a few go far astray.
    cases, dealings, seed
        Cases drawn, random dealings for each (200 cases share theirs), and where the numbers begin. With 20,000
        cases a share of 5% is known to 0.3 points either way.

    Returns
    -------
    dict
        ``studentised`` (dealing of estimate / standard error, as in ``effects``), ``raw`` (dealing of the estimate,
        as here until November 2026), ``welch`` (zero outside the 95% interval of ``effects``).

    Examples
    --------
    >>> found = simulate(18, 1.7, cases=400, dealings=199)
    >>> found["raw"] > 10 > found["studentised"]
    True
    """
    rng = np.random.default_rng([seed, treated, round(10 * spread), DRAWS.index(draws)])
    bodies, refused = treated + controls, dict.fromkeys(("studentised", "raw", "welch"), 0)
    scale = np.where(np.arange(bodies) < treated, spread, 1.0)[:, None]
    first, shared = (np.arange(bodies) < treated)[None, :], min(SHARED, cases)
    for _ in range(cases // shared):
        x = (
            rng.normal(size=(bodies, shared))
            if draws == "normal"
            else rng.exponential(size=(bodies, shared)) - 1
        )
        dealt = np.argsort(rng.random((dealings, bodies)), axis=1) < treated
        gap, variance, df = _gaps(x * scale, np.vstack([first, dealt]).astype(float), treated, controls)
        refused["studentised"] += _refused(abs(gap) / np.sqrt(variance))
        refused["raw"] += _refused(abs(gap))
        refused["welch"] += int((abs(gap[0]) > stdtrit(df[0], 0.975) * np.sqrt(variance[0])).sum())
    return {name: 100 * n / (cases // shared * shared) for name, n in refused.items()}


def waves(
    sizes: list[int],
    spread: float,
    draws: str = "normal",
    *,
    controls: int = CONTROLS,
    cases: int = CASES,
    seed: int = 2013,
) -> float:
    """How often the 95% interval of ``effects`` for several waves together leaves out a true zero, in per cent.

    Parameters
    ----------
    sizes
        Treated bodies of each wave, two or more. A wave has its own spread and counts by its bodies.
    spread, draws, controls, cases, seed
        As in ``simulate``: each body is one number, its change, a control the same number for every wave.

    Examples
    --------
    >>> 3 < waves([9, 18], 1.0, cases=2000) < 7
    True
    """
    rng = np.random.default_rng([seed, *sizes, round(10 * spread), DRAWS.index(draws)])

    def drawn(n: int) -> np.ndarray:
        return rng.normal(size=(cases, n)) if draws == "normal" else rng.exponential(size=(cases, n)) - 1

    groups = [(n / sum(sizes), spread * drawn(n)) for n in sizes] + [(-1.0, drawn(controls))]
    parts = [(share * x.mean(axis=1), share**2 * x.var(axis=1, ddof=1) / x.shape[1], x.shape[1] - 1)
             for share, x in groups]  # fmt: skip
    estimate, variance = (sum(part[k] for part in parts) for k in (0, 1))
    df = variance**2 / sum(v**2 / free for _, v, free in parts)
    return float(100 * (abs(estimate) > stdtrit(df, 0.975) * np.sqrt(variance)).mean())


def _gaps(x, dealt, treated, controls):
    """Difference of means, its variance and degrees of freedom, dealings × cases."""
    sums, squares = dealt @ x, dealt @ x**2
    rest, rest_squares = x.sum(axis=0) - sums, (x**2).sum(axis=0) - squares
    one = (squares - sums**2 / treated) / (treated - 1) / treated
    other = (rest_squares - rest**2 / controls) / (controls - 1) / controls
    df = (one + other) ** 2 / (one**2 / (treated - 1) + other**2 / (controls - 1))
    return sums / treated - rest / controls, one + other, df


def _refused(far) -> int:
    """In how many cases at most 5% of dealings lie as far out as the first, which is what was found."""
    return int(((far >= far[0]).mean(axis=0) <= 0.05).sum())


def table(**more) -> pd.DataFrame:
    """``simulate`` for every design: one row per ``treated``, ``spread`` and ``draws``."""
    rows = []
    for draws in DRAWS:
        for treated in TREATED:
            for spread in SPREADS:
                design = {"treated": treated, "controls": CONTROLS, "spread": spread, "draws": draws}
                found = simulate(treated, spread, draws, **more)
                rows.append(design | {k: round(v, 2) for k, v in found.items()})
    key = ["draws", "treated", "spread"]
    # in the order of text, as all tables are
    return (
        pd.DataFrame(rows).assign(cases=CASES, source="SIMLEV").sort_values(key, key=lambda c: c.astype(str))
    )


if __name__ == "__main__":
    text = table().to_csv(index=False, lineterminator="\n")
    files.write(files.data() / "test_levels.csv", text.encode())
    sys.stdout.write(text)
