"""``ccg rebase``: a file moved from the geography of its codes to a later one."""

import dataclasses
import json

import pandas as pd

from ..core import finding, keeping, published
from . import inputs, outputs
from .words import command, say

_EXAMPLE = (
    "data/ccg_age.csv --at geography --to 2021-04-01 --by date --sum people people_65_and_over "
    "--drop rest -o out.csv"
)
#: How many kinds of what was done are named on the screen; the report beside the output has all.
_ENDINGS = (".unmapped.csv", ".repaired.csv", ".report.txt", ".report.json")


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "rebase", run, _EXAMPLE)
    many = {"action": "extend", "nargs": "+", "default": []}
    inputs.add_reading(parser)
    parser.add_argument(
        "--at", default="auto",
        help="date of the codes' geography, a column of dates or periods (MAR2018, 2017/18), or auto, which decides "
        "for each period where --by names one and the codes are of several geographies",
    )  # fmt: skip
    parser.add_argument("--to", required=True, help="date of the geography wanted")
    parser.add_argument(
        "--level", choices=["ccg", "partnership", "sub_icb", "icb"], help="bodies wanted at the new date"
    )
    parser.add_argument(
        "--sum", **many, help="columns of counts to add up; '*-18' or rest, all other numbers"
    )
    parser.add_argument("--mean", **many, help="rates to average, each with its weight: rate:patients")
    parser.add_argument("--by", **many, help="keys to keep apart, such as a month")
    parser.add_argument("--drop", **many, help="columns to leave out; rest is all others")
    parser.add_argument("--missing", **many, help="more marks that mean: not given")
    parser.add_argument("--zero", **many, help="marks that mean nought in counts; '' is a blank cell")
    parser.add_argument(
        "--absent", choices=["zero", "missing"], default="zero",
        help="a part of a body that has rows in the period but none under a finer key, such as an age, is "
        "read as zero (if not said otherwise, since zeros are often left out) or as missing, which makes the "
        "row incomplete",
    )  # fmt: skip
    parser.add_argument(
        "--unknown", choices=["refuse", "unmapped"], default="refuse",
        help="codes that are not of the geography, or known nowhere: refused, or sent to unmapped with the reason",
    )  # fmt: skip
    parser.add_argument(
        "--closed", choices=["refuse", "carry"], default="refuse",
        help="codes used after their body closed: refused, or carried forward from the day it closed, and marked",
    )  # fmt: skip
    parser.add_argument(
        "--incomplete", choices=["keep", "drop", "refuse"], default="keep",
        help="rows of which a part is not there: kept and marked, sent to unmapped, or the whole refused",
    )  # fmt: skip
    parser.add_argument(
        "--basis", choices=["patients", "residents"], default="patients",
        help="what a divided body is divided by: the people registered with its practices, or those who live in its "
        "area, for figures by address; the report says how far the two differ",
    )  # fmt: skip
    parser.add_argument(
        "--repair", action="store_true", help="take damaged codes as they were meant, and list them"
    )
    parser.add_argument(
        "--codes",
        choices=["same", "ods", "ons"],
        default="same",
        help="codes of the result; those of the file",
    )
    parser.add_argument("--names", action="store_true", help="add the names of the bodies")
    parser.add_argument("-o", "--output", help="file to write; without it, or with -, the table is printed")
    parser.add_argument(
        "--force", action="store_true", help="write over a file that is not of an earlier run"
    )
    return parser


def run(args) -> int:
    """move a published table from the geography of its codes to a later one, with a report"""
    output, (unmapped, repaired, text, facts) = outputs.named(args.output, [args.file], *_ENDINGS)
    frame = inputs.read(args)
    read = list(frame.attrs["read"])
    moved = _moved(args, frame)
    moved = dataclasses.replace(moved, notes=[*read, *moved.notes])
    said = str(moved)
    cells = keeping.counted(frame[finding.code_column(frame, args.code).column])
    read_as = pd.DataFrame(
        [(old, new, cells.get(old)) for old, new in moved.report.repaired.items()],
        columns=["read", "as", "rows"],
    ).astype({"rows": "Int64"})
    beside = {unmapped: moved.unmapped, repaired: read_as}
    wrote = [
        path.name for path in (output, *(p for p, rows in beside.items() if len(rows)), text, facts) if path
    ]
    told = json.dumps(_facts(args, moved, wrote), indent=1, ensure_ascii=False)
    outputs.write(output, moved.frame, beside, {text: f"{said}\n", facts: f"{told}\n"}, args.force)
    say(said, outputs.for_words(output))
    if unmapped and len(moved.unmapped):
        say(f"What could not be placed is in {unmapped}")
    if repaired and len(read_as):
        say(f"What was read as which code ({len(read_as):,} in all) is in {repaired}")
    return 0


def _moved(args, frame: pd.DataFrame) -> published.Moved:
    try:
        frame.columns = [str(c).strip() for c in frame.columns]
        return published.rebase_file(
            frame, code=args.code, at=args.at, to=args.to, level=args.level, sums=args.sum,
            means=finding.pairs(frame, args.mean), by=args.by, drop=_dropped(args, frame), missing=args.missing,
            zero=args.zero,
            unknown=args.unknown, closed=args.closed, repair=args.repair, absent=args.absent, codes=args.codes,
            names=args.names, name=args.file, incomplete=args.incomplete, basis=args.basis,
        )  # fmt: skip
    except ValueError as error:
        if args.file in str(error):
            raise
        raise ValueError(f"{args.file}: {error}") from None


def _dropped(args, frame: pd.DataFrame) -> list[str]:
    # what pandas calls a column without a name is not read, or only numbers the rows: it is left out already
    return [d for d in args.drop if d in frame or not d.startswith("Unnamed: ")]


def _facts(args, moved: published.Moved, wrote: list[str]) -> dict:
    """The report as data, with what was asked for and the names of the files written."""
    asked = {k: v for k, v in vars(args).items() if k not in {"run", "needs_checkout", "command"}}
    decided = None if moved.decided is None else moved.decided.astype(str).to_dict("records")
    return {
        "program": "python -m ccg rebase",
        "verdict": published.verdict(moved.report, moved.unmapped),
        "notes": moved.notes,
        "files": wrote,
        "asked": asked,
        "decided": decided,
        "report": json.loads(json.dumps(dataclasses.asdict(moved.report), default=lambda x: x.item())),
    }
