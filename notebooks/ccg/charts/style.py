"""Palette, type and the matplotlib style of the suite, and a canvas measured in inches.

The palette is that of the UK Government Analysis Function, which is chosen for contrast; a chart never
tells things apart by colour alone. The type is Source Sans Pro, from a package in the lock, so that a
figure is the same on every machine.
"""

import atexit
import gc
from pathlib import Path

import font_source_sans_pro
import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure

from . import prose

BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, LILAC = "#3D3D3D", "#A285D1"
GREY, PALE, MID = "#BFBFBF", "#DADADA", "#595959"
#: Light to dark is less to more; always outlined or labelled.
SEQUENCE = ["#6BACE6", "#2073BC", "#12436D"]

WIDTH = 8.0  # inches
TITLE, SUBTITLE, BODY, SMALL = 18, 14, 13, 12  # points at final size; nothing is smaller
EDGE = 0.16  # inches of white round everything


def use() -> None:
    """Set the suite's style for this process, and make ``%%prose`` known. Call it once, before the first chart."""
    if prose.use():
        # asked after every 700 new objects, which are few for a chart, the collector took some 3% of a notebook's time
        gc.set_threshold(20_000)
        # tables of a few hundred rows: to hand each text over from Arrow and back took some 5%
        pd.options.mode.string_storage = "python"
        if not gc.get_freeze_count():  # a kernel that started warm has it already
            # what is imported stays, and to ask each time whether it may go took a notebook some 4% of its time
            gc.freeze()
            atexit.register(gc.unfreeze)
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    known = {Path(f.fname).name for f in font_manager.fontManager.ttflist}
    for face in ("Regular", "It", "Semibold", "Bold"):
        path = folder / f"SourceSansPro-{face}.ttf"
        if path.name not in known:
            font_manager.fontManager.addfont(path)
    mpl.rcParams.update(
        {
            "font.family": ["Source Sans Pro"],
            "font.size": BODY,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "axes.labelsize": BODY,
            "axes.titlesize": SUBTITLE,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "axes.linewidth": 0.8,
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "grid.color": PALE,
            "grid.linewidth": 0.8,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.labelsize": BODY,
            "ytick.labelsize": BODY,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "xtick.major.pad": 6,
            "ytick.major.pad": 6,
            "lines.linewidth": 2.2,
            "lines.solid_capstyle": "round",
            "hatch.linewidth": 1.4,
            "figure.dpi": 100,
            "savefig.dpi": 200,
            "svg.fonttype": "none",
            "svg.hashsalt": "ccg",
        }
    )


def canvas(
    height: float = 3.6,
    *,
    left=EDGE,
    right=EDGE,
    top=0.1,
    bottom=0.4,
    rows=1,
    cols=1,
    gap=0.3,
    width=WIDTH,
    **kw,
):
    """A figure ``width`` inches wide whose plotting area and tick labels take ``height`` inches.

    ``left, right, top, bottom`` are the inches round the axes for tick labels; ``gap`` is the inches
    between panels. The title above and the source below are added by ``figures.save``, which makes the
    figure taller by what they need. Returns ``fig, ax`` as ``plt.subplots`` does.
    """
    inner_w, inner_h = width - left - right, height - top - bottom
    one_w, one_h = (inner_w - gap * (cols - 1)) / cols, (inner_h - gap * (rows - 1)) / rows
    # not one of pyplot's, which a notebook would show by itself at the end of the cell
    fig = Figure(figsize=(width, height))
    return fig, fig.subplots(
        rows,
        cols,
        gridspec_kw={
            "left": left / width,
            "right": 1 - right / width,
            "bottom": bottom / height,
            "top": 1 - top / height,
            "wspace": gap / one_w,
            "hspace": gap / one_h,
        },
        **kw,
    )


def bare(ax, *, grid: str | None = None) -> None:
    """Take the value axis off a chart whose values are written on it; ``grid`` keeps "x" or "y" lines."""
    ax.grid(False)
    if grid:
        ax.grid(True, axis=grid)
    ax.spines[["left", "bottom"]].set_visible(False)
