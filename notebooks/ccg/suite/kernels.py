"""Kernels for the notebooks: started warm where that can be, and again when they die before their first reply.

Half of a kernel's start is importing what others wrote: pandas, matplotlib and IPython. So ``warm`` has one process
import that, and nothing of ours; each kernel is a fork of it, with its own session, folder, environment, empty
namespace and fresh random numbers. Jupyter sees one more kernel name, in a temporary folder, and starts for it a
``relay``: a small process that asks for the fork, passes interrupts on, and ends with it. Where the relay is not
answered it becomes a plain kernel. On Linux only, for elsewhere the system's libraries do not take forks well.

The relay and the process that forks run this file as a script, so it imports nothing of ours at the top.
"""

import contextlib
import gc
import importlib.util
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

AGAIN = 3  # times that a kernel which died before its first reply is started again
ANSWER = 30  # seconds in which a fork is there, or a plain kernel is started
WARM = "ccg-warm"  # what Jupyter calls these kernels

# what two notebooks or more import, or what takes long; a module that is not there is left out
IMPORTED = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.history",
    "IPython.extensions.storemagic",
    "matplotlib_inline.config",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "PIL.PngImagePlugin",
    "pandas",
    "narwhals",
    "scipy.stats",
    "seaborn",
    "statsmodels.duration.hazard_regression",
)


class NotebookFailed(RuntimeError):
    """A cell of a notebook raised, or its kernel did not start. The text names the notebook and the error."""


def launches(name: str, tell: Callable[[str], None]) -> Iterator[AbstractContextManager]:
    """Attempts to start the kernel of the notebook ``name``, each a context to start it in.

    ``for launch in launches(…): with launch: return start()``. A kernel's ports are chosen first and bound
    by the kernel later; when another program was given one in between, the kernel dies before its first
    reply. So it is started again, up to ``AGAIN`` times, and ``tell`` is given a line each time. Any other
    error passes through at once.

    Raises NotebookFailed when the last attempt ends like that too.
    """
    for left in reversed(range(AGAIN + 1)):
        yield _launch(name, tell, left)


@contextmanager
def _launch(name, tell, left):
    try:
        yield
    except RuntimeError as error:  # jupyter_client has no error of its own for it
        if "died before replying" not in str(error):
            raise
        what = f"{name}: its kernel died before its first reply"
        if not left:
            raise NotebookFailed(
                f"{what}, {AGAIN + 1} times in a row. Run it again; python -m ipykernel shows why"
            ) from None
        tell(f"{what} and is started again")


@contextmanager
def warm(tell: Callable[[str], None], imported: Sequence[str] = IMPORTED) -> Iterator[Path | None]:
    """While it lasts, kernels can start warm. Gives the folder, for ``JUPYTER_PATH``, that has the kernel ``WARM``.

    It is None where kernels start cold: on another system than Linux, and if ``CCG_KERNELS`` is ``cold``. If some
    had to start cold all the same, ``tell`` is given one line at the end.
    """
    if sys.platform != "linux" or os.environ.get("CCG_KERNELS") == "cold":
        yield None
        return
    from ..core import files

    with files.scratch() as folder:
        _write_spec(folder)
        # open from now on: who comes early waits until all is imported
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(folder / "door"))
            door.listen(16)
            command = [
                sys.executable,
                str(Path(__file__).resolve()),
                "serve",
                str(door.fileno()),
                str(folder),
                *imported,
            ]
            server = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # its end tells the server that we have ended
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[door.fileno()],
            )
        try:
            yield folder
        finally:
            server.stdin.close()
            try:
                server.wait(ANSWER)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            if (folder / "cold").exists():
                tell("kernels started cold: the process that forks warm ones did not answer")


def _write_spec(folder: Path) -> None:
    relay = [sys.executable, "-IS", str(Path(__file__).resolve()), "relay", str(folder / "door")]
    spec = {
        "argv": [*relay, "-f", "{connection_file}"],
        "display_name": "Python 3, started warm",
        "language": "python",
        "interrupt_mode": "signal",
    }
    place = folder / "kernels" / WARM
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


