"""The JSON Schema of every kind: requests at the top, answers among the definitions."""

from __future__ import annotations

from typing import Any

import msgspec

from twinline.app.calc.answering import ProblemAnswer
from twinline.app.calc.kinds import KINDS

_REF = "#/$defs/{name}"


def schema() -> dict[str, Any]:
    """Return the schema of one line of input; `$defs` hold each kind's answer too."""
    types = [t for kind in KINDS for t in (kind.request, kind.answer)] + [ProblemAnswer]
    _, definitions = msgspec.json.schema_components(types, ref_template=_REF)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "twinline calc: one line of input",
        "oneOf": [{"$ref": _REF.format(name=kind.request.__name__)} for kind in KINDS],
        "$defs": definitions,
    }
