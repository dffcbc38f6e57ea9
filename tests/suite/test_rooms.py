"""The package has rooms, one upon the other: a room knows those below it, and none above."""

import ast
import sys
from functools import cache

import pytest
from ccg import files

PACKAGE = files.NOTEBOOKS / "ccg"
#: Each room with those it may import from.
MAY = {
    "core": {"core"},
    "analysis": {"core", "analysis"},
    "charts": {"core", "charts"},
    "explorer": {"core", "analysis", "charts", "explorer"},
    "suite": {"core", "analysis", "charts", "explorer", "suite"},
    "cli": {"core", "analysis", "charts", "explorer", "suite", "cli"},
}
#: What those who only re-base have installed; python-calamine is asked only for a workbook, Dask and Spark are there
#: where a frame of theirs came in, and Frictionless is asked only when a table is not what was sealed.
LIGHT = {"narwhals", "pandas", "python_calamine", "dask", "pyspark", "frictionless"}
MODULES = sorted(p for room in MAY for p in (PACKAGE / room).rglob("*.py"))


def name_of(path) -> str:
    """Where a module stands, like core/tables."""
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def room_of(path) -> str:
    return path.relative_to(PACKAGE).parts[0]


@cache
def nodes(text: str) -> list[ast.AST]:
    """Imports, attributes and functions: what the rules look at."""
    kinds = (ast.Import, ast.ImportFrom, ast.Attribute, ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def tree(path) -> list[ast.AST]:
    return nodes(path.read_text(encoding="utf-8"))


def imports(path) -> list[tuple[int, str, list[str]]]:
    """Level, module and names of every import, those within functions too."""
    out = []
    for node in tree(path):
        if isinstance(node, ast.Import):
            out += [(0, a.name, []) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            out.append((node.level, node.module or "", [a.name for a in node.names]))
    return out


def test_every_module_stands_in_a_room():
    assert {p.name for p in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert {p.parent.name for p in PACKAGE.glob("*/*.py")} == set(MAY)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_knows_only_those_below_it(path):
    room, deep = room_of(path), len(path.relative_to(PACKAGE).parts) - 1
    for level, module, names in imports(path):
        assert not module.startswith("ccg"), f"import by the way from here, not {module}"
        if level:
            asked = {room} if level <= deep else {module.split(".")[0]} if module else set(names)
            assert asked <= MAY[room], f"{room} asks {asked - MAY[room]}"
        elif room == "core":
            package = module.split(".")[0]
            assert package in LIGHT | sys.stdlib_module_names, f"core imports {package}"


@pytest.mark.parametrize("path", [*MODULES, PACKAGE / "__main__.py"], ids=name_of)
def test_no_module_reaches_for_the_private_names_of_another(path):
    ours = {p.stem for p in MODULES}
    for node in tree(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ours:
            assert not node.attr.startswith("_"), f"line {node.lineno}: {node.value.id}.{node.attr}"
        if isinstance(node, ast.ImportFrom) and node.level:
            assert not [a.name for a in node.names if a.name.startswith("_")], f"line {node.lineno}"


#: Lines of a function without those of its docstring; a longer one has "# long because ..." on the line above it.
LONGEST = 60


def too_long(text: str) -> list[str]:
    """Functions with more lines than that and no reason beside them."""
    lines, out = text.split("\n"), []
    for node in nodes(text):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
            size = node.end_lineno - node.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if size > LONGEST and not lines[first - 2].strip().startswith("# long because "):
                out.append(f"line {node.lineno}: {node.name} has {size} lines")
    return out


@pytest.mark.slow
def test_no_function_is_long_without_a_reason_beside_it():
    body = "    x = 1\n" * LONGEST
    assert too_long(f"def f():\n{body}") == ["line 1: f has 61 lines"]
    assert too_long(f'# long because it is a list\ndef f():\n    """It is\n\n    long."""\n{body}') == []
    every = sorted({*PACKAGE.rglob("*.py"), *(files.ROOT / "tests").rglob("*.py")})
    found = {p.relative_to(files.ROOT).as_posix(): too_long(p.read_text(encoding="utf-8")) for p in every}
    assert not {p: what for p, what in found.items() if what}


def test_every_module_is_found_at_the_front_door():
    import ccg

    for path in MODULES:
        room, *inside = path.relative_to(PACKAGE).with_suffix("").parts
        if inside[0] != "__init__" and room not in ("charts", "cli"):
            assert inside[0] in dir(ccg), inside[0]
    for name in ccg.__all__:
        assert getattr(ccg, name)
    with pytest.raises(AttributeError, match="module 'ccg' has no attribute 'nothing'"):
        ccg.nothing  # noqa: B018


def test_to_import_the_package_is_to_import_nothing_else():
    import subprocess

    script = "import sys; before = set(sys.modules); import ccg; print(sorted(m for m in set(sys.modules) - before if '.' not in m))"
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=files.NOTEBOOKS, capture_output=True, text=True, check=True
    )
    assert not {"pandas", "numpy", "narwhals", "matplotlib"} & set(ast.literal_eval(out.stdout)), out.stdout
