"""What a user installs agrees with itself: lock, ranges, conda file, README and Makefile."""

import json
import re
import tomllib

import pandas as pd
import pytest
import rules
import yaml
from ccg import __main__, files, tables

LOCK = (files.ROOT / "requirements.txt").read_text(encoding="utf-8")
LOCKED = {n.lower(): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", LOCK, re.M)}
PROJECT = tomllib.loads((files.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (files.ROOT / "README.md").read_text(encoding="utf-8")
CONDA_NAMES = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb"}
NOT_IN_LOCK = {"python", "pip"}


def conda() -> list:
    return yaml.safe_load((files.ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def name_of(requirement: str) -> str:
    return re.split(r"[ =<>!~;\[]", requirement)[0].lower()


def asked_for(*extras: str) -> list[str]:
    """What the project and these extras ask for; an extra may bring others, as england-ccgs[lab,…]."""
    out = [] if extras else list(PROJECT["dependencies"])
    for extra in extras:
        for one in PROJECT["optional-dependencies"][extra]:
            brought = re.fullmatch(rf"{PROJECT['name']}\[(.+)\]", one)
            out += asked_for(*brought[1].split(",")) if brought else [one]
    return out


def test_lock_is_hashed_and_names_no_host():
    assert "://" not in LOCK and "--index" not in LOCK
    entries = re.split(r"^(?=\S+==)", LOCK, flags=re.M)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)


def test_lock_covers_what_the_project_asks_for():
    from packaging.requirements import Requirement

    wanted = asked_for() + asked_for("test")
    for one in map(Requirement, wanted):
        assert one.name in LOCKED, f"{one.name} is not in requirements.txt"
        assert one.specifier.contains(LOCKED[one.name]), f"{one} against locked {LOCKED[one.name]}"


@pytest.mark.parametrize("spec", [d for d in conda() if isinstance(d, str)])
def test_conda_spec_admits_the_locked_version(spec):
    # conda's own grammar. It does not prove that conda can solve the file: no solver is at hand
    from rattler import MatchSpec, Version, VersionSpec

    match, name = MatchSpec(spec), name_of(spec)
    if name not in NOT_IN_LOCK:
        version = LOCKED[CONDA_NAMES.get(name, name)]
        assert match.version, f"{spec}: give a range"
        assert VersionSpec(str(match.version)).matches(Version(version)), f"{spec} against locked {version}"


def test_conda_file_names_all_that_pyproject_does():
    listed = {CONDA_NAMES.get(name_of(d), name_of(d)) for d in conda() if isinstance(d, str)}
    by_pip = next(d["pip"] for d in conda() if isinstance(d, dict))
    listed |= {name_of(d) for d in by_pip}
    wanted = {name_of(d) for d in asked_for() + asked_for("test")}
    assert wanted <= listed, f"missing from environment.yml: {sorted(wanted - listed)}"
    for pinned in (d for d in by_pip if "==" in d):
        assert LOCKED[name_of(pinned)] == pinned.split("==")[1]


def test_readme_commands_exist():
    makefile = (files.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    asked = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"figures", "test"} <= asked <= targets, asked - targets
    commands = set(re.findall(r"python -m ccg ([a-z]+)", README + makefile))
    assert commands <= set(__main__.COMMANDS), commands - set(__main__.COMMANDS)


def test_readme_examples_of_your_own_figures_answer_as_it_says(tmp_path, monkeypatch, capsys):
    which, move = re.findall(r"^python -m ccg ((?:which|rebase) data/.*)$", README, re.M)
    monkeypatch.chdir(files.ROOT)
    assert __main__.main(which.split()) == 0
    best = capsys.readouterr().out.splitlines()[0]
    assert "Its best fit is the CCGs of April 2013, with one code of April 2015 and after." in README
    assert re.fullmatch(r"211 of .* CCGs of April 2013, .*; of April 2015 and after: \w{3}", best)
    assert __main__.main(move.replace("out.csv", str(tmp_path / "out.csv")).split()) == 0
    told = capsys.readouterr().out
    sums = re.search(r"referrals: ([\d,]+) in = [\d,]+ placed \+ ([\d,]+) unmapped", told).groups()
    came, unmapped = (int(n.replace(",", "")) for n in sums)
    assert "About half of the referrals come back as unmapped" in README
    assert 0.49 < unmapped / came < 0.51
    for reason in ("a commissioning hub", "a total for England", "commissioner not known"):
        assert reason in told
    rows = pd.read_csv(tmp_path / "out.unmapped.csv", dtype=str)
    years = rows.loc[rows["code"] == "ENGLAND", "year"].tolist()
    assert sorted(years) == sorted(tables.load("talking_therapies")["year"].unique()), "a row in each year"


def test_readme_lists_every_notebook_and_only_them():
    listed = set(re.findall(r"\(notebooks/(\d\d_\w+\.ipynb)\)", README))
    assert listed == {p.name for p in files.notebooks()}


def test_readme_numbers_stand_in_a_notebook():
    seen = set()
    for path in files.notebooks():
        text = rules.text_of(json.loads(path.read_text(encoding="utf-8")))
        seen |= set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))
    prose = re.sub(r"```.*?```", " ", README, flags=re.S)
    prose = re.sub(r"\b(?:Python|v|version|MIT|OGL) ?\d[\d.]*(?: or newer)?", " ", prose)
    missing = [n for n in rules.numbers(prose) if n.rstrip(",") not in seen]
    assert not missing, f"README numbers that no notebook shows: {missing}"


def test_each_readme_answer_takes_its_numbers_from_its_own_notebook():
    for name, answer in re.findall(r"\(notebooks/(\d\d_\w+\.ipynb)\) \|(.*)\|", README):
        notebook = json.loads((files.NOTEBOOKS / name).read_text(encoding="utf-8"))
        seen = set(re.findall(r"\d[\d,]*(?:\.\d+)?", rules.text_of(notebook)))
        missing = [n for n in rules.numbers(answer) if n.rstrip(",") not in seen]
        assert not missing, f"README on {name}: its outputs do not show {missing}"


def test_readme_pictures_and_links_exist():
    for target in re.findall(r"\]\(([^)#]+)", README) + re.findall(r'src="([^"]+)"', README):
        if "://" not in target:
            assert (files.ROOT / target).exists(), f"README points to {target}, which is not there"


def test_no_file_of_the_project_names_a_machine():
    import subprocess

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=files.ROOT, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = files.ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".ipynb", ".json", ""} and path.is_file():
            text = path.read_text(encoding="utf-8")
            found = re.search(r"(?<![\w.])/(?:home|root|Users)/\w+", text)
            assert not found, f"{name} holds {found[0]}"


#: Extras with a lock of their own; the others are in requirements.txt.
EXTRAS = ["browser", "engines", "site"]


def test_every_extra_is_locked():
    within = {
        one for one in PROJECT["optional-dependencies"] if set(asked_for(one)) <= set(asked_for("test"))
    }
    assert within | set(EXTRAS) == set(PROJECT["optional-dependencies"])


def test_re_basing_needs_no_more_than_pandas_and_narwhals():
    assert {name_of(d) for d in asked_for()} == {"narwhals", "pandas"}


@pytest.mark.parametrize("extra", EXTRAS)
def test_lock_of_an_extra_agrees_with_the_core_lock(extra):
    text = (files.ROOT / "requirements" / f"{extra}.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text
    entries = re.split(r"^(?=\S+==)", text, flags=re.M)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
    locked = {n.lower(): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, re.M)}
    assert {name_of(d) for d in PROJECT["optional-dependencies"][extra]} <= set(locked)
    apart = {
        name: (version, locked.get(name)) for name, version in LOCKED.items() if locked.get(name) != version
    }
    assert not apart, f"core lock against the lock of {extra}: {apart}"
