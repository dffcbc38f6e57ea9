"""The explorer's server: which kernels it ends, and whom it answers."""

import asyncio
import re

import pytest
from ccg import app
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


@pytest.fixture
def voila(monkeypatch):
    """The server as the command sets it up, not started."""
    monkeypatch.setenv("JUPYTER_PATH", str(app.SETTINGS))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(app.SETTINGS))
    made = app.Explorer()
    made.initialize(app.options(8866, browser=False, warm=False))  # warm, it would start a kernel here
    made.settings = made.init_settings()
    return made


def test_kernels_without_a_page_are_looked_for_and_one_is_kept_warm(voila):
    kernels = voila.kernel_manager
    assert isinstance(kernels, app.Kernels)
    assert 0 < kernels.cull_idle_timeout <= 120 and 0 < kernels.cull_interval <= 60
    assert not kernels.cull_connected, "a page that is open and idle keeps its kernel"
    assert voila.voila_configuration.default_pool_size == 1 and "--preheat_kernel=True" in app.options(8866)


def test_only_names_of_this_machine_are_answered(voila):
    assert not voila.settings["allow_remote_access"] and voila.settings["local_hostnames"] == ["localhost"]
    address, handler, *_ = voila.init_handlers()[-1]
    assert handler is app.Page and re.fullmatch(address, "/"), "the address of the page, which ours answers"


def test_a_kernel_is_judged_only_when_two_looks_in_a_row_find_it_without_a_page(monkeypatch):
    judged = []

    async def judge(self, kernel_id):
        judged.append(kernel_id)

    monkeypatch.setattr(AsyncMappingKernelManager, "cull_kernel_if_idle", judge)
    kernels = app.Kernels()
    kernels._kernels = dict.fromkeys(["left", "open", "back"])
    pages = kernels._kernel_connections = {"open": 1}
    looks = []
    for back in (0, 1, 0, 0):
        judged.clear()
        pages["back"] = back
        asyncio.run(kernels.cull_kernels())
        looks.append(sorted(judged))
    assert looks == [[], ["left"], ["left"], ["back", "left"]]
