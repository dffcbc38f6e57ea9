"""Run the notebooks: to make the figures anew, or to refresh the notebooks in place."""

import ast
import asyncio
import atexit
import json
import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ..charts import figures
from ..core import files
from . import changed as inputs
from . import kernels, readme, rules
from .kernels import NotebookFailed

TIMEOUT = 120  # seconds for one cell


class _Client(NotebookClient):
    """Runs a notebook in a kernel that is started again if it dies before its first reply."""

    def __init__(
        self,
        notebook,
        *,
        name: str,
        tell: Callable[[str], None],
        env: dict[str, str],
        warm: Path | None,
        **options,
    ):
        super().__init__(notebook, kernel_name=kernels.WARM if warm else "python3", **options)
        self._launches, self._env, self._warm = kernels.launches(name, tell), env, warm

    def create_kernel_manager(self):
        manager = super().create_kernel_manager()
        if self._warm:
            manager.kernel_spec_manager.kernel_dirs.insert(0, str(self._warm / "kernels"))
        return manager

    async def async_start_new_kernel_client(self):
        try:
            for launch in self._launches:
                with launch:
                    if self.km is None:  # the attempt before was cleared away, its ports too
                        self.create_kernel_manager()
                        await self.async_start_new_kernel()
                    return await super().async_start_new_kernel_client()
        except NotebookFailed:
            atexit.unregister(self._cleanup_kernel)  # nothing is left to clear, and it would say so
            raise

    async def async_start_new_kernel(self, **options):
        # what a kernel writes before it can reply is a library's traceback; cells write to the notebook
        await super().async_start_new_kernel(env=self._env, stderr=subprocess.DEVNULL, **options)

    @asynccontextmanager
    async def async_setup_kernel(self, **options):
        async with super().async_setup_kernel(**options):
            yield
            # the last cell has run, and the kernel is still there
            ask = {"used": "__import__('ccg.suite.changed', fromlist=['used']).used()"}
            sent = self.kc.execute("", silent=True, store_history=False, user_expressions=ask)
            told = (await self.async_wait_for_reply(sent))["content"]["user_expressions"]["used"]
            if told["status"] == "ok":
                self.nb.metadata["made_from"] = json.loads(ast.literal_eval(told["data"]["text/plain"]))


