"""The law's cap on one person: how much, on which basis, and what a grant may give under it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from twinline.compliance.law import Law, UnknownCurrencyError, read_law
from twinline.compliance.person_cap import Basis
from twinline.compliance.person_control import (
    Granted,
    PersonCap,
    counted_minor,
    grant_room_minor,
    lawful_joint_minor,
    person_cap,
)
from twinline.terms.dated import Dated, NotInForceError
from twinline.terms.licence import Licence

ON = date(2026, 11, 22)
LAW = read_law(
    files("twinline.compliance").joinpath("params", "china.toml").read_text(encoding="utf-8")
)
GRANTED = Granted(
    pay_later_minor=5_000_000,
    cash_loan_minor=18_000_000,
    joint_minor=20_000_000,
    used_minor=6_000_000,
)
BANK, OTHER = (
    PersonCap(cap_minor=20_000_000, basis=basis, licence=licence)
    for basis, licence in (
        (Basis.LINE, Licence.BANK),
        (Basis.BALANCE, Licence.CONSUMER_FINANCE),
    )
)


@pytest.mark.parametrize(
    ("licence", "basis"),
    [
        (Licence.BANK, Basis.LINE),
        (Licence.CONSUMER_FINANCE, Basis.BALANCE),
        (Licence.MICRO_LOAN, Basis.BALANCE),
    ],
)
def test_the_cap_and_its_basis_are_the_law_s(licence: Licence, basis: Basis) -> None:
    """Rules 2, 4 and 8: 200,000 each; of a bank the undrawn line counts too."""
    cap = person_cap(LAW, [licence], ON, "CNY")

    assert cap == PersonCap(cap_minor=20_000_000, basis=basis, licence=licence)


def test_two_licences_bind_by_the_lower_and_the_stricter() -> None:
    """The lowest amount counts, and undrawn lines if either licence counts them."""
    lower = Dated("cap", ((date(2020, 1, 1), 15_000_000),))
    law = replace(LAW, person_cap={**LAW.person_cap, Licence.CONSUMER_FINANCE: lower})
    both = [Licence.BANK, Licence.CONSUMER_FINANCE]

    assert person_cap(law, both, ON, "CNY") == PersonCap(
        cap_minor=15_000_000, basis=Basis.LINE, licence=Licence.CONSUMER_FINANCE
    )
    assert person_cap(LAW, both[::-1], ON, "CNY").licence is Licence.BANK


def test_a_cap_is_of_its_day_and_currency() -> None:
    """Before the first value there is no cap to go by, nor in a currency nobody knows."""
    with pytest.raises(NotInForceError):
        person_cap(LAW, [Licence.MICRO_LOAN], date(2025, 1, 16), "CNY")
    with pytest.raises(UnknownCurrencyError):
        person_cap(LAW, [Licence.MICRO_LOAN], ON, "EUR")
    assert isinstance(LAW, Law)


def test_on_the_basis_of_lines_the_undrawn_counts() -> None:
    """What both lines could become together, or what is owed where that is more already."""
    narrow = replace(GRANTED, joint_minor=7_000_000)
    over = replace(GRANTED, joint_minor=0)
    small = replace(GRANTED, cash_loan_minor=4_000_000)

    assert [counted_minor(BANK, each) for each in (GRANTED, narrow, over, small)] == [
        20_000_000,
        7_000_000,
        6_000_000,
        9_000_000,
    ]
    assert grant_room_minor(BANK, GRANTED) == 0
    assert grant_room_minor(BANK, narrow) == 13_000_000


def test_on_the_basis_of_the_balance_only_what_is_used_counts() -> None:
    """V36: what a person owes is held against the cap, not what was granted."""
    owes = replace(GRANTED, used_minor=18_500_000)

    assert counted_minor(OTHER, owes) == 18_500_000
    assert grant_room_minor(OTHER, owes) == 1_500_000
    assert grant_room_minor(OTHER, replace(owes, used_minor=21_000_000)) == 0


def test_a_joint_limit_is_granted_within_the_cap_where_lines_count() -> None:
    """Elsewhere the draw that would pass the cap is refused by the person control."""
    assert lawful_joint_minor(BANK, 25_000_000) == 20_000_000
    assert lawful_joint_minor(BANK, 15_000_000) == 15_000_000
    assert lawful_joint_minor(OTHER, 25_000_000) == 25_000_000
