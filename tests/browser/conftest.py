"""A real Chromium, and servers to look at with it. Run by make test-browser, in .venv-browser.

Fixtures: ``page`` and ``phone`` (or ``window`` for any size), which the tests of a file use one after another,
``new_page`` for a profile that nobody used, ``serve`` for a server of our own, ``axe`` for an accessibility
scan, ``shot`` for a picture. Every page and every server is watched: what asks for anything outside this
machine is stopped, and the test fails with the address.
"""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect, sync_playwright

ON_PATH = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "msedge",
    "microsoft-edge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "$ProgramFiles/Google/Chrome/Application/chrome.exe",
    "$LocalAppData/Google/Chrome/Application/chrome.exe",
    "$ProgramFiles/Microsoft/Edge/Application/msedge.exe",
    "$SystemDrive/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
NO_BROWSER = (
    "NOT tested in a browser: JupyterLab, the site, the explorer. No Chromium, Chrome or Edge was found. "
    "Install one (Debian: apt-get install chromium), or name one: CCG_CHROMIUM=/path/to/chrome make test-browser"
)
#: What is not on this machine. Everything else (its own servers, files, data) may be asked for.
ELSEWHERE = re.compile(
    r"(?!(data|blob|file|about|chrome|chrome-error):|(http|ws)s?://(127\.0\.0\.1|localhost)[:/])"
)
DEADLINE = 60  # seconds for a server to answer
FAILED = pytest.StashKey[bool]()
expect.set_options(timeout=30_000)  # what is expected is looked for again and again, also on a busy machine

servers: list["Server"] = []


def chromium() -> str | None:
    """Path of the browser: ``$CCG_CHROMIUM``, else one on the PATH or in its usual place; None if none.

    Raises FileNotFoundError when ``$CCG_CHROMIUM`` is no file.
    """
    named = os.environ.get("CCG_CHROMIUM")
    if named and not Path(named).is_file():
        raise FileNotFoundError(f"CCG_CHROMIUM is {named!r}: there is no such file. Name a browser's program")
    found = (shutil.which(name) for name in ON_PATH)
    usual = (place for place in map(os.path.expandvars, PLACES) if Path(place).is_file())
    return named or next(filter(None, found), None) or next(usual, None)


def required() -> bool:
    """Whether a missing browser is a failure: in CI, or where somebody says so."""
    return os.environ.get("CI", "") not in ("", "false") or os.environ.get("CCG_BROWSER_REQUIRED") == "1"


@pytest.fixture(scope="session")
def browser():
    try:
        path = chromium()
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    if not path and required():
        pytest.fail(NO_BROWSER, pytrace=False)
    if not path:
        pytest.skip(NO_BROWSER)
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    alone = [
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=path, args=[*quiet, *alone, "--disable-gpu"])
        except Error as error:
            pytest.fail(f"{path} was found but did not start:\n{error}", pytrace=False)
        yield started
        started.close()


class Watch:
    """What pages and servers did during a test that they should not."""

    def __init__(self):
        self.outside: list[str] = []  # addresses off this machine
        self.errors: list[str] = []  # exceptions that no page's script caught

    def __call__(self, context) -> None:
        """Note what a context's pages ask for outside; the browser itself finds no such place (``--host-resolver-rules``).

        A route that stops it would see every request, and with a route the browser keeps nothing it has loaded.
        """

        def note(request):
            if ELSEWHERE.match(request.url):
                asks = "a page that is left" if request.is_navigation_request() else request.frame.url
                self.outside.append(f"{request.url} (asked by {asks})")

        def open_socket(socket):
            if "://127.0.0.1" not in socket.url and "://localhost" not in socket.url:
                self.outside.append(socket.url)

        context.on("request", note)
        context.on("page", lambda page: page.on("websocket", open_socket))
        context.on("weberror", lambda e: self.errors.append(f"{e.page.url if e.page else ''}: {e.error}"))


@pytest.fixture(scope="session")
def watching() -> Watch:
    """What watches every page of this run."""
    return Watch()


