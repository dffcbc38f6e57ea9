"""Whether every cell of a table keeps the rules of its column: quick where it does, as it nearly always will.

Frictionless goes through a table row by row, which takes seconds for the largest. A column says most of what it
holds many times over, so each different cell is judged once here, by the field that Frictionless has made of the
column. Keys and references are compared as it compares them, cell by cell as each was read. It is still asked about
every table that is not sound: it has the words for what is wrong.
"""

import csv
from pathlib import Path
from typing import Any

#: The cells of a table as they were read, by the name of their column.
_Columns = dict[str, list[Any]]
#: The longest cell that the standard library reads, where nobody has raised its limit, as Frictionless does.
LONGEST = 131_072


def sound(package: Any, name: str) -> bool:
    """Whether Frictionless has nothing to say of a table's rows, keys and references.

    Parameters
    ----------
    package : frictionless.Package
        The table and those that it refers to.
    name : str
        Name of the table.

    Returns
    -------
    bool
        True if nothing is wrong. False if something may be, or the table has no row; then ask Frictionless.
    """
    resource = package.get_resource(name)
    columns = _read(resource)
    if columns is None:
        return False
    schema = resource.schema
    keys = _together(columns, schema.primary_key)
    if len(set(keys)) < len(keys) or any(set(key) == {None} for key in keys):
        return False
    for field in schema.fields:
        given = [cell for cell in columns[field.name] if cell is not None]
        if field.constraints.get("unique") and len(set(given)) < len(given):
            return False
    return all(_refers(package, columns, one) for one in schema.foreign_keys)


def too_long(resource: Any) -> int | None:
    """The line of a table by which a cell is longer than can be read; None where none is."""
    with Path(resource.normpath).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        try:
            for row in reader:
                if max(map(len, row), default=0) > LONGEST:
                    return reader.line_num
        except csv.Error:
            return reader.line_num
    return None


def _read(resource: Any) -> _Columns | None:
    """Each column as its field reads it; None if a row has another number of cells or a cell breaks a rule."""
    fields = resource.schema.fields
    with Path(resource.normpath).open(encoding="utf-8", newline="") as file:
        try:
            header, *rows = csv.reader(file)
        except (csv.Error, ValueError):  # a cell longer than may be, or no header
            return None
    if not rows or header != [field.name for field in fields] or {len(row) for row in rows} != {len(header)}:
        return None
    columns = {}
    for field, cells in zip(fields, zip(*rows, strict=True), strict=True):
        read = field.create_cell_reader()
        judged = {cell: read(cell) for cell in set(cells)}
        if any(wrong for _, wrong in judged.values()) or max(map(len, judged)) > LONGEST:
            return None
        columns[field.name] = [judged[cell][0] for cell in cells]
    return columns


def _together(columns: _Columns, names: list[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(columns[name] for name in names), strict=True))


def _refers(package: Any, columns: _Columns, key: dict[str, Any]) -> bool:
    """Whether what a foreign key names is there, in the same table if it says no other."""
    other = key["reference"]["resource"]
    there = _read(package.get_resource(other)) if other else columns
    if there is None:
        return False
    known = set(_together(there, key["reference"]["fields"]))
    return all(one in known or set(one) == {None} for one in _together(columns, key["fields"]))
