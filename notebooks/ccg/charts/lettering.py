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

    def _get_font_height_metrics(self, prop):
        return _full_height(_files(prop), prop.get_size_in_points(), self.dpi)

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        return _measured(s, self._fit(prop))

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        plain = mtext is None or (mtext.get_fontfeatures() is None and mtext.get_language() is None)
        if ismath or angle or not plain or not gc.get_antialiased():
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        draw, height, along = self._renderer.draw_text_image, int(self.height), 0.0
        # letters count upwards; arithmetic with NumPy's numbers is slow, and gives the same
        x, y = float(x), float(self.height - y)
        for word in _laid_out(s, self._fit(prop)):
            for letter, right, up in word.letters:
                column, over = divmod(round(PARTS * (x + (along + right))), PARTS)
                row, above = divmod(round(PARTS * (y + up)), PARTS)
                shape, left, top = _shape(letter, over, above)
                draw(shape, left + column, height - (top + row) + len(shape), 0, gc)
            along += word.wide
        return None


class Outlines(RendererSVG):
    """Writes SVG as its parent does, with words that it has measured before."""

    def _get_font_height_metrics(self, prop):
        return _full_height(_files(prop), prop.get_size_in_points(), TextToPath.DPI)

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
    return _found(face.copy(), len(fontManager.ttflist))


@lru_cache(maxsize=1_000)
def _found(face: FontProperties, known: int) -> tuple:
    """The files of a face while so many are known."""
    return tuple(fontManager._find_fonts_by_props(face))


@lru_cache(maxsize=1_000)
def _full_height(files: tuple, points: float, dpi: float) -> tuple:
    """How far a face reaches up and down and what it leaves between lines, as ``Text`` works it out each time."""
    font = get_font(files)
    table, scale = (
        font.get_sfnt_table("OS/2"),
        1 / font.get_sfnt_table("head")["unitsPerEm"] * points * dpi / 72,
    )
    if table is None:
        return None, None, None  # it looks elsewhere then
    return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale


def _measured(line: str, fit: Fit) -> tuple[float, float, float]:
    """How wide a line is, how high, and how much of that is below the baseline, in pixels."""
    words = _laid_out(line, fit)
    low = min(word.low for word in words)
    return sum(word.wide for word in words), max(word.high for word in words) - low, -low


class Letter:
    """A letter made so: its file, its place in there, and how far down and up it reaches, in pixels.

    Not its font: that may not be taken into another thread or a forked process.
    """

    def __init__(self, file: str, index: int, fit: Fit):
        self.fit, self.index = Fit((file,), *fit[1:]), index
        _, foot, _, top = self.fit.font().load_glyph(index, fit.flags).bbox
        self.foot, self.top = foot / PARTS, top / PARTS


class Word(NamedTuple):
    """A word laid out: its letters, how wide it is, and its highest and lowest points, in pixels.

    With each letter how far it stands to the right and up.
    """

    letters: list[tuple[Letter, float, float]]
    wide: float
    high: float
    low: float


class Known(NamedTuple):
    """What was laid out and looked at in one fit."""

    words: dict[str, Word]
    letters: dict[tuple[str, int], Letter]


@lru_cache(maxsize=1_000)
def _known(fit: Fit) -> Known:
    return Known({}, {})


def _laid_out(line: str, fit: Fit) -> list[Word]:
    """The words of a line and the spaces between them; those not met before are laid out in one go."""
    words, known = [part for part in re.split("( )", line) if part], _known(fit)
    new = [word for word in dict.fromkeys(words) if word not in known.words]
    found, letters = [], []
    for item in fit.font()._layout("".join(f"{word} " for word in new), flags=fit.flags) if new else ():
        if item.char == " " and letters:  # the space begins where the word ends
            found.append(_word(letters, item.x, fit, known))
            letters = []
        else:
            letters.append(item)
    known.words.update(zip(new, found, strict=True))
    return [known.words[word] for word in words]


def _word(items: list, end: float, fit: Fit, known: Known) -> Word:
    start, letters = items[0].x, []
    for item in items:
        key = item.ft_object.fname, item.glyph_index
        letter = known.letters.get(key) or known.letters.setdefault(key, Letter(*key, fit))
        letters.append((letter, item.x - start, item.y))
    high = max(up + letter.top for letter, _, up in letters)
    return Word(letters, end - start, high, min(up + letter.foot for letter, _, up in letters))


@lru_cache(maxsize=20_000)
def _shape(letter: Letter, over: int, above: int):
    """A letter in pixels, so many parts of a pixel to the right and up, with where it begins and its top."""
    font = letter.fit.font()
    font._set_transform(UPRIGHT, [over, above])
    made = font._render_glyph(letter.index, letter.fit.flags, RenderMode.NORMAL)
    return np.array(made.buffer), made.left, made.top
