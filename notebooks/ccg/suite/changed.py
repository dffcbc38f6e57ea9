"""Which notebooks have changed since they were last run, by the content of what each was made from.

What a notebook was made from is asked of its kernel when its last cell has run: the modules of this package that it
imported, by whatever way, and the tables that it read. With its own cells, the lock and the Python these are its
inputs. Their hashes, and those of the files that it made, are kept in ``.cache/``, which git does not see; only
``figures --changed`` and ``refresh --changed`` ask for them, and every run of the notebooks writes them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ..core import files, tables

#: Hashes by what they are of, like "notebooks/ccg/core/words.py" or "the table ccgs".
Hashes = dict[str, str]
LOCK, PYTHON = "requirements.txt", "Python"
CONTRACT, OTHERS = "data/datapackage.json", "a file of data/ that is no table"
EVERY = (LOCK, PYTHON, CONTRACT, OTHERS)  # inputs of every notebook


def used() -> str:
    """Asked in a kernel: the inputs of what ran in it so far, by name, as JSON."""
    loaded = [getattr(m, "__file__", None) for n, m in list(sys.modules.items()) if n.split(".")[0] == "ccg"]
    asked = Path(__file__).resolve()  # imported to ask this, not by the notebook
    modules = [_name(path) for path in (Path(file).resolve() for file in loaded if file) if path != asked]
    return json.dumps(sorted({*modules, *(f"the table {name}" for name in tables.read)}))


def hashes() -> Hashes:
    """Every input that a notebook may have, as it is now: a table is its file and what is said of it."""
    out = {LOCK: _hash(files.ROOT / LOCK), PYTHON: sys.version}
    out |= {_name(path): _hash(path) for path in (files.NOTEBOOKS / "ccg").rglob("*.py")}
    contract, described = tables.package(), set()
    for one in contract.pop("resources"):
        about = {key: value for key, value in one.items() if key not in ("hash", "bytes")}
        out[f"the table {one['name']}"] = _digest([about, _hash(files.data() / one["path"])])
        described.add(one["path"])
    others = [p for p in sorted(files.data().glob("*.csv")) if p.name not in described]
    out |= {CONTRACT: _digest(contract), OTHERS: _digest([[p.name, _hash(p)] for p in others])}
    return out | {_name(path): _cells(path) for path in files.notebooks()}


def stale(now: Hashes, *, refresh: bool = False) -> dict[Path, str]:
    """The notebooks to run again, each with the reason in words; one whose last run is not known is among them.

    With ``refresh`` also those whose outputs are not as a refresh would leave them.
    """
    known, out = _known()["notebooks"], {}
    for path in files.notebooks():
        last = known.get(path.name, {"from": {}})
        changed = [name for name, was in last["from"].items() if now.get(name) != was]
        if not last["from"]:
            out[path] = "its last run is not known"
        elif changed:
            out[path] = f"changed: {', '.join(changed[:3])}{', …' if len(changed) > 3 else ''}"
        elif last["figures"] != _figures_of(path):
            out[path] = "its figures are not those of its last run"
        elif refresh and last["text"] != _hash(path):
            out[path] = "its outputs are not those of its last run"
    return out


def settled() -> bool:
    """Whether no notebook has gone since the last run, and the index of the figures is as it was."""
    known, there = _known(), {path.name for path in files.notebooks()}
    return known["index"] == _hash(files.figures() / "index.json") and set(known["notebooks"]) <= there


def remember(before: Hashes, ran: dict[Path, tuple[list[str], str]], failed: set[str]) -> None:
    """Keep what notebooks were made from and what they made.

    ``before`` are the hashes from before the run, so that an edit meanwhile counts as a change; ``ran`` gives for
    each notebook its inputs by name and its text as a refresh writes it. Those that ``failed``, by the names of
    their files, are forgotten, as are those that are no longer there.
    """
    known, there = _known(), {path.name for path in files.notebooks()}
    kept = {name: last for name, last in known["notebooks"].items() if name in there - failed}
    for path, (inputs, text) in ran.items():
        names = [_name(path), *inputs, *EVERY]
        made_from = {name: before.get(name, "") for name in names}
        kept[path.name] = {
            "from": made_from,
            "figures": _figures_of(path),
            "text": files.sha256(text.encode()),
        }
    _write(known | {"notebooks": kept, "index": _hash(files.figures() / "index.json")})


def sealed() -> bool:
    """Whether the tables, what is said of them and the codebook are as the last refresh sealed them."""
    return _known()["sealed"] == _sealed()


def remember_seal() -> None:
    """Keep that the tables are sealed as they are now."""
    _write(_known() | {"sealed": _sealed()})


def _sealed() -> str:
    return _digest(
        [[p.name, _hash(p)] for p in sorted(files.data().iterdir()) if p.suffix in (".csv", ".json", ".md")]
    )


def _cache() -> Path:
    return files.ROOT / ".cache" / "notebooks.json"


def _known() -> dict[str, Any]:
    nothing = {"notebooks": {}, "index": "", "sealed": ""}
    try:
        found = json.loads(_cache().read_bytes())
    except (OSError, ValueError):  # never written, or broken
        return nothing
    return found if isinstance(found, dict) and set(found) == set(nothing) else nothing


def _write(known: dict[str, Any]) -> None:
    files.write(_cache(), json.dumps(known, indent=1) + "\n")


def _name(path: Path) -> str:
    return path.relative_to(files.ROOT).as_posix() if path.is_relative_to(files.ROOT) else path.as_posix()


def _hash(path: Path) -> str:
    return files.sha256(path.read_bytes()) if path.is_file() else ""


def _digest(value: Any) -> str:
    return files.sha256(json.dumps(value, sort_keys=True).encode())


def _cells(path: Path) -> str:
    """The hash of a notebook without its outputs, which are made."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return _digest([[cell["cell_type"], "".join(cell["source"])] for cell in cells])
    except (ValueError, KeyError):  # the run will say what is wrong with it
        return _hash(path)


def _figures_of(path: Path) -> str:
    return _digest([[p.name, _hash(p)] for p in sorted(files.figures().glob(f"{path.name[:2]}_*"))])
