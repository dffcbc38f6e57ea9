"""Cells of a column that are parts of one another by what they are called: Type 1 beside Types 1 and 2."""

import re
from collections.abc import Collection

#: What joins several in one name: Very good or fairly good, A + B; and what does besides, where one of these does.
_JOINED = re.compile(r"(?i)\s+(?:and|or|and/or|plus|&|\+)\s+")
_LISTED = re.compile(r"\s*,\s*")
_EITHER = re.compile(r"\s*/\s*")
#: What stands behind a word that is said once for all: Types 1 and 2, Bands A to C.
_SHORT = re.compile(r"(?i)(?:\d{1,3}[a-z]?|[a-z]|i{1,3}|iv|v)")
_FROM_TO = re.compile(r"(?i)(?P<before>(?:.* )?)(?P<low>\d{1,3}) ?(?:[-–—]|to) ?(?P<high>\d{1,3})")
#: What stands between a whole and the name of its part: Yes, definitely; Diabetes - type 1; White: Irish.
_UNDER = re.compile(r"(?: [-–—] |, ?|: ?)")
#: What has no parts of its own: Other - dental stands beside Other.
_NO_WHOLE = re.compile(r"(?i)(?:any )?others?|no(?:t|ne)?(?: .*)?|un.*")
#: A subtotal by its own words, and what is a part of another by them: Good (total), of which emergency.
_SUBTOTAL = re.compile(
    r"(?i)(?!grand ).*\S[ (:–—-]+totals?\W*|.*\((?:all|sum|both|combined|overall)\)|(?:sub[- ]?totals?|sum(?= of |$)).*"
)
_OF_WHICH = re.compile(r"(?i)\W*of (?:which|whom)\b.*|.*\bof (?:which|whom)\W*")
#: What cells are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {"joined": _JOINED, "listed": _LISTED, "either": _EITHER, "under": _UNDER}
WHOLLY = {
    "short": _SHORT, "from_to": _FROM_TO, "no_whole": _NO_WHOLE, "subtotal": _SUBTOTAL, "of_which": _OF_WHICH,
}  # fmt: skip
#: Of more cells than these some are called alike by chance, as drugs and practices are.
FEW = 60


def by_name(cells: Collection[str]) -> dict[str, list[str]]:
    """The cells that are called a whole of which others are called parts, each with these.

    Examples
    --------
    >>> by_name(["Type 1", "Type 3", "Types 1 and 2", "Good", "Very good"])
    {'Types 1 and 2': ['Type 1']}
    >>> by_name(["Yes", "Yes, definitely", "No", "Agree", "Strongly agree", "Agree/strongly agree", "1-3", "2"])
    {'Yes': ['Yes, definitely'], 'Agree/strongly agree': ['Agree', 'Strongly agree'], '1-3': ['2']}
    """
    plain = {cell: " ".join(cell.split()).casefold() for cell in cells}
    if len(plain) > FEW:
        return {}
    called = {text: cell for cell, text in plain.items()}
    of = {cell: _members(text, called) for cell, text in plain.items()}
    found: dict[str, list[str]] = {cell: [] for cell in plain}
    for cell, text in plain.items():
        found[cell] += [other for other in plain if len(of[cell]) > 1 and of[other] < of[cell]]
        for sign in _UNDER.finditer(text):
            whole = called.get(text[: sign.start()])
            if whole and not of[whole] <= of[cell] and not _NO_WHOLE.fullmatch(text[: sign.start()]):
                found[whole].append(cell)
    return {whole: some for whole, some in found.items() if some}


def _members(text: str, called: Collection[str]) -> frozenset[str]:
    """What a name is of: two for Types 1 and 2, else itself."""
    run = _FROM_TO.fullmatch(text)
    if run and int(run["low"]) < int(run["high"]):
        before = re.sub(r"s $", " ", run["before"])
        return frozenset(f"{before}{n}" for n in range(int(run["low"]), int(run["high"]) + 1))
    some = _EITHER.split(text)
    if len(some) > 1 and set(some) <= set(called):
        return frozenset(some)
    some = [text]
    if _JOINED.search(text):
        some = [one for part in _JOINED.split(text) for one in _LISTED.split(part)]
    first, _, last = some[0].rpartition(" ")
    if first and len(some) > 1 and all(map(_SHORT.fullmatch, (last, *some[1:]))):
        return frozenset(f"{first.removesuffix('s')} {one}" for one in (last, *some[1:]))
    # Midwives are no part of Support to doctors, nurses & midwives
    return frozenset(some if set(some) <= set(called) or all(map(_SHORT.fullmatch, some)) else [text])


def is_subtotal(cell: str) -> bool:
    """Whether a cell says of itself that it is the total of some: Good (total), Subtotal."""
    return bool(_SUBTOTAL.fullmatch(cell))


def by_own_words(cells: Collection[str]) -> list[str]:
    """The cells that say of themselves that they are subtotals, or parts of another.

    Examples
    --------
    >>> by_own_words(["Good (total)", "Very good", "of which urgent", "Total", "Total hip"])
    ['Good (total)', 'of which urgent']
    """
    return [c for c in cells if is_subtotal(c) or _OF_WHICH.fullmatch(c)]