def execute(paths: list[Path], made: Path, *, at_once: int = 2) -> tuple[dict, list[NotebookFailed]]:
    """Run notebooks from top to bottom, ``at_once`` in parallel, with figures going to ``made``.

    Those of most cells begin first, so that none is left to run alone. Kernels start warm where they can.
    Returns the executed notebooks by path, and what failed. The files are left as they are. In its metadata each
    notebook has ``made_from``, its inputs by the names that they have in ``changed``.
    """
    done, failed = {}, []
    # kernels side by side have no cores to share out for algebra: threads of it would wait for each other
    env = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"CCG_FIGURES": str(made)}

    async def one(path: Path, gate: asyncio.Semaphore, progress: Progress, warm: Path | None) -> None:
        async with gate:
            bar = progress.add_task(path.stem, total=None)
            try:
                done[path] = await _run(path, progress, bar, env, warm)
            except NotebookFailed as error:
                failed.append(error)
                progress.update(bar, description=f"[red]{path.stem} failed")

    async def every() -> None:
        gate = asyncio.Semaphore(at_once)
        columns = (
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        longest_first = sorted(paths, key=lambda path: -path.read_bytes().count(b'"cell_type": "code"'))
        with Progress(*columns) as progress, ExitStack() as stack:
            # for one notebook it takes as long to warm up as to start
            warm = stack.enter_context(kernels.warm(progress.console.print)) if len(paths) > 1 else None
            await asyncio.gather(*(one(path, gate, progress, warm) for path in longest_first))

    asyncio.run(every())
    return done, failed


async def _run(path: Path, progress: Progress, bar, env: dict[str, str], warm: Path | None):
    notebook = nbformat.read(path, as_version=4)
    code = [i for i, c in enumerate(notebook.cells) if c.cell_type == "code"]
    progress.update(bar, total=len(code))

    def advance(cell, cell_index):
        if cell.cell_type == "code":
            progress.advance(bar)

    client = _Client(
        notebook,
        name=f"notebooks/{path.name}",
        tell=progress.console.print,
        env=env,
        warm=warm,
        timeout=TIMEOUT,
        record_timing=False,
        coalesce_streams=True,  # how often a cell flushes depends on the moment
        extra_arguments=["--log-level=40"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=lambda cell, cell_index, execute_reply: advance(cell, cell_index),
    )
    try:
        return await client.async_execute()
    except CellExecutionError as error:
        where = next(
            i
            for i, c in enumerate(notebook.cells)
            if c.cell_type == "code" and any(o.output_type == "error" for o in c.outputs)
        )
        first = notebook.cells[where].source.splitlines()[0]
        raise NotebookFailed(
            f"notebooks/{path.name}, cell {where + 1} ({first}): {error.ename}: {error.evalue}"
        ) from None
    except NotebookFailed:
        raise
    except (CellTimeoutError, RuntimeError) as error:  # a kernel that died, or that never replied
        raise NotebookFailed(f"notebooks/{path.name}: {error}") from None


def make_figures(refresh: bool = False, only_changed: bool = False) -> int:
    """Make every figure anew and say which changed. With ``refresh``, write the notebooks too.

    With ``only_changed`` those notebooks alone are run whose inputs are not those of their last run. A notebook
    that fails keeps its old figures, and the exit status is 1.
    """
    paths, before = files.notebooks(), inputs.hashes()
    if only_changed:
        paths = _say_why(inputs.stale(before, refresh=refresh))
    with files.scratch() as made:
        done, failed = execute(paths, made) if paths else ({}, [])
        fell = {e.args[0].split("/")[1].split(",")[0].split(":")[0] for e in failed}
        changed = _replace(
            made, files.figures(), fell | {p.name for p in files.notebooks()} - {p.name for p in paths}
        )
    made_from = {path: notebook.metadata.get("made_from") for path, notebook in done.items()}
    texts = {path: _clean(notebook) for path, notebook in done.items()}
    if refresh:
        changed += [f"notebooks/{path.name}" for path, text in texts.items() if files.write(path, text)]
        changed += ["tests/suite/prose.json"] * files.write(
            files.ROOT / "tests" / "suite" / "prose.json", rules.outlines()
        )
        front = files.ROOT / "README.md"
        changed += ["README.md"] * files.write(front, readme.written(front.read_text(encoding="utf-8")))
    ran = {path: (made_from[path], text) for path, text in texts.items() if made_from[path] is not None}
    inputs.remember(before, ran, fell)
    total = len(list(files.figures().glob("*.png")))
    print(f"{total} figures, {len(changed)} files changed" + (":" if changed else ""))
    for line in sorted(changed):
        print(f"  {line}")
    for error in failed:
        print(f"FAILED {error}")
    return 1 if failed else 0


def _say_why(stale: dict[Path, str]) -> list[Path]:
    for path, reason in stale.items():
        print(f"notebooks/{path.name}: {reason}")
    return list(stale)


def _replace(made: Path, folder: Path, kept: set[str]) -> list[str]:
    """Put the figures of one run in place of the old ones; figures of notebooks in ``kept`` stay."""
    folder.mkdir(exist_ok=True)
    files.tidy(folder)
    changed = []
    for old in sorted(folder.glob("[0-9]*.json")):
        record = json.loads(old.read_text(encoding="utf-8"))
        if not (made / old.name).exists() and record["notebook"] not in kept:
            for kind in figures.KINDS:
                (folder / f"{record['name']}.{kind}").unlink(missing_ok=True)
            changed.append(f"figures/{record['name']} removed: no notebook draws it any more")
    for new in sorted(p for p in made.glob("[0-9]*") if p.suffix[1:] in figures.KINDS):
        fresh = not (folder / new.name).exists()
        if files.write(folder / new.name, new.read_bytes()):
            changed.append(f"figures/{new.name}{' (new)' if fresh else ''}")
    if figures.build_index(folder):
        changed.append("figures/index.json")
    return changed


def _clean(notebook) -> str:
    """A notebook as text without what depends on the machine or the moment."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        for out in cell.get("outputs", []):
            # a control lives in one kernel: kept, it would be an error message where there is none
            out.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        tags = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        cell.metadata = nbformat.from_dict(tags)
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"
