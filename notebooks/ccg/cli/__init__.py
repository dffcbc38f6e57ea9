"""The commands of ``python -m ccg``: a file for each that is for your data, and ``suite`` for the rest.

A command is a function whose docstring is its line of help, beside a function that adds it with its arguments and
an example. ``GROUPS`` lists them in the order of ``python -m ccg --help``.
"""

import argparse
import itertools
import os
import shutil
import sys
import textwrap
from functools import lru_cache

from ..core import files
from . import explain, gpps, lookup, rebase, suite, which
from .words import PROGRAM, STDOUT, print_to, say

#: What adds each command, under the title that its group has in the help.
GROUPS = {
    "for your data": [which.add, lookup.add, rebase.add, explain.add, gpps.add],
    "for this suite": suite.ADD,
}
#: Modules that are not called as the package that brings them.
_BROUGHT_BY = {"PIL": "pillow", "yaml": "pyyaml", "fontTools": "fonttools", "myst_nb": "myst-nb"}


def main(argv: list[str] | None = None) -> int:
    """Entry point. Returns the exit status: 0 if all is well, 1 if not, 2 for a wrong command."""
    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        if args.needs_checkout and not files.notebooks():
            raise ValueError("this is for the suite itself, so it needs a checkout of the project")
        if files.notebooks():  # the suite is there
            from ..suite import quick  # noqa: F401
        status = args.run(args)
        print_to(sys.stdout, "")
        return status
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "ccg"):
            raise
        package = _BROUGHT_BY.get(package, package.replace("_", "-"))
        wrong = f"{package} is not installed: python -m pip install {package}"
    except OSError as error:
        broken = isinstance(error, BrokenPipeError)
        if broken or error.filename == STDOUT:  # what is left to print there need not be tried at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if broken:  # the reader, head for one, has had enough
            return 1
        where = f"{error.filename}: " if error.filename else ""
        wrong = where + (error.strerror or str(error)).lower()
    except ValueError as error:
        wrong = str(error)
    say(f"{PROGRAM} {args.command}: {wrong}", sys.stderr)
    return 1


def parse(argv: list[str]) -> argparse.Namespace:
    """The command and its arguments; ``run`` is its function. Ends the program with status 2 if it is wrong."""
    words = list(argv)
    if words[:1] == ["lab"] and not {"--", "-h", "--help"} & set(words):
        words.insert(1, "--")  # all that follows is JupyterLab's own: lab --port=8899
    return parser().parse_args(words)


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments; the help lists them by group."""
    return _parser(shutil.get_terminal_size().columns)


@lru_cache(maxsize=1)  # whoever calls main many times, as the tests do, need not have it built each time
def _parser(columns: int) -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} COMMAND …",
        epilog=f"{PROGRAM} COMMAND --help tells more of a command, with an example.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # the help of every command stands in the description, by group
    to = whole.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog=PROGRAM, help=argparse.SUPPRESS
    )
    listed = ["The same as the Makefile, on any system and from any folder."]
    for title, adders in GROUPS.items():
        lines = [_line_of_help(add(to), columns) for add in adders]
        listed.append("\n".join([f"{title}:", *lines]))
    whole.description = "\n\n".join(listed)
    return whole


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command by its name."""
    found = argparse.ArgumentParser().add_subparsers(prog=PROGRAM)
    for add in itertools.chain(*GROUPS.values()):
        add(found)
    return dict(found.choices)


def _line_of_help(command: argparse.ArgumentParser, columns: int) -> str:
    name = command.prog.removeprefix(PROGRAM).strip()
    width = max(40, min(100, columns - 2))
    indent = " " * 12
    return textwrap.fill(
        command.description or "", width, initial_indent=f"  {name:<10}", subsequent_indent=indent
    )
