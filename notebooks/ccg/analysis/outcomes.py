"""What patients got, by body and year, on one geography: the panels on which 07 asks whether merging helped.

Each function re-bases a table by ``ccg.rebase`` as counts and returns an ``Outcome``. Its ``panel`` sets the
bodies that a merger made beside those that never merged, and says of every other body why it is left out.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from ..core import files, lineage, tables
from ..core.rebasing import rebase
from . import effects, gpps, practices

#: Talking Therapies: what is counted, out of what, and its name.
THERAPIES = {
    "recovery": ("at_caseness", "Recovered, of those who were ill at the start"),
    "reliable_recovery": ("at_caseness", "Recovered reliably, of the same"),
    "improvement": ("finished", "Improved reliably, of those who finished"),
    "within_6_weeks": ("finished", "Began within 6 weeks, of those who finished"),
    "within_18_weeks": ("finished", "Began within 18 weeks, of those who finished"),
}

#: The 25 indicators of the Quality and Outcomes Framework, and in short what is done; ``qof_indicators`` has it in full.
INDICATORS = {
    "AST002": "Asthma: breathing test",
    "AST003": "Asthma reviewed",
    "AST004": "Asthma at 14 to 19: smoking recorded",
    "BP002": "Blood pressure taken from age 45",
    "CHD005": "Heart disease: drug against clots",
    "CHD007": "Heart disease: flu vaccine",
    "COPD002": "Lung disease: spirometry",
    "COPD003": "Lung disease reviewed",
    "COPD007": "Lung disease: flu vaccine",
    "DEP003": "New depression reviewed",
    "DM006": "Diabetes: drug to protect kidneys",
    "DM012": "Diabetes: feet examined",
    "DM014": "New diabetes: sent to a course",
    "DM018": "Diabetes: flu vaccine",
    "HF002": "Heart failure: diagnosis confirmed",
    "HF003": "Heart failure: ACE inhibitor or similar",
    "HF004": "Heart failure: beta-blocker as well",
    "MH002": "Psychosis: care plan made",
    "MH003": "Psychosis: blood pressure taken",
    "RA002": "Rheumatoid arthritis reviewed",
    "SMOK002": "Long-term illness: smoking recorded",
    "SMOK004": "Smokers offered help",
    "SMOK005": "Smokers with an illness offered help",
    "STIA007": "Stroke: drug against clots",
    "STIA009": "Stroke: flu vaccine",
}


@dataclass(frozen=True)
class Outcome:
    """One outcome by body and year.

    ``counts``: a row per ``code`` and ``year`` (the financial year's first, or a calendar or survey year)
    with ``over`` of ``under``, and ``rate``; missing where the source has none. ``unit`` of the rate.
    ``on``: the date of the geography. ``late``: years from a merger to the first year after it, 0 where the
    year begins with the merger and 1 where the outcome is measured before April. ``account``: of England's
    ``under`` each year, in per cent, how much was placed on a body, how much not, and how much the source
    does not give. ``approximate``: bodies whose land moved, so that some of their figures are shares of
    others'. ``waves``: the years of the mergers that 07 follows on it, all that can be where none is named;
    ``odd``: bodies that it leaves out.
    """

    name: str
    unit: str
    on: str
    counts: pd.DataFrame
    account: pd.DataFrame
    late: int = 0
    approximate: tuple[str, ...] = ()
    waves: tuple[int, ...] = ()
    odd: tuple[str, ...] = ()

    @cached_property
    def _rates(self) -> pd.DataFrame:
        return self.counts.pivot(index="code", columns="year", values="rate")

    def left_out(self, *, lead: int = 0, cohorts: Iterable[int] | None = None) -> pd.Series:
        """Bodies that are neither treated nor controls, each with the reason."""
        bodies, years = fates(self.on), self._rates.columns
        merged, later = (bodies[c].to_numpy() for c in ("merged", "later"))
        year, none = merged + self.late - lead, np.isnan(merged)
        why = np.full(len(bodies), None, dtype=object)
        why[later & none] = "merges later, so no control"
        why[year > years.max()] = "merged after the last year"
        why[year <= years.min()] = "merged before the second year"
        if cohorts is not None:
            why[pd.isna(why) & ~none & ~np.isin(merged, list(cohorts))] = "another cohort"
        holes = self._rates.reindex(bodies.index).isna().to_numpy().any(axis=1)
        why[pd.isna(why) & holes] = "a year is missing"
        return pd.Series(why, bodies.index, dtype=object).dropna().sort_index()

    def panel(
        self,
        *,
        lead: int = 0,
        cohorts: Iterable[int] | None = None,
        drop: Iterable[str] = (),
        join: bool = False,
        weigh: bool = False,
    ) -> effects.Panel:
        """The bodies of merger years ``cohorts`` (all, where none is named) beside those that never merged.

        ``lead`` dates the merger so many years early. ``drop`` leaves more bodies out. ``join`` adds up the
        controls that came to one board in July 2022, so that they too are sums of neighbours. Cohorts of the
        result are the first years after the merger. ``weigh`` gives each body its registered patients of 2017-18
        as weight; without it all count alike.
        """
        bodies = fates(self.on)
        out = set(self.left_out(lead=lead, cohorts=cohorts).index) | set(drop)
        first = bodies["merged"] + self.late - lead
        weight = patients(self.on) if weigh else None
        if not join:
            return effects.panel_of(self._rates[~self._rates.index.isin(out)], first, weight)
        ends = lineage.lookup(self.on, "2022-07-01", "icb").drop_duplicates("from").set_index("from")["to"]
        to = bodies.index.to_series().mask(bodies["merged"].isna(), ends)
        counts = self.counts[~self.counts["code"].isin(out)]
        counts = counts.assign(code=counts["code"].map(to)).groupby(["code", "year"], as_index=False).sum()
        counts["rate"] = 100 * counts["over"] / counts["under"]
        weight, first = weight.groupby(to).sum() if weigh else None, first.groupby(to).first()
        return effects.panel(counts, unit="code", time="year", value="rate", first=first, weight=weight)

    def followed(self, *, lead: int = 0, drop: Iterable[str] = ()) -> effects.Panel:
        """The panel of 07: the mergers of ``waves`` without the ``odd`` bodies; ``lead`` and ``drop`` as in ``panel``."""
        return self.panel(lead=lead, cohorts=self.waves or None, drop={*self.odd, *drop})

    def set_aside(self) -> pd.DataFrame:
        """What the mergers give that 07 does not follow, though there are years before and after them.

        A row per year of merger with its ``bodies``: the ``estimate`` of that year alone, of ``all_together``, which is
        these and those that are followed, and of the ``followed`` by themselves.
        """
        every, followed = self.panel(drop=self.odd), self.followed()
        told = effects.difference_in_differences(every, times=0).set_index("cohort")["estimate"]
        kept = effects.difference_in_differences(followed, times=0)["estimate"].iloc[-1]
        rows = [
            {
                "merged": year - self.late,
                "bodies": ", ".join(every.first.index[every.first == year]),
                "estimate": told[year],
                "all_together": told["all"],
                "followed": kept,
            }
            for year in every.cohorts
            if year not in followed.cohorts
        ]
        return pd.DataFrame(rows, columns=["merged", "bodies", "estimate", "all_together", "followed"])


def _as_stored() -> tuple:
    """Which files the tables are, so that what is kept from one call to the next is kept for these alone."""
    folder = str(files.data())
    with os.scandir(folder) as found:
        return folder, *sorted((f.name, f.stat().st_mtime_ns) for f in found if f.name.endswith(".csv"))


def fates(on: str) -> pd.DataFrame:
    """The CCGs open on a date, by ``code``: ``merged``, the year of the merger that made it, missing where
    none did, and ``later``, whether it went into another after that date."""
    return _fates(on, _as_stored()).copy()


@lru_cache(maxsize=8)
def _fates(on: str, _: tuple) -> pd.DataFrame:
    mergers = tables.load("successions").query(
        "kind == 'merger' and date < '2022-07-01'"
    )  # boards merged later
    codes = lineage.bodies(on)["code"]
    made = mergers.drop_duplicates("to").set_index("to")["date"].dt.year
    bodies = pd.DataFrame({"merged": made.reindex(codes).astype(float)}, index=pd.Index(codes, name="code"))
    return bodies.assign(later=bodies.index.isin(mergers["from"])).sort_index()


def beside_merged(on: str) -> list[str]:
    """The CCGs open on a date that never merged and came in July 2022 to one board with one that a merger had made.

    Asked of all CCGs of that date, not of those in a panel: a merger too early to be studied had neighbours too.
    """
    ends = lineage.lookup(on, "2022-07-01", "icb").drop_duplicates("from").set_index("from")["to"]
    merged = fates(on)["merged"].notna()
    boards = ends.reindex(merged.index)
    return sorted(merged.index[~merged & boards.isin(boards[merged])])


def patients(on: str) -> pd.Series:
    """Registered patients of 2017-18 by ``code`` of the CCGs open on a date, as ``baseline`` counts them."""
    return baseline(on)["patients"].rename("registered_patients")


def baseline(on: str) -> pd.DataFrame:
    """What the CCGs open on a date were like before the first merger of 2018, by ``code``.

    Columns: ``region``; ``patients`` registered in 2017-18; ``need``, patients weighted by the Carr-Hill formula
    for each registered, 2017-18; ``deprivation``, IMD score of 2015 (higher is poorer); ``money``, core allocation
    per registered patient in 2016-17, pounds. Patients of practices that had closed, many of whom count elsewhere
    too, are left out of ``patients`` and ``money``. Counts are re-based before they are divided; deprivation is the
    mean of the CCGs of 2015 by their registered patients.
    """
    return _baseline(on, _as_stored()).copy()


@lru_cache(maxsize=4)
def _baseline(on: str, _: tuple) -> pd.DataFrame:
    years, money = tables.load("ccg_years"), tables.load("allocations")
    years["patients"] = years["registered_patients"] - years["closed_patients"]
    lists = {year: part.set_index("code") for year, part in years.groupby("year")}
    need = lists["2017-18"][["geography", "registered_patients", "patients", "weighted_patients"]]
    poor = tables.load("deprivation").query("index_year == 2015").set_index("code")
    paid = money[(money["year"] == "2016-17") & (money["kind"] == "made")].set_index("code")
    poor = poor[["geography", "imd_score"]].join(lists["2015-16"]["registered_patients"], how="inner")
    paid = paid[["geography", "core_allocation_gbp_thousand"]].join(
        lists["2016-17"]["patients"].rename("registered_patients"), how="inner"
    )
    # tables of two geographies, moved at once: for each a sum, over the patients it is of
    parts = {
        "patients": need.assign(total=need["patients"]),
        "need": need.assign(total=need["weighted_patients"]),
        "deprivation": poor.assign(total=poor["imd_score"] * poor["registered_patients"]),
        "money": paid.assign(total=1000 * paid["core_allocation_gbp_thousand"]),
    }
    rows = pd.concat(parts, names=["what", "code"]).reset_index()
    sums = ["total", "registered_patients"]
    rows[sums] = rows[sums].astype(float)
    placed = rebase(
        rows[["what", "code", "geography", *sums]], code="code", at="geography", to=on, by=["what"], sums=sums
    )
    wide = placed.frame.pivot(index="code", columns="what", values=sums)
    each = wide["total"] / wide["registered_patients"]
    region = tables.load("ccgs").set_index("code")["region"].reindex(each.index)
    patients, rates = wide["total", "patients"], each[["need", "deprivation", "money"]]
    return pd.DataFrame({"region": region, "patients": patients, **rates}, index=each.index)


def _first(year: pd.Series) -> pd.Series:
    return year.str[:4].astype(int)


def _outcome(counts: pd.DataFrame, placed: pd.DataFrame | None = None, **more) -> Outcome:
    counts = counts.assign(rate=100 * counts["over"] / counts["under"].where(counts["under"] > 0))
    if placed is not None:
        moved = placed.loc[placed["status"] == "approximate", "code"]
        more["approximate"] = tuple(sorted(moved.unique()))
    return Outcome(counts=counts[["code", "year", "over", "under", "rate"]], **more)


def _shares(placed, unplaced, missing, england) -> pd.DataFrame:
    account = pd.DataFrame({"placed": placed, "unplaced": unplaced, "not given": missing}).fillna(0.0)
    return 100 * account.div(england, axis=0)


@lru_cache(maxsize=1)
def _therapies(_: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = tables.load("talking_therapies")
    sums = sorted({*THERAPIES, *(base for base, _ in THERAPIES.values())})
    ccgs = table.loc[table["body"] == "ccg", ["year", "code", "geography", *sums]]
    placed = rebase(ccgs, code="code", at="geography", to="2021-04-01", by=["year"], sums=sums)
    return table, placed.frame


def talking_therapies(measure: str) -> Outcome:
    """One measure of THERAPIES, 2017-18 to 2021-22, on the CCGs of April 2021.

    Placed are CCGs, unplaced are UNKNOWN and hubs. The published parts are rounded to 5, England is not.
    """
    base, name = THERAPIES[measure]
    table, placed = _therapies(_as_stored())
    by = table.pivot_table(index="year", columns="body", values=base, aggfunc="sum", observed=True).astype(
        float
    )
    unplaced = by["hub"] + by["unknown"]
    missing = by["england"] - by["ccg"] - unplaced
    account = _shares(by["ccg"], unplaced, missing, by["england"])
    account.index = _first(account.index.to_series())
    counts = placed.assign(year=_first(placed["year"]), over=placed[measure], under=placed[base])
    return _outcome(counts, placed, name=name, unit="points", on="2021-04-01", account=account)


@lru_cache(maxsize=1)
def _framework(_: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By indicator: the sums of each body and year, and England's denominators by year, sound and faulty."""
    table = tables.load("qof")
    # a fault makes the whole year of a body unusable, and then the sums it would go into
    sums = ["numerator", "denominator", "exceptions"]
    placed = rebase(
        table[["year", "geography", "code", "indicator", *sums]].astype(dict.fromkeys(sums, "float64")),
        code="code", at="geography", to="2020-04-01", by=["year", "indicator"], sums=sums,
    ).frame  # fmt: skip
    where = table.loc[table["fault"].notna(), ["year", "geography", "code"]].drop_duplicates()
    faults = set()
    for row in where.itertuples():
        for to in lineage.successors(row.code, "2020-04-01", at=row.geography)["to"]:
            faults.add((row.year, to))
    broken = pd.MultiIndex.from_frame(placed[["year", "code"]]).isin(faults)
    placed = placed.assign(year=_first(placed["year"]), broken=broken)
    england = table.assign(year=_first(table["year"]), bad=table["fault"].notna())
    england = england.groupby(["indicator", "year", "bad"])["denominator"].sum().astype(float).unstack("bad")
    return placed.groupby(["indicator", "code", "year"])[[*sums, "broken"]].sum(), england


def qof(indicator: str | None = None, *, exceptions: bool = False) -> Outcome:
    """Achievement of one indicator of the Quality and Outcomes Framework, or of all added up.

    2014-15 to 2019-20, on the CCGs of April 2020: patients for whom it was done, of those to whom it
    applied. ``exceptions`` counts those excepted as not done. A body with a faulty year has none of that year.
    """
    placed, england = _framework(_as_stored())
    if indicator and indicator not in england.index:
        raise ValueError(f"qof has no indicator {indicator!r}; qof_indicators lists them")
    sums, by = (
        t.loc[indicator] if indicator else t.groupby(level=list(t.index.names[1:])).sum()
        for t in (placed, england)
    )
    sums = sums.reset_index()
    under = sums["denominator"] + (sums["exceptions"] if exceptions else 0.0)
    counts = sums.assign(over=sums["numerator"].mask(sums["broken"] > 0), under=under)
    account = _shares(by[False], by[False] * 0, by[True], by.sum(axis=1))
    return _outcome(
        counts,
        name=INDICATORS.get(indicator, indicator) if indicator else "QOF, 25 indicators added up",
        unit="points",
        on="2020-04-01",
        account=account,
        waves=(2018, 2019),
    )


def qof_points(*, always: bool = False) -> Outcome:
    """Points of the Quality and Outcomes Framework, of the most a practice can get, by registered patients.

    2017-18 to 2022-23 without 2020-21. Each practice stays all years in the CCG of April 2021 that it last
    belonged to, so that no merger or move changes who is counted. ``always`` keeps only practices that have
    points in all five years.
    """
    table = tables.load("qof_points").assign(year=lambda t: _first(t["year"]))
    table["code"] = table["practice"].map(practices.grouping("2021-04-01"))
    given = table["points"].notna()
    total = table.groupby("year")["list_size"].sum()
    share = [table[keep].groupby("year")["list_size"].sum().reindex(total.index, fill_value=0)
             for keep in (given & table["code"].notna(), given & table["code"].isna(), ~given)]  # fmt: skip
    used = table[given & table["code"].notna()]
    if always:
        used = used[used.groupby("practice")["year"].transform("nunique") == used["year"].nunique()]
    counts = used.assign(over=used["points"] * used["list_size"], under=used["maximum"] * used["list_size"])
    counts = counts.groupby(["code", "year"], as_index=False)[["over", "under"]].sum()
    return _outcome(
        counts,
        name="QOF points, of the maximum",
        unit="points",
        on="2021-04-01",
        account=_shares(*share, total),
        waves=(2020, 2021),
        odd=("11X",),  # Somerset, whose practices were paid by a scheme of their own until 2019
    )


def treatable_mortality() -> Outcome:
    """Deaths that timely care should avert, per 100,000, age-standardised, on the CCGs of April 2019.

    Calendar years 2005 to 2018, as published: a standardised rate without its counts cannot be re-based.
    A merger of April lies inside its first year.
    """
    table = tables.load("treatable_mortality")
    counts = table.assign(over=np.nan, under=np.nan, rate=table["treatable"].astype(float))
    everyone = table.groupby("year")["code"].nunique()
    account = _shares(everyone, everyone * 0, everyone * 0, everyone)
    return Outcome(
        "Deaths that timely care should avert", "deaths per 100,000", "2019-04-01",
        counts[["code", "year", "over", "under", "rate"]], account, waves=(2018,),
    )  # fmt: skip


def patient_experience() -> Outcome:
    """Overall experience of the practice called good, GP Patient Survey, January to March 2018 and 2019.

    On the CCGs of April 2018. So the wave of 2018 came just before the mergers of that April, and the wave
    of 2019 a year after it: the first year after a merger is the next. That the second wave is 2019 is
    inferred from its figure for England, see the codebook.
    """
    table = tables.load("patient_experience").astype({"good": float, "list_size": float})
    table = table.assign(over=table["good"] / 100 * table["list_size"])
    placed = rebase(
        table[["year", "code", "geography", "over", "list_size"]],
        code="code", at="geography", to="2018-04-01", by=["year"], sums=["over", "list_size"],
    ).frame  # fmt: skip
    blank = table[table["good"].isna()]
    holes = {(r.year, to) for r in blank.itertuples()
             for to in lineage.successors(r.code, "2018-04-01", at=r.geography)["to"]}  # fmt: skip
    hole = pd.MultiIndex.from_frame(placed[["year", "code"]]).isin(holes)
    counts = placed.assign(over=placed["over"].mask(hole), under=placed["list_size"])
    lists = tables.load("ccg_years").query("year in ['2017-18', '2018-19']")
    open_lists = lists["registered_patients"] - lists["closed_patients"]
    england = open_lists.groupby(_first(lists["year"]) + 1).sum().astype(float)
    given = table.groupby("year")["list_size"].sum()
    return _outcome(
        counts, placed, name="Overall experience good", unit="points", on="2018-04-01", late=1,
        account=_shares(given, given * 0, england - given, england), waves=(2018,),
    )  # fmt: skip


def every() -> dict[str, Outcome]:
    """The nine outcomes of 07, each by a short name: those of THERAPIES, ``qof, points, deaths, experience``."""
    return {measure: talking_therapies(measure) for measure in THERAPIES} | {
        "qof": qof(),
        "points": qof_points(),
        "deaths": treatable_mortality(),
        "experience": patient_experience(),
    }


def estimates(outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """The difference in differences of each outcome as 07 follows it, by its key as ``outcome`` and by ``cohort``.

    Columns as in ``effects.difference_in_differences``; before them ``name``, that of the outcome, and ``wave``, the
    year of the mergers as text, or "all".
    """
    told = {
        key: effects.difference_in_differences(one.followed()).assign(
            name=one.name,
            wave=lambda t, late=one.late: [str(c - late if c != "all" else c) for c in t["cohort"]],
        )
        for key, one in outcomes.items()
    }
    table = pd.concat(told, names=["outcome", None]).droplevel(1).set_index("cohort", append=True)
    return table[["name", "wave", *table.columns.drop(["name", "wave"])]]


def pooled(panel: effects.Panel, *, times: int = 0, **how) -> pd.Series:
    """The row for all cohorts of ``effects.difference_in_differences``, without p unless ``times`` are asked for."""
    return effects.difference_in_differences(panel, times=times, **how).set_index("cohort").loc["all"]


def gp_survey(measure: str = "good_experience", series: str = "2018-2023") -> Outcome | None:
    """One measure of the GP Patient Survey by year, on the CCGs of April 2021; None without ``data/gpps.csv``.

    That table is made by ``python -m ccg gpps`` from files you have downloaded; ``measure`` is
    ``good_experience`` or ``easy_phone``, ``series`` the years of one questionnaire. Fieldwork is from
    January to March, so that the first wave after a merger of April is that of the next year. Raises
    ValueError for an unknown measure, or fewer than two waves of the series.
    """
    bases = {
        "good_experience": ("answers", "Overall experience good, GP Patient Survey"),
        "easy_phone": ("phone_answers", "Easy to get through by phone, GP Patient Survey"),
    }
    if measure not in bases:
        raise ValueError(f"gp_survey: no measure {measure!r}; there are {', '.join(bases)}")
    table = gpps.load()
    if table is None:
        return None
    table = table[table["series"] == series]
    if table["year"].nunique() < 2:
        raise ValueError(
            f"gpps.csv has {table['year'].nunique()} waves of the series {series}; "
            "before and after need two: give python -m ccg gpps the files of more years"
        )
    base, name = bases[measure]
    given = table.groupby("year")[base].sum()
    return _outcome(
        table.assign(over=table[measure], under=table[base]), name=name, unit="points",
        on="2021-04-01", late=1, account=_shares(given, given * 0, given * 0, given),
    )  # fmt: skip


def recovery_choices() -> pd.DataFrame:
    """Recovery in Talking Therapies after all mergers, counted as 07 does and in other ways, each by its name.

    The first row is the answer of 07; each other changes one choice, but for four: "within regions" cannot be had
    with London, where no control is; the years before the pandemic only two waves have after them; the wave of 2018
    has no year before but the last; and the forecast also takes CCGs yet to merge as controls. Columns as in
    ``effects.difference_in_differences`` but for the p by dealing, and ``beyond 1`` and ``beyond 2``: p of a test
    whose null is an effect of so many points or more, up or down.
    """
    found = talking_therapies("recovery")
    panel = found.panel(weigh=True)
    rows = {**_counted(found, panel), **_with_other_controls(found, panel), **_without_some(found, panel)}
    order = ["treated", "controls", "estimate", "se", "df", "low", "high"]
    told = pd.DataFrame(rows).T[order].astype(float).rename_axis("choice").reset_index()
    return told.assign(**{f"beyond {points}": effects.equivalence(told, points) for points in (1, 2)})


def _counted(found: Outcome, panel: effects.Panel) -> dict[str, pd.Series]:
    later = found.panel(cohorts=[2019, 2020, 2021])
    forecast = effects.imputation(panel, times=0).iloc[0]
    ordinary = _until(panel, 2019)  # the year that ended with March 2020
    return {
        "As in the answer": pooled(panel),
        "From the last year before alone": pooled(panel, base="last"),
        f"Without the last year before ({later.first.count()} bodies)": pooled(later, gap=1),
        "First two years after only": pooled(panel, until=2),
        f"Years before the pandemic only ({ordinary.first.count()} bodies)": pooled(ordinary),
        "Forecast, CCGs yet to merge among the controls": forecast,
        "Each patient alike": pooled(panel, count="patients"),
        "Each wave alike": pooled(panel, count="cohorts"),
        "Each year of a body alike": pooled(panel, count="years"),
    }


def _until(panel: effects.Panel, last: int) -> effects.Panel:
    """The years up to ``last``, without the bodies that changed only after it."""
    kept = ~(panel.first > last)
    return effects.panel_of(panel.values.loc[kept, panel.values.columns <= last], panel.first, panel.weight)


def _with_other_controls(found: Outcome, panel: effects.Panel) -> dict[str, pd.Series]:
    base = baseline(found.on).reindex(panel.values.index)
    merged, treated = panel.first.notna(), found.counts.groupby("code")["under"].sum()[panel.values.index]
    outside = panel.without(base.index[base["region"] == "London"])
    regions = pd.get_dummies(base["region"].reindex(outside.values.index)).astype(float)
    like = base[["need", "deprivation", "money"]].assign(size=np.log(base["patients"]))
    near = panel.values.index.intersection(beside_merged(found.on))
    boards = lineage.lookup(found.on, "2022-07-01", "icb").drop_duplicates("from").set_index("from")["to"]
    unit = boards.reindex(panel.values.index) + " " + panel.first.fillna(0).astype(int).astype(str)
    together = effects.panel_of(panel.values.groupby(unit).mean(), panel.first.groupby(unit).first())
    large = panel.without(treated.index[treated < treated[merged].min()])
    return {
        "Without London": pooled(outside),
        "Without London, within regions": effects.adjusted(outside, regions).iloc[0],
        "At like size, need, deprivation, money": effects.adjusted(panel, like).iloc[0],
        "Controls joined by board": pooled(found.panel(join=True)),
        "Controls of boards where none merged": pooled(panel.without(near)),
        "Bodies of one board and wave as one": pooled(together),
        f"Controls treating as many as a merged body ({large.controls})": pooled(large),
    }


def _without_some(found: Outcome, panel: effects.Panel) -> dict[str, pd.Series]:
    left = {
        "Without 92G (Bath, Swindon and Wiltshire)": {"92G"},
        "Without 26A (Norfolk and Waveney)": {"26A"},
        "Without 92G and 26A": {"92G", "26A"},
        "Without 09D, 16C and B2M3M, whose counts jump": {"09D", "16C", "B2M3M"},
        "Without land that moved": set(found.approximate),
        "Without D4U1Y (Frimley), which holds 15D": {"D4U1Y"},
    }
    return {name: pooled(panel.without(out & set(panel.values.index))) for name, out in left.items()}
