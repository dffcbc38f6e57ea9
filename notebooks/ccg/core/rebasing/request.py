"""What is asked of re-basing, checked once, before anything is moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from ..geography import Vintage, as_day
from ..lineage import Lineage

#: A frame of Narwhals, eager or lazy.
Frame = Any
#: The name of a column -> its type.
Schema = Mapping[str, Any]
#: Columns of the result that are not the caller's.
RESULT = ("status", "divided", "missing", "reason")


class RebaseError(ValueError):
    """The frame cannot be re-based as asked. The text names the column or code and what to do."""


@dataclass(frozen=True)
class Request:
    """What to re-base and where to. ``Request.of`` checks it against the columns that there are.

    Attributes
    ----------
    code : str
        The column of codes.
    to, level : Timestamp, str
        The day and the level wanted.
    at : object
        The date of the geography, ``"auto"``, or the name of the column of dates.
    dates : str or None
        The column of dates, where ``at`` is one.
    sums, by : tuple of str
        Columns to add, and keys to keep apart.
    means : dict
        From each rate to the column that weights it.
    repair : bool
        Whether a damaged code is read as what it was meant to be.
    absent : {"zero", "missing"}
        How a part is read that has no row under a finer key.
    missing : tuple of str
        More marks that mean not given.
    unknown : {"refuse", "unmapped"}
        What becomes of codes that are not of the geography.
    lineage : Lineage
        Who became whom.
    mark : str
        How every column begins that is made on the way: as no column of the frame does.
    """

    code: str
    to: pd.Timestamp
    level: str
    at: Any
    dates: str | None
    sums: tuple[str, ...]
    means: Mapping[str, str]
    by: tuple[str, ...]
    repair: bool
    absent: str
    missing: tuple[str, ...]
    unknown: str
    lineage: Lineage
    mark: str

    @classmethod
    def of(
        cls,
        schema: Schema,
        lineage: Lineage,
        *,
        code: object,
        to: Any,
        at: Any,
        level: str | None,
        sums: Sequence[str],
        means: Mapping[str, str] | None,
        by: Sequence[str],
        repair: bool,
        absent: str,
        missing: Sequence[str],
        unknown: str,
    ) -> "Request":
        """A request that can be met by columns of these names and types, or a RebaseError that says why not."""
        if not isinstance(code, str):
            raise RebaseError(f"code is {code!r}; give the name of one column")
        day, level = lineage.checked(to, level)
        mark = nw.generate_temporary_column_name(n_bytes=4, columns=[str(c) for c in schema], prefix="_")
        dates = at if isinstance(at, str) and at in schema else None
        asked = cls(
            code, day, level, at, dates, names(sums), dict(means or {}), names(by), repair, absent, names(missing),
            unknown, lineage, f"{mark}_",
        )  # fmt: skip
        asked._check_names(schema)
        asked._check_roles(schema)
        return asked

    @property
    def goal(self) -> Vintage:
        """The geography wanted."""
        return self.lineage.vintage(self.to, self.level)

    @property
    def keys(self) -> list[str]:
        """The columns that a row is told from others by."""
        return list(dict.fromkeys([*self.by, *([self.dates] if self.dates else []), self.code]))

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers, each once: sums, rates, weights."""
        return list(dict.fromkeys([*self.sums, *self.means, *self.means.values()]))

    def temp(self, name: str) -> str:
        """The name of a column that is made on the way."""
        return self.mark + name

    def col(self, name: str) -> nw.Expr:
        """Such a column."""
        return nw.col(self.mark + name)

    def _check_names(self, schema: Schema) -> None:
        odd = [c for c in schema if not isinstance(c, str)]
        if odd:
            raise RebaseError(f"column {odd[0]!r} has a name that is not text; rename it")
        wanted = [self.code, *self.by, *self.sums, *self.means, *self.means.values()]
        if "" in wanted:
            raise RebaseError("a column that is asked for has no name; give it one")
        gone = [c for c in wanted if c not in schema]
        if gone:
            raise RebaseError(f"no column {gone[0]!r}; there are {', '.join(map(repr, schema))}")
        if isinstance(self.at, str) and self.at != "auto" and not self.dates:
            as_day(self.at)
        stray = [c for c in schema if c not in {*wanted, self.dates}]
        if stray:
            raise RebaseError(
                f"column {stray[0]!r} is neither a key nor a number to add. Name it in by (kept apart), sums "
                "(added) or means (averaged, with its weight), or leave it out"
            )

    def _check_roles(self, schema: Schema) -> None:
        if self.absent not in ("zero", "missing"):
            raise RebaseError(f"absent is {self.absent!r}; say zero or missing")
        if self.unknown not in ("refuse", "unmapped"):
            raise RebaseError(f"unknown is {self.unknown!r}; say refuse or unmapped")
        if not self.sums and not self.means:
            raise RebaseError("nothing to re-base: name at least one column in sums or means")
        if self.code in (*self.by, self.dates):
            raise RebaseError(f"column {self.code!r} holds the codes; it cannot be in by or at as well")
        twice = [c for c in (*self.sums, *self.means) if c in self.keys]
        if twice:
            raise RebaseError(f"column {twice[0]!r} cannot be both a key and a number")
        both = [c for c in self.sums if c in self.means]
        if both:
            raise RebaseError(f"column {both[0]!r} cannot be both in sums and in means")
        taken = {*RESULT, *(f"{weight} of {rate}" for rate, weight in self.means.items())}
        taken = {name.casefold() for name in taken}  # DuckDB and Spark do not tell names apart by case
        clash = [c for c in schema if c.casefold() in taken]
        if clash:
            raise RebaseError(f"column {clash[0]!r}: that name is needed for the result; rename it")
        if schema[self.code].is_numeric():
            raise RebaseError(
                f"column {self.code!r} holds numbers; read the codes as text, or 5E1 becomes 50"
            )


def names(given: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once; one name may stand alone."""
    return (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
