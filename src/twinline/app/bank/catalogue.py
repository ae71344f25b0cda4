"""Every command there is, once: what HTTP, the command line and the reference derive from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import (
    acceptance,
    authorisations,
    credit_balances,
    customers,
    funders,
    grants,
    holds,
    line_states,
    lines,
    loans,
    merchants,
    monitoring,
    opening,
    operations,
    periods,
    personal_data,
    product_funding,
    reading,
    referrals,
    refunds,
    repayments,
    restrictions,
)

if TYPE_CHECKING:
    from twinline.app.bank.command import Command

CATALOGUE: Final[tuple[Command[Any, Any], ...]] = (
    *opening.COMMANDS,
    *referrals.COMMANDS,
    *acceptance.COMMANDS,
    *customers.COMMANDS,
    *personal_data.COMMANDS,
    *grants.COMMANDS,
    *line_states.COMMANDS,
    *lines.COMMANDS,
    *restrictions.COMMANDS,
    *authorisations.COMMANDS,
    *holds.COMMANDS,
    *refunds.COMMANDS,
    *loans.COMMANDS,
    *repayments.COMMANDS,
    *credit_balances.COMMANDS,
    *merchants.COMMANDS,
    *operations.COMMANDS,
    *monitoring.COMMANDS,
    *funders.COMMANDS,
    *product_funding.COMMANDS,
    *periods.COMMANDS,
    *reading.COMMANDS,
)
