"""Files to take away, written beside the pages: look-ups and panels, each by itself and all in one zip."""

import io
import zipfile
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import pandas as pd

from ...core import files, lineage, lookups
from . import panels

#: The one download of all look-ups, and that of all panels.
LOOK_UPS, PANELS = "england-ccgs-look-ups.zip", "england-ccgs-panels.zip"
#: The day that made files bear: one of today would change their bytes.
_DAY = (1980, 1, 1, 0, 0, 0)


def look_ups(extra: Path) -> list[dict]:
    """Write every look-up, as CSV and as a workbook, and the zip of all; return a row for each older geography."""
    rows, held = [], {}
    for start, pairs in groupby(lookups.pairs(), key=lambda pair: pair[0]):
        row = {"of": start, "bodies": len(lineage.bodies(start.start, start.level)), "to": []}
        for _, goal in pairs:
            name = f"look-ups/{lookups.stem(start, goal)}.csv"
            table = lookups.of(start, goal)
            held[name] = lookups.to_csv(table).encode()
            files.write(extra / name.replace(".csv", ".xlsx"), workbook(table))
            row["to"].append({"goal": goal, "file": name})
        rows.append(row)
    about = [f"- `{column}`: {words}" for column, words in lookups.COLUMNS.items()]
    held["look-ups/README.md"] = "\n".join(["# Columns", "", *about, ""]).encode()
    _write(extra, held, LOOK_UPS)
    return rows


def all_panels(extra: Path) -> dict[panels.Panel, dict]:
    """Write every panel and the zip of all; return from each panel and geography its addresses by shape and ending."""
    held: dict[str, bytes] = {}
    found: dict[panels.Panel, dict] = {panel: {} for panel in panels.PANELS}
    for panel, goal, made in panels.made():
        held |= made
        shapes = defaultdict(dict)
        for name in made:
            shape, ending = Path(name).stem.rpartition("-")[2], Path(name).suffix[1:]
            shapes[shape][ending] = name
        found[panel][goal] = dict(shapes)
    held["panels/README.md"] = panels.about().encode()
    _write(extra, held, PANELS)
    return found


def _write(extra: Path, held: dict[str, bytes], name: str) -> None:
    for one, content in held.items():
        files.write(extra / one, content)
    files.write(extra / name, zipped(held))


def workbook(table: pd.DataFrame) -> bytes:
    """A table as the one sheet of a workbook, its first row held and set up to filter; the same bytes every time."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": pd.Timestamp(*_DAY[:3]).to_pydatetime()})
        sheet, bold = book.add_worksheet("lookup"), book.add_format({"bold": True})
        sheet.write_row(0, 0, list(table), bold)
        for at, row in enumerate(table.itertuples(index=False), 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)  # a code such as 5E1 stays text
                elif cell == cell:
                    sheet.write_number(at, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), table.shape[1] - 1)
        sheet.autofit()
    return out.getvalue()


def zipped(held: dict[str, bytes]) -> bytes:
    """A zip of some files by name: the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in held.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                0o644 << 16,
                3,
            )
            made.writestr(entry, content)
    return out.getvalue()
