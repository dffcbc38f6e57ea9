"""Numbers that stand as text: what is one, and what means that none is given."""

import narwhals as nw
import pandas as pd

#: Cells of a text column that mean: not given. They are counted as missing, never as zero.
SUPPRESSED = ("", "*", "-", ":", "[c]", "[x]")
#: Text that a lazy frame's engine reads as a number: no more digits than it keeps, no nan, no infinity.
NUMBER = r"^[+-]?(?:\d{1,15}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?$"


class NumberError(ValueError):
    """A cell is no number. The text names the column, the row and the cell."""


def parse(series: nw.Series) -> nw.Series:
    """A text column as numbers, whole if all are. Raises NumberError naming the first cell that is none."""
    text = pd.Series(series.cast(nw.String).to_list(), dtype=object).map(
        lambda x: x.strip() if isinstance(x, str) else None
    )
    text = text.where(~text.isin(SUPPRESSED), None)
    numbers = pd.to_numeric(text, errors="coerce")
    lines = series.to_native().index if series.implementation.is_pandas_like() else None

    def where(cells: pd.Series) -> tuple[str, str]:
        i = int(cells.to_numpy().argmax())
        # reading.read calls the index so that tells the line of the file
        of_file = lines is not None and lines.name == "line"
        row = f"line {lines[i]} of the file" if of_file else f"row {i + 1}"
        return f"column {series.name!r}, {row}", text[i]

    bad = text.notna() & numbers.isna()
    if bad.any():
        place, cell = where(bad)
        raise NumberError(
            f"{place}: {cell!r} is not a number. Write numbers plainly (1234.5); "
            f"{', '.join(repr(s) for s in SUPPRESSED)} mean not given"
        )
    whole = ((numbers.dropna() % 1 == 0) & (numbers.dropna().abs() < 2**53)).all()
    values = [None if pd.isna(x) else int(x) if whole else float(x) for x in numbers]
    large = numbers.abs().ge(2**53) & text.str.fullmatch(r"[+-]?\d+").eq(True) if not whole else None
    if large is not None and large.any():  # a float would not keep every digit
        plain = text.dropna().str.fullmatch(r"[+-]?\d+").all() and numbers.abs().max() < 2**63
        if not plain:
            place, cell = where(large)
            raise NumberError(f"{place}: {cell!r} has more digits than can be kept")
        whole, values = True, [None if x is None else int(x) for x in text]
    if series.implementation.is_pandas_like():
        native = pd.Series(values, series.to_native().index, "Int64" if whole else "float64", series.name)
        return nw.from_native(native, series_only=True)
    return nw.new_series(
        series.name, values, nw.Int64 if whole else nw.Float64, backend=series.implementation
    )
