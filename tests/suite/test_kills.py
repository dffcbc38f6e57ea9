"""A run that is killed while it writes leaves no torn file, and nothing that the next run does not put right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ccg import files
from ccg.suite import rules

SCRIPT = Path(__file__).resolve().parents[1] / "kills.py"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="what is killed is a fork")
def test_a_run_that_is_killed_is_put_right_by_the_next():
    asked = [sys.executable, str(SCRIPT), "--seed", "26", "--number", "15", "--whole", "1"]
    done = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[0])["rebase_kills"]["killed"] == 15


def test_what_a_killed_run_left_goes_with_the_next_and_what_a_living_one_writes_stays(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, other, living = (
        tmp_path / f".{name}.{process}-0123abcd"
        for name, process in (("out.csv", ended.pid), ("else.csv", ended.pid), ("out.csv", os.getpid()))
    )
    for path in (left, other, living):
        path.write_text("a,b\n")
    assert files.strays(tmp_path) == sorted([left, other])
    files.write(tmp_path / "out.csv", "a\n")
    assert not left.exists() and other.exists() and living.exists()
    files.tidy(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([living.name, "out.csv"])


def test_figures_of_two_runs_are_named_file_by_file(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "notebooks", list)
    record = {"name": "01_a", "sha256": {"csv": files.sha256(b"n\n1\n"), "png": files.sha256(b"p")}}
    for name, content in (("01_a.csv", "n\n1\n"), ("01_a.png", "p"), ("01_a.json", json.dumps(record))):
        (tmp_path / name).write_text(content)
    (tmp_path / "index.json").write_text(json.dumps([record], indent=2) + "\n")
    assert rules.figure_problems(tmp_path) == []
    (tmp_path / "01_a.csv").write_text("n\n2\n")
    (tmp_path / "01_b.svg").write_text("<svg/>")
    (tmp_path / "index.json").write_text("[]\n")
    assert rules.figure_problems(tmp_path) == [
        "figures/01_a.csv is not of the run that wrote figures/01_a.json",
        "figures/01_b.svg is of no figure that has a record",
        "figures/index.json does not list the figures as their records do",
    ]
