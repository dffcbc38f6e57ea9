"""Read a file of the user's as the options say."""

from pathlib import Path

import pandas as pd

from ..core import reading

_DECIMALS = {"point": ".", "comma": ",", ".": ".", ",": ","}


def add_reading(parser) -> None:
    """Add the file and the options that say how it is laid out; without them it is found out and said."""
    parser.add_argument("file", help="a CSV file of any separator, a workbook (xlsx, xls, ods) or Parquet")
    parser.add_argument("--code", help="column of codes; found by itself where there is only one")
    parser.add_argument("--sheet", help="sheet of a workbook; found where only one holds codes")
    parser.add_argument("--header", type=int, help="line of the file with the names of the columns; found")
    parser.add_argument("--separator", help="what sets cells apart, like ; or tab; found")
    parser.add_argument("--encoding", help="UTF-8, UTF-16 or Windows-1252 (cp1252); found")
    parser.add_argument("--decimal", choices=sorted(_DECIMALS), help="sign before decimals; a point")


def read(args) -> pd.DataFrame:
    """The cells of a file as text, as ``keeping`` has it. What was guessed of it stands in ``attrs["read"]``."""
    separator = {"tab": "\t", "\\t": "\t"}.get(args.separator, args.separator)
    return reading.compact(
        Path(args.file), sheet=args.sheet, header=args.header, separator=separator, encoding=args.encoding,
        decimal=_DECIMALS.get(args.decimal),
    )  # fmt: skip
