"""Writes docs/reference/calc.md from the schema and the worked examples.

`python -m tests.docs.calc_reference` writes it; a test compares it with what is there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.docs.examples import EXAMPLES
from tests.docs.notes import NOTES
from twinline.app.calc.answering import answer_line
from twinline.app.calc.kinds import KINDS
from twinline.app.calc.reading import LINE_BYTES_MAX
from twinline.app.calc.schema import schema

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "calc.md"
WIDTH = 96

HEAD = f"""# The calculator: `twinline calc`

Made by `python -m tests.docs.calc_reference` from the schema; change that, not this page.

`twinline calc` reads JSON Lines on standard input and writes one JSON line for each, in order.
Money, rates, shares and amounts are decimal text; counts and points are integers; dates are ISO
8601. Money in answers has exactly the currency's digits. Every answer carries the request's `id`
and `ok`; the exit code is 1 if any line failed. `twinline calc --schema` prints the JSON Schema of
all kinds. Fields that are not listed here are refused, and so is a name given twice. Kind
`contract`, the life of a contract after the draw, comes with servicing and is not answered yet.

A bad line is answered with its problem, and the run goes on:

```json
{{"id":null,"ok":false,"problem":{{"field":"periods","value":0,"rule":"at_least_1"}}}}
```

`field` is the top-level field, null where the line is no JSON object; `value` is what stood there,
cut to 200 characters; `rule` is a stable name. Lines are at most {LINE_BYTES_MAX:,} bytes.

What the conventions mean stands in the code that follows them: `kernel/daycount.py`,
`kernel/schedule.py`, `pricing/amortisation.py`, `pricing/reg_z.py`, `pricing/eu_aprc.py`.
How the figures compare with published ones stands in [agreement.md](agreement.md).
"""


def page() -> str:
    """Return the whole page."""
    definitions = schema()["$defs"]
    return "\n".join([HEAD, *(_kind(kind, definitions) for kind in KINDS)])


def _kind(kind: Any, definitions: dict[str, Any]) -> str:  # noqa: ANN401 - from the schema
    """Return one kind's section."""
    request = definitions[kind.request.__name__]
    parts = [f"## {kind.name}", "", request["description"], ""]
    parts += _fields(request, definitions, leave_out={"kind", "id"})
    parts += ["", NOTES[kind.name]]
    parts += ["", f"Answer: {definitions[kind.answer.__name__]['description']}", ""]
    answer = definitions[kind.answer.__name__]
    parts += _fields(answer | {"required": []}, definitions, leave_out={"id", "ok"})
    for words, example in EXAMPLES:
        if example["kind"] == kind.name:
            parts += ["", words, "", "```json", *_wrapped(json.dumps(example)), "```", ""]
            line = answer_line(json.dumps(example).encode()).line.decode()
            parts += ["```json", *_wrapped(line), "```"]
    return "\n".join([*parts, ""])


def _fields(
    thing: dict[str, Any], definitions: dict[str, Any], leave_out: set[str], prefix: str = ""
) -> list[str]:
    """Return the table of an object's fields, those of objects inside it after their own."""
    lines = [] if prefix else ["| field | type | |", "|---|---|---|"]
    for name, field in thing.get("properties", {}).items():
        if name in leave_out:
            continue
        needed = "required" if name in thing.get("required", ()) else _default(field)
        said = [field.get("description", "").rstrip("."), needed]
        words = "; ".join(part for part in said if part)
        lines.append(f"| `{prefix}{name}` | {_type(field, definitions)} | {words} |")
        inner = _object_of(field, definitions)
        if inner is not None:
            asked: dict[str, Any] = {} if thing.get("required") else {"required": []}
            lines += _fields(inner | asked, definitions, set(), f"{prefix}{name}.")
    return lines


def _default(field: dict[str, Any]) -> str:
    """Return a field's default in words."""
    if "default" not in field or field["default"] in ([], {}):
        return ""
    return f"default `{json.dumps(field['default'])}`"


def _type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return a field's type in words."""
    if "$ref" in field:
        target = definitions[field["$ref"].rsplit("/", 1)[1]]
        return _type(target, definitions)
    if "anyOf" in field:
        return " or ".join(_type(option, definitions) for option in field["anyOf"])
    if "enum" in field:
        return " · ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        items = field.get("items", {})
        most = f", at most {field['maxItems']:,}" if "maxItems" in field else ""
        return f"list of {_type(items, definitions) if items else 'values'}{most}"
    if field.get("type") == "integer" and "minimum" in field:
        return f"integer, {field['minimum']} to {field['maximum']:,}"
    named = {"string": "text", "object": "object", "null": "null", "boolean": "true or false"}
    kind = field.get("format") or named.get(field.get("type", ""), field.get("type", "any"))
    return "decimal text" if "pattern" in field else str(kind)


def _object_of(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    """Return the object that a field holds, or that its items are."""
    if "$ref" in field:
        target: dict[str, Any] = definitions[field["$ref"].rsplit("/", 1)[1]]
        return target if target.get("type") == "object" else None
    for part in (*field.get("anyOf", ()), *([field["items"]] if "items" in field else ())):
        found = _object_of(part, definitions) if isinstance(part, dict) else None
        if found is not None:
            return found
    return None


def _wrapped(text: str) -> list[str]:
    """Return JSON over lines that fit a page, broken after commas."""
    lines, line = [], ""
    for piece in text.replace("},", "},\n").replace('",', '",\n').split("\n"):
        if line and len(line) + len(piece) > WIDTH:
            lines.append(line.rstrip())
            line = " "
        line += piece
    return [*lines, line]


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
