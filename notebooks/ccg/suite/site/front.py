"""What the front page says: its numbers and its story, from the tables."""

from datetime import date

import pandas as pd

from ...core import lineage, tables


def numbers() -> dict:
    """What the front page says in numbers, from the tables."""
    counts, ccgs = tables.load("ccg_counts"), tables.load("ccgs")
    april = counts[counts["date"].dt.month == 4]
    began = ccgs[ccgs["opened"] == counts["date"].iloc[0]]
    mergers = _mergers()
    merged = began["code"].isin(mergers["from"])
    return {
        "first": len(began),
        "ever": len(ccgs),
        "last": int(counts["open"][counts["open"] > 0].iloc[-1]),
        "boards": len(lineage.bodies("2022-07-01")),
        "boards_ever": len(tables.load("icbs")),
        "today": len(lineage.bodies(today())),
        "since": today(),
        "merged": int(merged.sum()),
        # what a merger had made and another merger ended
        "again": len(set(mergers["from"]) & set(mergers["to"]) - set(began["code"])),
        "never": int((~merged).sum()),
        "began": counts["date"].iloc[0],
        "ended": counts["date"].iloc[-1],
        "open": dict(zip(april["date"].dt.year, april["open"], strict=True)),
    }


def story(n: dict, charts: dict) -> list[dict]:
    """The charts of the front page: ``name``, the ``words`` that lead to it, ``source`` of what it does not show.

    ``n`` is what ``numbers`` gives. A word that no longer fits the tables stops the build at its assert.
    """
    asked = [
        dict(zip(charts["03_formal_role"]["head"], row, strict=True))
        for row in charts["03_formal_role"]["rows"]
    ]
    own = {r["group"]: r for r in asked if r["question"] == "CCG decisions reflect own views"}
    agreed, without = (f"{own[g]['percent']}%" for g in ("formal_role", "no_formal_role"))
    over, over_without = (f"{float(own[g]['over']):.0f}%" for g in ("formal_role", "no_formal_role"))
    means = [row for row in charts["07_recovery"]["rows"] if row[2] == "mean" and row[1] != "never"]
    measured = [(int(year), int(float(wave))) for year, wave, *_ in means]
    waves, after = {wave for _, wave in measured}, [year for year, wave in measured if year >= wave]
    merged = _mergers()["date"].dt.year
    claim = tables.load("claims").set_index("claim_id").loc["A12"]
    cut = tables.load("national").set_index("id").loc["running_costs_cut_2020"]
    reforms = tables.load("reforms").set_index("event")
    told, plan = reforms.loc["running_costs_2018"], reforms.loc["long_term_plan_2019"]
    first, wanted = min(waves), "usually with one CCG each"
    assert n["open"][2019] - n["open"][2021] > n["first"] - n["open"][2019], "late, and fast"
    assert wanted in plan["what_changed"], "what the plan wanted"
    assert claim["verdict"] == "cannot be shown", "whether merging helped"
    assert waves == {*merged[merged >= first]}, "every wave of mergers from then on"
    assert sum(year >= 2020 for year in after) > len(after) / 2, "mostly in the pandemic"
    moved = f"{claim['value']:+.1f}".replace("-", "−")
    return [
        {
            "name": "01_count",
            "words": f"**They went late, and fast.** {n['open'][2019]} were open in April 2019, and {n['open'][2021]} two "
            f"years on. In {_month(told)} they had been told to cut their running costs by {cut['value']:.0f}%; the NHS "
            f"Long Term Plan of {_month(plan)} wanted integrated care systems all over England, {wanted}.",
            "source": "the cut and the plan: " + tables.credit([cut["source"], plan["source"]]),
        },
        {
            "name": "02_maps",
            "words": f"**{n['never']} of the original {n['first']} never merged** and lasted until boards took their place. "
            "Each hexagon is one body, so that none looks larger for having more land.",
            "source": "",
        },
        {
            "name": "03_formal_role",
            "words": "**General practitioners were to lead them.** Whether they felt so went with whether they held a "
            f"role: of those who answered that question in 2015, {agreed} of those with one said that decisions "
            f"reflected their own views, and {without} of those without. Over the largest number of answers "
            f"that the counts imply for each group, it was {over} and {over_without}.",
            "source": "",
        },
        {
            "name": "07_recovery",
            "words": "**Did merging help patients?** It cannot be shown. In NHS Talking Therapies, a service that can be "
            f"followed through every wave of mergers from {first} on, recovery changed by {moved} points against the "
            "CCGs that never merged. Most of the years after a merger are of the pandemic.",
            "source": "",
        },
    ]


def _mergers() -> pd.DataFrame:
    """The mergers of CCGs."""
    moves = tables.load("successions")
    return moves[(moves["kind"] == "merger") & moves["to"].isin(tables.load("ccgs")["code"])]


def today() -> pd.Timestamp:
    """The first day of the geography of today."""
    return max(one.start for one in lineage.vintages())


def _month(event) -> str:
    return f"{date.fromisoformat(event['date']):%B %Y}"
