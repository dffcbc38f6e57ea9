"""A word of quantity or direction is said of no number that it is not true of."""

import re

import pytest
from ccg import words

NAMES = {name: size for size, name in words.PARTS}
GRID = [n / 2000 for n in range(2001)]
WHOLE = {"none": (0, 0), "all": (1, 1), "hardly any": (0.0001, 0.05), "nearly all": (0.95, 0.9999)}
MULTIPLES = {"twice": 2, "three times": 3, "four times": 4, "five times": 5, "ten times": 10}


def parted(said: str) -> tuple[str, str]:
    return re.fullmatch(r"(about |more than |nearly |)(.+)", said).groups()


def test_a_share_in_words_is_true_of_the_share():
    for x in GRID:
        said = words.share(x)
        if said in WHOLE:
            low, high = WHOLE[said]
            assert low <= x <= high, x
            continue
        how, name = parted(said)
        off = x - NAMES[name]
        true = {
            "": abs(off) <= 0.001,
            "about ": abs(off) <= words.NEAR,
            "more than ": 0 < off < 0.051,
            "nearly ": -0.051 < off < 0,
        }
        assert true[how], (x, said)
    assert [words.share(x) for x in (0.05, 0.95)] == ["nearly a tenth", "more than nine in ten"]
    assert [words.share(x) for x in (0.085, 0.115)] == ["about a tenth"] * 2


def test_more_and_less_than_half_are_never_mixed_up():
    assert [words.most(x) for x in (0.499, 0.5, 0.501)] == ["a minority", "half", "most"]
    for x in GRID:
        how, name = parted(words.share(x))
        assert name != "half" or how in ("", "about ") or (x > 0.5) == (how == "more than "), x


def test_a_multiple_in_words_is_true_of_the_ratio():
    for x in (1 + n / 50 for n in range(600)):
        how, name = parted(words.times(x))
        if name not in MULTIPLES:
            assert how == "" and abs(float(name.removesuffix(" times")) - x) < 0.051, x
            continue
        off = x / MULTIPLES[name] - 1
        true = {"": abs(off) < 0.011, "about ": abs(off) < 0.051, "more than ": off > 0, "nearly ": off < 0}
        assert true[how], (x, how, name)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (0.1, 0.1), (-1, -3)])
def test_a_direction_turns_with_its_numbers(before, after):
    turned = {"rose": "fell", "fell": "rose", "stayed the same": "stayed the same"}
    assert words.moved(after, before) == turned[words.moved(before, after)]


@pytest.mark.parametrize(("say", "wrong"), [(words.share, 1.01), (words.share, -0.1), (words.times, 0.99)])
def test_a_number_that_no_word_fits_is_refused(say, wrong):
    with pytest.raises(ValueError, match=str(wrong)):
        say(wrong)


def test_a_minus_is_a_minus():
    assert words.number(-0.4) == "0" and words.number(-12.5, 1) == words.signed(-12.5, 1) == "−12.5"
    assert words.money(0) == "£0"
    assert words.money(-1e9) == "−£1.0 billion" and words.listed([]) == ""


def test_every_fraction_and_multiple_has_its_own_name():
    fractions = {"a tenth": 1 / 10, "a fifth": 1 / 5, "a quarter": 1 / 4, "three in ten": 3 / 10, "a third": 1 / 3, "two in five": 2 / 5, "half": 1 / 2, "three in five": 3 / 5, "two thirds": 2 / 3, "seven in ten": 7 / 10, "three quarters": 3 / 4, "four in five": 4 / 5, "nine in ten": 9 / 10}  # fmt: skip
    assert {words.share(size): size for size in fractions.values()} == fractions
    assert {words.times(n): n for n in MULTIPLES.values()} == MULTIPLES


def test_what_is_above_none_has_a_plus_and_is_counted_in_its_own_form():
    assert [words.signed(x, 1) for x in (0.4, 0.04, -0.04, 1)] == ["+0.4", "0.0", "0.0", "+1.0"]
    assert [words.count(n, "CCG") for n in (0, 1, 2)] == ["0 CCGs", "1 CCG", "2 CCGs"]
    assert [words.spelt(n) for n in (10, 11)] == ["ten", "11"]
    assert [words.ordinal(n) for n in (1, 10, 11, 21, 22, 112)] == [
        "first", "tenth", "11th", "21st", "22nd", "112th",
    ]  # fmt: skip
    assert words.listed("abc", most=3) == "a, b and c"
    assert [words.few("abc"[:n], 2) for n in (1, 2, 3)] == ["a", "a, b", "a, b and 1 more"]
    assert words.few("abcdefghijklm") == "a, b, c, d, e, f, g, h, i, j, k, l and 1 more"
    assert words.people(1_000_000) == "1.0 million" and words.people(999_999) == "999,999"
