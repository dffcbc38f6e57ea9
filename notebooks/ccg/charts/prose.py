"""Sentences with numbers in them: notebook cells that are text, with what stands in braces computed.

A cell that begins with ``%%prose`` is Markdown. One that begins with ``%%chart`` holds the words of a chart,
three paragraphs, and behind the name what else ``figures.save`` takes::

    %%chart fig, "01_waves", data=waves, source=tables.credit(mergers["source"]), tables="ccgs successions"
    {last} of the {closed} CCGs that closed by merger did so in 2020 and 2021

    CCGs that closed by merger on 1 April, England

    Paired bars by year: {each}.

The text is as in Python's f-strings: ``{closed / len(ccgs):.0%}``. It is kept in the output, so that strict
nbval compares it word for word, and the site shows it without the cell.
"""

from collections.abc import Mapping
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display


def use() -> bool:
    """Make ``%%prose`` and ``%%chart`` known to the notebook that runs. False, and nothing happens, without one."""
    shell = get_ipython()
    if shell is not None:
        for name, function in (("prose", _prose), ("chart", _chart)):
            shell.register_magic_function(function, magic_kind="cell", magic_name=name)
    return shell is not None


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


def _prose(line: str, cell: str) -> None:
    """Show a cell as Markdown."""
    if line.strip():
        raise ValueError(f"%%prose takes nothing behind it, but has {line.strip()!r}")
    text = fill(cell, get_ipython().user_ns)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def _chart(line: str, cell: str) -> None:
    """Save and show a chart with the words of the cell."""
    from . import figures  # which needs the style, which makes these cells known

    names = dict(get_ipython().user_ns)
    given, named = eval(f"(lambda *given, **named: (given, named))({line})", names)
    figures.save(*given, **named, words=fill(cell, names))
