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
#: A code of a disease or a range of them, and what it is called: C50, I20-I25, C50 Breast, Cancer (C00-C97).
_DISEASE = re.compile(
    r"(?i)(?:.*\()?(?P<low>[a-z]\d\d)(?P<finer>\.?\d)?(?: ?[-–—] ?(?P<high>[a-z]\d\d)(?:\.?\d)?)?(?:\)|[ :,].*)?"
)
#: A chapter of the BNF, or what lies in it, and what it is called: 02, 0205, 2.5, 02 Cardiovascular system.
_MEDICINE = re.compile(r"(?i)(?P<code>\d{1,2}(?:\.\d{1,2}){0,3}|\d\d[0-9a-z]{0,13})(?:[ :].*)?")
_OF_MEDICINES = re.compile(r"(?i)(?<![a-z])bnf(?![a-z])")
#: Words before a name, or behind it, that make it none of its parts: Very good, Non elective, North West London, and others.
_APART_BEFORE = re.compile(
    r"(?i)(?:very|fairly|quite|extremely|somewhat|strongly|slightly|moderately|mostly|rather|neither|tend to|more|less|most|least"
    r"|not|non|no|never|ex|former|(?:any )?other|without|excluding|except|pre|post|north|south|east|west|central|mid|greater|inner"
    r"|outer|upper|lower|new|old|great|little)(?: .*)?|.*(?: and| or| &| \+| of| for| in| to| with|,|/)"
)
_APART_BEHIND = re.compile(r"(?i)(?:and|or|&|\+|plus|/|not|no)(?: .*)?")
#: What is called by what it is beside another, as a hospital is, and a column of such.
_OWN_NAME = re.compile(
    r"(?i)(?:care|nursing|residential) homes?"
    r"|.*(?<![a-z])(?:surgery|practice|(?:health|medical) centre|hospitals?|clinic|trust|ccg|icb|council|ltd|limited|llp|plc)"
)
_OF_OWN_NAMES = re.compile(
    r"(?i)(?<![a-z])(?:practices?|surger(?:y|ies)|providers?|trusts?|hospitals?|organi[sz]ations?|sites?|suppliers?|places?|wards|locality|regions?|networks?|pcn|(?:local )?authorit(?:y|ies)|la|districts?|boroughs?|towns?|count(?:y|ies)|constituenc(?:y|ies)"
    r"|treatment functions?|special(?:ty|ties|ity|ities)|tfc|(?:staff|job) (?:groups?|roles?)|roles?|job|departments?|clinics?)(?: (?:name|title|description|desc))?$"
)
#: What cells are asked for, for readers that have no Python: anywhere in them, or as the whole.
ANYWHERE = {"joined": _JOINED, "listed": _LISTED, "either": _EITHER, "under": _UNDER}
WHOLLY = {
    "short": _SHORT, "from_to": _FROM_TO, "no_whole": _NO_WHOLE, "subtotal": _SUBTOTAL, "of_which": _OF_WHICH,
}  # fmt: skip
#: No name that is judged by its words is longer than so many signs.
_LONG = 200
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


def by_words(cells: Collection[str], name: str = "") -> list[tuple[str, str]]:
    """Wholes and parts of them where one name is another with words before or behind it; ``name`` is that of the column.

    Only numbers can tell whether they are: GP referrals are referrals, and Hyde Park is not in the Park.

    Examples
    --------
    >>> by_words(["Referrals", "GP referrals", "Other referrals", "Cancers", "Lung cancer", "Good", "Very good"])
    [('Referrals', 'GP referrals'), ('Cancers', 'Lung cancer')]
    >>> by_words(["Deaths", "Deaths under 75", "Elective", "Non elective", "Midlands", "West Midlands"])
    [('Deaths', 'Deaths under 75')]
    """
    if len(cells) > FEW or _OF_OWN_NAMES.search(name):
        return []
    short = [cell for cell in cells if len(cell) <= _LONG and not _OWN_NAME.fullmatch(cell)]
    plain = {cell: " ".join(cell.casefold().split()) for cell in short}
    wholes = {text.removesuffix("s"): cell for cell, text in plain.items() if _may_be_whole(text)}
    found = []
    for cell, text in plain.items():
        words = text.split()
        for n in range(1, len(words)):
            before, last = " ".join(words[:n]), " ".join(words[n:])
            for whole, more, apart in ((last, before, _APART_BEFORE), (before, last, _APART_BEHIND)):
                of = wholes.get(whole.removesuffix("s"))
                if of and of != cell and not apart.fullmatch(more):
                    found.append((of, cell))
    return list(dict.fromkeys(found))


def _may_be_whole(text: str) -> bool:
    return (
        len(re.sub(r"[^a-z]", "", text)) > 2
        and text not in ("and", "the", "any")
        and not _NO_WHOLE.fullmatch(text)
    )


def by_codes(cells: Collection[str], name: str = "") -> list[tuple[str, str]]:
    """Ranges and chapters of codes, each with what lies in it; ``name`` is that of the column.

    Examples
    --------
    >>> by_codes(["C00-C97", "C50", "I20-I25"]), by_codes(["02", "0205", "04", "0601"], "BNF section")
    ([('C00-C97', 'C50')], [('02', '0205')])
    """
    cells = [cell for cell in cells if len(cell) <= _LONG]
    if _OF_MEDICINES.search(name):
        of = {tuple(_steps(match["code"])): c for c in cells if (match := _MEDICINE.fullmatch(c.strip()))}
        inner = (
            (of.get(steps[:n]), cell) for steps, cell in of.items() for n in range(len(steps) - 1, 0, -1)
        )
        return [(whole, cell) for whole, cell in inner if whole is not None]
    spans = []
    for cell in cells:
        if match := _DISEASE.fullmatch(cell.strip()):
            low, high = match["low"].casefold(), (match["high"] or match["low"]).casefold()
            finer = (match["finer"] or "").removeprefix(".")
            spans.append((low + finer, high + (finer or "~"), cell))
    spans.sort(key=lambda span: span[1], reverse=True)
    found: list[tuple[str, str]] = []
    around: list[tuple[str, str, str]] = []
    for low, high, cell in sorted(
        spans, key=lambda span: span[0]
    ):  # of those that begin alike the longest first
        around = [one for one in around if one[1] >= low]
        found += [(whole, cell) for _, end, whole in around if end >= high]
        around.append((low, high, cell))
    return found


def _steps(code: str) -> list[str]:
    """The steps of a code of the BNF: chapter, section, paragraph and the rest, letter by letter."""
    if "." in code or len(code) == 1:
        return [f"{int(step):02}" for step in code.split(".")]
    return [code[i : i + 2] for i in range(0, min(len(code), 4), 2)] + list(code[4:])


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
