"""Every kind of the calculator: its request, its answer, and the function between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twinline.app.calc import days, debts, identifiers, rates, schedule, statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.app.calc.fields import Answer, Request


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: what is asked, what is answered, and how."""

    request: type[Request]
    answer: type[Answer]
    work_out: Callable[[Any], Answer]

    @property
    def name(self) -> str:
        """The kind as requests name it."""
        return str(self.request.__struct_config__.tag)


KINDS: Final = (
    Kind(schedule.ScheduleRequest, schedule.ScheduleAnswer, schedule.schedule),
    Kind(rates.RateRequest, rates.RateAnswer, rates.rate),
    Kind(days.DayCountRequest, days.DayCountAnswer, days.day_count),
    Kind(days.RollRequest, days.RollAnswer, days.roll_date),
    Kind(rates.WorthRequest, rates.WorthAnswer, rates.worth),
    Kind(debts.AllocateRequest, debts.AllocateAnswer, debts.allocate_payment),
    Kind(debts.DpdRequest, debts.DpdAnswer, debts.dpd),
    Kind(debts.MinimumPaymentRequest, debts.MinimumPaymentAnswer, debts.minimum_payment),
    Kind(statistics.PointsRequest, statistics.PointsAnswer, statistics.points),
    Kind(statistics.WoeRequest, statistics.WoeAnswer, statistics.woe),
    Kind(statistics.PsiRequest, statistics.PsiAnswer, statistics.psi),
    Kind(statistics.IrbRequest, statistics.IrbAnswer, statistics.irb),
    Kind(statistics.EclRequest, statistics.EclAnswer, statistics.ecl),
    Kind(debts.HeadroomRequest, debts.HeadroomAnswer, debts.headroom),
    Kind(identifiers.IdentifierRequest, identifiers.IdentifierAnswer, identifiers.identifier),
)
"""In the order of the reference."""

BY_REQUEST: Final = {kind.request: kind for kind in KINDS}
