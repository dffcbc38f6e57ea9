"""Save one chart: its picture, its numbers and its description.

``save`` writes ``<name>.png``, ``<name>.svg``, ``<name>.csv`` (the numbers drawn) and, last,
``<name>.json`` (title, alt text, source, tables, hashes). ``index.json`` is built from these by
``python -m ccg figures``. Nothing reads a figure back into an analysis.
"""

import io
import itertools
import json
import re
from datetime import date
from functools import cache, lru_cache

import matplotlib as mpl
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from PIL import Image

from ..core import files
from ..core import tables as ours
from . import lettering, style

KINDS = ("png", "svg", "csv", "json")
#: A picture has so many colours, and so many of them are the ones most used in it.
COLOURS, AS_DRAWN = 48, 12


def save(
    fig,
    name: str,
    *,
    data: pd.DataFrame,
    source: str,
    tables: str,
    words: str = "",
    title: str = "",
    subtitle: str = "",
    alt: str = "",
) -> None:
    """Put title, subtitle and source round a chart, save it and show it with its alt text.

    ``name`` begins with its notebook's number (``01_count``). ``data`` is what is drawn, one row per
    mark, with plain columns and no index worth keeping. ``tables`` names the tables that it is drawn from, with
    spaces between: those without which a number, a name or a word of it would be missing. ``words`` are three paragraphs with a blank line
    between: the title, which states the finding; the subtitle with the measure, place, period and unit; and
    the alt text, which says what kind of chart it is, what it shows and why it matters. They may be given
    one by one instead. The text shown beside the picture holds a digest of ``data`` at six significant
    digits, so that strict nbval turns red when a number moves.

    Raises ValueError when a text is empty or left without an end, when ``words`` are not three paragraphs, when
    text touches the edge or overlaps, when a table is none of ours, or when no notebook or more than one has the
    number in ``name``.
    """
    if words:
        title, subtitle, alt = _paragraphs(words, name)
    _check_words(name, data, title, subtitle, source, alt)
    notebook, drawn_from = _notebook_of(name), _named(tables, name)
    _surround(fig, title, subtitle, f"Source: {source}")
    content = {"png": _checked_png(fig, name), "svg": _svg(fig, title, alt), "csv": to_csv(data).encode()}
    folder = files.figures()
    for kind, what in content.items():
        files.write(folder / f"{name}.{kind}", what)
    width, height = (round(float(x), 3) for x in fig.get_size_inches())
    record = {
        "name": name,
        "title": title,
        "subtitle": subtitle,
        "alt": alt,
        "source": source,
        "notebook": notebook,
        "tables": drawn_from,
        "sources": sorted(source.sources) if isinstance(source, ours.Credit) else [],
        "inches": [width, height],
        "sha256": {kind: files.sha256(what) for kind, what in content.items()},
    }
    files.write(folder / f"{name}.json", json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    text = f"{title}\n{subtitle}\n{alt}\nSource: {source}\nFigure {name}, numbers {digest(data)}"
    display(
        {"image/png": content["png"], "text/plain": text},
        raw=True,
        metadata={"image/png": {"alt": alt, "width": round(width * 100), "height": round(height * 100)}},
    )


def picture(fig, *, title: str, subtitle: str, source: str, dpi: int = 160) -> bytes:
    """A chart with its words round it as PNG bytes, to show or to hand on; nothing is saved.

    For charts that a reader asks for: drawn for one screen at once, and not checked for overlaps as those
    of ``save`` are. Raises ValueError when a text is empty.
    """
    for what, text in (("title", title), ("subtitle", subtitle), ("source", source)):
        if not text or not text.strip():
            raise ValueError(f"a picture without {what}")
    _surround(fig, title, subtitle, f"Source: {source}")
    lettering.Canvas(fig)
    out = io.BytesIO()
    fig.savefig(out, format="png", dpi=dpi)
    return out.getvalue()


def to_csv(data: pd.DataFrame, digits: int = 10) -> str:
    """The numbers of a chart as CSV text: LF, ISO dates, floats to ``digits`` significant digits."""
    plain = data.copy()
    for column in plain.columns:
        if pd.api.types.is_float_dtype(plain[column]):
            numbers = plain[column].to_numpy(float, na_value=np.nan).tolist()
            plain[column] = [None if x != x else f"{x:.{digits}g}" for x in numbers]
        elif pd.api.types.is_datetime64_any_dtype(plain[column]):
            plain[column] = plain[column].dt.strftime("%Y-%m-%d")
        elif len(plain) and isinstance(plain[column].iloc[0], date):
            plain[column] = plain[column].astype(str)
    return plain.to_csv(index=False, lineterminator="\n")


def digest(data: pd.DataFrame) -> str:
    """Twelve hex digits that change when a number of a chart changes in its first six digits."""
    return files.sha256(to_csv(data, digits=6).encode())[:12]


def build_index(folder=None) -> bool:
    """Write ``index.json`` from the ``.json`` of each figure. True if it changed."""
    folder = folder or files.figures()
    records = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("[0-9]*.json"))]
    return files.write(folder / "index.json", json.dumps(records, indent=2, ensure_ascii=False) + "\n")


