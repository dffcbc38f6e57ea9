"""The charts of ``figures/`` as the site shows them."""

import csv
import json
import re

from ...core import files

#: A chart's table is shown on its page up to this many rows.
ROWS = 40


def load_charts() -> dict[str, dict]:
    """Every chart by name: what its ``.json`` says, its rows, and width and height in CSS pixels."""
    charts = {}
    for path in sorted(files.figures().glob("[0-9]*.json")):
        chart = json.loads(path.read_text(encoding="utf-8"))
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
            head, *rows = csv.reader(lines)
        width, height = (round(inches * 100) for inches in chart["inches"])
        charts[path.stem] = chart | {
            "head": head,
            "rows": rows,
            "width": width,
            "height": height,
            "most": ROWS,
        }
        charts[path.stem] |= margins(path.with_suffix(".svg").read_text(encoding="utf-8"))
    return charts


def margins(svg: str) -> dict[str, float]:
    """How much of a chart its title takes above and its source below, in hundredths of its width.

    On a phone these are cut off and said in real text, so that the chart itself can be larger. The words
    round a chart are the last texts of its SVG: title and subtitle at the top, the source at the bottom.
    """
    tall = float(re.search(r'viewBox="0 0 576 ([\d.]+)"', svg)[1])
    lines = [
        (float(y), text) for y, text in re.findall(r'<text [^>]*x="11\.52" y="([\d.]+)"[^>]*>([^<]*)', svg)
    ]
    source = max(i for i, (_, text) in enumerate(lines) if text.startswith("Source: "))
    return {
        "above": round((lines[source - 1][0] + 7) / 5.76, 2),
        "below": round((tall - lines[source][0] + 14) / 5.76, 2),
    }
