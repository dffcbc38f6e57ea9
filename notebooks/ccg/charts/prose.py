"""Sentences with numbers in them: a notebook cell that begins with ``%%prose`` is Markdown.

What stands in braces is computed, as in Python's f-strings: ``{closed} of {len(ccgs)} CCGs, {closed /
len(ccgs):.0%}``. The text is shown as Markdown and kept in the output, so that strict nbval compares it
word for word, and the site shows it without the cell.
"""

from collections.abc import Mapping
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

MAGIC = "prose"


def use() -> None:
    """Make ``%%prose`` known to the notebook that runs; without a notebook nothing happens."""
    shell = get_ipython()
    if shell is not None:
        shell.register_magic_function(_cell, magic_kind="cell", magic_name=MAGIC)


def fill(text: str, names: Mapping[str, Any]) -> str:
    """A text with each expression in braces replaced by its value, formatted as it says.

    Braces that are to be seen are doubled. Raises what the expression raises, and ValueError where a text
    holds three quotation marks in a row, which end it.

    Examples
    --------
    >>> fill("{closed:,} of {total}: {closed / total:.0%}", {"closed": 1405, "total": 2110})
    '1,405 of 2110: 67%'
    """
    if '"""' in text:
        raise ValueError('prose may not hold """')
    # a line ending keeps the last quotation mark of a text from the three that close it
    return eval(f'rf"""{text}\n"""', dict(names)).strip()


def _cell(line: str, cell: str) -> None:
    """Show a cell of prose as Markdown."""
    if line.strip():
        raise ValueError(f"%%{MAGIC} takes nothing behind it, but has {line.strip()!r}")
    text = fill(cell, get_ipython().user_ns)
    display({"text/markdown": text, "text/plain": text}, raw=True)