@pytest.fixture
def watch(watching):
    """Fails the test at its end with what was asked from outside and which exceptions a page threw."""
    for server in servers:
        server.outside()  # what an earlier test did is not this one's
    yield watching
    outside = watching.outside + [f"{host} (asked by {s.name})" for s in servers for host in s.outside()]
    wrong = [f"asked outside this machine: {x}" for x in dict.fromkeys(outside)]
    wrong += [f"exception in the page {x}" for x in dict.fromkeys(watching.errors)]
    watching.outside.clear()
    watching.errors.clear()
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def fresh(browser, watching, width: int, height: int, **options):
    """A page of a profile that nobody used, watched; a narrow one is a phone, and is touched."""
    if width < 600:
        options = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2, **options}
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, service_workers="block", **options)
    watching(context)
    return context.new_page()


@pytest.fixture
def new_page(browser, watching, watch):
    """``new_page(width, height, **options of a Playwright context)`` gives a page of a fresh profile."""
    opened = []

    def make(width=1280, height=1000, **options):
        opened.append(fresh(browser, watching, width, height, **options))
        return opened[-1]

    yield make
    for page in opened:
        page.context.close()


@pytest.fixture(scope="module")
def windows():
    """Pages that the tests of a file use one after another, by how they were opened."""
    kept = {}
    yield kept
    for page in kept.values():
        page.context.close()


@pytest.fixture
def window(browser, watching, watch, windows, request):
    """``window(width, height, **options)`` gives the file's page of that kind; a test goes to an address first.

    A profile of its own for each test would cost more than most tests. After a test that failed it is a new one.
    """

    def get(width=1280, height=1000, **options):
        kind = (width, height, *sorted(options.items()))
        if kind not in windows:
            windows[kind] = fresh(browser, watching, width, height, **options)
        return windows[kind]

    yield get
    if request.node.stash.get(FAILED, False):
        while windows:
            windows.popitem()[1].context.close()


@pytest.fixture
def page(window):
    """A page on a desktop, 1280 × 1000."""
    return window()


@pytest.fixture
def phone(window):
    """A page on a phone, 390 × 844."""
    return window(390, 844)


@pytest.fixture
def shot():
    """``shot(page, "name")`` saves a picture for a person to look at, in ``$CCG_SCREENSHOTS``; without it, none."""
    folder = os.environ.get("CCG_SCREENSHOTS")

    def take(page, name: str, **options) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", **options)

    return take


#: Marks what text must be told apart from its ground: of what looks alike in all its layers the first and the last.
#: On a page of a thousand equal cells axe would work out the same contrast a thousand times.
LOOKS = """() => {
  const marks = ['color', 'fill', 'backgroundColor', 'backgroundImage', 'opacity', 'fontSize', 'fontWeight', 'position',
    'zIndex', 'float', 'overflow', 'visibility', 'filter', 'mixBlendMode', 'textShadow'];
  const looks = new Map(), of = new Map(), ends = new Map();
  for (const one of document.querySelectorAll('*')) {
    const style = getComputedStyle(one);
    const own = [of.get(one.parentElement), one.tagName, ...marks.map(mark => style[mark])].join('|');
    if (!looks.has(own)) looks.set(own, looks.size);
    of.set(one, looks.get(own));
    if (!one.childElementCount) ends.set(of.get(one), [ends.get(of.get(one))?.[0] ?? one, one]);
    one.toggleAttribute('data-looked-at', !!one.childElementCount);
  }
  for (const one of [...ends.values()].flat()) one.setAttribute('data-looked-at', '');
  axe.configure({rules: [{id: 'color-contrast', selector: '[data-looked-at]'}]});
}"""
SCAN = """() => axe.run(document, {resultTypes: ['violations'], preload: false})
  .then(found => found.violations.map(({impact, id, help, nodes}) => [impact, id, help, nodes.map(one => one.target)]))"""


@pytest.fixture
def axe():
    """``axe(page)`` gives the serious and critical findings of axe-core, a line each; none is the aim.

    With ``moderate`` it gives moderate ones too. The script is axe-playwright-python's own copy.
    """

    def scan(page, moderate: bool = False) -> list[str]:
        page.evaluate(Axe().axe_script)
        page.evaluate(LOOKS)
        return [
            f"{impact} {rule}: {words}: {' ; '.join(' '.join(map(str, place)) for place in places)}"
            for impact, rule, words, places in page.evaluate(SCAN)
            if impact in ("serious", "critical") or (moderate and impact == "moderate")
        ]

    return scan


