"""One line in, one line out: the answer, or the problem with field, value and rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from twinline.app.calc.fields import BadFieldError, Identity
from twinline.app.calc.kinds import BY_REQUEST
from twinline.app.calc.reading import LINE_BYTES_MAX, identity, typed, untyped

VALUE_LENGTH_MAX: Final = 200
"""So much of a bad value comes back with the problem."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong: the top-level field (none where the line is no object), value and rule."""

    field: str | None
    value: Any
    rule: str
    interval: dict[str, str] | None = None


class ProblemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request that cannot be answered."""

    id: Identity
    ok: bool
    problem: Problem


@dataclass(frozen=True, slots=True)
class Answered:
    """A line of output without its line end, and whether it is an answer."""

    line: bytes
    ok: bool


_ENCODER: Final = msgspec.json.Encoder()


def answer_line(line: bytes) -> Answered:
    """Return the answer to one line of input; never raises for anything the line may hold."""
    asked: Identity = None
    try:
        fields = untyped(line)
        asked = identity(fields)
        request = typed(fields)
        answer = BY_REQUEST[type(request)].work_out(request)
    except BadFieldError as fault:
        return _problem(asked, fault)
    return Answered(_ENCODER.encode(answer), ok=True)


def answer_too_long() -> Answered:
    """Return the answer to a line that is longer than lines may be."""
    return _problem(None, BadFieldError(None, None, f"at_most_{LINE_BYTES_MAX}_bytes"))


def _problem(asked: Identity, fault: BadFieldError) -> Answered:
    """Return the answer that says what is wrong."""
    problem = Problem(
        field=None if fault.field is None else _shown_text(fault.field),
        value=_shown(fault.value),
        rule=fault.rule,
        interval=fault.interval,
    )
    return Answered(_ENCODER.encode(ProblemAnswer(id=asked, ok=False, problem=problem)), ok=False)


def _shown(value: object) -> object:
    """Return a value as a problem shows it: whole if it is short, else the start of its text."""
    if value is msgspec.UNSET:
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, bytes):
        return _shown_text(value[:VALUE_LENGTH_MAX].decode(errors="replace"))
    if isinstance(value, str):
        return _shown_text(value)
    try:
        text = _ENCODER.encode(value).decode()
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return value if len(text) <= VALUE_LENGTH_MAX else _shown_text(text)


def _shown_text(text: str) -> str:
    """Return the start of a text, in characters that an answer can carry."""
    return text[:VALUE_LENGTH_MAX].encode(errors="replace").decode()
