"""Links between files of the project turned into links between pages of the site."""

import csv
import re

from ...core import files

#: Where a file of the project is on the site; a notebook is found by its name.
PAGES = {
    "data/README.md": "codebook",
    "docs/glossary.md": "glossary",
    "docs/corrections.md": "corrections",
    "docs/rebase.md": "command-line",
    "README.md": "index",
}


def relink(text: str, of: str, page: str) -> str:
    """Turn Markdown links between files of the project into links between pages of the site.

    ``of`` is the file that holds the text, ``page`` the page it becomes; both are paths from the root. A file
    that is only named, in code type, becomes a link if the site has a page of it.
    A link to a file that the site has not raises ValueError.
    """
    up = "../" * page.count("/")

    def turn(match) -> str:
        target, _, part = match[1].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = (files.ROOT / of).parent.joinpath(target).resolve()
        file = path.relative_to(files.ROOT).as_posix() if path.is_relative_to(files.ROOT) else target
        part = f"#{part}" if part else ""
        if file in PAGES:
            return f"]({up}{PAGES[file]}.md{part})"
        if path in files.notebooks():
            return f"]({up}notebooks/{path.name}{part})"
        raise ValueError(f"{of}: the link to {target!r} leads to no page of the site")

    text = re.sub(r"\]\(([^()\s]+)\)", turn, text)
    named = {file: there for file, there in PAGES.items() if "/" in file and there != page}
    for file, there in named.items():
        text = re.sub(rf"(?<!\[)`{re.escape(file)}`", f"[`{file}`]({up}{there}.md)", text)
    return text


def official() -> dict[str, str]:
    """Where the publisher itself has what a source was read in a copy of: its own page, by id of the source."""
    with (files.ROOT / "docs" / "official.csv").open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["page"] for row in csv.DictReader(lines)}
