import pytest
from ccg import lineage, spellings


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("bnssg", ["15C", "QUY"]),
        ("BSol ICB", ["QHL"]),
        ("DDES CCG", ["00D"]),
        ("blmk", ["M1J4Y", "QHG"]),
        ("x", []),
    ],
)
def test_a_body_is_found_by_what_people_call_it(text, codes):
    assert spellings.find(text) == codes


@pytest.mark.slow
def test_each_spelling_is_of_a_body_that_there_is_and_has_a_source():
    some = spellings.table()
    assert set(some["kind"]) == set(spellings.KINDS) and some["source"].ne("").all()
    for code in some["code"].unique():
        assert lineage.lifetime(code)[0] == code
    ons = some[some["kind"] == "ons"].groupby("text")["code"].nunique()
    assert (ons == 1).all(), "one ONS code, one body"
