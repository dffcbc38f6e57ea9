"""The cases of ``tests/cases`` as the command line hands them to re-basing, to be given to any engine."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from ccg import lineage, read
from ccg.core import carrying, keeping, preparing

FOLDER = Path(__file__).parent / "cases"
_2018 = {"at": "2018-04-01", "to": "2021-04-01"}
_JULY = {"at": "2022-07-01", "to": "2022-07-01"}
_LOCATIONS = {**_JULY, "level": "sub_icb", "sums": ["appointments"], "repair": True}
#: File of a case -> what is asked of it, as its owner would ask.
ASKED: dict[str, dict[str, Any]] = {
    "absent-part/input.csv": {"at": "2016-04-01", "to": "2022-07-01", "by": ["period"], "sums": ["patients"]},
    "auto-differs-by-little/input.csv": {"to": "2022-07-01", "sums": ["n"]},
    "closed-codes-go-on/input.csv": {**_2018, "code": "CCG_RESPONSIBILITY", "by": ["fyear"], "sums": ["patients"], "closed": "carry"},
    "commissioned-by-nhs-england/input.csv": {"code": "CCG Code", "at": "2015-03-31", "to": "2021-04-01", "sums": ["Pathways"]},
    "date-forms/input.csv": {"code": "code", "at": "Appointment_Month", "to": "2021-04-01", "by": ["FY", "YYYYMM"], "sums": ["n"]},
    "fingertips-prefix/input.csv": {
        **_JULY, "code": "Area Code", "by": ["Time period"], "sums": ["Count"], "means": {"Value": "Denominator"}, "repair": True,
    },
    "levels-stacked/input.csv": {
        "at": "2020-04-01", "to": "2021-04-01", "by": ["GROUP_TYPE"], "sums": ["MEASURE_VALUE"], "unknown": "unmapped",
    },
    "location-names/input.csv": _LOCATIONS,
    "location-names/more.csv": _LOCATIONS,
    "old-workbooks/input.ods": {**_2018, "sums": ["rest"]},
    "ons-in-ods-out/input.csv": {**_2018, "sums": ["n"]},
    "output-over-input/input.csv": {**_2018, "sums": ["n"]},
    "prescribing-codes/input.csv": {"at": "2016-04-01", "to": "2021-04-01", "by": ["YEAR_MONTH"], "sums": ["ITEMS"], "code": "PCO_CODE", "repair": True},
    "repair-two-hundred/input.csv": {"at": "2013-04-01", "to": "2021-04-01", "sums": ["n"], "repair": True},
    "residents-not-patients/input.csv": {"at": "2021-04-01", "to": "2022-07-01", "sums": ["residents"]},
    "separators/semicolon.csv": {**_2018, "sums": ["rest"]},
    "thousands-and-dots/input.csv": {"code": "Code", "at": "2013-04-01", "to": "2015-04-01", "sums": ["Total", "Male"]},
    "title-lines/input.csv": {**_2018, "code": "Code", "sums": ["Referrals"]},
    "two-code-columns/input.csv": {"at": "2021-04-01", "to": "2022-07-01", "sums": ["n"]},
    "two-levels-dated/input.csv": {"code": "code", "at": "month", "to": "2022-07-01", "by": ["month", "level"], "sums": ["referrals"]},
    "unknown-markers/input.csv": {**_2018, "sums": ["episodes"], "unknown": "unmapped"},
    "waiting-times/input.csv": {
        "code": "Commissioner Org Code", "at": "Period", "to": "2021-04-01", "by": ["Treatment Function Name"], "sums": ["rest"],
    },
    "which-wrong-column/input.csv": {**_2018, "sums": ["n"]},
    "wide-months/input.csv": {**_2018, "sums": ["*-18", "Total"]},
}  # fmt: skip
#: What ``rebase_file`` takes where nothing is asked.
_ELSE = {
    "level": None, "code": None, "at": "auto", "sums": [], "means": {}, "by": [], "drop": ["rest"], "missing": [], "zero": [],
    "unknown": "refuse", "closed": "refuse", "repair": False, "absent": "zero", "codes": "same", "names": False,
    "incomplete": "keep", "basis": "patients",
}  # fmt: skip


@cache
def case(file: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A case made ready, and what is asked of ``rebase``."""
    ask = {**_ELSE, "name": file, **ASKED[file]}
    ask["to"], ask["level"] = lineage.checked(ask["to"], ask["level"])
    asked = preparing.Asked(**ask)
    table = carrying.set_aside(preparing.prepared(read(FOLDER / file), asked), asked)
    of = table.columns
    return keeping.plainly(table.frame).reset_index(drop=True), {
        "code": of.code, "at": of.at, "by": of.by, "sums": of.sums, "means": of.means, "to": asked.to, "level": asked.level,
        "repair": asked.repair,
    }  # fmt: skip


def told(placed: pd.DataFrame, unmapped: pd.DataFrame, report: Any) -> dict[str, Any]:
    """Rows, flags, reasons and words, in a form in which engines can be compared."""
    facts = asdict(report)
    return {
        "rows": _rows(placed), "unmapped": _rows(unmapped), "words": str(report).splitlines(),
        **{name: _plain(value) for name, value in facts.items()},
    }  # fmt: skip


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]
    return sorted(rows, key=lambda row: str([v for v in row.values() if isinstance(v, str) or v is None]))


def _plain(value: Any) -> Any:
    """Numbers to nine digits, and one word for what is missing."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return value if isinstance(value, (str, bool)) else float(f"{float(value):.9g}")
