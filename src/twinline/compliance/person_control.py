"""How the law's cap per person becomes the limit of a customer's person control.

The control holds the balance of both lines, unweighted, against the cap at every request, whatever
the licence. Where the law counts the undrawn line too, the cap is also held against what is
granted, at the grant: then no draw within the lines can pass it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from twinline.compliance.person_cap import Basis, room_minor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from twinline.compliance.law import Law
    from twinline.terms.licence import Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCap:
    """What one person may owe one lender, in minor units, and by which licence on which basis."""

    cap_minor: int
    basis: Basis
    licence: Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A customer's lines, in minor units: the effective limits, both together, and what is used.

    What is used is unweighted, holds included.
    """

    pay_later_minor: int
    cash_loan_minor: int
    joint_minor: int
    used_minor: int


def person_cap(law: Law, licences: Iterable[Licence], on: date, currency: str) -> PersonCap:
    """Return the cap over lines of one licence or more: the lowest, the stricter basis if any.

    Where two licences give the same amount, the one that counts the undrawn line is named. Raises
    `NotInForceError` before the first cap of a licence and `UnknownCurrencyError`.
    """
    return _person_cap(law, frozenset(licences), on, currency)


@lru_cache(maxsize=1_000)
def _person_cap(law: Law, licences: frozenset[Licence], on: date, currency: str) -> PersonCap:
    """Return the cap, worked out once for a day: every purchase asks for it."""
    caps = [
        PersonCap(
            cap_minor=law.values(licence, on, currency).person_cap_minor,
            basis=law.person_cap_basis[licence],
            licence=licence,
        )
        for licence in licences
    ]
    lowest = min(caps, key=lambda cap: (cap.cap_minor, cap.basis is not Basis.LINE, cap.licence))
    counts_lines = any(cap.basis is Basis.LINE for cap in caps)
    return PersonCap(
        cap_minor=lowest.cap_minor,
        basis=Basis.LINE if counts_lines else Basis.BALANCE,
        licence=lowest.licence,
    )


def counted_minor(cap: PersonCap, granted: Granted) -> int:
    """Return what counts against the cap: the balance, or what it could become.

    What could be used of both lines is bounded by what they have together; an instalment counts
    there for at least what it is, so the joint limit bounds the unweighted balance too.
    """
    match cap.basis:
        case Basis.BALANCE:
            return granted.used_minor
        case Basis.LINE:
            lines = granted.pay_later_minor + granted.cash_loan_minor
            return max(granted.used_minor, min(lines, granted.joint_minor))


def grant_room_minor(cap: PersonCap, granted: Granted) -> int:
    """Return what the cap leaves for more: more limit on the basis of lines, else more balance."""
    return room_minor(cap.cap_minor, counted_minor(cap, granted))


def lawful_joint_minor(cap: PersonCap, joint_minor: int) -> int:
    """Return the joint limit that a grant may give under the cap.

    On the basis of lines it is the cap at most, so that balance and undrawn line stay within it;
    on the basis of the balance the person control alone refuses the draw that would pass it.
    """
    match cap.basis:
        case Basis.BALANCE:
            return joint_minor
        case Basis.LINE:
            return min(joint_minor, cap.cap_minor)
