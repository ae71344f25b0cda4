"""A server held to its own OpenAPI description, with requests that fit it and that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

if TYPE_CHECKING:
    from schemathesis import Case

EXAMPLES = 20
"""Of each operation and mode."""

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
]
"""That a command may refuse what its description allows is its right, so nothing checks that."""

SILENT = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def fuzz(address: str, key: str, second_key: str, examples: int = EXAMPLES) -> int:
    """Send examples of every operation to a server; return how many. Fails at the first breach."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    headers = {"Authorization": f"Bearer {key}", "Second-Authorization": f"Bearer {second_key}"}
    sent = 0

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(SILENT, max_examples=examples)
            @given(case=operation.as_strategy(generation_mode=mode))
            def holds(case: Case[Any]) -> None:
                nonlocal sent
                sent += 1
                case.call_and_validate(headers=headers, checks=CHECKS)

            holds()
    return sent
