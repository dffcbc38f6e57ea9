"""``ccg lookup``: who became whom between two dates, as a table."""

from ..core import lookups
from . import outputs
from .words import command, say


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "lookup", run, "--from 2018-04-01 --to 2022-07-01 -o map.csv")
    parser.add_argument("--from", dest="start", required=True, help="date of the older geography, 2018-04-01")
    parser.add_argument("--to", required=True, help="date of the newer geography")
    parser.add_argument(
        "--level", choices=["ccg", "partnership", "sub_icb", "icb"], help="bodies wanted at the new date"
    )
    parser.add_argument(
        "--from-level", choices=["pct", "ccg", "partnership", "sub_icb", "icb"],
        help="bodies meant at the older date, by default those that commissioned on it; sub-ICB locations: "
        "--from 2024-04-01 --from-level sub_icb --to 2026-04-01",
    )  # fmt: skip
    parser.add_argument(
        "--basis", choices=["patients", "residents"], default="patients",
        help="what shares are of: people registered with practices, or people who live in the area",
    )  # fmt: skip
    parser.add_argument("-o", "--output", help="file to write; without it the table is printed")
    parser.add_argument(
        "--force", action="store_true", help="write over a file that is not of an earlier run"
    )
    return parser


def run(args) -> int:
    """write who became whom between two dates as CSV, for Excel, SQL or R"""
    output, _ = outputs.named(args.output, [])
    table = lookups.table(args.start, args.to, args.level, at_level=args.from_level, basis=args.basis)
    outputs.write(output, table, force=args.force)
    words_to = outputs.for_words(output)
    say(
        f"{table['from'].nunique()} bodies of {args.start} lead to {table['to'].nunique()} of {args.to}",
        words_to,
    )
    split = table.loc[table["status"] == "approximate", "from"].unique()
    if len(split):
        say(f"Divided by share, so approximate: {', '.join(split)}", words_to)
    return 0
