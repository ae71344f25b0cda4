"""Rules that hold or do not: segments, gates and linkage edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.bounds import INT64_MAX, Bounds
from twinline.decision.resolve import Symbol
from twinline.decision.sheet import EDGE_COLUMNS, GATE_COLUMNS, SEGMENT_COLUMNS
from twinline.decision.strategy import PPM, Action, Edge, Effect, Gate, Segment

if TYPE_CHECKING:
    from twinline.decision.reading import Reading

GATE_ACTIONS = (Action.STOP, Action.REFER, Action.DECLINE)


def read_segments(reading: Reading) -> tuple[tuple[Segment, ...], list[str]]:
    """Return segments.csv, whose first row that fits is the customer's segment, and all names.

    The names are there even where a condition is not, so that one mistake is one finding.
    """
    segments = []
    rows = reading.sheets.rows("segments.csv", SEGMENT_COLUMNS)
    if not rows:
        rule = "at least one segment is needed: else"
        reading.findings.add("segments.csv", "no rows", rule)
    for number, (place, row) in enumerate(rows):
        last = number == len(rows) - 1
        if (row["when"] == "else") != last:
            rule = "the last segment, and no other, takes everyone left: its condition is else"
            reading.findings.add(place, row["when"], rule)
        when = reading.condition(place, "1 == 1" if row["when"] == "else" else row["when"])
        if row["reason"]:
            reading.reason(place, row["reason"])
        reading.define(place, f"segment_{row['segment']}", Symbol(Bounds(number, number)))
        if when is not None:
            segments.append(
                Segment(
                    name=row["segment"],
                    when=when,
                    reason=row["reason"],
                    zh=row["zh"],
                    en=row["en"],
                )
            )
    reading.define("segments.csv", "segment", Symbol(Bounds(0, max(len(rows) - 1, 0))))
    return tuple(segments), [row["segment"] for _, row in rows]


def read_gates(reading: Reading) -> tuple[Gate, ...]:
    """Return gates.csv: stops, referrals and declines, the first that holds decides."""
    gates: list[Gate] = []
    for place, row in reading.sheets.rows("gates.csv", GATE_COLUMNS):
        reading.once(place, row["gate"], gates)
        when = reading.condition(place, row["when"])
        lines = reading.lines(place, row["lines"])
        action = next((each for each in GATE_ACTIONS if each.value == row["action"]), None)
        if action is None:
            reading.findings.add(place, row["action"], "the action is stop, refer or decline")
        reason = reading.reason(place, row["reason"])
        if action is Action.STOP:
            reading.ends(place, reason)
        if when is not None and action is not None:
            gates.append(
                Gate(name=row["gate"], when=when, lines=lines, action=action, reason=reason)
            )
    return tuple(gates)


def read_edges(reading: Reading) -> tuple[Edge, ...]:
    """Return linkage.csv: facts on one product that restrict a line while they hold."""
    edges: list[Edge] = []
    effects = {effect.value: effect for effect in Effect}
    for place, row in reading.sheets.rows("linkage.csv", EDGE_COLUMNS):
        reading.once(place, row["edge"], edges)
        when = reading.condition(place, row["when"])
        lines = reading.lines(place, row["lines"])
        effect = effects.get(row["effect"])
        if effect is None:
            reading.findings.add(place, row["effect"], "the effect is stop, factor or cap")
        size = reading.number(place, row["size"] or "0")
        reason = reading.reason(place, row["reason"])
        reading.ends(place, reason)
        if when is None or effect is None or size is None:
            continue
        greatest = {Effect.STOP: 0, Effect.FACTOR: PPM, Effect.CAP: INT64_MAX}[effect]
        if not 0 <= size.bounds.least <= size.bounds.greatest <= greatest:
            rule = f"can be {size.bounds}; a {effect.value} is 0 to {greatest}"
            reading.findings.add(place, row["size"], rule)
        edges.append(
            Edge(
                name=row["edge"],
                when=when,
                lines=lines,
                effect=effect,
                size=size,
                reason=reason,
            )
        )
    return tuple(edges)
