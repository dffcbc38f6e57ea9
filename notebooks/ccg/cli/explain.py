"""``ccg explain``: the life of one body in words."""

from ..core import lineage, spellings
from ..core.codes import WHY
from .words import command, say


def add(commands):
    """Add the command and its arguments."""
    parser = command(commands, "explain", run, "01H --to 2022-07-01")
    parser.add_argument("text", help="a code (ODS or ONS) or part of a name")
    parser.add_argument("--to", help="date on which to say what became of it")
    return parser


def run(args) -> int:
    """tell the life of a body by its code or name: opened, changed, became"""
    text = lineage.written(args.text) or args.text  # 02F00 is 02F
    found = lineage.search(text)
    codes = [text] if text in set(found["code"]) else list(found["code"])
    codes = codes or spellings.find(args.text)
    if not codes and (kind := lineage.beside().get(text)) is not None:
        say(f"{text} is {WHY[kind]}.")
        return 0
    if not codes:
        better = lineage.suggest(args.text)
        raise ValueError(
            f"{args.text!r} is not known"
            + (
                f"; did you mean {better}?"
                if better
                else "; give a code like 00C or E38000042, or a part of a name"
            )
        )
    if len(codes) > 3:
        say(found.to_string(index=False))
        return 0
    say("\n\n".join(lineage.explain(code, args.to) for code in codes))
    return 0
