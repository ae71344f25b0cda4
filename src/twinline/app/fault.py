"""What went wrong with what a person handed in: place, value and rule, in one line.

The command line prints a fault as one line and ends with exit code 2. Broken infrastructure that
is nobody's input stays an ordinary exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.fault import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VALUE_LENGTH_MAX = 80


def shown(value: object) -> str:
    r"""Return a value as one short line: control characters escaped, long text cut.

    >>> shown("a\nb")
    'a\\nb'
    """
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return one_line(text if len(text) <= VALUE_LENGTH_MAX else text[:VALUE_LENGTH_MAX] + "…")


class Fault(Exception):
    """Something a person can put right: where it stands, what stands there, the rule it breaks."""

    def __init__(self, *, place: str, value: object, rule: str) -> None:
        """Keep the three parts and say them in one line."""
        super().__init__(f"{one_line(place)}: {shown(value)}: {one_line(rule)}")
        self.place = place
        self.value = value
        self.rule = rule

    def __reduce__(self) -> tuple[object, ...]:
        """Let a fault pass from one process to another as it is."""
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(kind: type[Fault], said: tuple[str, ...], facts: dict[str, object]) -> Fault:
    fault = kind.__new__(kind, *said)
    fault.__dict__.update(facts)
    return fault


class InputFault(Fault):
    """An input that cannot be used."""


class NoLawFault(InputFault):
    """A row whose lender no law of the table binds on the day."""

    def __init__(self, row: int, licence: str) -> None:
        """Name the row and its licence."""
        super().__init__(
            place=f"row {row}, column licence",
            value=licence,
            rule="the law's table has nothing in force for it on the day of the decision",
        )


class InputFaults(InputFault):
    """Everything wrong with one input, one line each."""

    def __init__(self, faults: Sequence[InputFault]) -> None:
        """Keep all faults; the first speaks for them where one is asked for."""
        first = faults[0]
        super().__init__(place=first.place, value=first.value, rule=first.rule)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        """Return all faults, one a line."""
        return "\n".join(map(str, self.faults))


class OutputFault(Fault):
    """An output that cannot be written."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> OutputFault:
        """Return the fault for a file the system would not let us write."""
        reason = error.strerror or str(error)
        return cls(place=str(path), value=reason, rule="the file must be writable; none was left")


class BrokenRowsFault(InputFault):
    """A table with broken rows: how many, the first one, and the file that names them all."""

    def __init__(
        self, *, place: str, value: object, rule: str, rows: int, listed_in: Path
    ) -> None:
        """Keep the first finding as the fault, with the count and the side file behind it."""
        count = "1 row is broken" if rows == 1 else f"{rows} rows are broken"
        super().__init__(place=place, value=value, rule=f"{rule} ({count}, all in {listed_in})")
        self.rows = rows
        self.listed_in = listed_in
