"""Values of the core as JSON: their shape is declared once, there, and read from there."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_type_hints

import msgspec

from twinline.app.bank.store import Customer
from twinline.lines.line import Line, Restriction, TemporaryLimit
from twinline.servicing.fact import Contract, Fact, Owed
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = TypeVar("Value")


class Shape(Generic[Value]):
    """How values of one dataclass are written as JSON and read back.

    `parts` are the dataclasses that stand in it.
    """

    def __init__(self, kind: type[Value], *parts: type) -> None:
        """Learn the members of the dataclass from its annotations."""
        mirrors = {part.__name__: _mirror(part, {}) for part in parts}
        self._kinds: dict[type, type] = dict(zip(mirrors.values(), parts, strict=True))
        mirror = _mirror(kind, mirrors)
        self._kinds[mirror] = kind
        self._one = msgspec.json.Decoder(mirror)
        self._many = msgspec.json.Decoder(list[mirror])  # type: ignore[valid-type]

    def read(self, text: str) -> Value:
        """Return the value that a JSON object stands for. Raises `msgspec.ValidationError`."""
        return cast("Value", self._value(self._one.decode(text)))

    def read_all(self, text: str | None) -> tuple[Value, ...]:
        """Return the values of a JSON array; none where there is no text."""
        rows: Sequence[object] = () if text is None else self._many.decode(text)
        return tuple(cast("Value", self._value(row)) for row in rows)

    def _value(self, row: Any) -> Any:  # noqa: ANN401 - a member of any type
        if isinstance(row, tuple):
            return tuple(self._value(each) for each in row)
        if not isinstance(row, msgspec.Struct):
            return row
        members = {name: self._value(getattr(row, name)) for name in row.__struct_fields__}
        return self._kinds[type(row)](**members)


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
LINE = Shape(Line, Restriction, TemporaryLimit)
CONTRACT = Shape(Contract, Owed)
FACT = Shape(Fact)
