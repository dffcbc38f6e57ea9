"""A kernel that starts warm is as any other: empty, stoppable, and gone when it is no longer wanted."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from ccg import kernels
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every kernel starts cold"),
    pytest.mark.slow,  # faults of a run; that kernels start warm and are sound, each run of make test shows
]

FEW = ["ipykernel.kernelapp", "ipykernel.zmqshell", "numpy"]  # what is imported matters little here


@pytest.fixture(scope="module", autouse=True)
def warm_if_it_can_be():
    """Whatever the run that this is part of asked for: the gate has one whose kernels start cold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CCG_KERNELS", raising=False)
        yield


@pytest.fixture(scope="module")
def folder(warm_if_it_can_be):
    with kernels.warm(pytest.fail, FEW) as folder:
        yield folder


class Kernel:
    def __init__(self, folder: Path, **options):
        specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
        self.manager = KernelManager(kernel_name=kernels.WARM, kernel_spec_manager=specs)
        self.manager.start_kernel(stderr=subprocess.DEVNULL, **options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def value(self, expression: str):
        """What it is in the kernel; modules stand in angle brackets, like ``<os>.getpid()``, and are not kept."""
        asked = re.sub(r"<(\w+)>", r"__import__('\1')", f"<json>.dumps({expression})")
        sent = self.client.execute("", silent=True, user_expressions={"value": asked})
        told = self.reply(sent)["user_expressions"]["value"]
        return json.loads(ast.literal_eval(told["data"]["text/plain"]))

    def reply(self, message: str) -> dict:
        while True:
            reply = self.client.get_shell_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]


@pytest.fixture
def start(folder):
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(started(folder, **options))


@contextmanager
def started(folder, **options):
    kernel = Kernel(folder, **options)
    try:
        yield kernel
    finally:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)


def ends(pid: int) -> bool:
    """Whether a process ends, or is only left to be counted, within a time that it needs on no machine."""
    for _ in range(300):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_it_has_the_folder_environment_and_arguments_of_who_asked_and_nothing_of_ours(start, tmp_path):
    kernel = start(
        cwd=str(tmp_path), env=os.environ | {"CCG_FIGURES": "/some where"}, extra_arguments=["--log-level=40"]
    )
    asked = "[<os>.getcwd(), <os>.environ.get('CCG_FIGURES'), <sys>.argv, sorted(<sys>.modules)]"
    where, figures, arguments, modules = kernel.value(asked)
    assert (where, figures) == (str(tmp_path), "/some where")
    assert Path(arguments[0]).name == "ipykernel_launcher.py" and arguments[3:] == ["--log-level=40"]
    assert "numpy" in modules and not [name for name in modules if name.partition(".")[0] == "ccg"]


def test_two_at_once_share_no_names_and_no_random_numbers(start):
    first, second = start(), start()
    first.reply(first.client.execute("x = 1"))
    assert first.value("'x' in globals()") and not second.value("'x' in globals() or 'np' in globals()")
    for drawn in ("<random>.random()", "<numpy>.random.rand()", "<os>.getpid()"):
        assert first.value(drawn) != second.value(drawn)


def test_it_can_be_interrupted_and_goes_on(start):
    kernel = start()
    # what is asked next must not be dropped with it
    sent = kernel.client.execute("import time; print(flush=True); time.sleep(600)", stop_on_error=False)
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    assert kernel.reply(sent)["ename"] == "KeyboardInterrupt" and kernel.value("6 * 7") == 42


@pytest.mark.parametrize("how", ["os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_it_is_seen_to_have_crashed(start, how):
    kernel = start()
    kernel.client.execute(f"import os; {how}")
    assert ends(kernel.manager.provisioner.process.pid) and not kernel.manager.is_alive()


def test_it_ends_when_it_is_told_to_whatever_it_computes(start):
    kernel = start()
    pid = kernel.value("<os>.getpid()")
    kernel.client.execute("import itertools; 1 in itertools.repeat(0)")  # gives way to nothing in Python
    kernel.manager.shutdown_kernel(now=True)
    assert ends(pid)


def test_where_the_process_that_forks_has_ended_kernels_start_cold_which_one_line_says():
    said = []
    with kernels.warm(said.append, FEW) as folder, started(folder) as first, started(folder) as second:
        server = first.value("<os>.getppid()")
        assert server == second.value("<os>.getppid()")
        os.kill(server, signal.SIGKILL)
        assert ends(server)
        with started(folder) as third:
            assert third.value("<os>.getppid()") == os.getpid() and first.value("1") == 1
    assert said == ["kernels started cold: the process that forks warm ones did not answer"]


def test_nothing_is_left_when_whoever_warmed_up_is_killed():
    code = f"from ccg import kernels\nwith kernels.warm(print, {FEW}) as folder:\n    print(folder, flush=True); input()"
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    folder = Path(owner.stdout.readline().strip())
    with started(folder) as kernel:
        server = kernel.value("<os>.getppid()")
        owner.kill()
        owner.communicate()
        assert ends(server) and not folder.exists()


def test_no_kernel_is_warm_where_that_is_not_wanted(monkeypatch):
    monkeypatch.setenv("CCG_KERNELS", "cold")
    with kernels.warm(pytest.fail) as folder:
        assert folder is None
