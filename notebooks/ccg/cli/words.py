"""What every command has: its entry in the help, and printing."""

import argparse
import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from typing import TextIO

PROGRAM = "python -m ccg"
STDOUT = "standard output"


def command(
    commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    example: str,
    *,
    needs_checkout: bool = False,
) -> argparse.ArgumentParser:
    """Add a command to ``commands`` and return its parser, for its arguments.

    Parameters
    ----------
    commands
        What ``ArgumentParser.add_subparsers`` returned.
    name : str
        What the command is called on the command line.
    run : callable
        Given the arguments, returns the exit status. Its docstring is the line of help.
    example : str
        Arguments that work as they stand, shown in the command's help; a test runs them.
    needs_checkout : bool
        Whether it works in a checkout of the project only, and so not from a wheel.
    """
    parser = commands.add_parser(
        name,
        description=textwrap.fill(inspect.getdoc(run) or "", 80),
        epilog=f"example:\n  {PROGRAM} {name} {example}".rstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, needs_checkout=needs_checkout)
    return parser


def say(text: str, to: TextIO | None = None) -> None:
    """Print words, with signs that would steer a terminal made visible: they may come from a file."""
    visible = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda m: repr(m[0])[1:-1], text)
    print_to(to or sys.stdout, visible + "\n")


def print_to(to: TextIO, text: str) -> None:
    """Print as it is. Raises OSError that names where it could not be printed."""
    try:
        print(text, end="", file=to, flush=True)
    except OSError as error:
        where = STDOUT if to is sys.stdout else "standard error"
        raise OSError(error.errno, error.strerror, where) from None
