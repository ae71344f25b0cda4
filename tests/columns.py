"""Outcomes put together by hand as the columns that the executor would make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import Column
from twinline.decision.columns.outcome import (
    LineColumns,
    NumberLists,
    OutcomeColumns,
    WordLists,
    Words,
)
from twinline.decision.strategy import Action
from twinline.portfolio.tally_columns import Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.outcome import LineOutcome, Outcome

NOTHING = NumberLists((), None)
"""Amounts that no figure is made of."""


def columns_of(outcomes: Sequence[Outcome], widths: tuple[int, int] = (0, 0)) -> OutcomeColumns:
    """Return outcomes in columns; `widths` are how many terms the limit of each line has."""
    return OutcomeColumns(
        rows=len(outcomes),
        challenger=Column(np.array([each.challenger for each in outcomes], np.bool_)),
        score=numbers([each.score for each in outcomes]),
        pd_ppm=numbers([each.pd_ppm for each in outcomes]),
        segment=words([each.segment for each in outcomes]),
        points=NOTHING,
        joint_limit_minor=numbers([each.joint_limit_minor for each in outcomes]),
        joint_terms=NOTHING,
        joint_binding=words([each.joint_binding for each in outcomes]),
        pay_later=line_columns([each.pay_later for each in outcomes], widths[0]),
        cash_loan=line_columns([each.cash_loan for each in outcomes], widths[1]),
        doubts=_lists([each.doubts for each in outcomes]),
    )


def known_of(defaulted: Sequence[bool | None], groups: Sequence[Sequence[str | None]]) -> Known:
    """Return what is known of customers besides; `groups` are each customer's."""
    return Known(numbers(defaulted), [words(values) for values in zip(*groups, strict=True)])


def numbers(values: Sequence[int | None]) -> Column:
    """Return numbers as a column; what stands under a missing one means nothing."""
    missing = np.array([each is None for each in values], np.bool_)
    held = np.array([7 if each is None else each for each in values], np.int64)
    return Column(held, missing if missing.any() else None)


def words(texts: Sequence[str | None]) -> Words:
    """Return texts by their places, below zero where there is none."""
    names = tuple(sorted({each for each in texts if each is not None}))
    codes = [-1 if each is None else names.index(each) for each in texts]
    return Words(names, np.array(codes, np.int64))


def _terms(found: Sequence[tuple[int | None, ...]], width: int) -> NumberLists:
    padded = [each or (None,) * width for each in found]
    columns = tuple(numbers([each[place] for each in padded]) for place in range(width))
    return NumberLists(columns, np.array([not each for each in found], np.bool_))


def _lists(lists: Sequence[tuple[str, ...]]) -> WordLists:
    flat = words([each for some in lists for each in some])
    starts = np.cumsum([0, *(len(some) for some in lists)], dtype=np.int64)
    return WordLists(flat.names, flat.codes.astype(np.int16), starts)


def line_columns(lines: Sequence[LineOutcome], width: int) -> LineColumns:
    """Return lines in columns; `width` is how many terms their limit has."""
    actions = tuple(Action)
    return LineColumns(
        action=Words(actions, np.array([actions.index(each.action) for each in lines], np.int16)),
        limit_now_minor=numbers([each.limit_now_minor for each in lines]),
        base_limit_minor=numbers([each.base_limit_minor for each in lines]),
        effective_limit_minor=numbers([each.effective_limit_minor for each in lines]),
        terms=_terms([each.terms for each in lines], width),
        binding=words([each.binding for each in lines]),
        without_minor=numbers([each.without_minor for each in lines]),
        price_ppm=numbers([each.price_ppm for each in lines]),
        price_parts=NOTHING,
        price_binding=words([each.price_binding for each in lines]),
        gate=words([each.gate for each in lines]),
        restrictions=_lists([each.restrictions for each in lines]),
        reasons=_lists([each.reasons for each in lines]),
    )
