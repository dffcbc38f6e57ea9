"""The report: what happened to the numbers, in figures and in words."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..words import count, few, listed


class Absent(NamedTuple):
    """``parts`` of ``body`` that have no row in ``periods``, which is empty where the file is one period."""

    body: str
    parts: tuple[str, ...]
    periods: tuple[str, ...]

    def __str__(self) -> str:
        words = f"{self.body}: no row of {', '.join(self.parts)}"
        if not self.periods:
            return words
        return f"{words} in {count(len(self.periods), 'period')}: {few(self.periods, 6)}"


@dataclass
class Report:
    """What happened to the numbers: totals in, placed and unmapped for each column, and why."""

    start: str
    goal: str
    totals: dict[str, dict[str, float]]
    missing: dict[str, int]
    #: Code and reason of what was not placed: a code with two reasons is there twice.
    unmapped: list[tuple[str, str]] = field(default_factory=list)
    #: Bodies with a row to which land was divided.
    approximate: list[str] = field(default_factory=list)
    #: Every code that was read as another, as it stood -> as it was meant.
    repaired: dict[str, str] = field(default_factory=dict)
    #: For each of these bodies ``divided``, of its rows the largest.
    shared: dict[str, float] = field(default_factory=dict)
    #: Groups of rows that were not placed, rows to which land was divided, and the largest part of any such row that
    #: rests on a share.
    unplaced: int = 0
    divided: int = 0
    most: float = 0.0
    #: What shares are of, where that is known: ``patients`` or ``residents``.
    basis: str = "patients"
    #: How much of each divided body would go elsewhere by the other of the two, 0 to 1, the most first; None where
    #: only one is known.
    differ: dict[str, float | None] = field(default_factory=dict)
    #: Rows of the result, and those that are incomplete.
    rows: int = 0
    incomplete: int = 0
    #: Which parts of which body have no row in which period.
    absent: list[Absent] = field(default_factory=list)
    #: Rows in which a part has no row under their key, though it has one in the period; and how that was read.
    sparse: int = 0
    sparse_is: str = "zero"
    #: Spellings of one code that both stand in the data; under one key they were added up.
    spellings: list[tuple[str, ...]] = field(default_factory=list)

    #: The keys that were asked to be kept apart, and those of them that tell the period.
    keys: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    #: Cells of a lazy frame's text that are no plain number, for each column that has some: read as missing.
    unread: dict[str, int] = field(default_factory=dict)
    #: What an eager frame would be refused for, in words, with the number of cells: they are read as missing.
    refused: dict[str, int] = field(default_factory=dict)
    #: Why numbers may not be what they seem, in words, and how many rows are doubtful for that.
    doubts: list[str] = field(default_factory=list)
    doubtful: int = 0
    #: Whether several rows of one code were added up under one key: ``rebase`` does not look whether one of them is
    #: the total of the others, or a copy.
    added: bool = False
    #: What each column of sums adds up to without its signs: what an error of rounding is measured by.
    sizes: dict[str, float] = field(default_factory=dict)

    def balanced(self) -> bool:
        """Whether placed + unmapped = input for every column: integers alike, floats to one in 10⁹ of all cells."""
        return all(
            abs(t["placed"] + t["unmapped"] - t["input"])
            <= 1e-9 * max(1.0, self.sizes.get(name, abs(t["input"])))
            for name, t in self.totals.items()
        )

    def __str__(self) -> str:
        lines = [f"From {self.start} to {self.goal}.", *self._totals(), *self._keys()]
        lines += [f"Not placed: {code}, {why}." for code, why in self.unmapped]
        lines += self._parts()
        lines += self._shares() + self._bases()
        return "\n".join([*lines, *self._states(), *self._codes()])

    def _totals(self) -> list[str]:
        lines = []
        for column, t in self.totals.items():
            sums = (
                f"{number(t['input'])} in = {number(t['placed'])} placed + {number(t['unmapped'])} unmapped"
            )
            missing = count(self.missing.get(column, 0), "cell")
            lines.append(f"{column}: {sums}; {missing} blank or suppressed.")
        for column, n in self.unread.items():
            hold, are = (
                ("holds", "it is missing, and its row incomplete.")
                if n == 1
                else ("hold", "they are missing, and their rows incomplete.")
            )
            lines.append(f"{column}: {count(n, 'cell')} {hold} text that is no plain number; {are}")
        for words, n in self.refused.items():
            missing = "it is missing, and its row" if n == 1 else "they are missing, and their rows"
            lines.append(f"{words}: {count(n, 'cell')}; {missing} incomplete.")
        return lines

    def _keys(self) -> list[str]:
        if self.periods:
            return [f"Judged by period: {listed(self.periods)}."]
        if self.keys:
            return [
                f"Judged as one period: {listed(self.keys)} {'is' if len(self.keys) == 1 else 'are'} none."
            ]
        return []

    def _parts(self) -> list[str]:
        lines = [f"{absent}." for absent in self.absent[:12]]
        if len(self.absent) > 12:
            more = count(len(self.absent) - 12, "more body", "more bodies")
            lines.append(f"So it is with {more}; report.absent names all.")
        if self.sparse:
            few = "it is" if self.sparse == 1 else "they are"
            read = "read as zero" if self.sparse_is == "zero" else f"so {few} incomplete"
            lines.append(
                f"In {count(self.sparse, 'row')} a part has no row under the key of the row, though it has one "
                f"in the period: {read}."
            )
        return lines

    def _shares(self) -> list[str]:
        if self.approximate:
            shown = [f"{body} ({percent(self.shared.get(body, 0))})" for body in self.approximate]
            return [
                f"Approximate, because land or practices moved: {few(shown, 12)}; in brackets how much of its numbers rests on a "
                "share. python -m ccg explain CODE says how."
            ]
        return []

    def _bases(self) -> list[str]:
        if not self.differ:
            return []
        words = {"patients": "registered patients", "residents": "residents"}
        other = next(basis for basis in words if basis != self.basis)
        far = [f"{body} {percent(part)}" for body, part in self.differ.items() if part is not None]
        alone = sorted(body for body, part in self.differ.items() if part is None)
        lines = []
        if far:
            lines.append(
                f"Shares are of {words[self.basis]}. Of {words[other]} this part of each body would go elsewhere: "
                f"{few(far, 12)}. basis={other!r} (--basis {other}) takes those."
            )
        if alone:
            first = "Those of" if far else "Shares of"
            lines.append(
                f"{first} {few(alone, 12)} are of registered patients: no residents are known of the land that left."
            )
        return lines

    def _states(self) -> list[str]:
        if self.incomplete:
            are = "is" if self.incomplete == 1 else "are"
            return [
                f"{self.incomplete:,} of {count(self.rows, 'row')} {are} incomplete: a part has no row, or a cell is "
                "blank or suppressed. Do not compare them with others; status says which they are."
            ]
        if self.doubtful:
            are, why = "is" if self.doubtful == 1 else "are", "; ".join(self.doubts)
            return [f"{self.doubtful:,} of {count(self.rows, 'row')} {are} doubtful: {why}."]
        if not self.rows:
            return ["No row was placed."]
        if self.divided or self.doubts:
            return []
        placed = " that was placed" if self.unplaced else ""
        ifs = ["what was read as zero was zero"] if self.sparse else []
        ifs += ["of the rows that were added up none is a total of others or a copy"] if self.added else []
        return [f"Every row{placed} is exact{', if ' if ifs else ''}{' and '.join(ifs)}."]

    def _codes(self) -> list[str]:
        read = list(self.repaired.items())
        lines = [f"Read {old!r} as {new}." for old, new in read[:12]]
        if len(read) > 12:
            lines.append(f"So {_more_codes(len(read) - 12)} read; report.repaired lists all.")
        for same in self.spellings[:12]:
            written = listed([repr(code) for code in same])
            lines.append(f"{written} are one code, and were added up where they meet.")
        if len(self.spellings) > 12:
            lines.append(f"So {_more_codes(len(self.spellings) - 12)}.")
        return lines


def _more_codes(n: int) -> str:
    return f"{'was' if n == 1 else 'were'} {count(n, 'more code')}"


def number(x: float) -> str:
    """A number as a reader writes it."""
    x = round(float(x), 2) + 0.0  # no -0
    return f"{x:,.0f}" if x.is_integer() else f"{x:,.2f}"


def percent(part: float) -> str:
    """A part as a reader writes it: 0.4%, 39%; 100% is all of it, and 0% nothing.

    Examples
    --------
    >>> [percent(part) for part in (0, 0.0001, 0.004, 0.392, 0.995, 0.9998, 1)]
    ['0%', 'under 0.1%', '0.4%', '39%', 'over 99%', 'over 99%', '100%']
    """
    if 0 < part < 0.001:
        return "under 0.1%"
    if 0.995 <= part < 1:
        return "over 99%"
    return f"{part:.1%}" if 0 < part < 0.0995 else f"{part:.0%}"
