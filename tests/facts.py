"""Facts of one contract for tests: short to write, and random ones that go together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from twinline.servicing.fact import Fact, FactKind

DAY = date(2026, 11, 1)
BOOKED = datetime(2026, 11, 1, 4, tzinfo=UTC)


def fact(fact_id: str, kind: FactKind, minor: int, *, day: int = 0, refers: str = "") -> Fact:
    """Return a fact that counts some days after the first of November."""
    return Fact(
        fact_id=fact_id,
        contract_id="K1",
        kind=kind,
        value_on=DAY + timedelta(days=day),
        booked_at=BOOKED,
        amount_minor=minor,
        refers=refers,
    )


_PLAIN = [kind for kind in FactKind if kind is not FactKind.REVERSAL]


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """Draw a contract's facts in a random order of booking: reversals of any of them included."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(1, 12))):
        day = draw(st.integers(0, 5))
        if facts and draw(st.integers(0, 2)) == 0:
            undoes = draw(st.sampled_from(facts))
            new = fact(
                f"r{number}",
                FactKind.REVERSAL,
                undoes.amount_minor,
                day=day,
                refers=undoes.fact_id,
            )
        else:
            minor = draw(st.sampled_from([1, 2, 50, 99, 10**9]))
            new = fact(f"f{number}", draw(st.sampled_from(_PLAIN)), minor, day=day)
        facts.append(new)
    return draw(st.permutations(facts))
