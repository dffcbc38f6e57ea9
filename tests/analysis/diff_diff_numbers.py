"""Writes diff_diff_numbers.csv: the estimates of 07 as an independent library gives them.

Run once, in an environment of its own, when the panel changes: ``pip install diff-diff==3.13.0`` and what the
notebooks need, then ``PYTHONPATH=notebooks python tests/analysis/diff_diff_numbers.py``. The library is too large
(20 MB) to be installed for one test.
"""

import sys
import warnings
from pathlib import Path

import pandas as pd
from ccg import outcomes
from diff_diff import CallawaySantAnna, ImputationDiD, SunAbraham


def rows(measure):
    data = outcomes.talking_therapies(measure).panel()
    long = data.values.rename_axis("body").reset_index().melt("body", var_name="year", value_name="rate")
    long = long.assign(
        year=long["year"].astype(int), first=long["body"].map(data.first).fillna(0).astype(int)
    )
    asked = {"outcome": "rate", "unit": "body", "time": "year", "first_treat": "first"}
    told = CallawaySantAnna(base_period="universal").fit(long, **asked, aggregate="event_study")
    for (g, t), one in told.group_time_effects.items():
        yield "group-time", f"{g}-{t}", one["effect"]
    for lag, one in told.event_study_effects.items():
        yield "event study", lag, one["effect"]
    yield "imputation", "years", ImputationDiD().fit(long, **asked).overall_att
    sun = SunAbraham(control_group="never_treated").fit(long, **asked)
    for lag, one in sun.event_study_effects.items():
        yield "sun and abraham", lag, one["effect"]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    measures = ("recovery", "within_6_weeks")
    out = [(m, *row) for m in measures for row in rows(m)]
    table = pd.DataFrame(out, columns=["measure", "method", "of", "estimate"]).dropna()
    to = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".csv")
    table.round({"estimate": 9}).to_csv(to, index=False, lineterminator="\n")
