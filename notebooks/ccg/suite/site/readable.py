"""The numbers of a chart as people read them: labels for columns, sensible digits, names for marks."""

import math
import re

#: Words that stand for a column's own where that is short for something.
_LABELS = {
    "imd": "IMD",
    "ccg": "CCG",
    "ccgs": "CCGs",
    "icb": "board",
    "gp": "GP",
    "gps": "GPs",
    "ons": "ONS",
    "qof": "QOF",
    "gbp": "£",
}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_YEARS = re.compile(r"(?:19|20)\d\d")


def label(column: str) -> str:
    """The head of a column: ``registered_patients`` is Registered patients.

    Examples
    --------
    >>> label("imd_score"), label("low")
    ('IMD score', 'Low')
    """
    words = [_LABELS.get(word, word) for word in column.replace("_", " ").strip().split()]
    said = " ".join(words) or "Row"
    return said[:1].upper() + said[1:]


def cells(rows: list[list[str]]) -> list[list[str]]:
    """Cells of a chart's CSV with the digits that a reader needs: three that count, and whole numbers in full.

    Examples
    --------
    >>> cells([["2018.0", "51.14028883", "1234567"], ["2019.0", "7.5", ""]])
    [['2018', '51.1', '1,234,567'], ['2019', '7.5', '–']]
    """
    columns = [_column(list(column)) for column in zip(*rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _column(column: list[str]) -> list[str]:
    given = [cell for cell in column if cell]
    if not given or not all(_NUMBER.fullmatch(cell) for cell in given):
        return [{"True": "yes", "False": "no"}.get(cell, cell) or "–" for cell in column]
    values = [float(cell) for cell in given]
    if all(value.is_integer() for value in values):
        years = all(_YEARS.fullmatch(f"{value:.0f}") for value in values)
        return [
            _minus(f"{float(cell):.0f}" if years else f"{float(cell):,.0f}") if cell else "–"
            for cell in column
        ]
    largest = max(abs(value) for value in values)
    digits = min(4, max(0, 2 - math.floor(math.log10(largest)))) if largest else 0
    return [_minus(f"{float(cell):,.{digits}f}") if cell else "–" for cell in column]


def _minus(text: str) -> str:
    return text.replace("-", "−")
