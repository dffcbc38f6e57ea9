"""Numbers and dates as people read them: each word is true in a stated band, and no other.

A title, a headline or an alt text takes its quantity and its direction from here, so that the word changes
when the number does.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Part(NamedTuple):
    """A fraction that has a name, as ``share`` says it."""

    size: float
    name: str


#: No two stand more than a tenth apart.
PARTS = (
    Part(0.1, "a tenth"),
    Part(0.2, "a fifth"),
    Part(0.25, "a quarter"),
    Part(0.3, "three in ten"),
    Part(1 / 3, "a third"),
    Part(0.4, "two in five"),
    Part(0.5, "half"),
    Part(0.6, "three in five"),
    Part(2 / 3, "two thirds"),
    Part(0.7, "seven in ten"),
    Part(0.75, "three quarters"),
    Part(0.8, "four in five"),
    Part(0.9, "nine in ten"),
)
#: Within this of a named fraction a share is "about" that.
NEAR = 0.015
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MULTIPLES = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 10: "ten times"}


def long_date(day: date) -> str:
    """A date as a reader says it.

    Examples
    --------
    >>> long_date(date(2013, 4, 1))
    '1 April 2013'
    """
    return f"{day.day} {day:%B %Y}"


def written(when: str) -> str:
    """A date as a table has it, of a day, a month or a year, as a reader says it.

    Examples
    --------
    >>> written("1974-04-01"), written("2000-10"), written("1979")
    ('1 April 1974', 'October 2000', '1979')
    """
    if len(when) == 4:
        return when
    day = date.fromisoformat(when if len(when) > 7 else f"{when}-01")
    return long_date(day) if len(when) > 7 else f"{day:%B %Y}"


def number(x: float, digits: int = 0) -> str:
    """A number with its thousands apart and "−" for minus, rounded to ``digits`` places; no "−0".

    Examples
    --------
    >>> number(-1234.56, 1), number(-0.04, 1)
    ('−1,234.6', '0.0')
    """
    rounded = round(float(x), digits) + 0.0
    return f"{rounded:,.{digits}f}".replace("-", "−")


def signed(x: float, digits: int = 0) -> str:
    """A change with its sign, "+" or "−"; nothing before a zero.

    Examples
    --------
    >>> signed(3.2, 1), signed(-11.9, 1), signed(0)
    ('+3.2', '−11.9', '0')
    """
    return ("+" if round(float(x), digits) > 0 else "") + number(x, digits)


def count(n: int, what: str, plural: str | None = None) -> str:
    """How many of something, in figures: one has its own form.

    Examples
    --------
    >>> count(1, "CCG"), count(1211, "CCG"), count(2, "body", "bodies")
    ('1 CCG', '1,211 CCGs', '2 bodies')
    """
    return f"{number(n)} {what if n == 1 else plural or what + 's'}"


def spelt(n: int) -> str:
    """A whole number in words to ten, in figures beyond, as a newspaper writes it.

    Examples
    --------
    >>> spelt(0), spelt(9), spelt(37)
    ('no', 'nine', '37')
    """
    return _SMALL[n] if 0 <= n < len(_SMALL) else number(n)


def ordinal(n: int) -> str:
    """A place in an order, from 1: in words to the tenth.

    Examples
    --------
    >>> ordinal(2), ordinal(12), ordinal(23)
    ('second', '12th', '23rd')
    """
    if 1 <= n <= len(_ORDINALS):
        return _ORDINALS[n - 1]
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{number(n)}{ending}"


def listed(names: Sequence[str], most: int | None = None, last: str = "and") -> str:
    """Names in a row; of more than ``most`` the first so many, and how many more there are.

    Examples
    --------
    >>> listed(["London", "the North", "the South"])
    'London, the North and the South'
    >>> listed(["a", "b", "c", "d"], most=2)
    'a, b and 2 more'
    >>> listed(["Monday", "Tuesday"], last="or")
    'Monday or Tuesday'
    """
    shown = list(names)
    if most is not None and len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    return f" {last} ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def few(names: Iterable[str], most: int = 12) -> str:
    """The first names with commas between them, and how many more there are.

    Examples
    --------
    >>> few("abc"), few("abcde", 2)
    ('a, b, c', 'a, b and 3 more')
    """
    shown = list(names)
    more = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {number(more)} more" if more > 0 else "")


def share(x: float) -> str:
    """A share of a whole, from 0 to 1, in the words of the nearest fraction that has a name.

    "none" and "all" are exactly that; "hardly any" is below a twentieth, "nearly all" above nineteen; a
    fraction by itself is within a thousandth, "about" it within ``NEAR``; between, "more than" the one
    below or "nearly" the one above, whichever is nearer.

    Raises
    ------
    ValueError
        If ``x`` is not between 0 and 1.

    Examples
    --------
    >>> share(2 / 3), share(141 / 211), share(0.53), share(0.58)
    ('two thirds', 'about two thirds', 'more than half', 'nearly three in five')
    """
    if not 0 <= x <= 1:
        raise ValueError(f"{x} is no share: give a number from 0 to 1")
    if x in (0, 1):
        return "all" if x else "none"
    if x < 0.05:
        return "hardly any"
    if x > 0.95:
        return "nearly all"
    nearest = min(PARTS, key=lambda part: abs(part.size - x))
    off = x - nearest.size
    if abs(off) <= 0.001:
        return nearest.name
    if abs(off) <= NEAR:
        return f"about {nearest.name}"
    return f"{'more than' if off > 0 else 'nearly'} {nearest.name}"


def most(x: float) -> str:
    """Which side of half a share lies: "most", "half" (exactly) or "a minority".

    Examples
    --------
    >>> most(0.51), most(0.5), most(0.49)
    ('most', 'half', 'a minority')
    """
    return "half" if x == 0.5 else "most" if x > 0.5 else "a minority"


def moved(before: float, after: float, digits: int | None = None) -> str:
    """Which way a number went: "rose", "fell" or "stayed the same"; the same if equal when printed.

    ``digits`` is how many places a reader is shown; without it only equal numbers are the same.

    Examples
    --------
    >>> moved(19, 12), moved(12, 12.4), moved(12, 12.4, digits=0)
    ('fell', 'rose', 'stayed the same')
    """
    if digits is not None:
        before, after = round(before, digits), round(after, digits)
    return "stayed the same" if before == after else "rose" if after > before else "fell"


def compared(x: float, y: float, more: str = "more", less: str = "less", same: str = "as much") -> str:
    """Whether ``x`` is more or less than ``y``, in the words given.

    Examples
    --------
    >>> compared(3, 2, "larger", "smaller", "as large")
    'larger'
    """
    return same if x == y else more if x > y else less


def times(x: float) -> str:
    """A ratio of one or more in words: "twice", "about three times", "more than twice", "3.6 times".

    Within a hundredth of 2, 3, 4, 5 or 10 the multiple stands by itself, within a twentieth of it "about";
    up to 15% above it is "more than" it, to 7% below it "nearly". Else one decimal.

    Raises
    ------
    ValueError
        If ``x`` is less than 1: turn the comparison round.

    Examples
    --------
    >>> times(2.0), times(2.06), times(2.3), times(3.6), times(1.4)
    ('twice', 'about twice', 'more than twice', '3.6 times', '1.4 times')
    """
    if x < 1:
        raise ValueError(f"{x} is less than once: turn the comparison round")
    for n, name in _MULTIPLES.items():
        off = x / n - 1
        if abs(off) <= 0.01:
            return name
        if abs(off) <= 0.05:
            return f"about {name}"
        if 0 < off <= 0.15:
            return f"more than {name}"
        if -0.07 <= off < 0:
            return f"nearly {name}"
    return f"{number(x, 1)} times"


def money(pounds: float) -> str:
    """Pounds, in the unit a reader would say, with two figures or more.

    Examples
    --------
    >>> money(79_900_000_000), money(1_250_000), money(840), money(-2_400_000)
    ('£79.9 billion', '£1.2 million', '£840', '−£2.4 million')
    """
    sign = "−" if pounds < 0 else ""
    return f"{sign}£{people(abs(pounds))}"


def people(n: float) -> str:
    """A large count as a reader says it: millions and billions with one decimal, less in full.

    Examples
    --------
    >>> people(56_550_138), people(284_878)
    ('56.6 million', '284,878')
    """
    for unit, name in ((1e9, "billion"), (1e6, "million")):
        if abs(n) >= unit:
            return f"{number(n / unit, 1)} {name}"
    return number(n)
