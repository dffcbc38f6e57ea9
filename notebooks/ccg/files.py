"""Where the project's files are, and how they are written: whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
#: The project's folder. In an installed wheel there is none, and only ``data()`` exists.
ROOT = _PACKAGE.parents[1]
NOTEBOOKS = _PACKAGE.parent


def data() -> Path:
    """Folder of the tables: ``$CCG_DATA`` if set, else inside an installed package, else ``data/``."""
    if os.environ.get("CCG_DATA"):
        return Path(os.environ["CCG_DATA"])
    inside = _PACKAGE / "data"
    return inside if inside.is_dir() else ROOT / "data"


def figures() -> Path:
    """Folder of the figures: ``$CCG_FIGURES`` if set (a test run sets it), else ``figures/``."""
    return Path(os.environ.get("CCG_FIGURES") or ROOT / "figures")


def notebooks() -> list[Path]:
    """Every notebook of the suite, in the order of its number."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def sha256(content: bytes) -> str:
    """Hex digest of some bytes."""
    return hashlib.sha256(content).hexdigest()


def write(path: Path, content: bytes | str) -> bool:
    """Write a file under a temporary name and then put it in place. True if its content changed.

    Text is written as UTF-8 with LF line endings on every system.
    """
    new = content.encode() if isinstance(content, str) else content
    if path.exists() and path.read_bytes() == new:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(new)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
