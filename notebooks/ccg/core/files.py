"""Where the project's files are, and how they are written: whole or not at all."""

import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
#: The project's folder. In an installed wheel there is none, and only ``data()`` exists.
ROOT = _PACKAGE.parents[1]
NOTEBOOKS = _PACKAGE.parent
_INSIDE = _PACKAGE / "data"
_INSTALLED = _INSIDE.is_dir()


def data() -> Path:
    """Folder of the tables: ``$CCG_DATA`` if set, else inside an installed package, else ``data/``."""
    if os.environ.get("CCG_DATA"):
        return Path(os.environ["CCG_DATA"])
    return _INSIDE if _INSTALLED else ROOT / "data"


def figures() -> Path:
    """Folder of the figures: ``$CCG_FIGURES`` if set (a run of notebooks sets it), else ``figures/``."""
    return Path(os.environ.get("CCG_FIGURES") or ROOT / "figures")


def notebooks() -> list[Path]:
    """Every notebook of the suite, in the order of its number."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def sha256(content: bytes) -> str:
    """SHA-256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write(path: Path, content: bytes | str) -> bool:
    """Write a file under a temporary name and then put it in place. True if its content changed.

    Text is written as UTF-8 with LF line endings on every system. A symbolic link stays, and what it points to
    is written. A device or a pipe is written to as it is.

    Raises
    ------
    OSError
        The file cannot be written; the text names the path.
    """
    if is_stream(path):
        with _naming(path), path.open("ab") as out:  # /dev/stderr may be a file that holds something
            out.write(_bytes(content))
        return True
    with _naming(path):
        _tidy_beside(path)
        if path.exists() and path.read_bytes() == _bytes(content):
            return False
    write_together({path: content})
    return True


def write_together(contents: dict[Path, bytes | str]) -> None:
    """Write several files, none of them before all are whole.

    Raises
    ------
    OSError
        A file cannot be written; the text names the path. No other is changed unless it failed at the very end,
        while they were put in place.
    """
    staged = {}
    try:
        for path, content in contents.items():
            with _naming(path):
                _tidy_beside(path)
                staged[path] = _stage(path, _bytes(content))
        for path, (ready, target) in staged.items():
            with _naming(path):
                ready.replace(target)
    except BaseException:
        for ready, _ in staged.values():
            ready.unlink(missing_ok=True)
        raise


def _stage(path: Path, content: bytes) -> tuple[Path, Path]:
    """Write beside a path under another name. Returns that name and the file it is to replace."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
    if target.exists() and not os.access(target, os.W_OK):  # replacing it would pass over its being read-only
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    ready = target.with_name(f".{target.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(ready, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        if target.exists():
            shutil.copymode(target, ready)
    except BaseException:
        ready.unlink(missing_ok=True)
        raise
    return ready, target


def strays(folder: Path, name: str = "") -> list[Path]:
    """What runs that were killed left in a folder while they wrote (a file of this name, if one is given)."""
    of = re.escape(name[:40]) if name else ".+"
    try:
        # asked at every write, and a Path of each file would take ten times as long
        with os.scandir(folder) as there:
            names = [one.name for one in there if one.name.startswith(".")]
    except OSError:  # it is not there yet, or may not be read
        return []
    found = [(one, re.fullmatch(rf"\.{of}\.(\d+)-[0-9a-f]{{8}}", one)) for one in names]
    return sorted(folder / one for one, by in found if by and ended(int(by[1]), folder / one))


def tidy(folder: Path, name: str = "") -> None:
    """Take away what ``strays`` finds."""
    for path in strays(folder, name):
        take_away(path)


def _tidy_beside(path: Path) -> None:
    real = Path(os.path.realpath(path))
    tidy(real.parent, real.name)


def ended(process: int, file: Path) -> bool:
    """Whether the process that was writing a file is no more; where none can be asked for, whether it is an hour old."""
    if os.name == "nt":
        return file.exists() and time.time() - file.stat().st_mtime > 3600
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run, gone when the run ends; what runs that were killed left of theirs goes first."""
    for left in Path(tempfile.gettempdir()).glob("ccg-*-run"):
        owner = left.name.split("-")[1]
        if owner.isdigit() and ended(int(owner), left):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory("-run", f"ccg-{os.getpid()}-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def is_stream(path: Path) -> bool:
    """Whether a path is a device, a pipe or what a process has open, which can be written to but not replaced."""
    folder = path.parent.resolve()
    opened = folder.parts[1:2] == ("proc",) or folder in (Path("/dev"), Path("/dev/fd"))
    return path.exists() and not path.is_dir() and (opened or not path.is_file())


def take_away(path: Path) -> bool:
    """Take a file away if it may be written to. False if it stays."""
    try:
        if os.access(path, os.W_OK):  # taking it away would pass over its being read-only
            path.unlink()
            return True
    except OSError:
        pass
    return False


def same(one: Path, other: Path) -> bool:
    """Whether two paths are one file: by a link, in another spelling, or where neither is there yet."""
    return bool(marks(one) & marks(other))


def marks(path: Path) -> set[object]:
    """What a file is known by: of one file, two paths have a mark in common."""
    real = os.path.realpath(path)
    try:
        found = os.stat(path)  # noqa: PTH116 - asked of every table, and a Path takes twice as long
    except OSError:
        return {real}
    return {real, (found.st_dev, found.st_ino)}


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Errors of the system name this path, not a temporary one or none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
