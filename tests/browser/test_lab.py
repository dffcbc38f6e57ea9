"""Every notebook in a real JupyterLab, as a reader runs it: opened, outputs cleared, Run All.

JupyterLab is loaded once, and its notebooks are opened one after another, from its list of files.
"""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from ccg import files, kernels
from playwright.sync_api import expect
from test_app import drawn, kept, search

NOTEBOOKS = [path.name for path in files.notebooks()]
WIDGET = "application/vnd.jupyter.widget-view+json"
#: Whether the kernel of the open notebook replies within so many milliseconds.
OPEN = """(patience) => {
  const panel = jupyterapp.shell.currentWidget;
  const replies = async () => {
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;  // idle may be said before this, and Run All is lost
    return true;
  };
  return Promise.race([replies(), new Promise(end => setTimeout(end, patience, false))]);
}"""
#: Whether a notebook, of that name if one is given, is in front.
IN_FRONT = """(name) => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return !!panel?.sessionContext && panel.context.path.endsWith(name);
}"""
CLOSE = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel?.sessionContext?.shutdown();
  panel?.dispose();
}"""
#: The cells of the open notebook, as JupyterLab holds them; of what they show its media types, not the megabytes.
CELLS = """() => jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
  .filter(cell => cell.cell_type === 'code')
  .map(cell => ({...cell, outputs: cell.outputs.map(one => ({...one, data: Object.keys(one.data ?? {})}))}))"""
#: Each picture in the outputs of a panel, looked at: its words, whether a cell wrote it as HTML, its width, its address.
IMAGES = """async (panel) => {
  const seen = [];
  for (const image of panel.querySelectorAll('.jp-OutputArea-output img')) {
    image.scrollIntoView({block: 'center'});
    await new Promise(requestAnimationFrame);
    const wide = await image.decode().then(() => Math.min(image.naturalWidth, image.getBoundingClientRect().width), () => 0);
    seen.push([image.alt, !image.closest('.jp-RenderedImage'), wide, image.src.slice(0, 80)]);
  }
  return seen;
}"""
#: Looked at again and again while a notebook runs, so it lays out no outputs.
DONE = """() => {
  const panel = jupyterapp.shell.currentWidget;
  const cells = Array.from(panel.content.model.cells).filter(cell => cell.type === 'code');
  const failed = cells.some(({outputs}) => {
    for (let i = 0; i < outputs.length; i++) if (outputs.get(i).type === 'error') return true;
  });
  const idle = panel.sessionContext.session.kernel.status === 'idle';
  return idle && (failed || cells.every(cell => cell.executionCount));
}"""


@pytest.fixture(scope="module")
def lab(serve, checkout, browser):
    """JupyterLab on a copy of the notebooks, started as a reader starts it."""
    command = [
        sys.executable,
        "-m",
        "ccg",
        "lab",
        "--",
        "--no-browser",
        "--port={port}",
        "--expose-app-in-browser",
    ]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token={token}"]
    command += [f"--AsyncIOLoopKernelRestarter.restart_limit={kernels.AGAIN}"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    server = serve(command, cwd=checkout / "notebooks", ready="/api/status?token={token}")
    assert str(checkout) in server.log(400), "JupyterLab was to serve the copy"
    return server


def ready(page, patience: float = 60):
    """Wait until the kernel of the notebook in front takes orders. Returns the notebook's panel.

    Jupyter itself starts a kernel that dies before its first reply again, on other ports.
    """
    if not page.evaluate(OPEN, patience * 1000):
        name = page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
        pytest.fail(f"notebooks/{name}: its kernel did not reply in {patience} seconds", pytrace=False)
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def loaded(page, address: str) -> None:
    """Load JupyterLab and wait until a notebook is in front."""
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_function(IN_FRONT, arg="", timeout=60_000, polling=100)


@pytest.fixture
def opened(lab, page):
    """``opened(name)`` opens a notebook by a double click on its name, and gives its panel once its kernel replies.

    At the end of the test the notebook is closed and its kernel ended; what was not saved is lost, unasked.
    """
    if not page.url.startswith(lab.url):  # the first test, or the one before failed
        loaded(page, f"{lab.url}/lab/tree/{NOTEBOOKS[0]}?token={lab.token}&reset")
        page.evaluate(CLOSE)

    def notebook(name: str, patience: float = 60):
        page.locator(f".jp-DirListing-itemName:has-text('{name}')").dblclick()
        page.wait_for_function(IN_FRONT, arg=name, timeout=60_000, polling=100)
        return ready(page, patience)

    yield notebook
    page.evaluate(CLOSE)


def choose(page, menu: str, item: str) -> None:
    page.locator(f".lm-MenuBar-itemLabel:text-is('{menu}')").click()
    page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()


def test_the_command_lands_on_the_first_notebook_and_asks_nothing(lab, page):
    loaded(page, f"{lab.url}/?token={lab.token}")
    ready(page)
    assert page.evaluate("() => jupyterapp.shell.currentWidget.context.path") == "00_claims.ipynb"
    undisturbed(page)
    page.evaluate(CLOSE)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_in_jupyterlab(opened, page, shot, name):
    panel = opened(name)
    choose(page, "Edit", "Clear Outputs of All Cells")
    cells = page.evaluate(CELLS)
    assert cells and not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    assert panel.locator(".jp-OutputArea-output").count() == 0

    choose(page, "Run", "Run All Cells")
    page.wait_for_function(DONE, timeout=180_000, polling=200)
    cells = page.evaluate(CELLS)
    for number, cell in enumerate(cells, start=1):
        first = "".join(cell["source"]).splitlines()[0]
        for output in cell["outputs"]:
            where = f"{name}, code cell {number} ({first})"
            assert output["output_type"] != "error", f"{where}: {output['ename']}: {output['evalue']}"
            assert output.get("name") != "stderr", f"{where} wrote to stderr: {''.join(output['text'])}"
            # JupyterLab 4.6 keeps alt text with the picture but puts none on the page
            if "image/png" in output.get("data", {}):
                assert output["metadata"]["image/png"].get("alt"), f"{where}: a picture without alt text"
    assert pictures(cells) == pictures(committed(name)), f"{name}: charts in JupyterLab, charts committed"
    assert pictures(cells), f"{name} draws no chart"
    seen(page, panel, name, pictures(cells), shown(cells, WIDGET))
    undisturbed(page)
    if name.startswith("09"):
        a_choice_is_shown_and_its_numbers_kept(page, panel)
    shot(page, f"lab_{Path(name).stem}")


def a_choice_is_shown_and_its_numbers_kept(page, panel) -> None:
    """The explorer's controls in the notebook."""
    drawn(panel, "15E")
    search(panel, "01H")
    drawn(panel, "01H")
    numbers = panel.get_by_role("link", name="Numbers (CSV): List size by year, North Cumbria")
    path = kept(page, numbers.click)
    assert path.name == "01H_years.csv" and "328745" in path.read_text(encoding="utf-8")


