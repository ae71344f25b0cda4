"""Values of the core as JSON: their shape is declared once, there, and read from there."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec
from msgspec.structs import asdict

from twinline.app.bank.register import Record
from twinline.app.bank.store import Customer
from twinline.lines.line import Line, Restriction, TemporaryLimit
from twinline.servicing.fact import Contract, Fact, Owed
from twinline.terms.product import Product

Value = TypeVar("Value")


class Shape(Generic[Value]):
    """How values of one dataclass are written as JSON and read back.

    `parts` are the dataclasses that stand in it.
    """

    def __init__(self, kind: type[Value], *parts: type) -> None:
        """Learn the members of the dataclass from its annotations."""
        mirrors = {part.__name__: _mirror(part, {}) for part in parts}
        self._parts: dict[type, type] = dict(zip(mirrors.values(), parts, strict=True))
        self._kind = kind
        self._with_parts = [
            name
            for name, said in kind.__annotations__.items()
            if any(part in said for part in mirrors)
        ]
        mirror = _mirror(kind, mirrors)
        self._one = msgspec.json.Decoder(mirror)
        self._many = msgspec.json.Decoder(list[mirror])  # type: ignore[valid-type]

    def read(self, text: str) -> Value:
        """Return the value that a JSON object stands for. Raises `msgspec.ValidationError`."""
        return self._value(self._one.decode(text))

    def read_all(self, text: str | None) -> tuple[Value, ...]:
        """Return the values of a JSON array; none where there is no text."""
        return () if text is None else tuple(map(self._value, self._many.decode(text)))

    def _value(self, row: msgspec.Struct) -> Value:
        members = asdict(row)
        for name in self._with_parts:
            members[name] = self._part(members[name])
        return self._kind(**members)

    def _part(self, member: Any) -> Any:  # noqa: ANN401 - a part, some, or none
        if member is None:
            return None
        if isinstance(member, tuple):
            return tuple(self._part(each) for each in member)
        return self._parts[type(member)](**asdict(member))


def _mirror(kind: type, parts: dict[str, type[msgspec.Struct]]) -> type[msgspec.Struct]:
    """Return a struct with the members of a dataclass, their types looked up here."""
    names = {"date": date, "datetime": datetime, "Product": Product, **parts}
    hints = get_type_hints(kind, localns=names)
    members = [
        (field.name, hints[field.name])
        if field.default is MISSING
        else (field.name, hints[field.name], field.default)
        for field in fields(kind)
    ]
    return msgspec.defstruct(f"{kind.__name__}Row", members, forbid_unknown_fields=True)


CUSTOMER = Shape(Customer)
RECORD = Shape(Record)
LINE = Shape(Line, Restriction, TemporaryLimit)
CONTRACT = Shape(Contract, Owed)
FACT = Shape(Fact)
