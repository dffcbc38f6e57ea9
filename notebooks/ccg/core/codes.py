"""Codes and names as people write them: which scheme, which geography, which body was meant."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .geography import Body, Fit, LineageError, Vintage

#: The words that tell a name from others -> level -> the codes of that name.
Index = dict[tuple[str, ...], dict[str, set[str]]]

#: Why what stands beside bodies in published tables is not placed, by its kind in the table ``other_codes``.
WHY = {
    "area_team": "an area team of NHS England, not a CCG",
    "hub": "a commissioning hub, not a CCG",
    "national": "a total for England",
    "nhs_england": "NHS England, not a CCG",
    "no_commissioner": "a default code, of no commissioner",
    "outside": "commissioner outside England",
    "region": "a region, not a CCG",
    "reporting_entity": "a reporting entity of later years, not a CCG",
    "unknown": "commissioner not known",
}
#: Words for England and for a commissioner not known, as they stand in columns of codes.
BESIDE = {
    "national": (
        "England", "Eng", "National", "All", "All CCGs", "All ICBs", "All CCGs in England", "Total", "All England", "England total", "Total England", "Grand total",
        "Totals", "England (total)", "England - total",
        "All commissioners", "All English commissioners", "All English CCGs", "Column total", "Overall", "Overall total", "National total", "CCG total", "All CCGs total", "Total (England)",
    ),
    "unknown": (
        "Unknown", "Not known", "Unallocated", "Invalid", "Invalid code", "InvalidCode", "Null", "Not recorded",
        "Not stated", "Unassigned", "Unspecified",
    ),
}  # fmt: skip

_LEVEL_WORDS = {
    "sub_icb": r"sub icb( locations?)?|sub integrated care board( locations?)?",
    "ccg": r"ccgs?|clinical commissioning groups?",
    "icb": r"icbs?|integrated care boards?|boards?",
    "pct": r"pcts?|primary care trusts?|care trusts?",
}
#: Words that carry no meaning in a name; every other word may tell two bodies apart.
_SMALL = {"nhs", "and", "the", "of", "in", "for", "with"}
#: A typing mistake never turns one of these into another.
_DIRECTIONS = {
    a + b for a in ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
    for b in ("", "ern")
} | {"central", "mid", "inner", "outer", "upper", "lower", "greater", "city", "county"}  # fmt: skip
#: A name with one of these is of something else than the body whose code or name is in it.
NOT_ONE = frozenset(
    {
        *("excluding", "excl", "except", "other", "others", "not", "non", "without", "rest", "total", "all"),
        *("wales", "welsh", "scotland", "scottish", "ireland", "irish", "man", "jersey", "guernsey"),
    }
)


def plain_name(text: str) -> str:
    """A name without case, signs and what many names have, to compare it.

    Examples
    --------
    >>> plain_name("NHS Windsor, Ascot & Maidenhead CCG")
    'windsor ascot and maidenhead'
    """
    text = text.lower().replace("&", " and ")
    text = re.sub(r"\b(nhs|ccg|clinical commissioning group|integrated care board|icb|pct)\b", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


def scheme_of(codes: Iterable[str]) -> str:
    """``ons`` if any code looks like E38000041, else ``ods``.

    Raises
    ------
    LineageError
        The two are mixed.
    """
    ons = [c for c in codes if re.fullmatch(r"E(38|54|16|17)\d{6}", c)]
    ods = [c for c in codes if re.fullmatch(r"[0-9A-Z]{3}|[A-Z]\d[A-Z]\d[A-Z]", c)]
    if ons and ods:
        raise LineageError(
            f"two schemes are mixed: {min(ons)} is an ONS code and {min(ods)} an ODS code. Put all into one; "
            "the table ons_codes has both"
        )
    return "ons" if ons else "ods"


def fits(
    given: set[str], geographies: Iterable[Vintage], codes: Mapping[tuple[Vintage, str], frozenset[str]]
) -> list[Fit]:
    """How some codes fit each geography, by the codes that each has in each scheme; see ``lineage.which``."""
    scheme, found = scheme_of(given), []
    for one in geographies:
        known = codes[one, scheme]
        matched = given & known
        if matched:
            extra, missing = tuple(sorted(given - known)), tuple(sorted(known - given))
            found.append(Fit(one, scheme, len(matched), extra, missing))
    # a code that a board took over from a partnership is rather that of the board
    planned = "partnership"
    found.sort(key=lambda f: (len(f.extra), len(f.missing), f.vintage.level == planned, f.vintage.start))
    return [f for f in found if not f.extra] or found[:3]


def telling(name: str) -> tuple[str | None, tuple[str, ...]]:
    """The level that a name says, and the words that tell it from others.

    Examples
    --------
    >>> telling("NHS Windsor, Ascot & Maidenhead CCG")
    ('ccg', ('windsor', 'ascot', 'maidenhead'))
    """
    plain, level = " ".join(_words(name)), None
    for one, words in _LEVEL_WORDS.items():
        shorter = re.sub(rf"\b({words})\b", " ", plain)
        if shorter != plain:
            plain, level = shorter, level or one
    return level, tuple(w for w in plain.split() if w not in _SMALL)


def _words(name: str) -> tuple[str, ...]:
    plain = re.sub(r"['\u2019`]", "", name.lower()).replace("&", " and ")
    return tuple(re.findall(r"[a-z0-9]+", plain))


_AROUND = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff'\"]+")
#: 15N†, 15N¹, 15N (2), 15N[note 2]
_FOOTNOTE = re.compile(r"(?<=[0-9A-Z])(?:[*†‡¹²³]{1,3}|\((?:NOTE)?\d{1,2}\)|\[(?:NOTE)?\d{1,2}\])$")


@dataclass(frozen=True)
class Names:
    """Every code and name there is, to find the one that somebody meant. Made by ``names_of``.

    Attributes
    ----------
    bodies : mapping
        From every code of either scheme to its body.
    known, former : mapping
        From an ODS code to its name, and to the name it had before.
    boards : callable
        From the code of a sub-ICB location to those of the boards it has been in.
    index : dict
        The codes of each name, by the words that tell it from others and by level.
    vocabulary : frozenset of str
        Every word of any name.
    """

    bodies: Mapping[str, Body]
    known: Mapping[str, str]
    former: Mapping[str, str]
    boards: Callable[[str], tuple[str, ...]]
    index: Index
    vocabulary: frozenset[str]

    def written(self, value: object) -> str | None:
        """The code that a cell holds in another way of writing; see ``lineage.written``."""
        text = _bare(value)
        if self._is_code(text):
            return text
        for pattern in (r"N(E\d{8})", r"([0-9A-Z]{3})00"):
            other = re.fullmatch(pattern, text)
            if other and other[1] in self.bodies:
                return other[1]
        return None

    def meant(self, value: object, among: Iterable[str] | None = None) -> str | None:
        """The code that somebody meant; see ``lineage.suggest``."""
        if (plain := self.written(value)) is not None:
            return plain
        text = _bare(value)
        power = re.fullmatch(r"(\d)(?:\.(\d)0*)?E\+?0?(\d)", text)
        if power:
            return self._power(power[1], power[2] or "0", power[3])
        words = _words(str(value))
        if not words or NOT_ONE & set(words):
            return None
        inside = [w.upper() for w in words if self._is_code(w.upper()) and w != "england"]
        if inside:
            return self._code_in_name(words, inside)
        return self._by_name(str(value), words, None if among is None else frozenset(among))

    def _power(self, first: str, second: str, exponent: str) -> str | None:
        """The code that Excel made a power of ten of: 5E1 is 5.00E+01 there, 01E00 1.00E+00, and 12E00 1.20E+01."""
        may = [f"0{first}E"] if exponent == "0" and second == "0" else []
        may += [f"{first}E{exponent}"] if exponent != "0" and second == "0" else []
        may += [f"{first}{second}E"] if exponent == "1" else []
        found = [code for code in may if self._is_code(code)]
        return found[0] if len(found) == 1 else None

    def _is_code(self, text: str) -> bool:
        return text in self.bodies or text in self.known

    def _code_in_name(self, words: tuple[str, ...], inside: list[str]) -> str | None:
        """The one code in some words, if it stands first or last and they say no more than whose it is.

        That is nothing, NHS and a level, or the name, now or before, of that body or of its board. Other words
        may say anything: 00K behind the name of 00C, outside 00M, part of 00M.
        """
        bodies = {self.bodies[c].code if c in self.bodies else c for c in inside}
        first, last = words[0].upper(), words[-1].upper()
        code = last if last in inside else first
        if len(bodies) != 1 or code not in inside:
            return None
        (body,) = bodies
        boards = self.boards(body)
        own = self.bodies[body].level if body in self.bodies else None
        levels = {None, own, *(("icb", "sub_icb") if boards else ())}
        level, told = telling(" ".join(w for w in words if w.upper() not in inside))
        if not told:
            return code if level in levels and not (_SMALL - {"nhs"}) & set(words) else None
        names = {own: [self.known.get(body), self.former.get(body)]}
        if boards:
            names["icb"] = [self.known[board] for board in boards]
            names["sub_icb"] = names[own] + names["icb"]
        some = names.get(level, []) if level else [n for group in names.values() for n in group]
        return code if told in {telling(n)[1] for n in some if n} else None

    def _by_name(self, text: str, words: tuple[str, ...], among: frozenset[str] | None) -> str | None:
        level, told = telling(text)
        if told not in self.index:
            told = self._respelt(told)
        found = {k: v for k, v in self.index.get(told, {}).items() if k != "other" or "nhs" not in words}
        if level:
            found = {level: found.get(level, set())}
        codes = {c for some in found.values() for c in some}
        near = codes & among if among else set()
        if not near and "icb" not in found:
            near = found.get("ccg", set())  # a trust of the same name is older, and hardly meant
        near = near or codes
        return next(iter(near)) if len(near) == 1 else None

    def _respelt(self, told: tuple[str, ...]) -> tuple[str, ...]:
        """The one name that differs from some words in one letter of one word, which no name has.

        Never a name of one word: Boston, Burnley and Wales are places too, each near the name of a CCG.
        """
        wrong = [i for i, word in enumerate(told) if word not in self.vocabulary | _DIRECTIONS]
        if len(told) < 2 or len(wrong) != 1 or len(told[wrong[0]]) < 5:
            return ()
        i = wrong[0]
        near = [w for w in self.vocabulary - _DIRECTIONS if len(w) > 4 and _one_slip(told[i], w)]
        names = [name for w in near if (name := (*told[:i], w, *told[i + 1 :])) in self.index]
        return names[0] if len(names) == 1 else ()


def names_of(
    bodies: Mapping[str, Body],
    known: Mapping[str, str],
    former: Mapping[str, str],
    boards: Callable[[str], tuple[str, ...]],
) -> Names:
    """Every name with its codes, indexed by its words."""
    index: defaultdict[tuple[str, ...], defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for code, name in [*known.items(), *former.items()]:
        if NOT_ONE & set(_words(name)):  # no name with such a word is ever looked for
            continue
        index[telling(name)[1]][bodies[code].level if code in bodies else "other"].add(code)
    plain = {words: dict(levels) for words, levels in index.items() if words}
    return Names(bodies, known, former, boards, plain, frozenset(w for words in index for w in words))


def _bare(value: object) -> str:
    """A cell without spaces, quotes and signs of no width, the = before them, and the mark of a footnote behind it."""
    text = _AROUND.sub("", str(value)).upper().removeprefix("=")
    return _FOOTNOTE.sub("", text) if text else text


def _one_slip(typed: str, word: str) -> bool:
    """Whether one letter after the first was left out, added, mistaken, or swapped with its neighbour."""
    if typed[0] != word[0]:
        return False
    while typed and word and typed[0] == word[0]:
        typed, word = typed[1:], word[1:]
    while typed and word and typed[-1] == word[-1]:
        typed, word = typed[:-1], word[:-1]
    return max(len(typed), len(word)) <= 1 or (len(typed) == 2 and typed == word[::-1])
