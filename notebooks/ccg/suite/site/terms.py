"""Links to the glossary where a page first says one of its terms."""

import re
from functools import cache

from ...core import files

#: Terms whose words mean other things too, or stand on every page.
_COMMON = {
    "base",
    "bound",
    "cluster",
    "commissioner",
    "rebase",
    "nhs england",
    "exact, approximate and incomplete",
}
#: What holds no term to link: code, links, tags, headings, and the lines of tables.
_CLOSED = re.compile(r"(```.*?```|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|<[^>]+>|^#[^\n]*$|^\|[^\n]*$)", re.S | re.M)


@cache
def terms() -> dict[str, tuple[str, str]]:
    """Every term of the glossary and its short form, in small letters: the place that explains it, and the term."""
    text = (files.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    out, place = {}, ""
    for line in text.splitlines():
        if line.startswith("## "):
            place = re.sub(r"[^a-z0-9]+", "-", line[3:].lower()).strip("-")
        if found := re.match(r"\*\*(.+?)\.\*\*", line):
            term, _, more = found[1].partition(" (")
            also = re.findall(r"\b[A-Z]{3,}\b", more)
            out |= {one.lower(): (place, term) for one in (term, *also) if one.lower() not in _COMMON}
    return out


class Linker:
    """Links each term once, in the texts of one page in their order; ``up`` leads from it to the root."""

    def __init__(self, up: str):
        self.up = up
        self.left = dict(terms())

    def __call__(self, text: str, ending: str = "md") -> str:
        """A text of Markdown with the terms that it is the first to say as links.

        ``ending`` is that of the file linked: what a cell displays is no source to Sphinx, which turns md to html.
        """
        parts = _CLOSED.split(text)
        return "".join(part if i % 2 else self._linked(part, ending) for i, part in enumerate(parts))

    def _linked(self, text: str, ending: str) -> str:
        if not self.left:
            return text
        longest = sorted(self.left, key=len, reverse=True)
        pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest))})(s?)(?![\w-])", re.I)

        def link(found: re.Match[str]) -> str:
            if found[1].lower() not in self.left:
                return found[0]
            place, term = self.left[found[1].lower()]
            self.left = {name: one for name, one in self.left.items() if one[1] != term}
            return f"[{found[0]}]({self.up}glossary.{ending}#{place})"

        return pattern.sub(link, text)
