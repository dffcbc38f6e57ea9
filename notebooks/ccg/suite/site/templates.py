"""Templates of ``docs/templates`` filled in, and the words that they turn for readers."""

import re
from datetime import date
from functools import cache
from html import escape

import jinja2
from markupsafe import Markup

from ...core import files
from ...core.words import long_date
from . import readable
from .links import official

DOCS = files.ROOT / "docs"


def render(template: str, **know) -> str:
    """A template of ``docs/templates`` filled in; whatever is put in is escaped for HTML."""
    made = _templates().get_template(template).render(**know)
    # Sphinx's search takes tags out: without a space the words of two cells become one that nobody looks for
    return made.replace("><", "> <")


@cache
def _templates() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.globals["official"] = official()
    env.filters |= {"long": long_date, "inline": inline, "count": "{:,}".format, "list_of": list}
    env.filters |= {"label": readable.label, "readable": readable.cells}
    env.filters |= {"plain_dates": plain_dates, "upper_first": upper_first}
    return env


def upper_first(words) -> str:
    """Words as a sentence begins, also those of an object that says itself in words."""
    return f"{words}"[:1].upper() + f"{words}"[1:]


def plain_dates(text: str) -> str:
    """A sentence with its ISO dates as a reader says them."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda day: long_date(date.fromisoformat(day[0])), text)


def inline(text: str) -> str:
    """A line of Markdown as HTML with its bold and italic words and code, and nothing else."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    return Markup(re.sub(r"\*(.+?)\*", r"<em>\1</em>", text))
