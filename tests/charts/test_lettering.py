"""Words laid out once are drawn byte for byte as Matplotlib draws whole lines."""

import io

import numpy as np
import pytest
from ccg import style
from ccg.charts import lettering
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

LINES = [
    "Half of the original 211 CCGs had merged by April 2021",
    "AV Ta To, Yo. “P.” – r, f' 1/2 of 3 1/4; fi ffi fl — We Vā ½ ≤ ×",
    "  two  spaces ",
    "−1.7 to −0.3 per 1,000",
    "It rose\nin all\n\nof them",
    "$x^2$ of a formula",
    "_",
]


def chart() -> Figure:
    fig = Figure(figsize=(6.13, 4.21))
    ax = fig.add_axes((0.11, 0.12, 0.8, 0.8), xlabel="Years since", ylabel="Turned on its side")
    for n, line in enumerate(LINES):
        place = {"ha": ("left", "right", "center")[n % 3], "va": ("top", "bottom", "baseline")[n % 3]}
        weight, slant = ("normal", "bold", "semibold")[n % 3], ("normal", "italic")[n % 2]
        ax.text(0.5, n / 8 + 0.05, line, size=11 + n, weight=weight, style=slant, **place)
    ax.text(0.1, 0.5, "On a slant", rotation=30)
    ax.text(0.9, 1.001, "Cut off at the edge", clip_on=True, color="#12436D80", gid="tip:cut")
    return fig


@pytest.mark.slow
@pytest.mark.parametrize("dpi", [100, 160, 200])
def test_pixels_are_those_of_matplotlib(dpi):
    style.use()
    drawn = []
    for canvas in (FigureCanvasAgg, lettering.Canvas, lettering.Canvas):  # the second time from memory
        fig = chart()
        fig.dpi = dpi
        on = canvas(fig)
        on.draw()
        drawn.append(np.array(on.buffer_rgba()))
    assert drawn[0].std() > 10
    assert (drawn[0] == drawn[1]).all() and (drawn[0] == drawn[2]).all()


@pytest.mark.slow
def test_svg_is_that_of_matplotlib():
    style.use()
    texts = []
    for kind in (RendererSVG, lettering.Outlines, lettering.Outlines):
        fig, out = chart(), io.StringIO()
        fig.dpi = 72
        renderer = kind(*fig.bbox.size, out, metadata={"Date": None})
        fig.draw(renderer)
        renderer.finalize()
        texts.append(out.getvalue())
    assert texts[0].count("<text") > len(LINES)
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("line", [*LINES[:4], " ", "a", "’"])
def test_a_line_is_as_wide_high_and_deep_as_matplotlib_measures_it(line):
    style.use()
    face = chart().axes[0].title.get_fontproperties()
    ours, theirs = lettering.Pixels(1, 1, 200), lettering.RendererAgg(1, 1, 200)
    assert ours.get_text_width_height_descent(line, face, False) == theirs.get_text_width_height_descent(
        line, face, False
    )
