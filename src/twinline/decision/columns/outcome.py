"""Outcomes in columns: the fields of `decision.outcome`, each a column of one of four kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinline.decision.columns.column import Codes, Column, Ints, Truths


@dataclass(frozen=True, slots=True)
class Words:
    """One text a row: the place of each row's text in `names`."""

    names: tuple[str, ...]
    codes: Codes | Ints


@dataclass(frozen=True, slots=True)
class WordLists:
    """Some texts a row: row n has those at `codes[starts[n]:starts[n + 1]]`, places in `names`."""

    names: tuple[str, ...]
    codes: Codes
    starts: Ints


@dataclass(frozen=True, slots=True)
class NumberLists:
    """The same amounts in every row, in order; none at all in the rows of `empty`."""

    columns: tuple[Column, ...]
    empty: Truths | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineColumns:
    """What is decided for one line; the fields are those of `LineOutcome`."""

    action: Words
    limit_now_minor: Column
    base_limit_minor: Column
    effective_limit_minor: Column
    terms: NumberLists
    binding: Words
    without_minor: Column
    price_ppm: Column
    price_parts: NumberLists
    price_binding: Words
    gate: Words
    restrictions: WordLists
    reasons: WordLists


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeColumns:
    """What is decided for a chunk of customers; the fields are those of `Outcome`."""

    rows: int
    challenger: Column
    score: Column
    pd_ppm: Column
    segment: Words
    points: NumberLists
    joint_limit_minor: Column
    joint_terms: NumberLists
    joint_binding: Words
    pay_later: LineColumns
    cash_loan: LineColumns
    doubts: WordLists
