"""What ``lineage.suggest`` must not guess: ``rebase --repair`` moves figures by it and calls the result exact."""

import pytest
from ccg import lineage

#: Places that are no commissioner, each near the name of one.
OTHER_PLACES = [
    *(
        "Wales",
        "Scotland",
        "Guernsey",
        "Jersey",
        "Sark",
        "Boston",
        "Burnley",
        "Stratford",
        "Harlow",
        "Barrow",
    ),
    *("Alton", "Melton", "Essex", "Sandwich", "Walton", "Newton", "Wells", "Oldbury", "Barnet", "Ealing"),
]


@pytest.mark.parametrize("place", OTHER_PLACES)
@pytest.mark.parametrize("form", ["{}", "NHS {}", "NHS {} CCG"])
def test_another_place_is_never_taken_for_one_that_is_spelt_much_like_it(place, form):
    found = lineage.suggest(form.format(place))
    assert found is None or lineage._telling(lineage.name(found))[1] == (place.lower(),)


def test_a_name_of_one_word_is_not_respelt():
    """Every such name with its last letter left out, two letters swapped or a letter wrong."""
    index = lineage._name_index()[0]
    words = sorted(told[0] for told in index if len(told) == 1)
    assert len(words) > 50
    for word in words:
        for typed in (word[:-1], word[:2] + word[3:2:-1] + word[2] + word[4:], f"{word[:-1]}x"):
            if (typed,) not in index:
                assert lineage.suggest(f"NHS {typed} CCG") is None, typed


@pytest.mark.parametrize(
    "typed, code",
    [
        ("Newcastle Gatehead", "13T"),  # left out
        ("Newcastle Gatesehad", "13T"),  # swapped
        ("Newcastle Gateshaad", "13T"),  # slipped
        ("Newcastle Gateshhead", "13T"),  # struck twice
        ("Newcastle Gatesaad", None),  # two slips
        ("Newcastel Gatehead", None),  # two words
        ("Newcastle Hateshead", None),  # another first letter
        ("Northern Ireland", None),
        ("North Wales", None),
        ("Isle of Man", None),
        ("Wales and Darlington", None),
    ],
)
def test_one_letter_of_one_word_may_be_wrong_where_other_words_agree(typed, code):
    assert lineage.suggest(typed) == code


def test_what_is_not_england_is_no_word_of_any_name():
    assert lineage._NOT_ONE & lineage._name_index()[1] == {"not"}  # of "Commissioner not known"
    for typed in ("NHS Wales", "Scotland 00C", "Northern Ireland 00C", "Isle of Man 00C", "Wales - 00C"):
        assert lineage.suggest(typed) is None
