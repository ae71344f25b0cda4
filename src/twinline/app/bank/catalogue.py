"""Every command there is, once: what HTTP, the command line and the reference derive from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import authorisations, loans, merchants, opening, repayments

if TYPE_CHECKING:
    from twinline.app.bank.command import Command

CATALOGUE: Final[tuple[Command[Any, Any], ...]] = (
    *opening.COMMANDS,
    *authorisations.COMMANDS,
    *loans.COMMANDS,
    *repayments.COMMANDS,
    *merchants.COMMANDS,
)
