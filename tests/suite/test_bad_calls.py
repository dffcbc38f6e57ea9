"""Wrong calls end with a line and a status, and right ones with numbers that add up; ``bad_calls`` draws them by lot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ccg import rebase
from ccg.cli import outputs
from ccg.core.rebasing import RebaseError

SCRIPT = Path(__file__).resolve().parents[1] / "bad_calls.py"
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="a call is made in a fork")


def calls(seed: int, number: int) -> dict[str, int]:
    """How so many calls ended; it fails with what was wrong with any of them."""
    asked = [sys.executable, str(SCRIPT), "--seed", str(seed), "--number", str(number)]
    done = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@forks
@pytest.mark.slow  # it starts a program that forks for each call
def test_calls_by_lot_break_nothing_and_every_total_adds_up():
    assert calls(8, 12)["right"] >= 2


@forks
@pytest.mark.slow
def test_six_hundred_calls_by_lot():
    assert calls(600, 600)["right"] >= 50


def test_whole_numbers_too_large_to_be_divided_to_the_last_digit_are_refused(tmp_path):
    """A float has 53 bits: past them a body that is called exact would be off by a few."""
    whole = pd.DataFrame({"code": ["00F", "00G", "00H"], "n": [2**53, 1, 1]})
    dates = {"at": "2013-04-01", "to": "2015-04-01"}
    moved = rebase(whole, code="code", sums=["n"], **dates)
    assert moved.frame["n"].tolist() == [2**53 + 2]
    with pytest.raises(ValueError, match="a workbook keeps not every digit of 'n'"):
        outputs.write(tmp_path / "out.xlsx", moved.frame)
    with pytest.raises(ValueError, match="add up to more than can be kept"):
        rebase(whole.assign(n=["9223372036854774784"] * 3), code="code", sums=["n"], **dates)
    divided = pd.DataFrame({"code": ["01H", "01K"], "n": [2**53, 1]})
    with pytest.raises(RebaseError, match="whole numbers of this size cannot be divided to the last digit"):
        rebase(divided, code="code", at="2016-04-01", to="2018-04-01", sums=["n"])
