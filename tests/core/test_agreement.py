"""Each rule of agreement names the row that departs, and where the other reading stands."""

import pandas as pd
import pytest
from ccg import agreement, tables
from ccg.core import controls
from ccg.core.problems import Tables

RULES = {rule.__name__: rule for rule in (*agreement.RULES, controls.strangers)}


def said(rule: str, name: str, key: dict, cells: dict) -> str:
    """What a rule says when these cells stand in the row with this key."""

    def load(table: str) -> pd.DataFrame:
        frame = tables.load(table)
        if table == name:
            row = (frame[list(key)].astype(str) == pd.Series(key)).all(axis=1)
            assert row.sum() == 1, f"{name}.csv has {row.sum()} rows with {key}"
            for column, value in cells.items():
                frame.loc[row, column] = value
        return frame

    return "\n".join(map(str, RULES[rule](Tables(load, tables.package()))))


DAY = pd.Timestamp
WRONG = {
    "the name of a location": ("locations", "locations", {"code": "00N"}, {"name": "NHS North East and North Cumbria ICB - 00L"}, "locations.csv row 3, column name, value 'NHS North East and North Cumbria ICB - 00L': its board and code make it NHS North East and North Cumbria ICB - 00N"),
    "the board of a location": ("locations", "locations", {"code": "02M"}, {"board": "QOX"}, "column board, value 'QOX': location_people.csv has, of 2025-04-01, QE1"),
    "the last day of a location": ("locations", "locations", {"code": "D4U1Y"}, {"closed": pd.NaT}, "column closed, value 'blank': by its next row or by successions.csv it is 2026-03-31"),
    "the first day of a location": ("locations", "locations", {"code": "00L"}, {"opened": DAY("2021-07-01")}, "locations.csv row 2, column opened, value '2021-07-01': no board of icbs.csv opened on this day"),
    "patients of a location": ("location_patients", "location_patients", {"code": "00N", "year": "2022-23"}, {"patients": 159109}, "location_patients.csv row 4, column patients, value '159109': ccg_years.csv has 159108"),
    "a cluster that merged": ("clusters", "clusters", {"board": "QXU"}, {"by_april_2026": "separate"}, "column by_april_2026, value 'separate': a board that closed by icbs.csv merged"),
    "a cluster of one board": ("clusters", "clusters", {"board": "QF7"}, {"cluster": "South Yorkshir3"}, "column cluster, value 'South Yorkshir3': icbs.csv calls the board otherwise"),
    "a part without a name": ("clusters", "clusters", {"board": "QNQ", "cluster": "Thames Valley"}, {"part": None}, "column part, value 'blank': a board in several clusters has a part in each"),
    "a partnership": ("partnership_members", "partnership_members", {"date": "2021-04-01", "code": "36L"}, {"partnership": "E54000029"}, "column partnership, value 'E54000029': "),
    "a level": ("levels", "levels", {"level": "pct"}, {"last": DAY("2013-04-01")}, "levels.csv row 5, column last, value '2013-04-01': its last body closed on 2013-03-31"),
    "the ONS code of a board": ("icbs", "icbs", {"code": "QOX"}, {"ons_code": "E54000059"}, "column ons_code, value 'E54000059': its first code in ons_codes.csv is E54000040"),
    "the kind of an ONS code": ("ons_codes", "ons_codes", {"ons_code": "E54000067"}, {"body": "sub_icb_location"}, "column body, value 'sub_icb_location': codes of boards begin with E54"),
    "a count of boards": ("commissioners", "commissioners", {"date": "2026-04-01"}, {"count": 37}, "column count, value '37': icbs.csv has 36"),
    "a reporting entity": ("other_codes", "other_codes", {"code": "A7V7E"}, {"former_ccg": "07M"}, "other_codes.csv row "),
    "a count that leaps": ("list_sizes", "list_sizes", {"code": "00D", "quarter": "2014-07-01"}, {"practices": 14}, "column practices, value '14': not between those of its quarter before and after, 41 and 41"),
    "a share of small areas": ("deprivation", "deprivation", {"code": "00C", "index_year": "2015"}, {"most_deprived_tenth": 0.1553}, "deprivation.csv row 2, column most_deprived_tenth, value '0.1553': of no number of small areas"),
    "a word of a list": ("survey", "survey", {"wave": "comres_2010", "item": "willing_to_commission", "response": "dont_know"}, {"response": "dont_knox"}, "column response, value 'dont_knox': nowhere else; other rows have dont_know"),
    "a claim of a year": ("claims", "claims", {"claim_id": "A1"}, {"value": 222.0}, "column value, value '222': reforms.csv has no event of this year"),
    "a share far from patients": ("practice_moves", "successions", {"from": "01E", "land": "preston_edge"}, {"share": 0.406}, "column share, value '0.406': practice_moves.csv has "),
    "who held a land": ("land_residents", "land_residents", {"land": "glossop", "year": "2017"}, {"origin": "01H"}, "column origin, value '01H': successions.csv has no part of it that lay there first and went to QJ2"),
    "residents of a land": ("land_residents", "land_residents", {"land": "glossop", "year": "2017"}, {"residents": 33343}, "column share, value '0.129476': residents over from_residents is 0.129511"),
    "patients weighted": ("weights", "need", {"code": "00N"}, {"weighted_maternity": 611114}, "need.csv row 3, column weighted_maternity: the rows of 2022-23 add up to "),
    "the number of a part": ("claims", "claim_parts", {"claim_id": "A3", "part": "1"}, {"value": 210.0}, "column verdict, value 'holds': by its value and its limits it is does not hold"),
    "cases of a design": ("test_levels", "test_levels", {"treated": "2", "spread": "1.7", "draws": "skewed"}, {"cases": 2000}, "column cases, value '2000': other rows of this table have 20000"),
    "sources of those of one day": ("ccgs", "ccgs", {"code": "00D"}, {"source": "ODS25+ONS21+GEOGR"}, "column source, value 'ODS25+ONS21+GEOGR': cites GEOGR and ONS21, as hardly any of this opened and closed"),
    "two readings as often": ("clusters", "clusters", {"board": "QHL"}, {"by_april_2026": "enlarged"}, "clusters.csv row 7, column by_april_2026, value 'enlarged': other rows of this cluster have separate"),
    "a remainder without a part": ("successions", "successions", {"from": "00L", "kind": "abolition"}, {"kind": "remainder"}, "column kind, value 'remainder': no part of it went elsewhere that day"),
    "the parts of a whole": ("successions", "successions", {"from": "QNQ", "to": "S0E4D"}, {"share": 0.566}, "column share, value '0.566': what QNQ passed on that day adds up to 1.0056"),
    "the day of a reporting entity": ("other_codes", "other_codes", {"code": "K2Q5Q"}, {"opened": DAY("2023-04-01")}, "column opened, value '2023-04-01': no other code here opened on this day"),
    "a short name": ("other_names", "other_names", {"name": "C&P"}, {"code": "QKK"}, "column code, value 'QKK': icbs.csv calls it NHS South East London Integrated Care Board"),
    "the region of a board": ("icbs", "icbs", {"code": "QOX"}, {"region": "Midlands"}, "column region, value 'Midlands': no CCG that passed to it has this region"),
    "the number of a claim": ("claims", "claims", {"claim_id": "E6"}, {"value": 24.0}, "claims.csv row 47, column value, value '24': claim_parts.csv row 81 has 42"),
    "more than there are": ("claims", "claim_parts", {"claim_id": "B7", "part": "1"}, {"at_least": 107.0}, "column at_least, value '107': its measure counts them of 106"),
    "a limit beyond the other": ("claims", "claim_parts", {"claim_id": "E1", "part": "1"}, {"at_most": 1909.0}, "column at_least, value '1990': more than at_most, 1909"),
    "a licence of another": ("source_ids", "sources", {"id": "ANALYTIC"}, {"licence": "OPL-3.0"}, "column licence, value 'OPL-3.0': the licence of Parliament"),
    "a count between two": ("list_sizes", "list_sizes", {"code": "00D", "quarter": "2014-07-01"}, {"practices": 43}, "column practices, value '43': not between those of its quarter before and after, 41 and 41"),
    "weight for each patient": ("ccg_years", "ccg_years", {"code": "00D", "year": "2016-17"}, {"weighted_patients": 380000}, "column weighted_patients, value '380000': over registered_patients far from those of its year before and after"),
    "the old among residents": ("list_sizes", "ccg_age", {"code": "00C", "basis": "resident"}, {"people_65_and_over": 19000}, "column people_65_and_over, value '19000': over people it is not close to the share among its patients"),
    "where a year takes all": ("allocations", "allocations", {"code": "00L", "kind": "planned"}, {"closing_distance_from_target_percent": -2.0}, "value '-2': those that opened as far from their target closed at about"),
    "patients of two tables": ("need_index", "need", {"code": "00N"}, {"registered_patients": 169110}, "column registered_patients, value '169110': far from the patients in ccg_years.csv, 159108"),
    "the old of two dates": ("location_people", "location_people", {"code": "00N", "geography": "2026-04-01"}, {"patients_65_and_over_2026": 14000}, "value '14000': over patients_2026 it is far from the share of residents in ccg_age.csv"),
    "the need of two years": ("location_people", "location_people", {"code": "00N", "geography": "2025-04-01"}, {"weighted_patients_2025": 150000}, "column weighted_patients_2025, value '150000': over projected_patients_2025 it is far from need_index_total"),
    "far from its neighbours": ("tiles", "places", {"code": "00G"}, {"latitude": 56.02}, "column latitude, value '56.02': in tiles.csv it touches bodies that lie from"),
    "a base rounded from its percent": ("survey", "survey", {"wave": "gpwls8_2015", "item": "understand_how_ccg_operates", "group": "no_formal_role"}, {"implied_base": 1537}, "column implied_base, value '1537': count over percent is 1537.8"),
    "a note and its numbers": ("survey", "survey", {"wave": "foi_2011", "response": "appointed_without_election"}, {"note": "215 / 983."}, "column count, value '213': its note has 215"),
    "a margin": ("strangers", "controls", {"table": "private_provision", "period": "2015", "code": "00D", "measure": "independent_sector_share_percent * pathways_in_source / 100"}, {"within": 1.0218}, "column within, value '1.0218': wider than any other of this measure"),
    "the day of an event": ("reforms", "reforms", {"event": "icb_2022"}, {"date": "2022-06-30"}, "column date, value '2022-06-30': bodies changed on 2022-07-01"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("rule, name, key, cells, words", WRONG.values(), ids=WRONG)
def test_a_slip_is_named_with_what_it_should_agree_with(rule, name, key, cells, words):
    what = said(rule, name, key, cells)
    assert words in what, what[:1000]
