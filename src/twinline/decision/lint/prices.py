"""Checks of the prices: the ceiling of the law, and parts that say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.expression import Name
from twinline.decision.fault import Finding
from twinline.decision.lint.order import never_above
from twinline.decision.lint.subject import price_parts
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.lint.subject import Subject

LAW_CEILING = "law_price_ceiling_ppm"


def ceiling_above_law(subject: Subject) -> Iterator[Finding]:
    """A price's ceiling must be proven to stay within the ceiling of the law."""
    for product in Product:
        text = subject.written.prices[product.value].ceiling
        ceiling = subject.strategy.prices[product].ceiling.expression
        if not never_above(subject.worlds, ceiling, Name(LAW_CEILING), subject.worlds.everywhere):
            rule = f"can pass the ceiling of the law: write min({text}, {LAW_CEILING})"
            yield Finding(f"prices.toml {product.value}.ceiling", text, rule)


def price_always_zero(subject: Subject) -> Iterator[Finding]:
    """A price that is nothing for everyone: the money costs the lender more than that."""
    for product in Product:
        if subject.worlds.span(Name(f"{product.value}_price_ppm")).greatest <= 0:
            rule = "nobody ever pays for the money: mend parts, floor or ceiling"
            yield Finding(f"prices.toml {product.value}", "always 0 ppm", rule)


def parts_silent(subject: Subject) -> Iterator[Finding]:
    """Parts always above the ceiling or below the floor: they never make the price."""
    for product in Product:
        price = subject.strategy.prices[product]
        place = f"prices.toml {product.value}.parts"
        parts = subject.worlds.span(price_parts(price))
        ceiling = subject.worlds.span(price.ceiling.expression)
        floor = subject.worlds.span(price.floor.expression)
        if parts.least > ceiling.greatest:
            rule = (
                f"they add up to {parts.least} ppm or more and the ceiling is at most"
                f" {ceiling.greatest}: every price is the ceiling"
            )
            yield Finding(place, "always above the ceiling", rule)
        elif parts.greatest < floor.least:
            rule = (
                f"they add up to {parts.greatest} ppm at most and the floor is at least"
                f" {floor.least}: every price is the floor"
            )
            yield Finding(place, "always below the floor", rule)
