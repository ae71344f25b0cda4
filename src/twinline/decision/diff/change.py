"""One change between two strategies, and the page that tells them all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, unique
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinline.decision.strategy import Strategy

HASH_SHOWN = 12


@unique
class Section(Enum):
    """What a change bears on, the gravest consequence first; the value is its heading."""

    GATES = "Who is stopped, referred or declined"
    EDGES = "How one line restricts the other"
    LIMITS = "How limits are made"
    LIMIT_TABLES = "Tables of limits"
    PRICES = "Prices"
    SEGMENTS = "Segments"
    SCORE = "Score"
    FEATURES = "What is looked at"
    VALUES = "Amounts and results on the way"
    EXPERIMENT = "Experiment"
    REASONS = "Reasons"
    WORDING = "Wording only"


@unique
class Kind(StrEnum):
    """Whether something came, went or became something else."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it concerns, and what it was and is now.

    What came has no `before`, what went has no `after`.
    """

    section: Section
    kind: Kind
    what: str
    before: str = ""
    after: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Return the change as one line for a person."""
        note = f" ({self.note})" if self.note else ""
        match self.kind:
            case Kind.ADDED:
                return f"+ {self.what}: {self.after}{note}"
            case Kind.REMOVED:
                return f"- {self.what}: {self.before}{note}"
            case Kind.CHANGED:
                return f"  {self.what}: {self.before} → {self.after}{note}"


def told(before: Strategy, after: Strategy, changes: Iterable[Change]) -> str:
    """Return the page: which two, whether a decision can differ, then every change."""
    return "\n".join([*_head(before, after), *_body(changes)]) + "\n"


def _head(before: Strategy, after: Strategy) -> Iterator[str]:
    for mark, strategy in (("-", before), ("+", after)):
        logic = strategy.logic_hash[:HASH_SHOWN]
        yield f"{mark} {strategy.name} {strategy.version}, {strategy.owner} (logic {logic}…)"
    if before.content_hash == after.content_hash:
        yield "same files"
    elif before.logic_hash == after.logic_hash:
        yield "same logic: no decision can differ"


def _body(changes: Iterable[Change]) -> Iterator[str]:
    for section, group in groupby(changes, key=lambda change: change.section):
        yield ""
        yield section.value
        yield from (f"  {change}" for change in group)
