"""``ccg rebase``: a file moved from the geography of its codes to a later one."""

import re

import pandas as pd

from ..core.rebasing import rebase
from . import inputs, outputs
from .words import command, say, some

_EXAMPLE = (
    "data/ccg_age.csv --at geography --to 2021-04-01 --by date --sum people people_65_and_over "
    "--drop basis source -o out.csv"
)


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "rebase", run, _EXAMPLE)
    many = {"action": "extend", "nargs": "+", "default": []}
    parser.add_argument("file", help="a CSV file")
    parser.add_argument("--code", help="column of codes; found by itself where there is only one")
    parser.add_argument(
        "--at", default="auto", help="date of the codes' geography, a column of dates, or auto"
    )
    parser.add_argument("--to", required=True, help="date of the geography wanted")
    parser.add_argument("--sum", **many, help="columns of counts to add up")
    parser.add_argument("--mean", **many, help="rates to average, each with its weight: rate:patients")
    parser.add_argument("--by", **many, help="keys to keep apart, such as a month")
    parser.add_argument("--drop", **many, help="columns to leave out")
    parser.add_argument(
        "--absent",
        choices=["zero", "missing"],
        default="zero",
        help="a part of a body that has rows in the period but none under a finer key, such as an age, is "
        "read as zero (if not said otherwise, since zeros are often left out) or as missing, which makes the "
        "row incomplete",
    )
    parser.add_argument(
        "--repair", action="store_true", help="take damaged codes as they were meant, and list them"
    )
    parser.add_argument("--level", choices=["ccg", "sub_icb", "icb"], help="bodies wanted at the new date")
    parser.add_argument("-o", "--output", help="file to write; without it the table is printed")
    return parser


def run(args) -> int:
    """move a CSV from the geography of its codes to a later one, with a report"""
    output, (unmapped, repaired) = outputs.named(args.output, [args.file], ".unmapped.csv", ".repaired.csv")
    frame = inputs.read(args.file, outputs.for_words(output))
    columns = _columns(args, frame)
    wanted = frame.drop(columns=_left_out(args, frame, columns))
    result = rebase(wanted, **columns, to=args.to, level=args.level, repair=args.repair, absent=args.absent)
    report = result.report()
    cells = frame[columns["code"]].value_counts()
    read_as = pd.DataFrame(
        [(old, new, cells.get(old)) for old, new in report.repaired.items()], columns=["read", "as", "rows"]
    ).astype({"rows": "Int64"})
    outputs.write(output, result.frame, {unmapped: result.unmapped, repaired: read_as})
    say(str(report), outputs.for_words(output))
    if unmapped and len(result.unmapped):
        say(f"What could not be placed is in {unmapped}")
    if repaired and len(read_as):
        say(f"What was read as which code ({len(read_as):,} in all) is in {repaired}")
    return 0


def _columns(args, frame: pd.DataFrame) -> dict:
    """What each option names, as ``rebase`` takes it: code, sums, by, means and at."""
    pairs = [pair.split(":", 1) if ":" in pair else (pair, "") for pair in args.mean]
    bare = [rate for rate, weight in pairs if not weight]
    if bare:
        raise ValueError(f"--mean {bare[0]}: name the column that weights it, like --mean {bare[0]}:patients")

    def named(option: str, names) -> list[str]:
        return [inputs.column_named(frame, name, args.file, option) for name in names]

    code = inputs.column_of_codes(frame, args.file, args.code)
    sums, by = named("--sum", args.sum), named("--by", args.by)
    rates, weights = named("--mean", [r for r, _ in pairs]), named("--mean", [w for _, w in pairs])
    at = args.at.strip()
    if at not in frame and at != "auto" and not re.match(r"\d", at):
        option = "--at, which takes a date like 2018-04-01, auto or a column of dates"
        at = inputs.column_named(frame, at, args.file, option)
    return {"code": code, "sums": sums, "by": by, "means": dict(zip(rates, weights, strict=True)), "at": at}


def _left_out(args, frame: pd.DataFrame, columns: dict) -> list[str]:
    """The columns to leave out. Raises ValueError if one of them is used, or if a column is neither."""
    # what pandas calls a column without a name is not read, or only numbers the rows: it is left out already
    drop = [
        inputs.column_named(frame, name, args.file, "--drop")
        for name in args.drop
        if name in frame or not re.fullmatch(r"Unnamed: [\d.]+", name)
    ]
    code, sums, by, means, at = columns.values()
    used = [code, *sums, *means, *means.values(), *by, *([at] if at in frame else [])]
    both = [c for c in drop if c in used]
    if both:
        raise ValueError(f"{args.file}: column {both[0]!r} is to be left out with --drop and used as well")
    left = [c for c in frame if c not in used and c not in drop]
    if left:
        raise ValueError(
            f"{args.file}: what is to become of column {left[0]!r}? --sum it, --mean it with a weight, keep it "
            f"as a key with --by, or leave it out with --drop (all unused columns: {some(left)})"
        )
    return drop
