"""Every notebook in a real JupyterLab, as a reader runs it: opened, outputs cleared, Run All."""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from ccg import files, kernels
from playwright.sync_api import expect

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
#: The cells of the open notebook, as JupyterLab holds them.
CELLS = """() => jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
  .filter(cell => cell.cell_type === 'code')"""
DONE = f"""() => {{
  const cells = ({CELLS})();
  const failed = cells.some(cell => cell.outputs.some(output => output.output_type === 'error'));
  const idle = jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle';
  return idle && (failed || cells.every(cell => cell.execution_count));
}}"""


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


def opened(page, address: str, patience: float = 60):
    """Open a notebook and wait until its kernel takes orders. Returns the notebook's panel.

    Jupyter itself starts a kernel that dies before its first reply again, on other ports.
    """
    page.goto(address, wait_until="domcontentloaded")
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext", timeout=60_000)
    if not page.evaluate(OPEN, patience * 1000):
        name = page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
        pytest.fail(f"notebooks/{name}: its kernel did not reply in {patience} seconds", pytrace=False)
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def choose(page, menu: str, item: str) -> None:
    page.locator(f".lm-MenuBar-itemLabel:text-is('{menu}')").click()
    page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()


def test_the_command_lands_on_the_first_notebook_and_asks_nothing(lab, page):
    opened(page, f"{lab.url}/?token={lab.token}")
    assert page.evaluate("() => jupyterapp.shell.currentWidget.context.path") == "00_claims.ipynb"
    undisturbed(page)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_run_all_in_jupyterlab(lab, page, shot, name):
    panel = opened(page, f"{lab.url}/lab/tree/{name}?token={lab.token}&reset")
    choose(page, "Edit", "Clear Outputs of All Cells")
    cells = page.evaluate(CELLS)
    assert cells and not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    assert panel.locator(".jp-OutputArea-output").count() == 0

    choose(page, "Run", "Run All Cells")
    page.wait_for_function(DONE, timeout=180_000)
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
    shot(page, f"lab_{Path(name).stem}")
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def test_a_kernel_whose_port_was_taken_is_started_again(lab, page):
    lab.take(1)
    opened(page, f"{lab.url}/lab/tree/{NOTEBOOKS[1]}?token={lab.token}&reset")
    assert "Address already in use" in lab.log(200)
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    replied = f"async () => (await {kernel}.requestExecute({{code: '6 * 7'}}).done).content.status"
    assert page.evaluate(replied) == "ok"
    undisturbed(page)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def test_a_kernel_that_never_starts_is_one_line(lab, page):
    lab.take(1 + kernels.AGAIN)
    never = f"^notebooks/{NOTEBOOKS[2]}: its kernel did not reply in 20 seconds$"
    with pytest.raises(pytest.fail.Exception, match=never):
        opened(page, f"{lab.url}/lab/tree/{NOTEBOOKS[2]}?token={lab.token}&reset", patience=20)
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
    images = panel.locator(".jp-OutputArea-output img")
    assert images.count() >= charts, f"{name}: {images.count()} images on the page for {charts} charts"
    for number in range(images.count()):
        image = images.nth(number)
        image.scroll_into_view_if_needed()
        ours = image.evaluate("image => !image.closest('.jp-RenderedImage')")  # HTML that a cell wrote
        assert image.get_attribute("alt") or not ours, (
            f"{name}: image {number + 1} on the page has no alt text"
        )
        wide = image.evaluate("image => image.decode().then(() => image.naturalWidth, () => 0)")
        assert wide > 0, (
            f"{name}: image {number + 1} on the page is not shown: {image.get_attribute('src')[:80]}"
        )
    views = panel.locator(".jp-OutputArea-output > .jupyter-widgets")
    if widgets:
        expect(views.nth(widgets - 1), f"{name}: {widgets} cells show widgets").to_be_visible()
    assert panel.locator(".jupyter-error-widget").all_inner_texts() == []