def _paragraphs(words: str, name: str) -> list[str]:
    """The three paragraphs of a text, each on one line."""
    found = [" ".join(part.split()) for part in re.split(r"\n\s*\n", words.strip())]
    if len(found) != 3:
        raise ValueError(
            f"figure {name}: its words are {len(found)} paragraphs; give three, title, subtitle and alt text, "
            "with a blank line between"
        )
    return found


def _check_words(name, data, title, subtitle, source, alt) -> None:
    if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
        raise ValueError(f"figure name {name!r}: use the notebook's number and words, like 01_count")
    if data is None or data.empty:
        raise ValueError(f"figure {name}: data is empty; pass the numbers that are drawn")
    for what, text in (("title", title), ("subtitle", subtitle), ("source", source), ("alt", alt)):
        if not text or not text.strip():
            raise ValueError(f"figure {name}: its {what} is empty")
    if title.endswith("."):
        raise ValueError(f"figure {name}: a title takes no full stop: {title!r}")
    if not (source.endswith(".") and alt.endswith(".")):
        raise ValueError(f"figure {name}: source and alt text are sentences and end in a full stop")


def _named(names: str, figure: str) -> list[str]:
    """The tables that a chart says it is drawn from, in order."""
    named = names.split()
    if not named:
        raise ValueError(f"figure {figure} names no table; say which it is drawn from")
    unknown = [name for name in named if name not in ours.names()]
    if unknown:
        raise ValueError(
            f"figure {figure}: {', '.join(unknown)} is no table of data/; name those it is drawn from"
        )
    return sorted(set(named))


def _notebook_of(name: str) -> str:
    found = [p.name for p in files.notebooks() if p.name[:2] == name[:2]]
    if len(found) != 1:
        raise ValueError(f"figure {name}: {len(found)} notebooks begin with {name[:2]}, there must be one")
    return found[0]


# --- layout -------------------------------------------------------------------------------------


def _surround(fig, title: str, subtitle: str, source: str) -> None:
    """Add title, subtitle and source, and make the figure taller by what they take."""
    width, height = fig.get_size_inches()
    room = width - 2 * style.EDGE
    parts = [
        (_wrap(fig, title, style.TITLE, "bold", room), style.TITLE, "bold", "#0B0C0C", 0.31),
        (_wrap(fig, subtitle, style.SUBTITLE, "normal", room), style.SUBTITLE, "normal", style.INK, 0.235),
    ]
    foot = _wrap(fig, source, style.SMALL, "normal", room)
    above = style.EDGE + 0.04 + sum(len(lines) * step for lines, *_, step in parts) + 0.08
    below = 0.14 + len(foot) * 0.2 + style.EDGE
    boxes = [(ax, ax.get_position(original=True)) for ax in fig.axes]
    total = height + above + below
    fig.set_size_inches(width, total)
    for ax, box in boxes:
        bottom, tall = (box.y0 * height + below) / total, box.height * height / total
        ax.set_position([box.x0, bottom, box.width, tall])
    x, y = style.EDGE / width, total - style.EDGE
    for lines, size, weight, colour, step in parts:
        for line in lines:
            fig.text(x, y / total, line, fontsize=size, fontweight=weight, color=colour, va="top")
            y -= step
        y -= 0.04
    y = style.EDGE + (len(foot) - 1) * 0.2
    for line in foot:
        fig.text(x, y / total, line, fontsize=style.SMALL, color=style.MID, va="bottom")
        y -= 0.2
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if (
                not axis.label.get_text()
            ):  # else every tick label would be measured again to find a place for it
                axis.set_label_coords(0, 0)


