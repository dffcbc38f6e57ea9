"""Fixtures that more than one test file uses."""

import atexit
import gc
import json
import os
import pickle
import shutil
import sys
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

import ccg  # noqa: E402 - whose modules come when they are asked for: who only hands out tests needs no pandas

#: Files whose tests share what is costly to work out, so that one process runs them; any other file is one by itself.
TOGETHER = {
    "core/test_tables.py": "what is said of the tables as they are",
    "core/test_contract.py": "what is said of the tables as they are",
    "core/test_cells.py": "what is said of the tables as they are",
    "core/test_ons_codes.py": "what is said of the tables as they are",
    "suite/test_check.py": "what is said of the tables as they are",
    "analysis/test_life.py": "the lives of all bodies",
    "explorer/test_explore.py": "the lives of all bodies",
    "suite/test_site.py": "the lives of all bodies",
    "explorer/test_app.py": "the lives of all bodies",  # Voilà, which test_explore imports too
    "analysis/test_effects.py": "the statistics of others, slow to import",
    "analysis/test_stats.py": "the statistics of others, slow to import",
    "charts/test_tiles.py": "the statistics of others, slow to import",
}
#: Files whose tests share little, or wait for figures: each goes to the process that is free, last of all, so that
#: both end together.
APART = {"core/test_published.py", "suite/test_commands.py", "charts/test_figures.py"}


def pytest_configure(config):
    """What pandas says it will change is an error. Not in pyproject.toml, for whose sake every process imports pandas."""
    if not getattr(config.option, "numprocesses", None):  # who only hands out tests runs none
        config.addinivalue_line("filterwarnings", "error::pandas.errors.Pandas4Warning")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    """Of a test marked few, whose cases are many of one kind, all but the first are slow."""
    seen = Counter()
    for item in items:
        if few := item.get_closest_marker("few"):
            seen[item.parent, item.originalname] += 1
            if seen[item.parent, item.originalname] > few.args[0]:
                item.add_marker("slow")


def pytest_collection_finish(session):
    """What is imported by now stays: the collector need not look at it again, nor look so often at small tests."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or DuckDB tells at the end what was left
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)  # xdist may not be there
def pytest_xdist_make_scheduler(config, log):
    """Who runs what under ``--dist loadgroup``, the most tests first; any other way is left to xdist."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0].removeprefix("tests/")
            return nodeid if file in APART else TOGETHER.get(file, file)

    return Together(config, log)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of data/ that a test may break; the package reads it instead of the real one."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("CCG_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The figures of this test run: those that nbval draws beside it, once all are there, else drawn here."""
    if os.environ.get("CCG_TEST_RUN"):
        run, until = Path(os.environ["CCG_TEST_RUN"]), time.monotonic() + 1800
        while not (run / "drawn").exists():
            assert time.monotonic() < until, "the notebooks have not ended in half an hour"
            time.sleep(0.2)
        return run / "figures"
    folder = tmp_path_factory.mktemp("figures")
    _, failed = ccg.run.execute(ccg.files.notebooks(), folder)
    assert not failed, "\n".join(map(str, failed))
    return folder


@pytest.fixture
def asked_once(monkeypatch, tmp_path_factory):
    """What Frictionless says of a table's cells is kept in a folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "frictionless"
    shared.mkdir(exist_ok=True)
    slow = ccg.tables._frictionless

    def frictionless(*asked: str) -> tuple:
        kept = shared / ccg.files.sha256("\n".join(asked).encode())
        if not kept.exists():
            ccg.files.write(kept, pickle.dumps(slow(*asked)))
        return pickle.loads(kept.read_bytes())

    monkeypatch.setattr(ccg.tables, "_frictionless", frictionless)


@pytest.fixture
def remembered(monkeypatch, asked_once):
    """What was said of the same tables is said again, not worked out: most tests change one table of many."""
    single, rules = ccg.tables.find_problems, ccg.tables.rules

    def find_problems(name: str) -> list:
        entries = {one["name"]: one for one in ccg.tables._package()["resources"]}
        refers = {k["reference"]["resource"] for k in entries[name]["schema"].get("foreignKeys", [])}
        read = sorted({name, "sources", *refers} - {""})
        asked = (name, _contract(), *(_content(entries[one]) for one in read))
        if asked not in _SAID:
            _SAID[asked] = single(name)
        return list(_SAID[asked])

    monkeypatch.setattr(ccg.tables, "find_problems", find_problems)
    monkeypatch.setattr(
        ccg.tables, "rules", lambda: [_Remembered(rule, place) for place, rule in enumerate(rules())]
    )


#: What was said of one table, by its name, the contract and the contents that it was said of.
_SAID: dict = {}


def _content(entry: dict) -> str:
    path = ccg.files.data() / entry["path"]
    return ccg.files.sha256(path.read_bytes()) if path.exists() else ""


def _contract() -> str:
    """A digest of the contract without what is recorded of the files' contents."""
    return _plain((ccg.files.data() / "datapackage.json").read_bytes())


@lru_cache(maxsize=64)
def _plain(text: bytes) -> str:
    contract = json.loads(text)
    plain = [{k: v for k, v in one.items() if k not in ("hash", "bytes")} for one in contract["resources"]]
    return ccg.files.sha256(json.dumps({**contract, "resources": plain}, sort_keys=True).encode())


class _Remembered:
    """A rule, with what each run of it read and said."""

    runs: ClassVar[dict] = {}

    def __init__(self, rule, place: int) -> None:
        self.rule, self.of = rule, (place, getattr(rule, "__qualname__", repr(rule)))

    def __call__(self, given) -> list:
        # the rules of one check are given the same tables: each is looked at once
        if "seen" not in given.__dict__:
            given.seen = _contract(), {}
        contract, state = given.seen

        def content(name: str) -> str:
            if name not in state:
                state[name] = _content(given.resources[name])
            return state[name]

        for before, read, said in self.runs.get(self.of, []):
            if before == contract and all(content(name) == what for name, what in read.items()):
                return said
        read = {}

        def load(name: str):
            read[name] = content(name)
            return given[name]  # as in a check, where every rule has the same frames

        said = list(self.rule(ccg.problems.Tables(load, given.contract)))
        self.runs.setdefault(self.of, []).append((contract, read, said))
        return said
