"""Write refusals.md, the reference page of every refusal, from the command catalogue.

Run `python docs/reference/make_refusals.py` after a change of a reason; a test holds the page to
what this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Family
from twinline.app.bank.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("refusals.md")

HEAD = """\
# Refusals

An expected no is a named reason. Each command gives the first that applies, in the order in which
its row below lists them: the order is part of the contract. A refusal moves nothing, and is
answered again to the same `Idempotency-Key` for 30 days; what timed out is not, so that the same
request may be sent again.

| family | means |
|---|---|
| `rule` | a rule of the product, the lender or the law |
| `limit` | too little headroom, or more than there is |
| `missing` | something asked for is not there, or not known yet |
| `conflict` | another use of the key, or a state that no longer allows it |
| `time_out` | not answered in time; nothing was done |

This page is made by `make_refusals.py` from the catalogue; edit that.
"""


def page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield HEAD
    yield "## By command, in the order of the checks\n"
    yield "| command | refusals |"
    yield "|---|---|"
    for command in CATALOGUE:
        if len(command.refusals):
            reasons = ", ".join(f"`{reason}`" for reason in command.refusals)
            yield f"| `{command.name}` | {reasons} |"
    rules = _rules()
    for family in Family:
        yield f"\n## `{family}`\n"
        yield "| reason | what would be accepted |"
        yield "|---|---|"
        for value in sorted(rules):
            if rules[value][0] is family:
                yield f"| `{value}` | {'; or: '.join(rules[value][1])} |"
    yield ""


def _rules() -> dict[str, tuple[Family, list[str]]]:
    """Return each reason's family, and its rules in the order in which they first stand."""
    rules: dict[str, tuple[Family, list[str]]] = {}
    for command in CATALOGUE:
        for reason in command.refusals:
            assert isinstance(reason, Reason)
            _, said = rules.setdefault(str(reason), (reason.family, []))
            if reason.rule not in said:
                said.append(reason.rule)
    return rules


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
