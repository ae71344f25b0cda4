"""Some months of one line: purchases, payments and lateness that add up month by month.

The lateness is a Markov chain with the one-month transitions seen in a panel of 45,985 real card
accounts; state n means that n dues are unpaid, so 1 is 1 to 29 days past due, 2 is 30 to 59.
Payments follow from it: less than the minimum where lateness grows, a due where it stands still,
all arrears where it is cured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

ROLL_PPM = (19_000, 52_000, 300_000, 590_000, 670_000, 800_000)
"""The chance to be one month later at the end of the next month, by lateness."""
CURE_PPM = (0, 800_000, 500_000, 250_000, 100_000, 50_000)
"""The chance to be current at the end of the next month, by lateness."""

ARREARS_WORST = len(ROLL_PPM) - 1
LATENESS_MAX = 12
MINIMUM_DIVISOR = 10
"""The least payment is a tenth of the statement."""
CHARGE_DIVISOR = 67
"""A late month costs about 1.5 percent: 0.05 percent a day."""
NOTHING_PAID = 0.8
"""Of those who fall behind, the share that pays nothing at all; the others pay half the least."""
PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a customer uses one line; amounts are in minor units.

    `spend_minor` is spent in a usual month, in `active_ppm` of all months and in none of the
    latest `months_idle`; `full` payers pay the statement but for a `carried` part, in percent;
    `hazard_percent` scales the chance to fall behind.
    """

    limit_minor: int
    opening_minor: int
    spend_minor: int
    active_ppm: int
    months_idle: int
    full: bool
    carried_percent: int
    hazard_percent: int


@dataclass(frozen=True, slots=True)
class History:
    """What the months left behind, the latest first; `purchases` are without charges."""

    statements: list[int]
    payments: list[int]
    lateness: list[int]
    purchases: list[int]


def live(habit: Habit, months: int, random: Random) -> History:
    """Live through the latest `months` of a line, the earliest first; return them latest first."""
    owed, late = habit.opening_minor, 0
    history = History([], [], [], [])
    for month in range(months, 0, -1):
        before, late = late, next_lateness(late, owed, habit.hazard_percent, random)
        paid = _payment(owed, before, late, habit, random)
        owed -= paid
        bought = 0 if late else _purchase(owed, month, habit, random)
        owed += owed // CHARGE_DIVISOR if late else bought
        history.statements.append(owed)
        history.payments.append(paid)
        history.lateness.append(late)
        history.purchases.append(bought)
    for series in (history.statements, history.payments, history.lateness, history.purchases):
        series.reverse()
    return history


def next_lateness(late: int, owed: int, hazard_percent: int, random: Random) -> int:
    """Return the lateness a month later; who owes no least payment cannot fall behind."""
    if owed < MINIMUM_DIVISOR:
        return 0
    chance = random.random() * PPM
    state = min(late, ARREARS_WORST)
    roll = ROLL_PPM[state] * hazard_percent // 100 if late == 0 else ROLL_PPM[state]
    if chance < roll:
        return min(late + 1, LATENESS_MAX)
    return 0 if chance < roll + CURE_PPM[state] else late


def _payment(owed: int, before: int, late: int, habit: Habit, random: Random) -> int:
    """Return what is paid in a month in which lateness went from `before` to `late`."""
    if owed <= 0:
        return 0
    least = -(-owed // MINIMUM_DIVISOR)
    if late > before:
        return 0 if random.random() < NOTHING_PAID else least // 2
    if late:
        return least
    if before:
        return min(owed, least * (before + 1))
    if habit.full:
        return max(least, owed - owed * habit.carried_percent // 100)
    return min(owed, least + int(random.random() * 2 * least))


def _purchase(owed: int, month: int, habit: Habit, random: Random) -> int:
    """Return what is bought in a month, never above the limit."""
    if month <= habit.months_idle or random.random() * PPM >= habit.active_ppm:
        return 0
    wish = habit.spend_minor // 2 + int(random.random() * habit.spend_minor)
    return max(0, min(wish, habit.limit_minor - owed))
