"""The steps of a body's land, onwards and back, and its life in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .geography import Body, Day, Hop, Piece, as_day
from .land import Land
from .tables import Row, records
from .words import long_date

if TYPE_CHECKING:
    from .lineage import Lineage

DAY = pd.Timedelta(days=1)


def onwards(land: Land, code: str, first: pd.Timestamp) -> list[Hop]:
    """Every step of a body's land from its first day on, and of land that came to it and left it again.

    A step between boards is one of its land if a location with some of it went that way.
    """
    hops = []
    mine = land.held(code, first)
    for r, went in land.moves:
        if r["date"] < first or (r["date"] == first and r["kind"] != "rename"):
            continue
        later = r["kind"] == "split" and r["from"] == code  # land that came to it after it opened
        if (mine & went if r["kind"] != "rename" else r["from"] == code) or later:
            hops.append(_hop(land, r))
    return sorted(hops, key=lambda h: (h.date, h.kind == "split", h.start, h.end))


def back(land: Land, code: str, last: pd.Timestamp) -> list[Hop]:
    """The mergers and splits through which a body was put together by its last day, the latest first.

    Of a body that was divided when it closed, only what brought it the land that came on.
    """
    hops = []
    wanted: list[tuple[str, set[Piece] | None]] = [(code, None)]
    done: set[tuple[str, str, pd.Timestamp, str]] = set()
    while wanted:
        body, mine = wanted.pop()
        for r in land.rows:
            key = (r["from"], r["to"], r["date"], r["kind"])
            if r["to"] != body or r["date"] > last or r["kind"] == "rename" or key in done:
                continue
            eve = r["date"] - DAY
            if mine is not None and not mine & land.held(r["from"], eve):
                continue
            done.add(key)
            hops.append(_hop(land, r))
            if r["kind"] == "remainder":
                wanted.append((r["from"], {p for p, holder in land.at(r["date"]).items() if holder == body}))
            elif r["kind"] in ("merger", "abolition"):
                wanted.append((r["from"], mine))
    return sorted(hops, key=lambda h: (h.date, h.end, h.start), reverse=True)


def of_trust(code: str, overlaps: pd.DataFrame, day: pd.Timestamp, ccgs: str) -> list[Hop]:
    """The CCGs that a primary care trust overlaps, the largest share first."""
    rows = overlaps[overlaps["pct"] == code].sort_values("share", ascending=False)
    note = f"by share of postcodes, to {ccgs}"
    return [
        Hop(day, code, r["ccg"], "overlap", r["share"], "postcodes", r["source"], note) for r in records(rows)
    ]


def _hop(land: Land, r: Row) -> Hop:
    share, basis = land.measured(r)
    known = r["share"] if share is None else share
    return Hop(
        r["date"], r["from"], r["to"], r["kind"], None if known is None else float(known),
        basis or r["basis"] or "", r["source"], r["note"] or "", r["land"] or "",
    )  # fmt: skip


def explain(known: Lineage, code: str, to: Day | None, level: str | None) -> str:
    """A body's life in sentences; see ``lineage.explain``."""
    if known.beside().get(code) == "reporting_entity":
        return _reporting(known, code)
    body = known.lifetime(code)
    lines = [f"{known.name(body.code)} ({body.code})", *_what_it_was(known, body)]
    before = known.trail(code, back=True) if body.level != "pct" else []
    plans = [_hop(known.land, r) for r in known.land.announced if body.code in (r["from"], r["to"])]
    told = (
        ("Before it:", before),
        ("After it:", known.trail(code)),
        ("Announced, and not known to be done:", plans),
    )
    for title, hops in told:
        if hops:
            lines += [title, *(f"  {_sentence(known, hop)}" for hop in hops)]
    if to is not None:
        lines += _what_became_of_it(known, body.code, as_day(to), level)
    return "\n".join(lines)


