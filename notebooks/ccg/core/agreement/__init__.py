"""Facts that two cells, rows or tables hold must agree: what is said twice, adds up, or follows from another.

Each rule names the row that departs, and the table in which the other reading stands. Nothing is compared with a
number kept here. A rule is a function of the tables in the module of what it is about, listed in ``RULES``.
"""

from collections.abc import Callable, Iterator

from ..problems import Problem, Tables
from . import boards, bodies, facts, outcomes, patients, places, practices, surveys

#: Every rule, each a function of the tables.
RULES: tuple[Callable[[Tables], Iterator[Problem]], ...] = (
    bodies.ccgs,
    bodies.successions,
    bodies.shares,
    bodies.lands,
    bodies.land_residents,
    bodies.last_codes,
    boards.icbs,
    boards.locations,
    boards.location_patients,
    boards.clusters,
    boards.partnership_members,
    boards.partnerships,
    boards.levels,
    boards.ons_codes,
    boards.other_names,
    bodies.commissioners,
    patients.list_sizes,
    patients.ccg_years,
    patients.networks,
    patients.need_index,
    patients.weights,
    patients.allocations,
    patients.deprivation,
    patients.private_provision,
    practices.pcts,
    practices.practice_moves,
    bodies.other_codes,
    outcomes.talking_therapies,
    outcomes.qof,
    outcomes.qof_points,
    outcomes.patient_experience,
    places.places_of_bodies,
    places.tiles,
    facts.national,
    facts.reforms,
    facts.claims,
    facts.test_levels,
    surveys.survey_waves,
    surveys.survey,
    places.location_people,
    facts.source_ids,
)
