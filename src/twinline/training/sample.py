"""What there is to learn from: customers whose outcome is known, and the candidates' values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

if TYPE_CHECKING:
    from collections.abc import Sequence

Values = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


@unique
class Risk(StrEnum):
    """Which way the risk runs as a feature rises; `either`: the data say, and trees may turn."""

    RISES = "rises"
    FALLS = "falls"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feature a model may use.

    `unit` is the least step its bins may have (a yuan of the tables, in minor units, for an
    amount); `specials` are single values with points of their own. The card leaves out what is
    not `in_card`, such as a feature whose trend turns round.
    """

    name: str
    risk: Risk
    least: int
    greatest: int
    unit: int
    may_miss: bool
    specials: tuple[int, ...]
    in_card: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One candidate's values; where `missing`, the value is 0 and means nothing."""

    values: Values
    missing: Flags

    def at(self, places: Places) -> Column:
        """Return the rows at some places."""
        return Column(self.values[places], self.missing[places])


@dataclass(frozen=True, slots=True)
class Sample:
    """Customers as columns: one for each candidate, and whether the customer defaulted."""

    candidates: tuple[Candidate, ...]
    columns: tuple[Column, ...]
    bad: Flags

    @classmethod
    def of(
        cls, candidates: Sequence[Candidate], columns: Sequence[Column], bad: Sequence[bool]
    ) -> Sample:
        """Return a sample of customers whose outcomes are plain values."""
        return cls(tuple(candidates), tuple(columns), np.array(bad, dtype=np.bool_))

    @property
    def bads(self) -> int:
        """Return how many defaulted."""
        return int(self.bad.sum())

    @property
    def missing(self) -> list[int]:
        """Return for each candidate how many have no value."""
        return [int(column.missing.sum()) for column in self.columns]

    @property
    def outcomes(self) -> list[bool]:
        """Return whether each customer defaulted."""
        outcomes: list[bool] = self.bad.tolist()
        return outcomes

    @property
    def rows(self) -> int:
        """Return how many customers there are."""
        return len(self.bad)

    def at(self, places: Places) -> Sample:
        """Return the customers at some places."""
        columns = tuple(column.at(places) for column in self.columns)
        return Sample(self.candidates, columns, self.bad[places])


def column_of(values: Sequence[int | None]) -> Column:
    """Return values as a column."""
    missing = np.array([value is None for value in values], dtype=np.bool_)
    return Column(np.array([value or 0 for value in values], dtype=np.int64), missing)


def folds(bad: Flags, count: int, seed: int) -> list[tuple[Places, Places]]:
    """Return for each fold the places to learn from and those to judge by; bads are spread."""
    split = StratifiedKFold(count, shuffle=True, random_state=seed)
    return [(learn, judge) for learn, judge in split.split(np.zeros(len(bad)), bad)]
