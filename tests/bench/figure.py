"""One measurement beside what it is compared with, and a table of them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured round by round, and the bound its median must keep.

    `more` says that the bound is the least it should be; otherwise it is the most.
    """

    budget: str
    name: str
    unit: str
    rounds: tuple[float, ...]
    bound: float | None = None
    more: bool = False

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return median(self.rounds)

    @property
    def kept(self) -> bool | None:
        """Whether the median keeps the bound, if there is one."""
        if self.bound is None:
            return None
        return self.median >= self.bound if self.more else self.median <= self.bound


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    lines = [
        "| budget | measured | median | least to most | rounds | bound | kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in figures:
        low, high = min(each.rounds), max(each.rounds)
        sign = "≥" if each.more else "≤"
        bound = "" if each.bound is None else f"{sign} {each.bound:g}"
        kept = {None: "", True: "yes", False: "**no**"}[each.kept]
        lines.append(
            f"| {each.budget} | {each.name} | {each.median:.3g} {each.unit} "
            f"| {low:.3g} to {high:.3g} | {len(each.rounds)} | {bound} | {kept} |"
        )
    return "\n".join(lines)
