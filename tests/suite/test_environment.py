"""What a user installs and reads agrees with itself: versions, lock, ranges, conda file, guides and workflows."""

import re
import tomllib

import ccg
import pandas as pd
import pytest
import yaml
from ccg import cli, files, lineage, readme, tables

LOCK = (files.ROOT / "requirements.txt").read_text(encoding="utf-8")
LOCKED = {n.lower(): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", LOCK, re.M)}
PROJECT = tomllib.loads((files.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (files.ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (files.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (files.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
#: What a job of a workflow may write, where it may write anything.
MAY_WRITE = {
    "pages": {"pages", "id-token"},
    "deploy": {"pages", "id-token"},
    "publish": {"contents"},
}
WORKFLOWS = sorted((files.ROOT / ".github" / "workflows").glob("*.yml"))
CONDA_NAMES = {"jupyter_server": "jupyter-server", "matplotlib-base": "matplotlib", "python-duckdb": "duckdb"}
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


def test_the_version_stands_in_the_package_and_all_else_agrees():
    assert PROJECT["dynamic"] == ["version"] and "version" not in PROJECT
    source = tomllib.loads((files.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    assert source["version"] == {"path": "notebooks/ccg/__init__.py"}
    cited = yaml.safe_load((files.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == tables.package()["version"] == ccg.__version__
    # the newest that the changelog has with a day
    number, day = re.search(r"^## \[(\d[^]]*)\] - (\S+)$", CHANGELOG, re.M).groups()
    assert (number, day) == (ccg.__version__, str(cited["date-released"]))


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


def test_commands_of_guides_and_workflows_exist():
    makefile = (files.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    guides = README + CONTRIBUTING
    runs = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    asked = {
        target
        for line in re.findall(r"(?:^|`|run: )make ((?:[a-z-]+ ?)+)", guides + runs, re.M)
        for target in line.split()
    }
    assert {"figures", "test", "site", "test-wheel"} <= asked <= targets, asked - targets
    commands = set(re.findall(r"python -m ccg ([a-z]+)", guides + makefile + runs))
    assert commands <= set(cli.commands()), commands - set(cli.commands())


def test_contributing_names_the_rooms_there_are():
    named = set(re.findall(r"^\| `(notebooks/ccg/\w+)` \|", CONTRIBUTING, re.M))
    assert named == {
        f"notebooks/ccg/{p.parent.name}" for p in (files.NOTEBOOKS / "ccg").glob("*/__init__.py")
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_a_workflow_runs_pinned_actions_and_may_no_more_than_it_needs(path):
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"uses: (?!\./)(.*)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), f"{line}: pin the commit"
    flow = yaml.safe_load(text)
    assert flow["permissions"] == {"contents": "read"}
    for name, job in flow["jobs"].items():
        writes = {k for k, v in job.get("permissions", {}).items() if v == "write"}
        assert writes <= MAY_WRITE.get(name, set()), f"{name} may write {writes}"


def test_the_site_is_published_only_after_every_test_of_a_push_is_green():
    flows = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS}
    assert flows["pages"][True] == {"workflow_call": None}  # YAML reads the key "on" so
    jobs = flows["test"]["jobs"]
    assert set(jobs["pages"]["needs"]) == set(jobs) - {
        "pages",
        "newest",
        "audit",
    }  # these two are not run on a push
    assert jobs["pages"]["if"] == "github.event_name == 'push'"
    assert flows["test"][True]["push"] == {"branches": ["main"]}


@pytest.mark.slow
def test_readme_examples_of_your_own_figures_answer_as_it_says(tmp_path, monkeypatch, capsys):
    which, move = re.findall(r"^python -m ccg ((?:which|rebase) data/.*)$", README, re.M)
    monkeypatch.chdir(files.ROOT)
    assert cli.main(which.split()) == 0
    best = capsys.readouterr().out.splitlines()[0]
    assert "Its best fit is the CCGs of April 2013, with one code of April 2015 and after." in README
    assert re.fullmatch(r"211 of .* CCGs of April 2013, .*; of April 2015 and after: \w{3}", best)
    assert cli.main(move.replace("out.csv", str(tmp_path / "out.csv")).split()) == 0
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


def test_readme_answers_and_alt_texts_are_those_of_notebooks_and_figures():
    assert readme.written(README) == README, "python -m ccg refresh writes them"
    stale = README.replace("](figures/01_count.png)", " once](figures/01_count.png)")
    row = "| [09_explore](notebooks/09_explore.ipynb) | What became of one CCG? |"
    stale = re.sub(rf"^{re.escape(row)}.*$", f"{row} It merged. |", stale, flags=re.M)
    assert stale != README and readme.written(stale) == README


def test_readme_counts_bodies_as_the_tables_do():
    days = ["2013-04-01", "2022-07-01", "2026-04-01"]
    began, boards, today = (len(lineage.bodies(day)) for day in days)
    assert f"they began as {began}, merged, and ended on 1 July 2022, when {boards} integrated" in README
    assert f"since April 2026 there are {today}" in README


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_pictures_and_links_exist(name):
    text = (files.ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:notebooks|data|docs|tests|\.github|\.ci)/[^`*N ]*)`", text)
    for target in re.findall(r"\]\(([^)#]+)", text) + re.findall(r'src="([^"]+)"', text) + named:
        if "://" not in target:
            assert (files.ROOT / target).exists(), f"{name} points to {target}, which is not there"


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
    assert {name_of(d) for d in asked_for()} == {"narwhals", "pandas", "python-calamine"}


@pytest.mark.parametrize("extra", EXTRAS)
def test_lock_of_an_extra_agrees_with_the_core_lock(extra):
    text = (files.ROOT / "requirements" / f"{extra}.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text
    entries = re.split(r"^(?=\S+==)", text, flags=re.M)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
    locked = {n.lower(): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, re.M)}
    assert {name_of(d) for d in asked_for(extra)} <= set(locked)
    apart = {
        name: (version, locked.get(name)) for name, version in LOCKED.items() if locked.get(name) != version
    }
    assert not apart, f"core lock against the lock of {extra}: {apart}"
