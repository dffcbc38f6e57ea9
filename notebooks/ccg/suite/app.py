"""The explorer as a page of its own: 09_explore without its code, served by Voilà on this machine alone."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

from ..core import files

PORT = 8866
#: Pages that may be open at a time. Each has a kernel of some 250 MB, and one more waits warm.
MOST = 8
FULL = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The explorer is in use</title></head>
<body><h1>The explorer is open in {most} tabs already</h1>
<p>Each needs some 250 MB of memory, so no more are opened. Close one of them, and
<a href="">try again</a>; one that was left without closing is given up within two minutes.</p></body></html>
"""
#: Holds Voilà's settings and the page's template, which asks nothing of other servers.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


class Kernels(AsyncMappingKernelManager):
    """The kernels of pages: each is some 250 MB, and ends when two looks in a row find it without a page.

    One look is not enough: a page takes a kernel that has waited warm, perhaps for hours, and connects to it
    some seconds later; and after a sleep the machine looks before the page is back.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._alone, self._alone_before = set(), set()
        #: Pages that were asked for and are not made yet.
        self.asked = 0

    def open_pages(self, notebook: str) -> int:
        """How many pages of a notebook have a kernel or are about to; one that is being made may count twice."""
        return max(0, len(self.list_kernel_ids()) - self.get_pool_size(notebook)) + self.asked

    async def cull_kernels(self):
        self._alone, self._alone_before = set(), self._alone
        await super().cull_kernels()

    async def cull_kernel_if_idle(self, kernel_id):
        if not self._kernel_connections.get(kernel_id):
            self._alone.add(kernel_id)
        if kernel_id in self._alone & self._alone_before:
            await super().cull_kernel_if_idle(kernel_id)


class Page(TornadoVoilaHandler):
    """The page itself: for a reader who opens it, not for another page that would show it as a picture."""

    counted = False

    async def prepare(self):
        await super().prepare()
        # each page has a kernel: a hundred pictures of this address on some other page would fill the memory
        if self.request.headers.get("Sec-Fetch-Dest", "document") != "document":
            raise HTTPError(403, "the explorer is opened in a tab of its own")
        # asking for the token sets the cookie that the page sends back when it is left, to end its kernel
        _ = self.xsrf_token
        if self.kernel_manager.open_pages(self.notebook_path) >= MOST:
            self.set_status(503)
            self.finish(FULL.format(most=MOST))
            return
        self.kernel_manager.asked += 1
        self.counted = True

    def on_finish(self):
        super().on_finish()
        self.kernel_manager.asked -= self.counted


class Explorer(Voila):
    """Voilà, that answers only where it is called by a name of this machine, whatever leads there."""

    def init_settings(self) -> dict:
        return super().init_settings() | {"allow_remote_access": False, "local_hostnames": ["localhost"]}

    def init_handlers(self) -> list:
        *others, (path, _, told) = super().init_handlers()
        return [*others, (path, Page, told)]


def serve(port: int | None = None, browser: bool = True, warm: bool = True, more: Sequence[str] = ()) -> int:
    """Serve the explorer on 127.0.0.1 until it is stopped. Returns Voilà's exit status.

    ``port`` is 8866 or, if that is taken, any free one. With ``warm`` the page is made before it is asked
    for, so that it opens at once; the next visitor's is made when the one before has come. ``more`` are
    further options of Voilà.
    """
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):  # a reader's own settings come after
        os.environ[name] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get(name)]))
    port = port or _free(PORT)
    address = f"http://127.0.0.1:{port}/"
    print(f"The explorer opens at {address} in some seconds. Stop it with Ctrl+C.", flush=True)
    return Explorer.launch_instance([*options(port, browser, warm), *more]) or 0


def options(port: int, browser: bool = True, warm: bool = True) -> list[str]:
    """What Voilà is told; what never changes is in jupyter/voila.json."""
    words = [str(files.NOTEBOOKS / "09_explore.ipynb"), f"--port={port}", "--Voila.ip=127.0.0.1"]
    return [*words, f"--preheat_kernel={warm}", *([] if browser else ["--no-browser"])]


def _free(port: int) -> int:
    """The port if nothing listens there, else any that is free."""
    for wanted in (port, 0):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return one.getsockname()[1]
    raise OSError("no free port on 127.0.0.1")