def test_a_kernel_whose_port_was_taken_is_started_again(lab, opened, page):
    lab.take(1)
    opened(NOTEBOOKS[1])
    assert "Address already in use" in lab.log(200)
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    replied = f"async () => (await {kernel}.requestExecute({{code: '6 * 7'}}).done).content.status"
    assert page.evaluate(replied) == "ok"
    undisturbed(page)


def test_a_kernel_that_never_starts_is_one_line(lab, opened):
    lab.take(1 + kernels.AGAIN)
    never = f"^notebooks/{NOTEBOOKS[2]}: its kernel did not reply in 20 seconds$"
    with pytest.raises(pytest.fail.Exception, match=never):
        opened(NOTEBOOKS[2], patience=20)
    assert "restart failed" in lab.log(200)


def undisturbed(page) -> None:
    """No dialog and no notice (news, updates, a failed save) lies over the notebook."""
    assert page.locator(".jp-Dialog, .Toastify__toast").all_inner_texts() == []


def committed(name: str) -> list[dict]:
    notebook = nbformat.read(files.NOTEBOOKS / name, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells: list[dict], *kinds: str) -> int:
    """How many outputs are of one of these media types."""
    return sum(
        any(k in output.get("data", {}) for k in kinds) for cell in cells for output in cell["outputs"]
    )


def pictures(cells: list[dict]) -> int:
    return shown(cells, "image/png", "image/svg+xml")


def seen(page, panel, name: str, charts: int, widgets: int) -> None:
    """Every chart and every widget is really on the page."""
    images = panel.evaluate(IMAGES)
    assert len(images) >= charts, f"{name}: {len(images)} images on the page for {charts} charts"
    for number, (words, ours, wide, source) in enumerate(images, start=1):
        assert words or not ours, f"{name}: image {number} on the page has no alt text"
        assert wide > 0, f"{name}: image {number} on the page is not shown: {source}"
    views = panel.locator(".jp-OutputArea-output > .jupyter-widgets")
    if widgets:
        expect(views.nth(widgets - 1), f"{name}: {widgets} cells show widgets").to_be_visible()
    assert panel.locator(".jupyter-error-widget").all_inner_texts() == []
