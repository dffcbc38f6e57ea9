"""The explorer as a page of its own: 09_explore without its code, served by Voilà on this machine alone."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from . import files

PORT = 8866
#: Holds Voilà's settings and the page's template, which asks nothing of other servers.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def serve(port: int | None = None, browser: bool = True, warm: bool = True) -> int:
    """Serve the explorer on 127.0.0.1 until it is stopped. Returns Voilà's exit status.

    ``port`` is 8866 or, if that is taken, any free one. With ``warm`` the page is made before it is asked
    for, so that it opens at once; each further visitor's is made when the one before has come.
    """
    port = port or _free(PORT)
    address = f"http://127.0.0.1:{port}/"
    print(f"The explorer opens at {address} (first start: some seconds). Stop it with Ctrl+C.", flush=True)
    ours = {
        name: os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get(name)]))
        for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    }
    try:
        return subprocess.run(command(port, browser, warm), env=os.environ | ours).returncode
    except KeyboardInterrupt:
        return 0


def command(port: int, browser: bool = True, warm: bool = True) -> list[str]:
    """The call of Voilà; what does not change from call to call is in jupyter/voila.json."""
    return [
        sys.executable, "-m", "voila", str(files.NOTEBOOKS / "09_explore.ipynb"),
        f"--port={port}", "--Voila.ip=127.0.0.1", f"--preheat_kernel={warm}",
        *([] if browser else ["--no-browser"]),
    ]  # fmt: skip


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
