"""``ccg which``: the geography of the codes of a file."""

import sys

from ..core import lineage
from . import inputs
from .words import command, say


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "which", run, "data/list_sizes.csv")
    parser.add_argument("file", help="a CSV file")
    parser.add_argument("--code", help="column of codes; found by itself where there is only one")
    return parser


def run(args) -> int:
    """say which geography the codes of a CSV file are of"""
    frame = inputs.read(args.file, sys.stdout)
    column = inputs.column_of_codes(frame, args.file, args.code)
    fits = lineage.which(frame[column].str.strip())
    if not fits:
        raise ValueError(f"{args.file}, column {column!r}: no code is known here")
    for fit in fits:
        say(lineage.describe(fit))
    return 0
