"""``ccg gpps``: the yearly table of the GP Patient Survey, from its published files."""

from ..analysis import gpps
from . import outputs
from .words import command, say


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "gpps", run, "practices_2018.csv practices_2019.csv -o gpps.csv")
    parser.add_argument("file", nargs="+", help="practice-level weighted CSV files of the survey, one a year")
    parser.add_argument("-o", "--output", default="gpps.csv", help="file to write (gpps.csv)")
    parser.add_argument("--to", default="2021-04-01", help="date of the CCGs that practices are grouped by")
    parser.add_argument("--year", type=int, help="year of a single file that does not tell it")
    parser.add_argument("--weight", help="column to weight practices by, where a file has no bases")
    parser.add_argument(
        "--force", action="store_true", help="write over a file that is not of an earlier run"
    )
    return parser


def run(args) -> int:
    """build the yearly GP Patient Survey table on fixed groupings of practices, from its published files"""
    output, (unplaced,) = outputs.named(args.output, args.file, ".unplaced.csv")
    result = gpps.build(args.file, to=args.to, year=args.year, weight=args.weight)
    outputs.write(output, result.frame, {unplaced: result.unplaced}, force=args.force)
    say(result.report(), outputs.for_words(output))
    if unplaced and len(result.unplaced):
        say(f"Practices that could not be placed are in {unplaced}")
    return 0
