"""What the docstrings of the core show is what happens, and those of the face say all that a caller asks."""

import doctest
import importlib
import inspect
import re

import ccg
import pytest
from ccg import cli, files

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


REBASE = (files.ROOT / "docs" / "rebase.md").read_text(encoding="utf-8")


def test_the_reference_of_rebase_has_every_option_with_its_default():
    from ccg.cli import commands

    parser = commands()["rebase"]
    for action in parser._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"`{option}`" in REBASE, option
        if action.choices and action.default:
            assert f"| `{action.default}`" in REBASE or action.dest == "decimal", action.dest
    named = set(re.findall(r"`(--[a-z]+)`", REBASE))
    assert named <= {o for a in parser._actions for o in a.option_strings}


def test_the_marks_and_dates_of_the_reference_are_read_as_it_says():
    from ccg import numbers, periods

    marks = re.search(r"Blank, (.*?) and their like mean", REBASE)[1]
    assert all(not numbers.is_given(mark) for mark in re.findall(r"`([^`]+)`", marks))
    forms = re.search(r"means one thing: (.*?)\. A period", REBASE)[1]
    assert len(periods.days(re.findall(r"`([^`]+)`", forms))) == 8


def test_the_page_on_rebase_has_every_option_of_the_command():
    page = (files.ROOT / "docs" / "rebase.md").read_text(encoding="utf-8")
    options = [word for one in cli.commands()["rebase"]._actions for word in one.option_strings]
    assert not [o for o in options if o.startswith("--") and o != "--help" and f"`{o}" not in page]
