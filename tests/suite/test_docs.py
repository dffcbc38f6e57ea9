"""What the docstrings of the core show is what happens, and those of the face say all that a caller asks."""

import doctest
import importlib
import inspect
import re

import ccg
import pytest
from ccg import files

CORE = sorted((files.NOTEBOOKS / "ccg" / "core").rglob("*.py"))
MODULES = {
    p: ".".join(p.relative_to(files.NOTEBOOKS).with_suffix("").parts).removesuffix(".__init__") for p in CORE
}
WITH_EXAMPLES = ["ccg", *(name for p, name in MODULES.items() if ">>> " in p.read_text(encoding="utf-8"))]
FACE = [name for name in ccg.__all__ if inspect.isfunction(getattr(ccg, name))]


def sections(function) -> dict[str, str]:
    """The text of each section of a docstring by its heading."""
    parts = re.split(r"^(\w+)\n-+\n", inspect.getdoc(function), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_show(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed


@pytest.mark.parametrize("name", FACE)
def test_a_function_of_the_face_says_what_it_takes_gives_and_refuses(name):
    function = getattr(ccg, name)
    found = sections(function)
    assert {"Parameters", "Returns", "Raises", "Examples"} <= set(found)
    listed = re.findall(r"^(\w[\w, ]*) : ", found["Parameters"], flags=re.MULTILINE)
    told = [one for names in listed for one in names.split(", ")]
    assert sorted(told) == sorted(inspect.signature(function).parameters)
    assert f"from ccg import {name}" in found["Examples"] or f", {name}\n" in found["Examples"]


def test_a_caller_of_python_sees_the_types():
    assert (files.NOTEBOOKS / "ccg" / "py.typed").exists()
    for name in FACE:
        function = getattr(ccg, name)
        untyped = [p for p in inspect.signature(function).parameters if p not in function.__annotations__]
        assert not untyped and "return" in function.__annotations__, name
