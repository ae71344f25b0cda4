from __future__ import annotations

import re

import msgspec

from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.deciding import Deciding
from twinline.app.bank.reason import Reason
from twinline.app.bank.recording import Recording
from twinline.ledger.admission import Refusal
from twinline.lines.effective import UseRefusal

_PLACE = re.compile(r"\{([a-z0-9_]+)\}")


def test_every_command_has_a_name_and_a_route_of_its_own() -> None:
    """No two commands share a name, or a method and path."""
    assert len({command.name for command in CATALOGUE}) == len(CATALOGUE)
    routes = {(command.method, _PLACE.sub("{}", command.path)) for command in CATALOGUE}
    assert len(routes) == len(CATALOGUE)


def test_no_id_can_be_taken_for_another_route() -> None:
    """Where one route has a member, no other of as many parts has a word in its place."""
    for one in CATALOGUE:
        for other in CATALOGUE:
            parts, others = one.path.split("/"), other.path.split("/")
            if len(parts) == len(others):
                apart = {
                    _PLACE.sub("{}", part) != _PLACE.sub("{}", word)
                    for part, word in zip(parts, others, strict=True)
                    if "{" not in part and "{" not in word
                }
                alike = _PLACE.sub("{}", one.path) == _PLACE.sub("{}", other.path)
                assert alike or True in apart, f"{one.path} and {other.path}"


def test_every_place_of_a_path_is_a_member_of_the_request() -> None:
    """A path names members of its request only, and begins with the version."""
    for command in CATALOGUE:
        members = {field.name for field in msgspec.structs.fields(command.request)}
        assert command.path.startswith("/v1/")
        assert set(_PLACE.findall(command.path)) <= members, command.name


def test_what_is_read_changes_nothing_and_needs_no_key() -> None:
    """A command of method GET has no key; a keyed command is never one."""
    for command in CATALOGUE:
        assert not (command.method == "GET" and command.keyed), command.name


def test_every_keyed_command_says_when_a_key_was_used_or_is_being_used() -> None:
    """Keyed commands declare KEY_REUSED and IN_PROGRESS, since any may meet them."""
    for command in CATALOGUE:
        if command.keyed:
            names = set(command.refusals.__members__)
            assert {"KEY_REUSED", "IN_PROGRESS"} <= names, command.name


def test_a_command_on_a_customer_declares_what_its_running_may_say() -> None:
    """What decides on a customer can find none of that id."""
    for command in CATALOGUE:
        if isinstance(command.run, Deciding):
            assert command.run.reasons is command.refusals
            assert command.run.outcome is command.outcome
            assert "CUSTOMER_NOT_FOUND" in command.refusals.__members__, command.name
        if isinstance(command.run, Recording):
            assert command.run.reasons is command.refusals
            assert command.run.outcome is command.outcome


def test_every_command_that_books_may_meet_a_closed_period() -> None:
    """What is keyed and no record of the lender's own goes through the journal."""
    for command in CATALOGUE:
        books = command.keyed and not isinstance(command.run, Recording)
        assert books == ("PERIOD_LOCKED" in command.refusals.__members__), command.name


def test_new_use_declares_every_reason_of_its_gates_in_their_order() -> None:
    """Purchase, quote and draw name every reason of the line and of their controls."""
    for name, controls in (
        ("authorise", {"pay_later_headroom", "joint_headroom", "person_cap"}),
        ("quote_loan", {"cash_loan_headroom", "joint_headroom", "person_cap"}),
        ("draw_loan", {"cash_loan_headroom", "joint_headroom", "person_cap"}),
    ):
        command = next(command for command in CATALOGUE if command.name == name)
        values = [str(reason) for reason in command.refusals]
        use = [reason for reason in values if reason in {*UseRefusal} - {UseRefusal.NO_CREDIT}]
        assert use == [reason for reason in UseRefusal if reason is not UseRefusal.NO_CREDIT]
        assert {"lending_stopped", "no_credit", "own_spending_cap"} <= set(values)
        ledger = {refusal.value for refusal in Refusal} - {Refusal.PERIOD_LOCKED.value}
        assert controls == set(values) & ledger


def test_one_reason_has_one_family_wherever_it_is_given() -> None:
    """The same value never stands in two families."""
    families: dict[str, set[str]] = {}
    for command in CATALOGUE:
        for reason in command.refusals:
            assert isinstance(reason, Reason)
            families.setdefault(str(reason), set()).add(reason.family)
            assert reason.rule
    assert all(len(found) == 1 for found in families.values()), families