# --- run as a script: the process that forks, its forks, and the relays ------------------------------


def serve(door: str, folder: str, *imported: str) -> None:
    """Import what others wrote, then fork a kernel for each relay, until whoever started this has ended."""
    sys.path.pop(0)  # the folder of this file, whose modules are no packages
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Control-C is for whoever started this
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # forks side by side have no cores to share out for algebra
    # as a kernel sets it, and before matplotlib is imported, which reads it then
    os.environ["MPLBACKEND"] = os.environ.get("MPLBACKEND") or "module://matplotlib_inline.backend_inline"
    for name in imported:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a fork's collector leaves it alone, and so the memory stays shared
    with socket.socket(fileno=int(door)) as listening:
        while sys.stdin not in (ready := select.select([listening, sys.stdin], [], [])[0]):
            asked, _ = ready[0].accept()
            if os.fork() == 0:
                listening.close()
                try:
                    _become_kernel(asked)
                finally:
                    os._exit(1)
            asked.close()
            _count_ended()
    _count_ended()
    shutil.rmtree(folder, ignore_errors=True)  # whoever started this may have been killed


def _count_ended() -> None:
    """Add the time of the kernels that have ended to that of this process."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_kernel(relay: socket.socket) -> None:
    head, fds, _, _ = socket.recv_fds(relay, 8, 3)
    asked = json.loads(relay.makefile("rb").read(int.from_bytes(head, "big")))
    os.setsid()
    relay.sendall(os.getpid().to_bytes(8, "big"))
    if not relay.recv(1):  # it did not wait, and has become a kernel itself
        return
    _end_with(relay)
    for place, fd in enumerate(fds):
        os.dup2(fd, place)
        os.close(fd)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    if "numpy" in sys.modules:  # random sees to itself
        sys.modules["numpy"].random.seed()
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *asked["arguments"]]
    from ipykernel.kernelapp import IPKernelApp

    # no parent to watch: the relay is watched already
    IPKernelApp.launch_instance([*asked["arguments"], "--IPKernelApp.parent_handle=1"])
    os._exit(0)


def _end_with(relay: socket.socket) -> None:
    """Have the system end this process when the relay has ended, whatever is being computed here."""
    import fcntl

    signal.signal(signal.SIGIO, signal.SIG_DFL)  # which ends a process
    fcntl.fcntl(relay, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(relay, fcntl.F_SETFL, fcntl.fcntl(relay, fcntl.F_GETFL) | os.O_ASYNC)
    with contextlib.suppress(BlockingIOError):
        if not relay.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):  # it ended before that
            os._exit(1)


def relay(door: str, *arguments: str) -> None:
    """The process that Jupyter takes for the kernel; ``arguments`` are those for ipykernel."""
    what = {"folder": str(Path.cwd()), "environment": dict(os.environ), "arguments": arguments}
    content = json.dumps(what).encode()
    server = socket.socket(socket.AF_UNIX)
    server.settimeout(ANSWER)
    try:
        server.connect(door)
        socket.send_fds(server, [len(content).to_bytes(8, "big")], [0, 1, 2])
        server.sendall(content)
        kernel = int.from_bytes(server.recv(8), "big")
        if not kernel:
            raise ConnectionError
        server.sendall(b"!")
    except OSError:
        server.close()
        with contextlib.suppress(OSError):
            Path(door).with_name("cold").touch()
        os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *arguments])
    for number in (signal.SIGINT, signal.SIGTERM):  # to the kernel and what it started
        signal.signal(number, lambda which, _: os.killpg(kernel, which))
    server.settimeout(None)
    with contextlib.suppress(OSError):
        while server.recv(1):
            pass


if __name__ == "__main__":
    {"serve": serve, "relay": relay}[sys.argv[1]](*sys.argv[2:])
