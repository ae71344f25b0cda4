"""The scorecard and the table from score to probability of default."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from twinline.decision.bounds import Bounds
from twinline.decision.load_tables import read_table
from twinline.decision.sheet import SCORECARD_COLUMNS
from twinline.decision.strategy import PPM, Attribute, FeatureType
from twinline.decision.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.reading import Reading
    from twinline.decision.sheet import Row
    from twinline.decision.strategy import Feature

POINTS_MAX = 100_000


def score_bounds(base: int, card: Sequence[Attribute]) -> Bounds:
    """Return the least and greatest score the card can give."""
    return Bounds(
        base + sum(min(attribute.points) for attribute in card),
        base + sum(max(attribute.points) for attribute in card),
    )


def read_scorecard(reading: Reading, features: Sequence[Feature]) -> tuple[Attribute, ...]:
    """Return scorecard.csv: for each feature its bins, without gap or overlap."""
    by_name = {feature.name: feature for feature in features}
    card: list[Attribute] = []
    rows = reading.sheets.rows("scorecard.csv", SCORECARD_COLUMNS)
    for name, group in groupby(rows, key=lambda placed: placed[1]["feature"]):
        placed = list(group)
        feature = by_name.get(name)
        if feature is None:
            if name not in reading.findings.broken:
                reading.findings.add(placed[0][0], name, "unknown feature")
            continue
        if any(attribute.feature == name for attribute in card):
            reading.findings.add(placed[0][0], name, "the bins of a feature stand together")
            continue
        attribute = _Bins(reading, feature).attribute(placed)
        if attribute is not None:
            card.append(attribute)
    return tuple(card)


def read_pd(reading: Reading, score: Bounds) -> Table:
    """Return pd.csv: probability of default in ppm by band of score, falling as score rises."""
    table = read_table(reading, "pd", "pd.csv", "ppm", [])
    if table is None:
        return Table(name="pd", edges=(score.least,), columns=1, cells=(0,))
    if table.edges[0] > score.least:
        rule = f"the least score is {score.least}; the first band starts above it"
        reading.findings.add("pd.csv", table.edges[0], rule)
    for high, low in pairwise(table.cells):
        if PPM >= low > high:
            rule = f"default is less likely as the score rises, and {low} is above {high}"
            reading.findings.add("pd.csv", low, rule)
    for cell in table.cells:
        if not 0 <= cell <= PPM:
            reading.findings.add("pd.csv", cell, "a probability is 0 to 1_000_000 ppm")
    return table


class _Bins:
    """The rows of one feature becoming its bins."""

    def __init__(self, reading: Reading, feature: Feature) -> None:
        self.reading = reading
        self.feature = feature
        self.edges: list[tuple[int, int, int]] = []  # from, below, bin
        self.specials: dict[int, int] = {}
        self.missing: int | None = None
        self.points: list[int] = []
        self.reasons: list[str] = []

    def attribute(self, placed: Sequence[tuple[str, Row]]) -> Attribute | None:
        """Return the feature's attribute, or None with findings."""
        before = len(self.reading.findings.found)
        for place, row in placed:
            self._row(place, row)
        place = placed[0][0]
        self._cover(place)
        if self.feature.bounds.may_miss and self.missing is None:
            rule = "can be missing and has no bin for it (special = missing)"
            self.reading.findings.add(place, self.feature.name, rule)
        if len(self.reading.findings.found) > before:
            return None
        self.edges.sort()
        return Attribute(
            feature=self.feature.name,
            edges=tuple(least for least, _, _ in self.edges),
            bins=tuple(number for _, _, number in self.edges),
            specials=self.specials,
            missing=self.missing,
            points=tuple(self.points),
            reasons=tuple(self.reasons),
        )

    def _row(self, place: str, row: Row) -> None:
        points = self.reading.whole(place, row["points"])
        if points is not None and abs(points) > POINTS_MAX:
            self.reading.findings.add(place, points, f"points are within ±{POINTS_MAX}")
        number = len(self.points)
        self.points.append(points or 0)
        self.reasons.append(self.reading.reason(place, row["reason"]) if row["reason"] else "")
        bounds = self.feature.bounds
        if row["special"] and (row["from"] or row["below"]):
            rule = "a special row has no from and no below"
            self.reading.findings.add(place, f"{row['from']},{row['below']}", rule)
        if row["special"] == "missing":
            if not bounds.may_miss or self.missing is not None:
                rule = "is one row, for a feature with missing = bin"
                self.reading.findings.add(place, "missing", rule)
            self.missing = number
        elif row["special"]:
            value = self._value(place, row["special"])
            if value is not None and (value in self.specials or value not in bounds):
                rule = f"a special value stands once and within {bounds}"
                self.reading.findings.add(place, row["special"], rule)
            elif value is not None:
                self.specials[value] = number
        else:
            least = self._value(place, row["from"]) if row["from"] else bounds.least
            below = self._value(place, row["below"]) if row["below"] else bounds.greatest + 1
            if least is not None and below is not None:
                if least >= below:
                    rule = "a bin runs from … to below …, and holds something"
                    self.reading.findings.add(place, f"{row['from']},{row['below']}", rule)
                self.edges.append((least, below, number))

    def _value(self, place: str, text: str) -> int | None:
        if self.feature.type is FeatureType.AMOUNT:
            return self.reading.minor(place, text)
        return self.reading.whole(place, text)

    def _cover(self, place: str) -> None:
        """Make sure that the bins cover the feature's range once."""
        bounds = self.feature.bounds
        reached = bounds.least
        name = self.feature.name
        for least, below, _ in sorted(self.edges):
            if least > reached:
                self.reading.findings.add(place, name, f"no bin holds {reached} to {least - 1}")
            elif least < reached:
                rule = f"two bins hold {least}" if least >= bounds.least else "starts too low"
                self.reading.findings.add(place, name, f"{rule}; its range is {bounds}")
            reached = max(reached, below)
        if reached <= bounds.greatest:
            rule = f"no bin holds {reached} to {bounds.greatest}"
            self.reading.findings.add(place, name, rule)
        elif reached > bounds.greatest + 1:
            self.reading.findings.add(place, name, f"a bin ends above the range {bounds}")
