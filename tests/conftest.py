"""Fixtures that more than one test file uses."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import ClassVar

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

from ccg import files, run, tables  # noqa: E402
from ccg.core.problems import Tables  # noqa: E402


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of data/ that a test may break; the package reads it instead of the real one."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("CCG_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The figures of this test run: those that nbval has just made, else made here."""
    if os.environ.get("CCG_FIGURES"):
        return Path(os.environ["CCG_FIGURES"])
    folder = tmp_path_factory.mktemp("figures")
    _, failed = run.execute(files.notebooks(), folder)
    assert not failed, "\n".join(map(str, failed))
    return folder


@pytest.fixture
def remembered(monkeypatch):
    """A rule between tables that has seen the same tables before says what it said: most tests change one table."""
    real = tables.rules
    monkeypatch.setattr(
        tables, "rules", lambda: [_Remembered(rule, place) for place, rule in enumerate(real())]
    )


class _Remembered:
    """A rule, with what each run of it read and said."""

    runs: ClassVar[dict] = {}

    def __init__(self, rule, place: int) -> None:
        self.rule, self.of = rule, (place, getattr(rule, "__qualname__", repr(rule)))

    def __call__(self, given: Tables) -> list:
        contents = {name: (files.data() / one["path"]) for name, one in given.resources.items()}
        plain = [
            {k: v for k, v in one.items() if k not in ("hash", "bytes")} for one in given.resources.values()
        ]
        contract = files.sha256(json.dumps({**given.contract, "resources": plain}, sort_keys=True).encode())
        state = {}

        def content(name: str) -> str:
            if name not in state:
                state[name] = files.sha256(contents[name].read_bytes())
            return state[name]

        for before, read, said in self.runs.get(self.of, []):
            if before == contract and all(content(name) == what for name, what in read.items()):
                return said
        read = {}

        def load(name: str):
            read[name] = content(name)
            return tables.as_is(name)

        said = list(self.rule(Tables(load, given.contract)))
        self.runs.setdefault(self.of, []).append((contract, read, said))
        return said
