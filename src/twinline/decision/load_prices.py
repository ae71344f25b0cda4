"""Prices: named parts, a floor and a ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.bounds import Bounds
from twinline.decision.resolve import Symbol
from twinline.decision.strategy import PPM, Price, Quantity
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.decision.reading import Reading
    from twinline.decision.resolve import Resolved
    from twinline.decision.sheet import PriceSheet


def read_prices(reading: Reading, sheets: Mapping[str, PriceSheet]) -> dict[Product, Price]:
    """Return prices.toml: a price for each line, and its name for the limits to use."""
    prices = {}
    for product in Product:
        sheet = sheets.get(product.value)
        if sheet is None:
            reading.findings.add("prices.toml", product.value, "each line needs a price")
            continue
        place = f"prices.toml {product.value}"
        parts = [
            (name, reading.number(f"{place}.{name}", text)) for name, text in sheet.parts.items()
        ]
        if not parts:
            reading.findings.add(f"{place}.parts", "no parts", "a price is made of parts")
        floor = reading.number(f"{place}.floor", sheet.floor)
        ceiling = reading.number(f"{place}.ceiling", sheet.ceiling)
        if not 1 <= sheet.step_ppm <= PPM:
            reading.findings.add(f"{place}.step_ppm", sheet.step_ppm, "is 1 to 1_000_000")
        symbol = Symbol(Bounds(0, ceiling.bounds.greatest if ceiling else PPM))
        if ceiling is not None and ceiling.bounds.least < 0:
            reading.findings.add(f"{place}.ceiling", sheet.ceiling, "may not be below 0")
        if ceiling is not None and ceiling.bounds.greatest > 10 * PPM:
            reading.findings.add(f"{place}.ceiling", sheet.ceiling, "may not pass 10_000_000 ppm")
        reading.define(place, f"{product.value}_price_ppm", symbol)
        if floor is None or ceiling is None or not parts:
            continue
        _keep_small(reading, place, sheet, [*(part for _, part in parts), floor])
        prices[product] = Price(
            parts=tuple(Quantity(name=name, value=part) for name, part in parts if part),
            floor=floor,
            ceiling=ceiling,
            step_ppm=sheet.step_ppm,
        )
    return prices


def _keep_small(
    reading: Reading, place: str, sheet: PriceSheet, parts: list[Resolved | None]
) -> None:
    """Keep sums of a price's parts far from 64 bits."""
    limit = 100 * PPM
    for text, part in zip([*sheet.parts.values(), sheet.floor], parts, strict=True):
        if part is not None and not -limit <= part.bounds.least <= part.bounds.greatest <= limit:
            reading.findings.add(place, text, f"can be {part.bounds}, outside ±{limit} ppm")
