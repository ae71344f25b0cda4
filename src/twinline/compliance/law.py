"""The law as dated data: caps and ceilings by licence, read from the table shipped beside this.

The text comes in as an argument; where it lies is the shell's business.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from twinline.compliance.person_cap import Basis
from twinline.decision.law import LawValues
from twinline.kernel.money import parse_money
from twinline.terms.dated import Dated
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnknownCurrencyError(LookupError):
    """A currency for which the law's amounts cannot be read."""

    def __init__(self, currency: str, known: Mapping[str, int]) -> None:
        """Name the currency and those there are."""
        super().__init__(f"currency_scale: {currency}: the law's table knows {', '.join(known)}")


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    values: dict[str, str | int]


class _CapEntry(_Entry, frozen=True, forbid_unknown_fields=True):
    basis: Basis


class _CapGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    unit: str
    BK: _CapEntry
    CF: _CapEntry
    ML: _CapEntry


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    unit: str
    BK: _Entry
    CF: _Entry
    ML: _Entry


class _Common(_Entry, frozen=True, forbid_unknown_fields=True):
    title: str
    unit: str


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    known_on: date
    currency: str
    person_cap: _CapGroup
    price_ceiling: _Group
    retention: _Common
    currency_scale: dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Law:
    """The law of one country: dated caps and ceilings by licence, retention for all.

    Read once and the same as itself alone, so that what follows from it can be remembered.

    `known_on` is the day on which the table was last held against its sources.
    `person_cap_basis` says what is held against the cap per person. `currency_scale` says how many
    whole units of a currency one yuan stands for.
    """

    known_on: date
    person_cap: Mapping[Licence, Dated]
    person_cap_basis: Mapping[Licence, Basis]
    price_ceiling: Mapping[Licence, Dated]
    retention_years: Dated
    currency_scale: Mapping[str, int]

    def scale(self, currency: str) -> int:
        """Return how many units of a currency one yuan of a table stands for.

        Raises `UnknownCurrencyError`.
        """
        if currency not in self.currency_scale:
            raise UnknownCurrencyError(currency, self.currency_scale)
        return self.currency_scale[currency]

    def values(self, licence: Licence, day: date, currency: str) -> LawValues:
        """Return what binds a licence on a day, in minor units of the currency.

        Raises `NotInForceError` before the first value and `UnknownCurrencyError`.
        """
        return LawValues(
            licence=licence,
            person_cap_minor=self.person_cap[licence].on(day) * self.scale(currency),
            price_ceiling_ppm=self.price_ceiling[licence].on(day),
        )


def read_law(text: str) -> Law:
    """Return the law that a table of parameters describes."""
    sheet = msgspec.convert(tomllib.loads(text), _Sheet)
    return Law(
        known_on=sheet.known_on,
        person_cap=_by_licence("person cap", sheet.person_cap),
        person_cap_basis={
            Licence.BANK: sheet.person_cap.BK.basis,
            Licence.CONSUMER_FINANCE: sheet.person_cap.CF.basis,
            Licence.MICRO_LOAN: sheet.person_cap.ML.basis,
        },
        price_ceiling=_by_licence("price ceiling", sheet.price_ceiling),
        retention_years=_dated("retention", sheet.retention, sheet.retention.unit),
        currency_scale={
            code: units for code, units in sheet.currency_scale.items() if isinstance(units, int)
        },
    )


def _by_licence(name: str, group: _Group | _CapGroup) -> dict[Licence, Dated]:
    entries = {
        Licence.BANK: group.BK,
        Licence.CONSUMER_FINANCE: group.CF,
        Licence.MICRO_LOAN: group.ML,
    }
    return {
        licence: _dated(f"{name} of {licence.value}", entry, group.unit)
        for licence, entry in entries.items()
    }


def _dated(name: str, entry: _Entry, unit: str) -> Dated:
    values = ((date.fromisoformat(start), _whole(value)) for start, value in entry.values.items())
    return Dated(name=name, unit=unit, source=entry.source, values=tuple(sorted(values)))


def _whole(value: str | int) -> int:
    return value if isinstance(value, int) else parse_money(value, "CNY")