def _wrap(fig, text: str, size: float, weight: str, room: float) -> list[str]:
    """Break a text into as few lines as fit ``room`` inches as it will be drawn; a title's are even."""
    face = FontProperties(family=mpl.rcParams["font.family"], size=size, weight=weight)

    words = text.split()
    # words and the spaces between them add up to the line: this type kerns nothing across a space
    _inches(" ".join(words), face, fig.dpi)  # lays all of them out in one go
    shown = [_inches(word, face, fig.dpi) for word in [*words, " "]]

    @cache
    def filed() -> list[float]:
        _inches(" ".join(words), face, mpl.rcParams["savefig.dpi"])
        return [_inches(word, face, mpl.rcParams["savefig.dpi"]) for word in [*words, " "]]

    def fits(first: int, last: int, room: float) -> bool:
        # letters stand on whole pixels, so that a line is up to 3% longer in the file than on the screen:
        # there it may reach into the margin, but not so far that _check_layout refuses it
        here = sum(shown[first : last + 1]) + shown[-1] * (last - first)
        if here > room or here < room * 0.95:
            return here <= room
        there = sum(filed()[first : last + 1]) + filed()[-1] * (last - first)
        return there <= room + style.EDGE / 2

    def fill(room: float) -> list[int]:
        """The first word of each line."""
        starts = [0]
        for n in range(1, len(words)):
            if not fits(starts[-1], n, room):
                starts.append(n)
        return starts

    starts = fill(room)
    while weight == "bold" and len(starts) > 1 and len(tighter := fill(room - 0.05)) == len(starts):
        starts, room = tighter, room - 0.05
    return [" ".join(words[a:b]) for a, b in itertools.pairwise([*starts, len(words)])]


@lru_cache(maxsize=20_000)
def _inches(text: str, face: FontProperties, dpi: float) -> float:
    """How wide a text is at a resolution; the same words come in many charts, and measuring is slow."""
    return lettering.Pixels(1, 1, dpi).get_text_width_height_descent(text, face, ismath=False)[0] / dpi


def _check_layout(fig, name: str, renderer=None) -> None:
    """Refuse a chart whose text comes near the edge, overlaps other text, or is too small.

    ``renderer`` is one that has drawn the chart at ``fig.dpi``: each text is then where it stands in the
    file, and has been measured. Without one it is laid out here.
    """
    if renderer is None:
        renderer = lettering.Canvas(fig).get_renderer()
        fig.draw_without_rendering()  # ticks and labels take their places
    hidden = {t for ax in fig.axes for t in _unseen_ticks(ax)}
    shown = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden]
    boxes = [(t, *t.get_window_extent(renderer).extents) for t in shown]
    width, height = fig.bbox.width, fig.bbox.height
    wrong, edge, wide, tall = [], style.EDGE / 2 * fig.dpi, 0.02 * fig.dpi, 0.03 * fig.dpi
    lefts, bottoms, rights, tops = np.reshape([box for _, *box in boxes], (-1, 4)).T
    across = np.minimum.outer(rights, rights) - np.maximum.outer(lefts, lefts)
    upright = np.minimum.outer(tops, tops) - np.maximum.outer(bottoms, bottoms)
    overlap = np.triu((across > wide) & (upright > tall), 1)
    for i, (text, left, bottom, right, top) in enumerate(boxes):
        if left < edge or bottom < edge or right > width - edge or top > height - edge:
            wrong.append(f"{text.get_text()!r} touches the edge")
        if text.get_fontsize() < style.SMALL:
            wrong.append(f"{text.get_text()!r} is smaller than {style.SMALL} points")
        for j in np.flatnonzero(overlap[i]):
            wrong.append(f"{text.get_text()!r} overlaps {shown[j].get_text()!r}")
    if wrong:
        raise ValueError(f"figure {name}: " + "; ".join(wrong[:6]))


