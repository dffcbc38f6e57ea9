"""The explorer's server: which kernels it ends, and whom it answers."""

import asyncio
import re

import pytest
import tornado.httpclient
import tornado.httpserver
import tornado.netutil
import tornado.web


@pytest.fixture(scope="module")
def app():
    from ccg import app  # slow to import: Voilà and the server of Jupyter

    return app


@pytest.fixture
def voila(app, monkeypatch):
    """The server as the command sets it up, not started."""
    monkeypatch.setenv("JUPYTER_PATH", str(app.SETTINGS))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(app.SETTINGS))
    made = app.Explorer()
    made.initialize(app.options(8866, browser=False, warm=False))  # warm, it would start a kernel here
    made.settings = made.init_settings()
    return made


@pytest.mark.slow
def test_kernels_without_a_page_are_looked_for_and_one_is_kept_warm(app, voila):
    kernels = voila.kernel_manager
    assert isinstance(kernels, app.Kernels)
    assert 0 < kernels.cull_idle_timeout <= 120 and 0 < kernels.cull_interval <= 60
    assert not kernels.cull_connected, "a page that is open and idle keeps its kernel"
    assert voila.voila_configuration.default_pool_size == 1 and "--preheat_kernel=True" in app.options(8866)


@pytest.mark.slow
def test_only_names_of_this_machine_are_answered(app, voila):
    assert not voila.settings["allow_remote_access"] and voila.settings["local_hostnames"] == ["localhost"]
    address, handler, *_ = voila.init_handlers()[-1]
    assert handler is app.Page and re.fullmatch(address, "/"), "the address of the page, which ours answers"


@pytest.mark.slow
def test_a_kernel_is_judged_only_when_two_looks_in_a_row_find_it_without_a_page(app, monkeypatch):
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

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


@pytest.mark.slow
def test_no_more_pages_than_memory_has_room_for_and_the_next_is_told_so(app, voila, monkeypatch):
    """Nothing is started here: the kernels are names, and a page that would be made is not."""
    made = []
    kernels = voila.kernel_manager
    monkeypatch.setattr(
        app.Page, "get", lambda page, path=None: made.append(kernels.asked) or page.finish("made")
    )
    kernels._kernels = dict.fromkeys(map(str, range(app.MOST - 1)))

    async def asked() -> list:
        served = tornado.web.Application(voila.init_handlers(), **voila.settings)
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        server = tornado.httpserver.HTTPServer(served)
        server.add_sockets(sockets)
        answers, client = [], tornado.httpclient.AsyncHTTPClient()
        for last in ("", "one more"):
            if last:
                kernels._kernels[last] = None
            address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"
            answers.append(await client.fetch(address, raise_error=False))
        server.stop()
        return answers

    there, full = asyncio.run(asked())
    assert (there.code, there.body, made, kernels.asked) == (200, b"made", [1], 0)
    assert full.code == 503 and f"open in {app.MOST} tabs already" in full.body.decode()
