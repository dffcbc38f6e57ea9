"""What a stranger installs: the wheel, in an environment that holds nothing else; the sdist makes the same one."""

import csv
import json
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from ccg import files

README = (files.ROOT / "README.md").read_text(encoding="utf-8")
#: The part of the README that is for those who bring data of their own.
OWN_DATA = README.split("## Put your own figures onto one geography")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```(python)?\n(.*?)```", OWN_DATA, re.S)
COMMANDS = [line for kind, block in BLOCKS if not kind for line in block.splitlines()]
SUITE = ["figures", "test", "refresh", "lab", "app", "site", "bench"]


def run(*words, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([*map(str, words)], cwd=cwd, capture_output=True, text=True)


def build(kind: str, source: Path, to: Path) -> Path:
    done = run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", to, cwd=source)
    assert not done.returncode, done.stdout + done.stderr
    (made,) = to.iterdir()
    return made


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    return build("wheel", files.ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def python(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    here = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]  # what is used is compiled then
    done = run(here, "-m", "pip", "install", *quiet, wheel, cwd=folder)
    assert not done.returncode, done.stderr
    return here


def inside(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as held:
        return {name: held.read(name) for name in held.namelist()}


def test_the_sdist_makes_the_same_wheel(wheel, tmp_path):
    """File by file: so what the wheel does from here on, that of the sdist does too."""
    with tarfile.open(build("sdist", files.ROOT, tmp_path / "packed")) as packed:
        packed.extractall(tmp_path / "open", filter="data")
    (source,) = (tmp_path / "open").iterdir()
    other, mine = inside(build("wheel", source, tmp_path / "made")), inside(wheel)
    assert sorted(other) == sorted(mine)
    assert [name for name in mine if mine[name] != other[name]] == []


def test_it_brings_at_most_eight_packages(python, tmp_path):
    done = run(python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", cwd=tmp_path)
    brought = {p["name"] for p in json.loads(done.stdout)} - {"pip", "setuptools"}
    assert "england-ccgs" in brought and len(brought) <= 8, sorted(brought)


def test_it_holds_every_table_as_it_stands_here(wheel):
    held = {name: content for name, content in inside(wheel).items() if name.startswith("ccg/data/")}
    assert held == {
        f"ccg/data/{p.name}": p.read_bytes() for p in files.data().iterdir() if not p.name.startswith(".")
    }


@pytest.mark.parametrize("line", [c for c in COMMANDS if "FILE" not in c])
def test_the_readme_commands_run_from_an_empty_folder(python, tmp_path, line):
    words = line.removeprefix("python -m ccg ").split()
    for name in [w for w in words if w.startswith("data/")]:  # one's own file in their place
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(files.ROOT / name, tmp_path / name)
    done = run(python, "-m", "ccg", *words, cwd=tmp_path)
    assert not done.returncode and done.stdout, done.stderr
    if "-o" in words:
        with (tmp_path / words[words.index("-o") + 1]).open(newline="", encoding="utf-8") as out:
            assert len(list(csv.reader(out))) > 100


def test_the_readme_call_runs_from_an_empty_folder(python, tmp_path):
    call = next(block for kind, block in BLOCKS if kind)
    frame = 'frame = pandas.DataFrame({"CCG_CODE": ["10G", "10T", "11C"], "month": "2018-04", "referrals": [1, 2, 3]})'
    # 15D, Bracknell, Slough and Windsor, had only just become one: codes of April 2017 make it whole
    script = f"import pandas\n{frame}\n{call}".replace(
        'at="2018-04-01", to="2021-04-01"', 'at="2017-04-01", to="2018-04-01"'
    )
    done = run(python, "-c", script + "\nprint(result.frame.to_dict('records'))", cwd=tmp_path)
    assert "'15D', 'referrals': 6, 'status': 'exact'" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("command", SUITE)
def test_a_command_for_the_suite_says_in_one_line_what_it_needs(python, tmp_path, command):
    done = run(python, "-m", "ccg", command, cwd=tmp_path)
    said = f"python -m ccg {command}: this is for the suite itself, so it needs a checkout of the project\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_what_is_not_installed_is_named(python, tmp_path):
    done = run(python, "-m", "ccg", "check", cwd=tmp_path)
    said = "python -m ccg check: frictionless is not installed: python -m pip install frictionless\n"
    assert (done.returncode, done.stderr) == (1, said)
