"""Python's collector of garbage waits only where it is told to."""

import gc

import pytest
from ccg import RebaseError, garbage, rebase


def test_afterwards_the_collector_is_as_it_was():
    with pytest.raises(ZeroDivisionError), garbage.uncollected():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()
    gc.disable()
    try:
        with garbage.uncollected():
            pass
        assert not gc.isenabled(), "who has switched it off has it off"
    finally:
        gc.enable()


def test_it_runs_again_after_a_call_that_fails():
    with pytest.raises(RebaseError, match="dict is not a frame"):
        rebase({}, code="code", to="2021-04-01")
    assert gc.isenabled()
