"""Whether a group is accepted: one pure rule, which every store keeps in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, assert_never

from twinline.ledger.chain import chained, content_hash
from twinline.ledger.control import CONTROLS, Control, moved
from twinline.ledger.group import Admission, headroom_changes, posts_within

if TYPE_CHECKING:
    from datetime import date

    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group, Held


@unique
class Refusal(StrEnum):
    """Why a group was not accepted, in the order the checks run."""

    GROUP_ID_TAKEN = "group_id_taken"
    """The owner has an accepted group of this id that another command asked for."""

    OWNER_NOT_FOUND = "owner_not_found"

    STALE = "stale"
    """The owner has changed since the command was decided on: decide again. Leaves no record."""

    HOLD_NOT_FOUND = "hold_not_found"
    """There is no pending group of the id to resolve."""

    HOLD_RESOLVED = "hold_resolved"
    """The pending group was captured, voided or expired before."""

    HOLD_EXCEEDED = "hold_exceeded"
    """More would be posted than is held."""

    PAY_LATER_HEADROOM = "pay_later_headroom"
    CASH_LOAN_HEADROOM = "cash_loan_headroom"
    JOINT_HEADROOM = "joint_headroom"
    PERSON_CAP = "person_cap"

    PERIOD_LOCKED = "period_locked"
    """It would count on a day of a period that has been closed."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A group took its place: `seq` among the owner's, headroom after it, the chain's head.

    `again` says that it had been accepted before and nothing moved now; then the rest is what was
    answered the first time.
    """

    seq: int
    headroom: Headroom
    chain: bytes
    again: bool = False


@dataclass(frozen=True, slots=True)
class Prior:
    """An accepted group of the same owner and id."""

    command_hash: bytes
    answer: Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of an owner bears on whether a group is accepted.

    `prior` is the accepted group with the id asked for, `held` the pending group to be resolved,
    `closed_until` the last day of the closed period, if one was closed.
    """

    seq: int
    headroom: Headroom
    chain: bytes
    prior: Prior | None = None
    held: Held | None = None
    closed_until: date | None = None


def admit(standing: Standing | None, group: Group, seq_seen: int | None) -> Accepted | Refusal:
    """Return what becomes of a group.

    `seq_seen` is the owner's `seq` that the command was decided on, None where it does not matter.
    A request is refused for the first control whose headroom it lowers below zero; a request that
    leaves or raises a control is not refused for it, however negative it stands.
    """
    if standing is not None and standing.prior is not None:
        return _again(standing.prior, group)
    if standing is None:
        return Refusal.OWNER_NOT_FOUND
    if seq_seen is not None and seq_seen != standing.seq:
        return Refusal.STALE
    if (refusal := _unresolvable(standing.held, group)) is not None:
        return refusal
    changes = headroom_changes(group, standing.held)
    after = moved(standing.headroom, changes)
    if group.admission is Admission.REQUEST:
        for control, change, left in zip(CONTROLS, changes, after, strict=True):
            if change < 0 and left < 0:
                return _beyond(control)
    if standing.closed_until is not None and group.value_on <= standing.closed_until:
        return Refusal.PERIOD_LOCKED
    seq = standing.seq + 1
    return Accepted(seq, after, chained(standing.chain, seq, content_hash(group)))


def _again(prior: Prior, group: Group) -> Accepted | Refusal:
    if prior.command_hash != group.command_hash:
        return Refusal.GROUP_ID_TAKEN
    answer = prior.answer
    return Accepted(answer.seq, answer.headroom, answer.chain, again=True)


def _unresolvable(held: Held | None, group: Group) -> Refusal | None:
    if group.resolves is None:
        return None
    if held is None:
        return Refusal.HOLD_NOT_FOUND
    if held.resolved_by is not None:
        return Refusal.HOLD_RESOLVED
    if not posts_within(group.resolves, held):
        return Refusal.HOLD_EXCEEDED
    return None


def _beyond(control: Control) -> Refusal:
    match control:
        case Control.PAY_LATER:
            return Refusal.PAY_LATER_HEADROOM
        case Control.CASH_LOAN:
            return Refusal.CASH_LOAN_HEADROOM
        case Control.JOINT:
            return Refusal.JOINT_HEADROOM
        case Control.PERSON:
            return Refusal.PERSON_CAP
        case _:
            assert_never(control)
