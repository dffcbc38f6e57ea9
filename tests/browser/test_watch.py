"""The watch itself: what would break a reader's trust is seen, and a missing browser is not passed over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ASKS = """
import http.server, socket, sys
try:
    socket.create_connection(("ccg.example", 443))
except OSError as error:
    print(error, flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.parametrize(
    "address", ["https://ccg.example/logo.png", "http://192.0.2.1/", "http://[2001:db8::1]/"]
)
def test_a_request_that_leaves_the_machine_is_stopped_and_named(page, watch, address):
    with page.expect_event("requestfailed") as failed:
        page.set_content(f'<img src="{address}">')
    assert failed.value.failure == "net::ERR_NAME_NOT_RESOLVED", "it is not even tried"
    assert watch.outside == [f"{address} (asked by about:blank)"]
    watch.outside.clear()


def test_a_link_that_leaves_the_machine_is_stopped_and_named(new_page, watch):
    page = new_page()
    page.set_content('<a href="https://ccg.example/">away</a>')
    with page.expect_event("requestfailed") as failed:
        page.get_by_role("link").click()
    assert failed.value.failure == "net::ERR_NAME_NOT_RESOLVED"
    page.close()  # it would try again by itself
    assert set(watch.outside) == {"https://ccg.example/ (asked by a page that is left)"}
    watch.outside.clear()


def test_a_websocket_that_leaves_the_machine_is_named(page, watch):
    page.evaluate("() => new Promise(end => { new WebSocket('wss://ccg.example/live').onerror = end })")
    assert watch.outside == ["wss://ccg.example/live"]
    watch.outside.clear()


def test_an_exception_in_a_page_is_named(page, watch):
    with page.expect_event("pageerror"):
        page.set_content("<script>setTimeout(() => { throw new Error('the search broke') })</script>")
    assert [error.split(": ", 1)[1] for error in watch.errors] == ["the search broke"]
    watch.errors.clear()


def test_a_server_that_asks_outside_is_refused_and_named(serve, tmp_path):
    server = serve([sys.executable, "-c", ASKS, "{port}"], cwd=tmp_path)
    assert server.outside() == ["ccg.example"]
    assert "ccg.example is outside this machine" in server.log()
    server.stop()


def test_a_server_that_ends_says_why(serve, tmp_path):
    with pytest.raises(pytest.fail.Exception, match="ended by itself:\nno notebooks"):
        serve([sys.executable, "-c", "raise SystemExit('no notebooks')"], cwd=tmp_path)


def test_axe_names_the_rule_and_the_place(page, axe):
    page.set_content(
        '<html lang="en"><title>t</title><main><h1>Map</h1><img id="map" src="data:,"></main></html>'
    )
    assert axe(page) == ["critical image-alt: Images must have alternative text: #map"]
    page.locator("#map").evaluate("image => { image.alt = 'A map of 42 boards' }")
    assert axe(page) == []


@pytest.mark.parametrize("pale", ["color: #aaa", "background: #444; color: #222"])
def test_axe_finds_the_one_cell_of_many_that_is_too_pale(page, axe, pale):
    cells = [f'<td style="{pale}" id="pale">7,210</td>' if i == 250 else "<td>7,210</td>" for i in range(500)]
    rows = "".join(f"<tr>{''.join(cells[i : i + 5])}</tr>" for i in range(0, 500, 5))
    page.set_content(f'<html lang="en"><title>t</title><main><h1>Map</h1><table>{rows}</table></main></html>')
    (found,) = axe(page)
    assert found.startswith("serious color-contrast: ") and found.endswith(": #pale")


def run(**env: str) -> subprocess.CompletedProcess:
    """One small browser test in a run of its own, with another environment."""
    left = {key: value for key, value in os.environ.items() if key not in ("CI", "CCG_CHROMIUM")}
    test = f"{HERE / 'test_watch.py'}::test_axe_names_the_rule_and_the_place"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    left["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # none is needed, and some take seconds
    return subprocess.run(command, cwd=HERE, env=left | env, capture_output=True, text=True)


def test_a_wrong_name_for_the_browser_is_a_failure():
    done = run(CCG_CHROMIUM="/no/such/chrome")
    assert done.returncode == 1
    assert "CCG_CHROMIUM is '/no/such/chrome': there is no such file" in done.stdout


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a browser may be in its usual place, PATH or not"
)
def test_without_a_browser_the_run_says_what_it_left_out(tmp_path):
    done = run(PATH=str(tmp_path))
    assert done.returncode == 0 and "1 skipped" in done.stdout
    assert "\nNOT tested in a browser: JupyterLab, the site, the explorer." in done.stdout
    assert "CCG_CHROMIUM=/path/to/chrome make test-browser" in done.stdout
    done = run(PATH=str(tmp_path), CI="true")
    assert done.returncode == 1 and "NOT tested in a browser" in done.stdout
