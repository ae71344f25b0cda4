"""Writes docs/reference/lines.md: states, moves, refusals and terms, from the tables themselves.

`python -m tests.docs.lines_reference` writes it; a test compares it with what is there.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lines import OPEN, TODAY
from twinline.lines.effective import UseRefusal, effective_limit, new_use
from twinline.lines.least import TermKind
from twinline.lines.line import LineState, RestrictionKind
from twinline.lines.moves import MOVES, MoveRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.lines.moves import LineMove

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lines.md"

HEAD = """# Lines

Made by `python -m tests.docs.lines_reference`; change the words there, not this page.

A customer has two lines, pay-later and cash loan, each with a state, a base limit set by a
decision, perhaps a temporary limit, and restrictions. Nothing done to a line touches a debt: dues,
prices and plans of what is owed stay as they are.
"""

STATES = {
    LineState.PENDING_EFFECTIVE: "Approved, usable from its day or when its condition is met.",
    LineState.OPEN: "In use.",
    LineState.FROZEN: "No new use until what froze it has ended.",
    LineState.SUSPENDED: "No new use until a review.",
    LineState.DORMANT: "Long unused, and the customer was told. One tap keeps it alive.",
    LineState.CLOSED: "Final. A new line needs a new decision.",
}

REFUSALS = {
    MoveRefusal.LINE_STATE: "The line's state does not allow it.",
    MoveRefusal.LINE_STOPPED: "New use of one of the two lines is stopped; its limit stays.",
    MoveRefusal.TOO_EARLY: "The day announced for it has not come, or none was announced.",
    MoveRefusal.NOT_SETTLED: "A line closes only when nothing is owed or kept and no hold waits.",
    MoveRefusal.SAME_DECISION: "The decision has set this line's limit already.",
    MoveRefusal.BASE_CHANGED: "Another decision has set the limit since; decide again.",
    MoveRefusal.BELOW_MINIMUM: "The limit would be less than the product's least.",
    MoveRefusal.ABOVE_MAXIMUM: "The limit would be more than product or law allow.",
    MoveRefusal.NOT_FREE: "Only what is not used can move to the other line.",
    MoveRefusal.NO_RISE: "A temporary limit has to be above the base limit.",
    MoveRefusal.DAYS_REVERSED: "The last day comes before the first.",
    MoveRefusal.ID_TAKEN: "The line has another restriction of this id.",
    MoveRefusal.NOT_FOUND: "The line has no restriction of this id.",
}

USE_REFUSALS = {
    UseRefusal.LINE_PENDING_EFFECTIVE: "The line is approved and not usable yet.",
    UseRefusal.LINE_FROZEN: "The line is frozen.",
    UseRefusal.LINE_SUSPENDED: "The line is suspended.",
    UseRefusal.LINE_DORMANT: "The line is dormant; one tap wakes it.",
    UseRefusal.LINE_CLOSED: "The line is closed.",
    UseRefusal.NO_CREDIT: "The customer asked for no credit, and can lift it.",
    UseRefusal.LINE_STOPPED: "A restriction stops new use; its reason and end are told.",
}

KINDS = {
    RestrictionKind.CAP: "The limit is at most an amount.",
    RestrictionKind.FACTOR: "The limit is at most a part of the base limit, rounded down to the "
    "fen.",
    RestrictionKind.STOP: "No new use; the limit itself stays.",
}

TERMS = {
    TermKind.STATE: "The line's state leaves nothing.",
    TermKind.NO_CREDIT: "The customer's own stop leaves nothing.",
    TermKind.STOP: "A restriction leaves nothing.",
    TermKind.BASE: "Base limit less use.",
    TermKind.TEMPORARY: "Temporary limit less use, while it lasts and is above the base limit.",
    TermKind.FACTOR: "A factor's part of the base limit, less use.",
    TermKind.CAP: "A cap less use.",
    TermKind.OWN_CAP: "The customer's own cap on the line, less use.",
    TermKind.JOINT: "What is left of both lines together, instalments counting by their weight.",
    TermKind.PERSON: "What the law still lets the person owe.",
    TermKind.OWN_SPENDING: "What is left of the spending the customer allows themselves.",
}

MOVED = """## Moves

A closed line opens by a new decision only, which also makes the first line. A pending line past
its day counts as open.
"""

LIMITS = """## The limit of a day

Effective limit = least of (base limit, or the temporary limit while it lasts and is above it) and
every restriction whose interval holds the day. Intervals run from their first day to before their
end; nothing has to be run for one to begin or end, and restrictions may be added in any order.
Where a line has not become effective, or is closed, its limit is zero.

A decision on the base limit carries the base version it saw, and counts only if that still stands.
A line that is frozen, suspended or dormant may be cut and is not raised. A cut ends a temporary
limit. At the customer's wish limit moves between lines: only what is free of one, never a fen more
or less in total.

The customer's own cap holds at once when it is tighter than the one before, and from a later day
when it is wider or lifted; the same goes for the mode without credit.
"""

AVAILABLE = """## What is available

The least of these terms, and never below zero. The answer names the term that binds, the
restriction behind it, and what the next term would give.
"""


def page() -> str:
    """Return the whole page."""
    parts = [
        HEAD,
        "## States\n",
        _table(("state", "means", "limit", "new use"), map(_state, LineState)),
        MOVED,
        _table(("move", "from", "to", "means"), map(_move, MOVES)),
        "Why a line is not changed, in the order of the checks:\n",
        _table(("refusal", "means"), (_word(each, REFUSALS[each]) for each in MoveRefusal)),
        LIMITS,
        _table(("restriction", "means"), (_word(each, KINDS[each]) for each in RestrictionKind)),
        AVAILABLE,
        _table(("term", "what it leaves"), (_word(each, TERMS[each]) for each in TermKind)),
        "Why a line admits no new use, whatever the amount, in the order of the checks:\n",
        _table(("refusal", "means"), (_word(each, USE_REFUSALS[each]) for each in UseRefusal)),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _state(state: LineState) -> tuple[str, ...]:
    line = replace(OPEN, state=state)
    kept = effective_limit(line, TODAY).limit_minor == line.base_limit_minor
    refusal = new_use(line, TODAY)
    use = "yes" if refusal is None else f"`{refusal}`"
    return f"`{state}`", STATES[state], "kept" if kept else "zero", use


def _move(move: LineMove) -> tuple[str, ...]:
    allowed = MOVES[move]
    states = ", ".join(f"`{state}`" for state in allowed.from_states)
    return f"`{move}`", states, f"`{allowed.to_state}`", allowed.meaning


def _word(word: str, meaning: str) -> tuple[str, ...]:
    return f"`{word}`", meaning


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    lines.insert(1, "|---" * len(head) + "|")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
