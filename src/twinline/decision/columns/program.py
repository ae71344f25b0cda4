"""Expressions compiled into steps over numbered columns, each part of them computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from twinline.decision.columns.arithmetic import lookup, operation
from twinline.decision.columns.column import NO_VALUE, constant
from twinline.decision.expression import Literal, Lookup, Missing, Name, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from twinline.decision.columns.arithmetic import Run
    from twinline.decision.columns.column import Column
    from twinline.decision.resolve import Resolved
    from twinline.decision.table import Table

Slot = int
"""The number of a column."""


@dataclass(frozen=True, slots=True)
class Step:
    """Columns made of others; `last` are those that no later step needs."""

    run: Run
    parts: tuple[Slot, ...]
    makes: tuple[Slot, ...]
    last: tuple[Slot, ...] = ()


class Program:
    """Steps being written down. Whatever two expressions have in common is one column."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        """Start without steps; `tables` are those that expressions may look up."""
        self._tables = tables
        self._names: dict[str, Slot] = {}
        self._known: dict[tuple[object, ...], Slot] = {}
        self._constants: dict[Slot, Column] = {}
        self._steps: list[Step] = []
        self._slots = 0

    def given(self, name: str | None = None) -> Slot:
        """Return a column that is handed in when the steps are run, known by its name if any."""
        slot = self._new()
        if name is not None:
            self._names[name] = slot
        return slot

    def name(self, name: str, slot: Slot) -> None:
        """Make a column known to later expressions."""
        self._names[name] = slot

    def named(self, name: str) -> Slot:
        """Return the column of a name."""
        return self._names[name]

    def step(self, run: Run, parts: Sequence[Slot], *, makes: int) -> tuple[Slot, ...]:
        """Add a step that makes so many columns; return them."""
        made = tuple(self._new() for _ in range(makes))
        self._steps.append(Step(run, tuple(parts), made))
        return made

    def value(self, resolved: Resolved) -> Slot:
        """Return the column of an expression, after the steps it needs first."""
        match resolved.expression:
            case Literal(value):
                return self._constant(value)
            case Missing():
                return self._constant(None)
            case Name(name):
                return self._names[name]
            case Lookup(table, _):
                keys = tuple(self.value(part) for part in resolved.parts)
                found = ("lookup", table, keys)
                return self._once(found, lambda: lookup(self._tables[table], resolved.parts), keys)
            case Operation(op, _):
                parts = tuple(self.value(part) for part in resolved.parts)
                return self._once((op, parts), lambda: operation(op, resolved.parts), parts)
            case _:
                assert_never(resolved.expression)

    def finished(self, wanted: Iterable[Slot]) -> Plan:
        """Return the steps that lead to the wanted columns, in order."""
        needed = set(wanted)
        kept = []
        for step in reversed(self._steps):
            if needed.isdisjoint(step.makes):
                continue
            last = {*step.parts, *step.makes} - needed - self._constants.keys()
            kept.append(Step(step.run, step.parts, step.makes, tuple(sorted(last))))
            needed.update(step.parts)
        return Plan(self._slots, self._constants, tuple(reversed(kept)))

    def _new(self) -> Slot:
        self._slots += 1
        return self._slots - 1

    def _constant(self, value: int | None) -> Slot:
        key = ("constant", value)
        if key not in self._known:
            self._known[key] = slot = self._new()
            self._constants[slot] = NO_VALUE if value is None else constant(value)
        return self._known[key]

    def _once(
        self, key: tuple[object, ...], run: Callable[[], Run], parts: tuple[Slot, ...]
    ) -> Slot:
        if key not in self._known:
            (self._known[key],) = self.step(run(), parts, makes=1)
        return self._known[key]


class Plan:
    """Steps to run over one chunk after another."""

    def __init__(
        self, slots: int, constants: Mapping[Slot, Column], steps: tuple[Step, ...]
    ) -> None:
        """Keep the steps."""
        self._slots = slots
        self._constants = constants
        self.steps = steps

    def run(self, given: Mapping[Slot, Column]) -> list[Column | None]:
        """Return the columns by number; those that nothing needs any more are gone."""
        columns: list[Column | None] = [None] * self._slots
        for slot, start in (*self._constants.items(), *given.items()):
            columns[slot] = start
        for step in self.steps:
            parts = [column for slot in step.parts if (column := columns[slot]) is not None]
            assert len(parts) == len(step.parts)
            for slot, made in zip(step.makes, step.run(parts), strict=True):
                columns[slot] = made
            for slot in step.last:
                columns[slot] = None
        return columns
