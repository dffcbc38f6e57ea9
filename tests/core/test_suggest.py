"""What ``lineage.suggest`` must not guess: ``rebase --repair`` moves figures by it and calls the result exact."""

import pandas as pd
import pytest
from ccg import codes, lineage, rebase_file, tables

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
    assert found is None or codes.telling(lineage.name(found))[1] == (place.lower(),)


def test_a_name_of_one_word_is_not_respelt():
    """Every such name with its last letter left out, two letters swapped or a letter wrong."""
    index = lineage.default().names.index
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
    assert not codes.NOT_ONE & lineage.default().names.vocabulary
    for typed in ("NHS Wales", "Scotland 00C", "Northern Ireland 00C", "Isle of Man 00C", "Wales - 00C"):
        assert lineage.suggest(typed) is None


@pytest.mark.parametrize(
    "typed, code",
    [
        ("NHS Darlington CCG - 00K", None),  # the name of one body, the code of another
        ("NHS Leicester ICB - 15N", None),
        ("Sunderland 00C", None),
        ("NHS Darlington ICB - 00C", None),
        ("NHS North East and North Cumbria ICB - 00C", None),  # closed before there were boards
        ("Outside NHS 00M", None),
        ("minus NHS 00C", None),
        ("NHS part of 00M", None),
        ("00N practices outside CCG", None),
        ("England 00C", None),
        ("CCG and 00C", None),
        ("PCT 00C", None),
        ("NHS 00C", "00C"),
        ("CCG 00C", "00C"),
        ("(00C)", "00C"),
        ("00C NHS Darlington CCG", "00C"),
        ("NHS Darlington CCG (00C)", "00C"),
        ("E38000042: NHS Darlington CCG", "E38000042"),
        ("NHS Lancashire North CCG 01K", "01K"),  # its name until 2017
        ("NHS Devon ICB - 15N", "15N"),
        ("NHS Devon sub-ICB location 15N", "15N"),
        ("Sub ICB Location 15N", "15N"),
        ("QJK NHS Devon ICB", "QJK"),
        ("13Q National commissioning hub 1", "13Q"),
    ],
)
def test_a_code_among_words_is_taken_only_beside_its_own_name(typed, code):
    assert lineage.suggest(typed) == code


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2022-07-01", "2026-04-01"])
def test_each_location_as_it_is_published_gives_its_code_and_no_other_board_does(day):
    stays, home = tables.load("locations"), lineage.default()
    open_then = stays[(stays["opened"] <= day) & ~(stays["closed"] < day)]
    assert len(open_then) == 106
    for code, name in open_then[["code", "name"]].itertuples(index=False):
        assert home.suggest(name) == home.suggest(name.upper()) == code
    boards = {home.name(board) for board in open_then["board"]}
    for code in open_then["code"].to_list():
        own = {home.name(board) for board in home.land.boards_of(code)}
        for name in boards:
            found = home.suggest(f"{name.replace('Integrated Care Board', 'ICB')} - {code}")
            assert found == (code if name in own else None), (name, code)


@pytest.mark.parametrize(
    "cell, code",
    [
        ("00c ", "00C"),
        ("'02F'", "02F"),
        ("02F00", "02F"),
        ("nE54000008", "E54000008"),
        ("NE38000042", "E38000042"),
        ("X24", "X24"),
        ("ZZZ00", None),
        ("0000", None),
        ("NHS Darlington CCG", None),
        ("1.00E+00", None),
    ],
)
def test_another_way_of_writing_is_taken_only_where_nothing_is_guessed(cell, code):
    assert lineage.written(cell) == code


def test_powers_that_excel_made_of_prescribing_codes():
    # 01E00, 02E00 and 03E00 look like powers of ten; 5E1 is shown as 5.00E+01
    powers = ("1.00E+00", "2.00E+00", "3.00E+00", "5.00E+01", "9.00E+00")
    assert [lineage.suggest(p) for p in powers] == ["01E", "02E", "03E", "5E1", "09E"]


def test_powers_of_ten_with_two_digits():
    """10E00 of prescribing data is 1.00E+01 in Excel, 12E00 1.20E+01; where two codes may be meant, none is."""
    assert lineage.suggest("1.00E+01") == "10E" and lineage.suggest("5.00E+01") == "5E1"


@pytest.mark.parametrize(
    "cell", ["15N†", "15N*", "15n ¹", "15N (2)", "15N[note 2]", "15N\u200b", "\u206015N"]
)
def test_a_code_with_the_mark_of_a_footnote_is_that_code(cell):
    assert lineage.written(cell) == "15N"


@pytest.mark.parametrize("cell", ["15N1", "15N-2", "15N (old)", "(2)", "*"])
def test_what_is_no_mark_of_a_footnote_is_not_taken_off_a_code(cell):
    assert lineage.written(cell) is None


@pytest.mark.slow
def test_a_name_of_a_ccg_and_a_board_is_that_of_the_geography_of_all_others():
    """Dorset by itself was a code known nowhere, and the way on was said to be to take it out."""
    table = pd.DataFrame(
        {
            "Area": ["Dorset", "Gloucestershire", "Darlington", "Birmingham & Solihull"],
            "n": ["1", "2", "4", "8"],
        }
    )
    moved = rebase_file(table, to="2021-04-01", sums=["n"], repair=True)
    assert dict(zip(moved.frame["Area"], moved.frame["n"], strict=True)) == {
        "11J": 1,
        "11M": 2,
        "16C": 4,
        "15E": 8,
    }
    assert moved.report.repaired["Dorset"] == "11J"
    alone = {"to": "2022-07-01", "sums": ["n"], "repair": True}
    with pytest.raises(ValueError, match=r"--at 2018-04-01\) decides between a CCG and a board of one name"):
        rebase_file(table.iloc[:2], **alone)
    assert set(rebase_file(table.iloc[:2], at="2021-04-01", **alone).frame["Area"]) == {"QVV", "QR1"}
