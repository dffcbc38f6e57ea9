"""The explorer as a page of its own: 09_explore without its code, served by Voilà on this machine alone."""

import os
import socket
from pathlib import Path

from . import files

PORT = 8866
#: Holds Voilà's settings and the page's template, which asks nothing of other servers.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def serve(port: int | None = None, browser: bool = True, warm: bool = True) -> int:
    """Serve the explorer on 127.0.0.1 until it is stopped. Returns Voilà's exit status.

    ``port`` is 8866 or, if that is taken, any free one. With ``warm`` the page is made before it is asked
    for, so that it opens at once; the next visitor's is made when the one before has come.
    """
    from voila.app import main as voila

    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH"):  # a reader's own settings come after
        os.environ[name] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get(name)]))
    port = port or _free(PORT)
    address = f"http://127.0.0.1:{port}/"
    print(f"The explorer opens at {address} in some seconds. Stop it with Ctrl+C.", flush=True)
    return voila(options(port, browser, warm)) or 0


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
