"""Lines and restrictions for tests: short to write, and random ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from twinline.lines.line import (
    Cause,
    Line,
    LineState,
    Restriction,
    RestrictionKind,
    TemporaryLimit,
)
from twinline.terms.product import Product

TODAY = date(2026, 11, 22)

OPEN = Line(
    product=Product.CASH_LOAN,
    state=LineState.OPEN,
    currency="CNY",
    base_limit_minor=1_000_000,
    base_version=3,
    decision_id="d3",
    licence="CF",
    funder="own",
    opened_on=date(2026, 1, 5),
)
"""A cash-loan line of 10,000 yuan."""


def day(offset: int) -> date:
    """Return the day some days after today."""
    return TODAY + timedelta(days=offset)


def restriction(
    kind: RestrictionKind,
    *,
    name: str = "r",
    minor: int = 0,
    ppm: int = 1_000_000,
    cause: Cause = Cause.BEHAVIOUR,
) -> Restriction:
    """Return a restriction from today on, without end."""
    return Restriction(
        restriction_id=name,
        kind=kind,
        cause=cause,
        reason="OVERDUE",
        from_on=TODAY,
        end_condition="nothing is overdue",
        amount_minor=minor,
        parts_per_million=ppm,
    )


def under(*restrictions: Restriction) -> Line:
    """Return the open line under restrictions."""
    return replace(OPEN, restrictions=restrictions)


DAYS = st.integers(-5, 5).map(day)


@st.composite
def restrictions(draw: st.DrawFn) -> Restriction:
    """Draw a restriction of any kind and interval."""
    from_on = draw(DAYS)
    return Restriction(
        restriction_id=f"r{draw(st.integers(0, 99))}",
        kind=draw(st.sampled_from(RestrictionKind)),
        cause=draw(st.sampled_from(Cause)),
        reason="ANY",
        from_on=from_on,
        end_condition="any",
        to_on=draw(st.none() | st.integers(0, 6).map(lambda days: from_on + timedelta(days))),
        amount_minor=draw(st.integers(0, 2_000_000)),
        parts_per_million=draw(st.integers(0, 1_000_000)),
    )


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw a line in any state under any restrictions."""
    from_on = draw(DAYS)
    temporary = TemporaryLimit(
        limit_minor=draw(st.integers(1, 3_000_000)),
        from_on=from_on,
        last_on=from_on + timedelta(draw(st.integers(0, 5))),
    )
    return replace(
        OPEN,
        product=draw(st.sampled_from(Product)),
        state=draw(st.sampled_from(LineState)),
        base_limit_minor=draw(st.integers(0, 2_000_000)),
        effective_from_on=draw(st.none() | DAYS),
        temporary=draw(st.sampled_from([None, temporary])),
        restrictions=tuple(
            draw(st.lists(restrictions(), max_size=4, unique_by=lambda each: each.restriction_id))
        ),
    )
