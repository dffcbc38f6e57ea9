"""A small table as a reader meets it: a caption, labels in words, numbers with their thousands apart."""

import html
import re
from collections.abc import Callable, Mapping

import pandas as pd
from IPython.display import display

from ..core import words

#: What stands for a value that is not known.
NOT_KNOWN = "–"


def table(
    frame: pd.DataFrame, caption: str, *, form: str | Callable | Mapping[str, str | Callable] | None = None
) -> None:
    """Show a frame as a table, whose text strict nbval compares.

    ``caption`` says what the rows are, the measure, place and period. The names of columns and index are
    shown as they are, so give them the words of a reader. ``form`` is a format (``"{:.1%}"``) or a function
    for the numbers of all columns, or of each by its name; else whole numbers stand plain with their
    thousands apart, and other numbers with one decimal. A value that is not known is a dash.

    Raises ValueError if there is no caption, or a label is a name of code, with an underscore in it.
    """
    if not caption.strip():
        raise ValueError("a table without a caption")
    labels = [*frame.columns, *frame.index.names]
    coded = [str(label) for label in labels if "_" in str(label)]
    if coded:
        raise ValueError(f"a reader sees these names: {', '.join(coded)}. Rename them")
    forms = form if isinstance(form, Mapping) else dict.fromkeys(frame.columns, form)
    cells = pd.DataFrame({name: frame[name].map(_cell(forms.get(name))) for name in frame}, index=frame.index)
    cells.columns = frame.columns
    indexed = any(frame.index.names)
    text = f"{caption}\n\n{cells.to_string(index=indexed)}"
    display({"text/html": _html(cells, caption, indexed), "text/plain": text}, raw=True)


def _cell(form: str | Callable | None) -> Callable:
    def shown(value) -> str:
        if isinstance(value, str):
            return value
        if pd.isna(value):
            return NOT_KNOWN
        if callable(form):
            return form(value)
        if form:
            return form.format(value).replace("-", "−")
        if isinstance(value, pd.Timestamp):
            return words.long_date(value)
        return words.number(value, 0 if float(value).is_integer() else 1)

    return shown


def _html(cells: pd.DataFrame, caption: str, indexed: bool) -> str:
    """A plain table: text to the left, numbers to the right, a row's labels as its heads."""
    heads = [*(str(name or "") for name in cells.index.names if indexed), *map(str, cells.columns)]
    left = [*([True] * cells.index.nlevels if indexed else []), *(_is_text(cells[name]) for name in cells)]
    lines = [f"<table><caption>{html.escape(caption)}</caption>", "<thead><tr>"]
    lines += [_tag("th", head, at_left, ' scope="col"') for head, at_left in zip(heads, left, strict=True)]
    lines += ["</tr></thead>", "<tbody>"]
    for label, row in zip(cells.index, cells.to_numpy(), strict=True):
        first = [str(one) for one in (label if isinstance(label, tuple) else (label,))] if indexed else []
        line = [_tag("th", one, True, ' scope="row"') for one in first]
        line += [_tag("td", one, at_left) for one, at_left in zip(row, left[len(first) :], strict=True)]
        lines.append(f"<tr>{''.join(line)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _is_text(column: pd.Series) -> bool:
    numbers = sum(re.match(r"[+−]?[£\d–]", text) is not None for text in column)
    return numbers <= len(column) / 2


def _tag(name: str, text: str, at_left: bool, more: str = "") -> str:
    return f'<{name}{more} style="text-align:{"left" if at_left else "right"}">{html.escape(text)}</{name}>'
