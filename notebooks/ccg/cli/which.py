"""``ccg which``: the geography of the codes of a file."""

import re
import shlex

import pandas as pd

from ..core import deciding, finding, headings, lineage
from . import inputs
from .words import command, say


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "which", run, "data/list_sizes.csv")
    inputs.add_reading(parser)
    parser.add_argument("--by", help="a column of periods: the geography of each, as a table")
    return parser


def run(args) -> int:
    """say which geography the codes of a file are of"""
    frame = inputs.read(args)
    notes = list(frame.attrs["read"])
    try:
        found = finding.code_column(frame, args.code)
        column = found.column
        frame, said = headings.without(frame, column, refuse=False)
        notes += [*found.notes, *said]
        by = finding.named(frame, [args.by], "--by")[0] if args.by else None
        if by == column:
            raise finding.PublishedError(f"column {by!r} holds the codes; --by takes a column of periods")
        if notes:
            say(f"{args.file}: {'; '.join(notes)}")
        if by:
            way = "rebase can take codes used after their body closed forward (rebase --closed carry)"
            say(deciding.decide(frame, column, by, way=way).to_string(index=False))
            return 0
    except finding.PublishedError as error:
        raise ValueError(f"{args.file}: {error}") from None
    return _all_of_one(args.file, frame, column)


def _all_of_one(file: str, frame: pd.DataFrame, column: str) -> int:
    """Every geography that fits all codes of a column, or the nearest, and how to go on."""
    texts = [cell for cell in map(str, frame[column].unique()) if not re.fullmatch(finding.NO_CODE, cell)]
    others = [cell for cell in texts if finding.other_area(cell.strip())]
    texts = [cell for cell in texts if cell not in others]
    cells = {cell: lineage.written(cell) or cell.strip() for cell in texts}
    fits = lineage.which(cells.values())
    if not fits:
        cells = {cell: lineage.suggest(cell) or cell.strip() for cell in texts}
        fits = lineage.which(cells.values())
    if not fits:
        raise ValueError(
            f"{file}, column {column!r}: no code is known here; if another column holds them, name it with --code"
        )
    read = {cell: code for cell, code in cells.items() if code != cell.strip()}
    if read:
        old, code = next(iter(read.items()))
        more = f" and {len(read) - 1} more like it" if len(read) > 1 else ""
        say(f"{old!r} is read as {code}{more}")
    if others:
        say(f"left aside: {len(others):,} codes of other kinds of areas, first {others[0]}")
    for fit in fits:
        say(lineage.describe(fit))
    both = deciding.days_of_both_levels(set(cells.values()) - set(lineage.beside())) if fits[0].extra else []
    if both:
        say(f"the codes are of boards and of their locations of {both[0]:%B %Y}, side by side")
    year = re.search(r"(?i)(?:ccg|sicbl|icb|stp|pct)(\d\d)", column)
    if year:
        say(f"the header {column!r} says April 20{year[1]}")
    try:
        deciding.refuse_partnerships(frame, column, [], fits)
    except finding.PublishedError as error:
        say(f"but {error}")
    keys = [
        c
        for c in finding.names_of(frame)
        if c != column and frame[c].nunique() > 1 and finding.is_period(frame, c)
    ]
    if fits[0].extra and keys:
        say(
            f"the codes are of no one geography; which --by {shlex.quote(keys[0])} tells that of each {keys[0]}"
        )
    return 0
