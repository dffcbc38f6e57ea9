"""Fixtures that more than one test file uses."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

from ccg import files, run  # noqa: E402


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
