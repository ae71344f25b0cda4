"""What a strategy means, as one canonical text and its hash.

Two strategies whose files differ only in spaces, comments, order of keys or wording have the
same logic; any change that could change a decision changes the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from twinline.decision.expression import canonical
from twinline.decision.strategy import SEMANTICS

if TYPE_CHECKING:
    from twinline.decision.bounds import Bounds
    from twinline.decision.strategy import Attribute, Feature, Limit, Price, Strategy
    from twinline.decision.table import Table

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | None


def logic_text(strategy: Strategy) -> str:
    """Return the canonical JSON of everything that can change a decision."""
    return json.dumps(_logic(strategy), sort_keys=True, separators=(",", ":"))


def logic_hash(strategy: Strategy) -> str:
    """Return the SHA-256 of the logic's canonical text."""
    return hashlib.sha256(logic_text(strategy).encode()).hexdigest()


def _logic(strategy: Strategy) -> Json:
    return {
        "semantics": SEMANTICS,
        "experiment": [strategy.experiment.salt, strategy.experiment.challenger_ppm],
        "dated": [
            [each.name, _bounds(each.bounds), [[d.isoformat(), v] for d, v in each.dated.values]]
            for each in strategy.dated
        ],
        "features": [_feature(feature) for feature in strategy.features],
        "score_base": strategy.score_base,
        "scorecard": [_attribute(attribute) for attribute in strategy.scorecard],
        "pd": _table(strategy.pd),
        "segments": [
            [each.name, canonical(each.when.expression), each.reason] for each in strategy.segments
        ],
        "tables": {name: _table(table) for name, table in strategy.tables.items()},
        "values": [[each.name, canonical(each.value.expression)] for each in strategy.values],
        "prices": {product.value: _price(price) for product, price in strategy.prices.items()},
        "joint": _limit(strategy.joint),
        "limits": {product.value: _limit(limit) for product, limit in strategy.limits.items()},
        "gates": [
            [
                each.name,
                canonical(each.when.expression),
                sorted(product.value for product in each.lines),
                each.action.value,
                each.reason,
            ]
            for each in strategy.gates
        ],
        "edges": [
            [
                each.name,
                canonical(each.when.expression),
                sorted(product.value for product in each.lines),
                each.effect.value,
                canonical(each.size.expression),
                each.reason,
            ]
            for each in strategy.edges
        ],
    }


def _bounds(bounds: Bounds) -> Json:
    return [bounds.least, bounds.greatest, bounds.may_miss]


def _feature(feature: Feature) -> Json:
    return [
        feature.name,
        feature.column,
        None if feature.value is None else canonical(feature.value.expression),
        _bounds(feature.bounds),
        feature.missing.value,
        feature.default,
        feature.clamped,
        feature.act,
    ]


def _attribute(attribute: Attribute) -> Json:
    return [
        attribute.feature,
        list(attribute.edges),
        list(attribute.bins),
        [[value, number] for value, number in sorted(attribute.specials.items())],
        attribute.missing,
        list(attribute.points),
        list(attribute.reasons),
    ]


def _table(table: Table) -> Json:
    return [list(table.edges), table.columns, list(table.cells)]


def _price(price: Price) -> Json:
    return [
        [[part.name, canonical(part.value.expression)] for part in price.parts],
        canonical(price.floor.expression),
        canonical(price.ceiling.expression),
        price.step_ppm,
    ]


def _limit(limit: Limit) -> Json:
    return [
        [
            [
                term.name,
                term.role.value,
                canonical(term.amount.expression),
                term.reason,
                term.by_score,
                term.skipped_if_missing,
            ]
            for term in limit.terms
        ],
        limit.step_minor,
        limit.least_minor,
        limit.now,
        limit.raise_ppm,
        limit.cut_ppm,
    ]
