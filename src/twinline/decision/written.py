"""A strategy as it is written: its sheets once more, with the place of every row.

A `Strategy` holds what the files mean; constants are folded into it and places are gone. The
checks need both, so the files of a strategy that loads are read a second time here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from twinline.decision.expression import parse
from twinline.decision.sheet import (
    EDGE_COLUMNS,
    GATE_COLUMNS,
    SCORECARD_COLUMNS,
    SEGMENT_COLUMNS,
    FeatureSheet,
    Findings,
    LimitSheet,
    PriceSheet,
    ReasonSheet,
    Row,
    Sheets,
    StrategySheet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinline.decision.expression import Expression

T = TypeVar("T")
Rows = tuple[tuple[str, Row], ...]
Grid = tuple[tuple[str, list[str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The sheets of a strategy; rows of CSV come as place and cells, the header left out.

    `grids` holds each table by name, `pd` among them, its header first.
    """

    head: StrategySheet
    features: Mapping[str, FeatureSheet]
    scorecard: Rows
    segments: Rows
    values: Mapping[str, str]
    prices: Mapping[str, PriceSheet]
    limits: Mapping[str, LimitSheet]
    gates: Rows
    edges: Rows
    reasons: Mapping[str, ReasonSheet]
    grids: Mapping[str, Grid]

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield every expression of the strategy with its place."""
        for place, text in self.texts():
            yield place, parse(text)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the text of every expression with its place, in the order of use."""
        for name, feature in self.features.items():
            if feature.value is not None:
                yield f"features.toml {name}", feature.value
        yield from self._conditions(self.segments, "segment")
        for name, text in self.values.items():
            yield f"values.toml {name}", text
        for line, price in self.prices.items():
            for part, text in price.parts.items():
                yield f"prices.toml {line}.{part}", text
            yield f"prices.toml {line}.floor", price.floor
            yield f"prices.toml {line}.ceiling", price.ceiling
        for line, limit in self.limits.items():
            for term in limit.terms:
                yield f"limits.toml {line} term {term.name!r}", term.amount
        yield from self._conditions(self.gates, "gate")
        yield from self._conditions(self.edges, "edge")
        for place, row in self.edges:
            if row["size"]:
                yield f"{place} {row['edge']!r} size", row["size"]

    def _conditions(self, rows: Rows, title: str) -> Iterator[tuple[str, str]]:
        for place, row in rows:
            if row["when"] != "else":
                yield f"{place} {row[title]!r}", row["when"]


def read_written(files: Mapping[str, bytes]) -> Written:
    """Return the sheets of a strategy that loads."""
    sheets = Sheets(files, Findings())

    def toml(name: str, shape: type[T]) -> T:
        sheet = sheets.toml(name, shape)
        assert sheet is not None
        return sheet

    def rows(name: str, columns: Sequence[str]) -> Rows:
        return tuple(sheets.rows(name, columns))

    head = toml("strategy.toml", StrategySheet)
    grids = {name: tuple(sheets.grid(table.file)) for name, table in head.tables.items()}
    return Written(
        head=head,
        features=toml("features.toml", dict[str, FeatureSheet]),
        scorecard=rows("scorecard.csv", SCORECARD_COLUMNS),
        segments=rows("segments.csv", SEGMENT_COLUMNS),
        values=toml("values.toml", dict[str, str]),
        prices=toml("prices.toml", dict[str, PriceSheet]),
        limits=toml("limits.toml", dict[str, LimitSheet]),
        gates=rows("gates.csv", GATE_COLUMNS),
        edges=rows("linkage.csv", EDGE_COLUMNS),
        reasons=toml("reasons.toml", dict[str, ReasonSheet]),
        grids={**grids, "pd": tuple(sheets.grid("pd.csv"))},
    )
