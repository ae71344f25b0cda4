"""What would help: the smallest change of what the customer can act on that lifts a limit.

Each piece of advice was tried: the decision was made again with the change, and the limit it
gave is the limit the advice names. Nobody is asked for what cannot be: for an amount below zero,
or for more to be paid a month than the highest bill or balance that is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.expression import names_in
from twinline.decision.strategy import FeatureType
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twinline.decision.decide import Decider
    from twinline.decision.law import LawValues
    from twinline.decision.outcome import Outcome
    from twinline.decision.scalar import Row
    from twinline.decision.strategy import Feature


PAID = "_payment_minor_"
OWED = ("_balance_minor", "_statement_minor_")
"""Parts of the names of columns that say what was paid and what was owed."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One feature's value today and the value that would help."""

    feature: str
    now: int
    target: int


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that, together, would give a line the limit named, all else as it is."""

    product: Product
    changes: tuple[Change, ...]
    limit_minor: int


def advise(
    decider: Decider, customer_id: str, features: Row, law: LawValues, as_of_day: int
) -> tuple[Advice, ...]:
    """Return for each line what would lift its effective limit by a step or more.

    One feature alone where that suffices, each with the smallest change that does; otherwise
    the fewest features together that do. The most helpful advice comes first.
    """

    def limits(changed: Mapping[int, int]) -> dict[Product, int]:
        row = tuple([changed.get(place, value) for place, value in enumerate(features)])
        outcome: Outcome = decider.decide_features(customer_id, row, law, as_of_day)
        return {product: line.effective_limit_minor for product, line in outcome.lines()}

    today = limits({})
    advice: list[Advice] = []
    for product in Product:
        needed = today[product] + decider.strategy.limits[product].step_minor

        def helps(
            changed: Mapping[int, int], product: Product = product, to: int = needed
        ) -> bool:
            return limits(changed)[product] >= to

        advice.extend(
            Advice(
                product=product,
                changes=tuple(
                    Change(
                        feature=decider.strategy.features[place].name,
                        now=features[place] or 0,
                        target=target,
                    )
                    for place, target in changed.items()
                ),
                limit_minor=limits(changed)[product],
            )
            for changed in _changes(decider.strategy.features, features, helps)
        )
    return tuple(sorted(advice, key=lambda each: (len(each.changes), -each.limit_minor)))


def _changes(
    features: Sequence[Feature],
    values: Row,
    helps: Callable[[Mapping[int, int]], bool],
) -> list[dict[int, int]]:
    """Return the changes that help: single ones, else one set of several."""
    best = _ends(features, values)
    singles = [
        _smallest({place: end}, values, helps)
        for place, end in best.items()
        if helps({place: end})
    ]
    if singles or not helps(best):
        return singles
    together = dict(best)
    for place in best:
        without = {other: end for other, end in together.items() if other != place}
        if helps(without):
            together = without
    return [_smallest(together, values, helps)]


def _ends(features: Sequence[Feature], values: Row) -> dict[int, int]:
    """Return how far each feature that the customer can act on can go, where that is any way."""
    paid: set[str] = set()
    owed: list[int] = []
    ends: dict[int, int] = {}
    for place, (feature, value) in enumerate(zip(features, values, strict=True)):
        column = feature.column or ""
        if value is not None and any(part in column for part in OWED):
            owed.append(value)
        read = frozenset() if feature.value is None else names_in(feature.value.expression)
        if PAID in column or read & paid:
            paid.add(feature.name)
        if not feature.act or value is None:
            continue
        end = feature.bounds.greatest if feature.act > 0 else feature.bounds.least
        if feature.type is FeatureType.AMOUNT and feature.act < 0:
            end = max(end, 0)
        elif feature.type is FeatureType.AMOUNT and feature.name in paid and owed:
            end = min(end, max(owed))
        if (end - value) * feature.act > 0:
            ends[place] = end
    return ends


def _smallest(
    changed: Mapping[int, int], values: Row, helps: Callable[[Mapping[int, int]], bool]
) -> dict[int, int]:
    """Return the changes drawn back towards today's values as far as they still help."""
    smallest = dict(changed)
    for place, end in changed.items():
        near, far = values[place] or 0, end
        while abs(far - near) > 1:
            middle = (near + far) // 2
            if helps({**smallest, place: middle}):
                far = middle
            else:
                near = middle
        smallest[place] = far
    return smallest
