"""A payment goes to the dues in order, and none of it is lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.servicing.allocation import By, Due, Order, allocate

AMOUNTS = st.integers(0, 10_000)
DUES = st.lists(
    st.builds(
        Due,
        due_on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        fee=AMOUNTS,
        penalty=AMOUNTS,
        interest=AMOUNTS,
        principal=AMOUNTS,
    ),
    max_size=6,
)
LATE = Due(due_on=date(2026, 5, 15), fee=1000, penalty=971, interest=9157, principal=80884)


def total(due: Due) -> int:
    """Return what a due comes to."""
    return due.fee + due.penalty + due.interest + due.principal


def test_v20_standard_and_principal_first() -> None:
    """Of 500.00 the standard order leaves principal 388.72; principal first takes it all."""
    standard = allocate([LATE], 50_000, Order.STANDARD, By.INSTALMENT)
    first = allocate([LATE], 50_000, Order.PRINCIPAL_FIRST, By.INSTALMENT)

    assert standard.received == (
        Due(due_on=LATE.due_on, fee=1000, penalty=971, interest=9157, principal=38_872),
    )
    assert first.received == (Due(due_on=LATE.due_on, principal=50_000),)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.INSTALMENT, [(10, 0, 0, 50), (5, 0, 0, 0)]),
        (By.COMPONENT, [(10, 0, 0, 40), (10, 0, 5, 0)]),
    ],
)
def test_by_instalment_and_by_component(by: By, expected: list[tuple[int, ...]]) -> None:
    """Either the oldest due is completed first, or one component of all of them."""
    dues = [
        Due(due_on=date(2026, 2, 1), interest=5, fee=10),
        Due(due_on=date(2026, 1, 1), fee=10, principal=50),
    ]
    received = allocate(dues, 65, Order.STANDARD, by).received

    shown = [(due.fee, due.penalty, due.interest, due.principal) for due in received]
    assert shown == expected


@given(DUES, st.integers(0, 200_000), st.sampled_from(list(Order)), st.sampled_from(list(By)))
def test_nothing_is_lost_and_nothing_overpaid(
    dues: list[Due], amount: int, order: Order, by: By
) -> None:
    """What is received and left over is what was paid; no due receives more than it asks."""
    found = allocate(dues, amount, order, by)
    asked = sorted(dues, key=lambda due: due.due_on)

    assert sum(map(total, found.received)) + found.left_over_minor == amount
    for due, received in zip(asked, found.received, strict=True):
        assert received.due_on == due.due_on
        assert 0 <= received.fee <= due.fee
        assert 0 <= received.penalty <= due.penalty
        assert 0 <= received.interest <= due.interest
        assert 0 <= received.principal <= due.principal
    if found.left_over_minor:
        assert sum(map(total, dues)) == amount - found.left_over_minor
