"""The reasons of every row in the order `decision.judge` gives them, without repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import across
from twinline.decision.outcome import DATA_MISSING
from twinline.decision.strategy import REASONS_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Codes, Column, Truths
    from twinline.decision.strategy import Attribute, Strategy

NO_REASON = -1


class Ranked:
    """The first reasons of every row so far, four at most, each once."""

    def __init__(self, rows: int) -> None:
        """Start without reasons."""
        self.codes: list[Codes] = [np.full(rows, NO_REASON, np.int16) for _ in range(REASONS_MAX)]
        self._found: Codes = np.zeros(rows, np.int16)

    def add(self, codes: Codes) -> None:
        """Add every row's next reason, `NO_REASON` where it has none."""
        fresh: Truths = (codes >= 0) & (self._found < REASONS_MAX)
        if not fresh.any():
            return
        most = int(self._found.max(initial=0))
        for earlier in self.codes[:most]:
            fresh &= codes != earlier
        for place, held in enumerate(self.codes[: most + 1]):
            np.copyto(held, codes, where=fresh & (self._found == place))
        self._found += fresh


class ReasonCodes:
    """A strategy's reasons as numbers."""

    def __init__(self, strategy: Strategy) -> None:
        """Number the reasons, and weigh each bin of the scorecard by the points it loses."""
        others = sorted({*strategy.reasons} - {DATA_MISSING})
        self.names = (DATA_MISSING, *others)
        self._places = {name: place for place, name in enumerate(self.names)}
        card = strategy.scorecard
        self._weights = [
            np.array(self._weight(attribute, place, len(card)), np.int64)
            for place, attribute in enumerate(card)
        ]

    def table(self, reasons: Sequence[str]) -> Codes:
        """Return the codes of some reasons, of which "" is none; the last stands for no place."""
        codes = [self._places[reason] if reason else NO_REASON for reason in reasons]
        return np.array([*codes, NO_REASON], np.int16)

    def place(self, reason: str) -> int:
        """Return the number of a reason."""
        return self._places[reason]

    def where(self, holds: Truths, reason: str, rows: int) -> Codes:
        """Return a reason in the rows where something holds."""
        code = np.where(holds, self._places[reason], NO_REASON).astype(np.int16)
        return np.ascontiguousarray(across(code, rows))

    def lost(self, bins: Sequence[Column], rows: int) -> list[Codes]:
        """Return the scorecard's reasons, the most points lost first, ties in the card's order.

        Four that differ are enough: whatever else comes before them takes the place of one.
        """
        ranked = Ranked(rows)
        if bins:
            weights = np.empty((rows, len(bins)), np.int64)
            for place, (weight, column) in enumerate(zip(self._weights, bins, strict=True)):
                weights[:, place] = weight[column.numbers]
            weights.sort(axis=1)
            for place in range(len(bins)):
                weight = weights[:, place]
                codes = np.where(weight < 0, weight % len(self.names), NO_REASON)
                ranked.add(codes.astype(np.int16))
        return ranked.codes

    def _weight(self, attribute: Attribute, place: int, places: int) -> list[int]:
        """Return a number for each bin: first by points lost, then by place, with the reason.

        Below zero where points are lost for a reason, and zero where none are.
        """
        weights = []
        for points, reason in zip(attribute.points, attribute.reasons, strict=True):
            lost = points - attribute.points_max
            weight = (lost * places + place) * len(self.names) + self._places.get(reason, 0)
            weights.append(weight if reason and lost else 0)
        return weights