# --- servers ------------------------------------------------------------------------------------

#: Put before a server's and its kernels' own imports: whatever they ask for outside is refused and noted.
GUARD = """
import os, socket, sys
HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", socket.gethostname()}
def guard(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host is not None and host not in HERE:
        with open(os.environ["CCG_OUTSIDE"], "a") as noted:
            noted.write(f"{host}\\n")
        raise OSError(f"{host} is outside this machine, and a test watches")
sys.addaudithook(guard)

if "ipykernel_launcher" in sys.orig_argv:
    import glob, json
    for one in glob.glob(os.environ["CCG_OUTSIDE"] + "-taken-*")[:1]:
        os.unlink(one)
        with open(sys.orig_argv[sys.orig_argv.index("-f") + 1]) as connection:
            held = socket.create_server(("127.0.0.1", json.load(connection)["shell_port"]))
"""


class Server:
    """A running server: ``url`` (no slash at its end), ``token``, ``log()``, ``stop()``."""

    def __init__(self, command: list[str], cwd: Path, ready: str, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.name = " ".join([Path(command[0]).name, *command[1:4]])
        self.token, self.url = secrets.token_hex(16), f"http://127.0.0.1:{port}"
        self._log, self._outside, self._seen = folder / "log", folder / "outside", 0
        self._outside.touch()
        (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
        own = {"IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings"}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
        own |= {f"JUPYTER_{kind}_DIR": kind.lower() for kind in ("CONFIG", "DATA", "RUNTIME")}
        env = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "CCG_"))}
        env |= {key: str(folder / place) for key, place in own.items()}
        env |= {"PYTHONPATH": str(folder), "CCG_OUTSIDE": str(self._outside), "PYTHONUNBUFFERED": "1"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [part.format(port=port, token=self.token) for part in command],
                cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            self._wait(self.url + ready.format(token=self.token))
        except BaseException:
            self.stop()
            raise

    def _wait(self, address: str) -> None:
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + DEADLINE
        while True:
            try:
                return straight.open(address, timeout=DEADLINE).close()
            except urllib.error.HTTPError:
                return None  # it answers
            except OSError as error:
                if self._process.poll() is not None:
                    pytest.fail(f"{self.name} ended by itself:\n{self.log()}", pytrace=False)
                if time.monotonic() > until:
                    pytest.fail(f"{self.name}: no answer ({error}):\n{self.log()}", pytrace=False)
                time.sleep(0.1)

    def log(self, lines: int = 40) -> str:
        """The last lines of what it said."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def take(self, kernels: int) -> None:
        """Let the next kernels find that a port of theirs was taken since it was chosen; each dies of it."""
        for number in range(kernels):
            Path(f"{self._outside}-taken-{number}").touch()

    def outside(self) -> list[str]:
        """Hosts outside this machine that it or its kernels asked for since the last call."""
        noted = self._outside.read_text(encoding="utf-8").splitlines()
        fresh, self._seen = noted[self._seen :], len(noted)
        return fresh

    def stop(self) -> None:
        """End it and everything it started."""
        family = []
        if self._process.poll() is None:
            root = psutil.Process(self._process.pid)
            family = [*root.children(recursive=True), root]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.terminate()
        for one in psutil.wait_procs(family, timeout=10)[1]:
            one.kill()
        self._process.wait()


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """``serve([command, …], cwd=…, ready="/path")`` starts a server and gives it once it answers.

    ``{port}`` and ``{token}`` in the command and in ``ready`` are filled in; any answer to ``ready`` will
    do, 404 too. It has Jupyter folders of its own, and it ends with the session at the latest.
    """

    def start(command: list[str], *, cwd: Path, ready: str = "/") -> Server:
        server = Server(command, cwd, ready, tmp_path_factory.mktemp("server"))
        servers.append(server)
        return server

    yield start
    while servers:
        servers.pop().stop()


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A copy of the project as it is now, uncommitted edits too, that a server may write in."""
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    copy = tmp_path_factory.mktemp("checkout") / "ccg"
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():  # one that was deleted is still listed
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    return copy


# --- what the run says ----------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        report.sections += [(f"log of {server.name}", server.log()) for server in servers]
    return report


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped", [])
    if any(NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(NO_BROWSER, yellow=True, bold=True)