def _what_it_was(known: Lineage, body: Body) -> list[str]:
    code, level, first, last = body
    over = "" if last == known.until else f" to {long_date(last)}"
    if level == "icb":
        lines = [f"An integrated care board from {long_date(first)}{over}."]
        if planned := [ons for ons, *_ in known.ons_codes(code) if ons in known.partnerships]:
            lines.append(
                f"Its ONS code {planned[0]} was before that of a partnership, {known.name(planned[0])}."
            )
        return lines
    if level == "partnership":
        held = sorted(c for c, of in known.land.groups(known.vintage(last, level)).items() if of == code)
        return [
            "A sustainability and transformation partnership of CCGs, a planning area without standing in law.",
            f"Its CCGs are known from {long_date(first)} to {long_date(last)}; at the end: {', '.join(held)}.",
        ]
    if level == "sub_icb":
        return [f"A sub-ICB location from {long_date(first)}{over}."]
    if level == "pct":
        return [f"A primary care trust, closed on {long_date(last)}."]
    lines = [f"A CCG from {long_date(first)} to {long_date(min(last, known.boards - DAY))}."]
    if code in known.former_names():
        lines.append(f"Before its change of name: {known.former_names()[code]}.")
    lines += [
        f"From {long_date(since)} to {long_date(until)} in the partnership {known.name(one)} ({one})."
        for one, since, until in known.partnerships_of(code)
    ]
    if last >= known.boards:
        since = f"Since {long_date(known.boards)}" if not over else f"From {long_date(known.boards)}{over}"
        lines.append(f"{since} a sub-ICB location that keeps the code.")
    return lines


def _reporting(known: Lineage, code: str) -> str:
    """What a reporting entity is: no body, but a code that gives the area of a merged CCG back."""
    one = known.reporting[code]
    to: str = "" if pd.isna(one["closed"]) else f" to {long_date(one['closed'])}"
    lines = [
        f"{one['name']} ({code})",
        f"A code for reporting from {long_date(one['opened'])}{to}, within {one['location']} "
        f"({known.name(one['location'])}), and no body. [{one['source']}]",
    ]
    former = one["former_ccg"]
    if pd.notna(former):
        last = long_date(known.lifetime(former).last)
        lines.append(
            f"By its name it gives back the area of {known.name(former)} ({former}), a CCG until {last}. "
            "No list of its small areas is known here: it cannot be re-based."
        )
    return "\n".join(lines)


def _what_became_of_it(known: Lineage, code: str, to: pd.Timestamp, level: str | None) -> list[str]:
    """What its area of its first day is on a day, and that of its last where the answer differs."""
    body, lines = known.lifetime(code), []
    ends = sorted({body.first, min(body.last, to)})
    found = [(at, known.successors(code, to, level, at=at).drop(columns="from")) for at in ends]
    if len(found) > 1 and found[0][1].equals(found[1][1]):
        found = found[:1]
    for at, rows in found:
        which_area = f" the area it had on {long_date(at)}" if len(found) > 1 else " its area"
        lines.append(f"On {long_date(to)}{which_area} is:")
        for r in records(rows):
            share = "" if r["share"] == 1 else f", {r['share']:.1%} by {r['basis']}"
            lines.append(f"  {r['to']} {known.name(r['to'], to)}{share} ({r['status']})")
    return lines


def _sentence(known: Lineage, hop: Hop) -> str:
    end = f"{hop.end} ({known.name(hop.end, hop.date)})"
    what = {
        "merger": f"{hop.start} merged into {end}",
        "abolition": f"{hop.start} passed to {end}",
        "rename": f"{hop.start} changed its name",
        "overlap": f"{hop.start} overlaps {end}",
        "split": f"part of {hop.start} moved to {end}",
        "remainder": f"what was left of {hop.start} passed to {end}",
    }[hop.kind]
    share = f", {hop.share:.1%} by {hop.basis}" if hop.share not in (None, 1.0) else ""
    note = f" {hop.note}" if hop.note and hop.kind in ("split", "rename") else ""
    return f"{long_date(hop.date)}: {what}{share}. [{hop.source}]{note}"
