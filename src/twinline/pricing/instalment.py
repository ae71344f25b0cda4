"""The level payment of the rows that are left, by each of the rules that find one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

from twinline.kernel.rounding import Rounding, divide, divide_to_step
from twinline.terms.plan import Instalment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.pricing.timeline import Charge, Ratio
    from twinline.terms.plan import Rules

_SCALE = 1 << 160
"""Fixed point of the annuity factors: their error is far below a minor unit of any balance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The rows over which a payment is solved, as they are known when it is solved.

    `first` is the exact interest of the first row; `within_minor` is disbursed inside it; `rest`
    are the interest factors of the later rows.
    """

    balance_minor: int
    within_minor: int
    first: Charge
    rest: Sequence[Ratio]

    @property
    def factors(self) -> list[Ratio]:
        """The interest factor of every row."""
        return [(self.first.per_balance, self.first.denominator), *self.rest]


def level_payment(outlook: Outlook, rules: Rules, annuity_rate: Ratio | None) -> int:
    """Return the level payment in minor units, a multiple of the rules' step.

    `annuity_rate` is the rate of one regular period; the closed formula needs it. Over two
    payments that leave equal differences `least_last` takes the smaller.
    """
    match rules.instalment:
        case Instalment.LEAST_LAST:
            return _least_last(outlook, rules)
        case Instalment.ANNUITY:
            assert annuity_rate is not None
            owed = outlook.balance_minor + outlook.within_minor
            factors = [annuity_rate] * (len(outlook.rest) + 1)
            return _level(owed, 1, factors, rules)
        case Instalment.PERIOD_FACTORS:
            worth, denominator = _present_value(outlook)
            return _level(worth, denominator, outlook.factors, rules)
    assert_never(rules.instalment)


def _present_value(outlook: Outlook) -> Ratio:
    """Return what the rows repay, at the start of the first: later money is discounted."""
    first = outlook.first
    grown = first.denominator + first.per_balance
    owed_at_due = outlook.balance_minor * grown + first.constant
    return owed_at_due + outlook.within_minor * first.denominator, grown


def _level(worth: int, denominator: int, factors: Sequence[Ratio], rules: Rules) -> int:
    """Return worth / denominator / (annuity factor), rounded once to the step.

    The factor is enclosed from both sides in fixed point; only where the two ends round apart is
    it computed as an exact fraction.
    """
    low, high = _annuity_factor(factors, up=False), _annuity_factor(factors, up=True)
    step, rounding = rules.step_minor, rules.instalment_rounding
    least = divide_to_step(worth * _SCALE, denominator * high, step, rounding)
    most = divide_to_step(worth * _SCALE, denominator * low, step, rounding)
    if least == most:
        return least
    exact = Fraction(0)
    for part, whole in reversed(factors):
        exact = (exact + 1) * Fraction(whole, whole + part)
    return divide_to_step(worth * exact.denominator, denominator * exact.numerator, step, rounding)


def _annuity_factor(factors: Sequence[Ratio], *, up: bool) -> int:
    """Return the present value of 1 in each row, in units of 1 / _SCALE, rounded as asked."""
    total = 0
    for part, whole in reversed(factors):
        top, bottom = (_SCALE + total) * whole, whole + part
        total = -(-top // bottom) if up else top // bottom
    return total


def _least_last(outlook: Outlook, rules: Rules) -> int:
    """Return the multiple of the step that leaves the smallest difference in the last row.

    The difference (last payment less level payment) falls strictly as the payment rises, by at
    least one unit in each row, so that the best multiple lies where it changes sign.
    """
    rows = len(outlook.rest) + 1
    if rows == 1:
        return 0
    step, factor = rules.step_minor, _annuity_factor(outlook.factors, up=False)
    worth, denominator = _present_value(outlook)
    payment = divide_to_step(worth * _SCALE, denominator * factor, step, Rounding.HALF_UP)
    difference = _difference(outlook, payment, rules.rounding)
    while 2 * abs(difference) >= rows * step:
        beside = payment + step if difference > 0 else payment - step
        if beside < 0:
            break
        other = _difference(outlook, beside, rules.rounding)
        if (abs(other), beside) > (abs(difference), payment):
            break
        payment, difference = beside, other
    return payment


def _difference(outlook: Outlook, payment: int, rounding: Rounding) -> int:
    """Return the last row's payment less the level payment, were every row before it level."""
    top, bottom = outlook.first.times(outlook.balance_minor)
    balance = outlook.balance_minor + outlook.within_minor + divide(top, bottom, rounding)
    for part, whole in outlook.rest:
        balance -= payment
        balance += divide(balance * part, whole, rounding)
    return balance - payment
