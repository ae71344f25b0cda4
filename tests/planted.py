"""Rules of admission with a defect planted in each, to see whether anyone notices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinline.ledger.admission import Accepted, Refusal, admit
from twinline.ledger.chain import chained, content_hash
from twinline.ledger.control import moved
from twinline.ledger.event import Event
from twinline.ledger.group import headroom_changes

if TYPE_CHECKING:
    from twinline.ledger.admission import Standing
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group

BOUNDS = {
    Refusal.PAY_LATER_HEADROOM,
    Refusal.CASH_LOAN_HEADROOM,
    Refusal.JOINT_HEADROOM,
    Refusal.PERSON_CAP,
}


def bound_skipped(
    standing: Standing | None, group: Group, seq_seen: int | None
) -> Accepted | Refusal:
    """Accept what has no room."""
    outcome = admit(standing, group, seq_seen)
    if outcome not in BOUNDS or standing is None:
        return outcome
    return _accepted(standing, group, _after(standing, group))


def void_lost(standing: Standing | None, group: Group, seq_seen: int | None) -> Accepted | Refusal:
    """Accept a void and give nothing back."""
    outcome = admit(standing, group, seq_seen)
    if group.event is not Event.HOLD_VOIDED or isinstance(outcome, Refusal) or standing is None:
        return outcome
    return replace(outcome, headroom=standing.headroom)


def sign_wrong(
    standing: Standing | None, group: Group, seq_seen: int | None
) -> Accepted | Refusal:
    """Let a repayment take headroom."""
    outcome = admit(standing, group, seq_seen)
    if group.event is not Event.REPAID or isinstance(outcome, Refusal) or standing is None:
        return outcome
    a, b, c, d = headroom_changes(group, standing.held)
    return replace(outcome, headroom=moved(standing.headroom, (-a, -b, -c, -d)))


def key_forgotten(
    standing: Standing | None, group: Group, seq_seen: int | None
) -> Accepted | Refusal:
    """Book a command again that was booked before."""
    return admit(None if standing is None else replace(standing, prior=None), group, seq_seen)


def stale_accepted(
    standing: Standing | None, group: Group, _seq_seen: int | None
) -> Accepted | Refusal:
    """Book what was decided on a state that is no more."""
    return admit(standing, group, None)


def _accepted(standing: Standing, group: Group, headroom: Headroom) -> Accepted:
    seq = standing.seq + 1
    return Accepted(seq, headroom, chained(standing.chain, seq, content_hash(group)))


def _after(standing: Standing, group: Group) -> Headroom:
    return moved(standing.headroom, headroom_changes(group, standing.held))
