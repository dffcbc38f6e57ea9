"""Renderers of Matplotlib that lay out each word once in a process, for letters are most of what a chart costs.

A line of Source Sans Pro is its words and the spaces between them, one after another: it kerns nothing across a
space. So a line is put together from words that were laid out before, here or in another chart, and each letter
is turned into pixels once for each place within a pixel where it comes to stand. What is drawn is byte for byte
what Matplotlib draws by itself; ``tests/charts/test_lettering.py`` holds the two side by side.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg, get_hinting_flag
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import FT2Font, LoadFlags, RenderMode
from matplotlib.textpath import TextToPath

#: FreeType counts in parts of a pixel.
PARTS = 64
UPRIGHT = np.array([[0x10000, 0], [0, 0x10000]])


class Fit(NamedTuple):
    """How letters are made: from which files, at which size, and how they are fitted to pixels."""

    files: tuple
    points: float
    dpi: float
    flags: LoadFlags

    def font(self) -> FT2Font:
        font = get_font(self.files)
        font.set_size(self.points, self.dpi)
        return font


class Pixels(RendererAgg):
    """Draws pixels as its parent does, with words that it has laid out before."""

    def _fit(self, face: FontProperties) -> Fit:
        return Fit(_files(face), face.get_size_in_points(), self.dpi, get_hinting_flag())

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        return _measured(s, self._fit(prop))

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        plain = mtext is None or (mtext.get_fontfeatures() is None and mtext.get_language() is None)
        if ismath or angle or not plain or not gc.get_antialiased():
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        fit, along = self._fit(prop), 0.0
        y = self.height - y  # letters count upwards
        for word in _words(s):
            for file, index, right, up in _letters(word, fit):
                column, over = divmod(round(PARTS * (x + (along + right))), PARTS)
                row, above = divmod(round(PARTS * (y + up)), PARTS)
                shape, left, top = _shape(file, index, fit.points, fit.dpi, fit.flags, over, above)
                foot = int(self.height) - (top + row) + len(shape)
                self._renderer.draw_text_image(shape, left + column, foot, 0, gc)
            along += _size(word, fit)[0]
        return None


class Outlines(RendererSVG):
    """Writes SVG as its parent does, with words that it has measured before."""

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        # at one size, not fitted to pixels, and then made larger or smaller, as TextToPath has it
        fit = Fit(_files(prop), TextToPath.FONT_SCALE, TextToPath.DPI, LoadFlags.NO_HINTING)
        scale = prop.get_size_in_points() / TextToPath.FONT_SCALE
        return tuple(x * scale for x in _measured(s, fit))


class Canvas(FigureCanvasAgg):
    """Where a chart is drawn in pixels."""

    def get_renderer(self):
        key = (*self.get_width_height(physical=True), self.figure.dpi)
        if self._lastKey != key:
            self.renderer, self._lastKey = Pixels(*key), key
        return self.renderer


def _files(face: FontProperties) -> tuple:
    return tuple(fontManager._find_fonts_by_props(face))


def _words(line: str) -> list[str]:
    """The words of a line and the spaces between them."""
    return [part for part in re.split("( )", line) if part]


def _measured(line: str, fit: Fit) -> tuple[float, float, float]:
    """How wide a line is, how high, and how much of that is below the baseline, in pixels."""
    sizes = [_size(word, fit) for word in _words(line)]
    below = max(down for *_, down in sizes)
    return sum(wide for wide, *_ in sizes), max(high - down for _, high, down in sizes) + below, below


@lru_cache(maxsize=50_000)
def _size(word: str, fit: Fit) -> tuple[float, float, float]:
    font = fit.font()
    font.set_text(word, 0.0, flags=fit.flags)
    return tuple(x / PARTS for x in (*font.get_width_height(), font.get_descent()))


# files and numbers, never fonts: those may not be taken into another thread or a forked process
@lru_cache(maxsize=10_000)
def _letters(word: str, fit: Fit) -> list[tuple[str, int, float, float]]:
    """Each letter's file, its place in there, and how far it stands to the right and up, in pixels."""
    return [(a.ft_object.fname, a.glyph_index, a.x, a.y) for a in fit.font()._layout(word, flags=fit.flags)]


@lru_cache(maxsize=20_000)
def _shape(file: str, index: int, points: float, dpi: float, flags: LoadFlags, over: int, above: int):
    """A letter in pixels, so many parts of a pixel to the right and up, with where it begins and its top."""
    font = Fit((file,), points, dpi, flags).font()
    font._set_transform(UPRIGHT, [over, above])
    made = font._render_glyph(index, flags, RenderMode.NORMAL)
    return np.array(made.buffer), made.left, made.top
