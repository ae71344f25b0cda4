"""Each check of a book finds what it is for, and names it at its entry alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.postings import (
    PLACES,
    capture,
    draw,
    opening,
    purchase_hold,
    repayment,
    void,
)
from twinline.ledger.account import Account, AccountKind
from twinline.ledger.admission import Accepted, Standing, admit
from twinline.ledger.balance import Balance
from twinline.ledger.chain import chained, content_hash, genesis
from twinline.ledger.checks import Claims, findings_at, findings_of
from twinline.ledger.control import NO_HEADROOM, Control
from twinline.ledger.group import Held, Resolution, Transfer
from twinline.ledger.journal import Entry
from twinline.ledger.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS = [
    posting.group
    for posting in (
        opening(),
        draw("D1", 300),
        purchase_hold("H1", 200),
        purchase_hold("H2", 50),
        capture("P1", "H1", 150),
        repayment("R1", 100),
    )
]


def journal() -> list[Entry]:
    """Return the true journal of the groups above."""
    standing = Standing(seq=0, headroom=NO_HEADROOM, chain=genesis("C1"))
    entries: list[Entry] = []
    for group in GROUPS:
        name = group.resolves.group_id if group.resolves else ""
        held = [Held(each.pending) for each in GROUPS if each.group_id == name]
        outcome = admit(replace(standing, held=held[0] if held else None), group, None)
        assert isinstance(outcome, Accepted)
        entries.append(
            Entry(seq=outcome.seq, group=group, headroom=outcome.headroom, chain=outcome.chain)
        )
        standing = Standing(seq=outcome.seq, headroom=outcome.headroom, chain=outcome.chain)
    return entries


def read(entries: list[Entry]) -> tuple[Reading, list[str]]:
    """Read a journal; return where the reading ends, and each finding as its line."""
    reading, lines = Reading("C1"), list[str]()
    for entry in entries:
        lines.extend(map(str, findings_at(reading, entry)))
        reading.add(entry)
    return reading, lines


def rechained(entries: list[Entry]) -> list[Entry]:
    """Return entries with a sound chain over whatever they say."""
    head, sound = genesis("C1"), list[Entry]()
    for entry in entries:
        head = chained(head, entry.seq, content_hash(entry.group))
        sound.append(replace(entry, chain=head))
    return sound


def claims() -> Claims:
    """Return what a true store claims of the journal."""
    reading, _ = read(journal())
    return Claims(
        seq=6,
        headroom=(800, 600, 800, 4_600),
        chain=reading.chain,
        balances=reading.own_balances(),
        limits=(1_000, 800, 1_200, 5_000),
        waiting={"H2": Held(GROUPS[3].pending)},
    )


def test_a_true_book_has_no_finding() -> None:
    """Entries and claims of a book that was kept by the rule are true."""
    reading, lines = read(journal())

    assert lines == []
    assert list(findings_of(reading, claims())) == []


def _without_second(entries: list[Entry]) -> list[Entry]:
    return [entries[0], *entries[2:]]


def _amount_changed(entries: list[Entry]) -> list[Entry]:
    changed = replace(entries[1].group, transfers=draw("D1", 299).group.transfers)
    return [entries[0], replace(entries[1], group=changed), *entries[2:]]


def _headroom_changed(entries: list[Entry]) -> list[Entry]:
    return [*entries[:5], replace(entries[5], headroom=(9, 9, 9, 9))]


def _of_another(entries: list[Entry]) -> list[Entry]:
    strange = Entry(seq=7, group=opening("C2").group, headroom=(0, 0, 0, 0), chain=b"")
    return rechained([*entries, strange])


def _twice(entries: list[Entry]) -> list[Entry]:
    again = replace(entries[5], seq=7, headroom=(800, 700, 900, 4_700))
    return rechained([*entries, again])


def _ended_again(entries: list[Entry]) -> list[Entry]:
    group = void("V1", "H1").group
    end = Entry(seq=7, group=group, headroom=entries[5].headroom, chain=b"")
    return rechained([*entries, end])


def _beyond_held(entries: list[Entry]) -> list[Entry]:
    group = replace(void("V1", "H2").group, resolves=Resolution("H2", (51, 0, 0)))
    end = Entry(seq=7, group=group, headroom=entries[5].headroom, chain=b"")
    return rechained([*entries, end])


def _beyond_bound(entries: list[Entry]) -> list[Entry]:
    entry = Entry(seq=7, group=draw("D2", 601).group, headroom=(800, -1, 199, 3_999), chain=b"")
    return rechained([*entries, entry])


def _strange_leg(entries: list[Entry]) -> list[Entry]:
    settled = Account(AccountKind.SETTLEMENT, "house", "CNY")
    income = Account(AccountKind.INTEREST_INCOME, "house", "CNY")
    group = replace(repayment("X1", 1).group, transfers=(Transfer(settled, income, 5),))
    entry = Entry(seq=7, group=group, headroom=entries[5].headroom, chain=b"")
    return rechained([*entries, entry])


@pytest.mark.parametrize(
    ("tampered", "found"),
    [
        (_without_second, ["follows entry 1 [I13]", "chain head is", "headroom is"]),
        (_amount_changed, ["chain head is", "headroom is"]),
        (_headroom_changed, ["headroom is pay_later 9, cash_loan 9, joint 9, person 9,"]),
        (_of_another, ["belongs to C2 [I13]", "its group id was", "headroom is"]),
        (_twice, ["its group id was accepted before [I3]"]),
        (_ended_again, ["ends H1, which does not wait [I1]"]),
        (_beyond_held, ["ends H2, posting [51, 0, 0]: more than it holds [I1]"]),
        (_beyond_bound, ["a request took cash_loan to -1 [I2]"]),
        (_strange_leg, ["no template joins these [I1]"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_tampered_journal_is_found(
    tampered: Callable[[list[Entry]], list[Entry]], found: list[str]
) -> None:
    """What was changed is named where it stands, and nothing else is."""
    _, lines = read(tampered(journal()))

    assert len(lines) == len(found)
    for line, words in zip(lines, found, strict=True):
        assert words in line


CHANGED = Account(
    AccountKind.PRINCIPAL, "C1", "CNY", "CF", "own", PLACES[Control.CASH_LOAN].contract
)


@pytest.mark.parametrize(
    ("false", "found"),
    [
        (replace(claims(), seq=7), "the journal ends at seq 6 with head"),
        (replace(claims(), chain=b"\0" * 32), "the journal ends at seq 6 with head"),
        (replace(claims(), headroom=(801, 600, 800, 4_600)), "headroom is pay_later 801,"),
        (replace(claims(), limits=(999, 800, 1_200, 5_000)), "limits are pay_later 999,"),
        (replace(claims(), waiting={}), "hold H2 waits by the journal, and is not told of"),
        (
            replace(claims(), waiting={**(claims().waiting or {}), "H1": Held(())}),
            "hold H1 is said to wait, and does not",
        ),
        (replace(claims(), waiting={"H2": Held(())}), "hold H2 holds other transfers"),
        (
            replace(claims(), balances={**claims().balances, CHANGED: Balance(199)}),
            "principal/C1/CNY/CF/own/K-cash_loan is 199, its entries come to 200 [I1]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_false_claim_is_found(false: Claims, found: str) -> None:
    """A store that tells otherwise than its journal is named with both."""
    reading, _ = read(journal())
    (finding,) = findings_of(reading, false)

    assert found in str(finding)


def test_controls_of_two_currencies_are_found() -> None:
    """One number of headroom cannot count two currencies."""
    reading, _ = read(journal())
    euro = Account(AccountKind.USE, "C1", "EUR", part="joint")
    reading.posted[euro] = 0

    words = [finding.words for finding in findings_of(reading, claims())]
    assert words == ["controls in CNY, EUR"]
