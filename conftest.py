"""For every test run: under nbval a kernel that dies before its first reply is started again."""

import logging
import os
import warnings

import pytest

# as in run.execute: what runs side by side has no cores to share out for algebra
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure(config):
    if not config.getoption("nbval", False):
        return
    # no other module of ours, for what they import would take a second in each worker
    import nbval.kernel
    from ccg import kernels
    from nbval.plugin import IPyNbFile

    start = IPyNbFile.setup

    def setup(notebook) -> None:
        try:
            for launch in kernels.launches(f"notebooks/{notebook.path.name}", warnings.warn):
                with launch:
                    return start(notebook)
        except kernels.NotebookFailed as error:
            notebook.never_started = True
            raise pytest.fail.Exception(str(error), pytrace=False) from None

    IPyNbFile.setup = setup
    logging.getLogger("nbval").setLevel(logging.CRITICAL)  # it logs each failed start with a traceback
    nbval.kernel.pformat = (
        len  # and each message, pictures too, which it lays out even when nobody is to see it
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if getattr(item.parent, "never_started", False):  # said once, at the first cell
        pytest.skip("the notebook's kernel did not start")
