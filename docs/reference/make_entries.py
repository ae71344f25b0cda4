"""Write entries.md, the reference page of how each event is booked, from the templates.

Run `python docs/reference/make_entries.py` after a change of src/twinline/ledger/entry.py; a test
holds the page to what this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.ledger.entry import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.ledger.entry import Leg, Template

PAGE = Path(__file__).with_name("entries.md")

HEAD = """\
# Entries

How each event is booked: the amounts it may come with, and for each the account that is debited
and the one that is credited. A leg whose amount is zero is left out. What moves headroom stands in
the same group as the money it belongs to, so that neither can come alone. The accounts are
explained in [accounts.md](accounts.md); `use` of a control against its `headroom` takes headroom,
the other way round gives it back.

| amount | means |
|---|---|
| `principal`, `interest`, `fee`, `penalty` | that component of the debt |
| `over` | paid beyond what is owed: kept for the customer |
| `line` | unweighted, against the line the event belongs to |
| `joint` | against both lines together, an instalment by its weight |
| `person` | unweighted, against what one person may owe this lender |

What is *pending* takes headroom at once and is posted when its hold is captured, for each leg in
whole or in part; a hold that is voided or expires posts nothing. A later fact may undo what an
event has booked, such as a repayment that is dated before another: then a leg is booked the other
way round.
"""

TAIL = """\
This page is made by `make_entries.py` from the templates themselves; edit those.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_events(), TAIL])


def _events() -> Iterator[str]:
    for event, template in TEMPLATES.items():
        yield f"## {event.replace('_', ' ').capitalize()}"
        yield ""
        yield f"`{event}`. {template.meaning}"
        yield ""
        yield from _legs(template)


def _legs(template: Template) -> Iterator[str]:
    if not template.legs:
        return
    yield "| amount | debit | credit |"
    yield "|---|---|---|"
    for leg in template.legs:
        amount = f"`{leg.amount}`" + (", pending" if leg.pending else "")
        debit, credit = (f"{kind}{_control(leg)}" for kind in (leg.debit, leg.credit))
        yield f"| {amount} | {debit} | {credit} |"
    yield ""


def _control(leg: Leg) -> str:
    return f" ({leg.control})" if leg.control else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
