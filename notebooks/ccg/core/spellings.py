"""Every spelling and code of every body in one table, made of the tables that have them, so nothing stands twice.

Only what cannot be told from them, such as BSol, is in the table ``other_names``.
"""

import pandas as pd

from . import codes, tables

#: What a spelling may be.
KINDS = ("ods", "ons", "prescribing", "name", "former name", "initials", "short")
_COLUMNS = ["text", "kind", "code", "opened", "closed", "source"]


def table() -> pd.DataFrame:
    """Every spelling of CCGs, boards, sub-ICB locations and primary care trusts.

    Returns
    -------
    DataFrame
        ``text, kind, code, opened, closed, source``, sorted by text. ``code`` is the ODS code; ``kind`` is one of
        ``KINDS``: prescribing codes have two noughts behind the ODS code, and initials are those of a name of three
        words or more. ``opened`` and ``closed`` are the days of the body, or those between which an ONS code was
        seen; missing where they are not known.

    Examples
    --------
    >>> some = table()
    >>> some.loc[some["code"] == "00D", ["text", "kind"]].to_numpy().tolist()[:3]
    [['00D', 'ods'], ['00D00', 'prescribing'], ['DDES', 'initials']]
    """
    parts = []
    for name in ("ccgs", "icbs", "locations", "pcts"):
        bodies = tables.load(name).reindex(
            columns=["code", "ons_code", "name", "former_name", "opened", "closed", "source"]
        )
        initials = bodies["name"].map(_initials)
        columns = {"ods": bodies["code"], "ons": bodies["ons_code"], "name": bodies["name"]}
        columns |= {"former name": bodies["former_name"], "initials": initials}
        if name == "ccgs":
            columns["prescribing"] = bodies["code"] + "00"
        if name == "locations":  # their codes are those of the CCGs before
            columns = {"name": bodies["name"]}
        parts += [bodies.assign(text=text, kind=kind)[_COLUMNS] for kind, text in columns.items()]
    seen = tables.load("ons_codes").rename(columns={"ons_code": "text", "first_seen": "opened"})
    parts.append(seen.assign(kind="ons", closed=seen["gone_by"])[_COLUMNS])
    short = tables.load("other_names").rename(columns={"name": "text"})
    days = tables.load("icbs")[["code", "opened", "closed"]]
    parts.append(short.assign(kind="short").merge(days, on="code", how="left")[_COLUMNS])
    found = pd.concat(parts, ignore_index=True).dropna(subset="text")
    found = found[found["text"] != ""].drop_duplicates(["text", "kind", "code"])
    return found.sort_values(["text", "kind", "code"]).reset_index(drop=True)


def find(text: str) -> list[str]:
    """The ODS codes of the bodies that are called so, whatever its case; CCG, ICB and NHS aside.

    Examples
    --------
    >>> find("bsol ICB"), find("DDES"), find("02F00"), find("nowhere")
    (['QHL'], ['00D'], ['02F'], [])
    """
    wanted = codes.plain_name(text)
    some = table()
    return sorted(set(some.loc[some["text"].map(codes.plain_name) == wanted, "code"])) if wanted else []


def _initials(name: object) -> str:
    """The initials of a name of three words or more, little ones aside; blank for any other."""
    told = codes.telling(str(name))[1]
    return "".join(word[0] for word in told).upper() if len(told) > 2 else ""
