"""What flows are worth at a rate: each discounted over whole periods and an odd part of one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Self

from twinline.kernel.decimals import ONE, PRECISE
from twinline.kernel.rate import to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction


class Timed(NamedTuple):
    """An amount in minor units, `periods` whole periods and an odd part of one from the start.

    The odd part discounts by 1 / (1 + odd x rate), as Appendix J to Regulation Z has it; every
    other convention leaves it at nothing.
    """

    amount_minor: int
    periods: int
    odd: Fraction | None = None


class Step(NamedTuple):
    """A flow made ready for discounting: its gap is the whole periods since the flow before."""

    amount: Decimal
    is_received: bool
    gap: int
    periods: Decimal
    odd: Decimal | None


@dataclass(frozen=True, slots=True)
class Worth:
    """The flows' worth at one growth factor, apart by sign, each with its duration.

    `paid` and `received` are positive; the durations are the sums of worth x periods, an odd part
    with the weight it has in the slope.
    """

    received: Decimal
    paid: Decimal
    received_periods: Decimal
    paid_periods: Decimal

    @property
    def net(self) -> Decimal:
        """Received less paid."""
        return self.received - self.paid


@dataclass(frozen=True, slots=True)
class Series:
    """Flows in order of time, those of one moment added up, none of nothing.

    The first counts as received: which side's flows they are changes nothing.
    """

    steps: tuple[Step, ...]
    gaps: frozenset[int]
    has_odd: bool

    @classmethod
    def of(cls, flows: Iterable[Timed]) -> Self:
        """Return the series of some flows."""
        sums: dict[tuple[int, Fraction | None], int] = {}
        for amount, periods, odd in flows:
            at = periods, odd
            sums[at] = sums.get(at, 0) + amount
        ordered = [(at, amount) for at, amount in sorted(sums.items()) if amount]
        sign = -1 if ordered and ordered[0][1] < 0 else 1
        steps, last = [], 0
        for (periods, odd), signed in ordered:
            amount = sign * signed
            share = to_decimal(odd, PRECISE) if odd else None
            steps.append(
                Step(Decimal(amount), amount > 0, periods - last, Decimal(periods), share)
            )
            last = periods
        gaps = frozenset([step.gap for step in steps])
        return cls(tuple(steps), gaps, any(step.odd is not None for step in steps))

    @property
    def sign_changes(self) -> int:
        """How often the sign changes from one flow to the next."""
        signs = [step.is_received for step in self.steps]
        return sum(a != b for a, b in itertools.pairwise(signs))

    def undiscounted(self) -> Worth:
        """Return the worth where money does not grow, odd parts left out of the durations."""
        received = paid = received_periods = paid_periods = Decimal(0)
        for amount, is_received, _, periods, _ in self.steps:
            if is_received:
                received += amount
                received_periods += amount * periods
            else:
                paid -= amount
                paid_periods -= amount * periods
        return Worth(received, paid, received_periods, paid_periods)

    def discounted(self, growth: Decimal) -> list[Decimal]:
        """Return each flow's worth when money grows by `growth` in a period.

        To be called in the context `PRECISE`, as all that follows.
        """
        discount, factor = PRECISE.divide(ONE, growth), ONE
        powers = {gap: discount**gap for gap in self.gaps if gap}
        values = []
        for amount, _, gap, _, odd in self.steps:
            if gap:
                factor *= powers[gap]
            value = amount * factor
            if odd is not None:
                value = PRECISE.divide(value, ONE + odd * (growth - ONE))
            values.append(value)
        return values

    def net_at(self, growth: Decimal) -> Decimal:
        """Return received less paid."""
        return sum(self.discounted(growth), Decimal(0))

    def worth_at(self, growth: Decimal) -> Worth:
        """Return the worth apart by sign, with durations."""
        received = paid = received_periods = paid_periods = Decimal(0)
        for step, value in zip(self.steps, self.discounted(growth), strict=True):
            duration = step.periods
            if step.odd is not None:
                duration += PRECISE.divide(step.odd * growth, ONE + step.odd * (growth - ONE))
            if step.is_received:
                received += value
                received_periods += value * duration
            else:
                paid -= value
                paid_periods -= value * duration
        return Worth(received, paid, received_periods, paid_periods)