def _unseen_ticks(ax):
    """Tick and axis labels that are not drawn: out of view, or of axes that are switched off."""
    if not ax.axison:
        for axis in (ax.xaxis, ax.yaxis):
            yield from (*axis.get_ticklabels(which="both"), axis.label, axis.offsetText)
        return
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        slack = (high - low) * 1e-6
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low - slack <= tick.get_loc() <= high + slack:
                yield from (tick.label1, tick.label2)


# --- bytes --------------------------------------------------------------------------------------


def _checked_png(fig, name: str) -> bytes:
    """Draw a chart at the resolution of its file, check what was drawn, and encode it."""
    dpi, usual = mpl.rcParams["savefig.dpi"], fig.dpi
    fig.dpi = dpi
    try:
        canvas = lettering.Canvas(fig)
        canvas.draw()
        _check_layout(fig, name, canvas.get_renderer())
    finally:
        fig.dpi = usual
    few = _indexed(np.asarray(canvas.buffer_rgba()))
    out = io.BytesIO()
    few.save(out, format="png", compress_level=6, dpi=(dpi, dpi))
    return out.getvalue()


def _indexed(rgba: np.ndarray) -> Image.Image:
    """A picture in few colours, at a quarter of its size: those most used are as drawn, other edges near them.

    Each colour is put to its nearest once, not each pixel. Pillow picks first the colour that is farthest from
    the mean, so white stands in the list as the paper does in the picture.
    """
    white, pixels = 0xFFFFFF, rgba.view("<u4").ravel()
    drawn = np.flatnonzero(pixels != 0xFF000000 + white)
    # by hashes, so that the few shades are sorted and not each pixel
    which, shades = pd.factorize(pixels[drawn] & white, sort=True)
    used, shades = np.bincount(which, minlength=1), shades[shades < white]
    often = np.argsort(-used[: len(shades)], kind="stable")[:AS_DRAWN]
    colours = np.append(shades, np.full(10 * len(shades) + 1, white, "<u4"))
    listed = _picture(colours).quantize(COLOURS - AS_DRAWN, method=Image.Quantize.MAXCOVERAGE, dither=0)
    palette = listed.getpalette()[: 3 * (COLOURS - AS_DRAWN)]
    nearest = np.asarray(listed)[0, : len(shades) + 1].copy()  # of each shade, and of white
    nearest[often] = len(palette) // 3 + np.arange(len(often))
    indices = np.full(rgba.shape[:2], nearest[-1])
    indices.ravel()[drawn] = nearest[which]
    picture = Image.fromarray(indices)
    picture.putpalette(palette + np.asarray(_picture(shades[often])).ravel().tolist())
    return picture


def _picture(colours: np.ndarray) -> Image.Image:
    """Colours, as whole numbers, side by side."""
    return Image.fromarray(colours.view(np.uint8).reshape(1, -1, 4)[..., :3].copy())


def _svg(fig, title: str, alt: str) -> bytes:
    out, dpi, usual = io.StringIO(), mpl.rcParams["savefig.dpi"], fig.dpi
    fig.dpi = 72
    try:
        size, metadata = fig.bbox.size, {"Date": None, "Creator": None, "Title": title}
        renderer = lettering.Outlines(*size, out, image_dpi=dpi, metadata=metadata)
        fig.draw(renderer)
        renderer.finalize()
    finally:
        fig.dpi = usual
    text = out.getvalue()
    described = alt.replace("&", "&amp;").replace("<", "&lt;")
    text = text.replace("<svg ", '<svg role="img" ', 1)
    text = text.replace("</title>", f"</title>\n <desc>{described}</desc>", 1)
    text = _tips(text)
    # readers without the font see their own sans, not a serif
    return text.replace("'Source Sans Pro'", "'Source Sans Pro', 'Source Sans 3', Helvetica, Arial").encode()


def _tips(svg: str) -> str:
    """Turn each group that an artist's gid marks ``tip:<text>`` into one with that text as its tooltip.

    Matplotlib has escaped the text for an attribute, which makes it fit for an element too. The groups get
    ids in order of drawing, so that each is unique and a name may come twice.
    """
    count = itertools.count(1)
    start = r"""<g id=(["'])tip:(.*?)\1>"""
    return re.sub(start, lambda m: f'<g id="tip-{next(count)}"><title>{m[2]}</title>', svg)
