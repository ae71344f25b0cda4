"""The auditor accuses what no order of calls allows, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinline.sim.auditor import Ask, Auditor, Said

if TYPE_CHECKING:
    from collections.abc import Mapping

YES = Said()
LIMITS = {"pay_later": 1_000, "cash_loan": 800, "joint": 1_200, "person": 5_000}


def no(reason: str) -> Said:
    """Return a refusal."""
    return Said(refused=reason)


def draw(amount: int) -> Ask:
    """Return a cash loan asked for."""
    return Ask(what="draw", amount=amount)


def hold(amount: int) -> Ask:
    """Return a purchase to be authorised."""
    return Ask(what="hold", amount=amount)


def end(what: str, held: str, amount: int = 0) -> Ask:
    """Return the end of a hold."""
    return Ask(what=what, hold=held, amount=amount)


def opened(changes: Mapping[str, int] = LIMITS) -> Auditor:
    """Return an auditor that saw a customer open with limits."""
    auditor = Auditor()
    call(auditor, "open", Ask(what="open", changes=changes), YES)
    return auditor


def call(auditor: Auditor, key: str, ask: Ask, said: Said | None) -> None:
    """Let one call begin and end before the next; None: it was never answered."""
    number = auditor.asked("C1", key, ask)
    if said is not None:
        auditor.answered(number, said)


def at_once(auditor: Auditor, *calls: tuple[str, Ask, Said]) -> None:
    """Let calls overlap: all are asked before any is answered."""
    numbers = [auditor.asked("C1", key, ask) for key, ask, _ in calls]
    for number, (_, _, said) in zip(numbers, calls, strict=True):
        auditor.answered(number, said)


def test_true_answers_are_not_accused() -> None:
    """A day of holds, draws, repayments and refusals, all as they should be."""
    auditor = opened()
    call(auditor, "H1", hold(700), YES)
    call(auditor, "D1", draw(600), no("joint_headroom"))
    call(auditor, "P1", end("capture", "H1", 500), Said(told={"pay_later": 500, "joint": 700}))
    call(auditor, "P2", end("capture", "H1", 200), no("hold_resolved"))
    call(auditor, "D2", draw(700), YES)
    call(auditor, "D2", draw(700), YES)
    call(auditor, "D2", draw(701), no("key_used"))
    call(auditor, "R1", Ask(what="repay", amount=800, line="cash_loan"), Said(principal=700))
    call(auditor, "B1", Ask(what="return", amount=700, line="cash_loan"), YES)
    call(auditor, "V9", end("void", "H9"), no("hold_not_found"))
    call(auditor, "E1", end("capture", "D2", 1), no("hold_not_found"))
    told = {"pay_later": 500, "cash_loan": 100, "joint": 0, "owed_cash_loan": 700}
    call(auditor, "", Ask(what="look"), Said(told=told))

    assert auditor.findings() == []


@pytest.mark.parametrize(
    ("ask", "said", "finding"),
    [
        (draw(801), YES, "C1, draw X 801: accepted, and leaves cash_loan at -1 at best"),
        (hold(1_001), YES, "C1, hold X 1001: accepted, and leaves pay_later at -1 at best"),
        (
            draw(800),
            no("joint_headroom"),
            "C1, draw X 800: refused as joint_headroom, and 1200 was free in every order",
        ),
        (
            draw(1),
            no("key_used"),
            "C1, draw X 1: refused as key_used, and it never had another body",
        ),
        (
            draw(100),
            Said(told={"cash_loan": 800}),
            "C1, draw X 100: says cash_loan is 800, it can be 700",
        ),
        (
            Ask(what="repay", amount=5, line="cash_loan"),
            YES,
            "C1, repay X 5: accepted, and leaves owed_cash_loan at -5 at best",
        ),
        (
            Ask(what="look"),
            Said(told={"person": 4_999}),
            "C1, look X: says person is 4999, it can be 5000",
        ),
        (end("void", "H9"), YES, "C1, void X: accepted, and H9 was never held"),
        (
            end("void", "H9"),
            no("hold_resolved"),
            "C1, void X: refused as hold_resolved, and nobody ended H9",
        ),
    ],
)
def test_an_untrue_answer_is_accused(ask: Ask, said: Said, finding: str) -> None:
    """One answer that cannot be, one line."""
    auditor = opened()
    call(auditor, "X", ask, said)

    assert auditor.findings() == [finding]


@pytest.mark.parametrize(
    ("ask", "said", "finding"),
    [
        (
            end("capture", "H1", 101),
            YES,
            "C1, capture X 101: accepted, and 100 was held",
        ),
        (
            end("capture", "H1", 100),
            no("hold_exceeded"),
            "C1, capture X 100: refused as hold_exceeded, and 100 was held",
        ),
        (
            end("void", "H1"),
            no("hold_not_found"),
            "C1, void X: refused as hold_not_found, and H1 was accepted before",
        ),
    ],
)
def test_an_untrue_end_is_accused(ask: Ask, said: Said, finding: str) -> None:
    """What a hold allows is known from its amount alone."""
    auditor = opened()
    call(auditor, "H1", hold(100), YES)
    call(auditor, "X", ask, said)

    assert auditor.findings() == [finding]


def test_a_hold_that_ends_twice_is_accused() -> None:
    """A capture and a void of one hold cannot both be true, even at once."""
    auditor = opened()
    call(auditor, "H1", hold(100), YES)
    at_once(auditor, ("P1", end("capture", "H1", 100), YES), ("V1", end("void", "H1"), YES))

    assert auditor.findings() == ["C1, void V1: accepted, and H1 ended by P1"]


def test_overlapping_calls_are_judged_by_any_order() -> None:
    """A refusal may come before the repayment that overlaps it, or an acceptance after."""
    for said in (YES, no("cash_loan_headroom")):
        auditor = opened()
        call(auditor, "D1", draw(800), YES)
        at_once(
            auditor,
            ("R1", Ask(what="repay", amount=800, line="cash_loan"), YES),
            ("D2", draw(800), said),
        )
        assert auditor.findings() == []


def test_overlapping_acceptances_share_one_limit() -> None:
    """Each of two draws would fit alone; that both did is accused once all are counted."""
    auditor = opened()
    at_once(auditor, ("D1", draw(500), YES), ("D2", draw(500), YES))

    assert auditor.findings() == [
        "C1, draw D2 500: accepted, and leaves cash_loan at -200 at best"
    ]


def test_a_cut_while_a_draw_runs_comes_before_or_after_it() -> None:
    """A draw that was asked for before a cut may have been booked before it; not one after."""
    cut = Ask(what="limit", changes={"cash_loan": -500})
    auditor = opened()
    number = auditor.asked("C1", "D1", draw(800))
    call(auditor, "L1", cut, YES)
    auditor.answered(number, YES)
    assert auditor.findings() == []

    auditor = opened()
    call(auditor, "L1", cut, YES)
    call(auditor, "D1", draw(800), YES)
    assert auditor.findings() == [
        "C1, draw D1 800: accepted, and leaves cash_loan at -500 at best"
    ]


def test_all_refused_at_once_is_accused() -> None:
    """Of calls at once that each fit alone one must have been accepted."""
    auditor = opened()
    refused = no("cash_loan_headroom")
    at_once(auditor, ("D1", draw(500), refused), ("D2", draw(500), refused))

    assert auditor.findings() == [
        f"C1, draw {key} 500: refused as cash_loan_headroom, and 800 was free in every order"
        for key in ("D1", "D2")
    ]


def test_an_unanswered_call_may_have_happened_or_not() -> None:
    """After a lost call both a refusal and an acceptance can be true, and nothing beyond them."""
    for said in (YES, no("cash_loan_headroom")):
        auditor = opened()
        call(auditor, "D1", draw(500), None)
        call(auditor, "D2", draw(500), said)
        assert auditor.findings() == []

    auditor = opened()
    call(auditor, "D1", draw(500), None)
    call(auditor, "", Ask(what="look"), Said(told={"cash_loan": 299}))
    assert auditor.findings() == ["C1, look : says cash_loan is 299, it can be 300 to 800"]


def test_a_lost_call_is_settled_by_its_retry() -> None:
    """After the retry was accepted the amount counts once, after a refusal not at all."""
    for said, left in ((YES, 300), (no("cash_loan_headroom"), 800)):
        auditor = opened()
        call(auditor, "D1", draw(500), None)
        call(auditor, "D0", draw(301), None)
        call(auditor, "D1", draw(500), said)
        call(auditor, "D0", draw(301), no("cash_loan_headroom"))
        call(auditor, "", Ask(what="look"), Said(told={"cash_loan": left - 1}))
        (line,) = [each for each in auditor.findings() if "look" in each]
        assert line.endswith(f"says cash_loan is {left - 1}, it can be {left}")


def test_a_call_that_was_put_off_binds_nobody() -> None:
    """Busy and in progress are no answer to a key."""
    auditor = opened()
    call(auditor, "D1", draw(500), Said(refused="in_progress", done=False))
    call(auditor, "D1", draw(500), YES)

    assert auditor.findings() == []


def test_two_answers_to_one_key_are_accused() -> None:
    """The first answer stands: neither other words nor a refusal may follow it."""
    auditor = opened()
    call(auditor, "D1", draw(500), Said(told={"cash_loan": 300}))
    call(auditor, "D1", draw(500), Said(told={"cash_loan": 200}))
    call(auditor, "D1", draw(500), no("cash_loan_headroom"))

    assert auditor.findings()[:2] == [
        "C1, draw D1 500: answered yes with cash_loan 200, and before yes with cash_loan 300",
        "C1, draw D1 500: answered cash_loan_headroom, and before yes with cash_loan 300",
    ]


def test_another_body_under_a_key_is_accused_if_accepted() -> None:
    """A key is taken by the body it was accepted with."""
    auditor = opened()
    call(auditor, "D1", draw(500), YES)
    call(auditor, "D1", draw(100), YES)

    assert auditor.findings() == [
        "C1, draw D1 100: accepted, and the key was accepted with another body"
    ]


def test_customers_do_not_share_room() -> None:
    """What one customer used is free to another."""
    auditor = opened()
    call(auditor, "D1", draw(800), YES)
    number = auditor.asked("C2", "open", Ask(what="open", changes=LIMITS))
    auditor.answered(number, YES)
    number = auditor.asked("C2", "D1", draw(800))
    auditor.answered(number, YES)

    assert auditor.findings() == []
