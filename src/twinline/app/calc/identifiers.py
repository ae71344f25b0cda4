"""Kind `identifier`: whether an identifier can be one, by format and check character."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from twinline.app.calc.fields import Answer, Request
from twinline.kernel.identifiers import Broken, Identifier, broken_rule

TEXT_MAX = 100


class IdentifierRequest(Request, frozen=True, kw_only=True, tag="identifier"):
    """A text that should be an identifier."""

    type: Identifier
    text: Annotated[str, Meta(max_length=TEXT_MAX)]


class IdentifierAnswer(Answer, frozen=True, kw_only=True):
    """Whether it is valid, and the first rule that it breaks."""

    valid: bool
    rule: Broken | None


def identifier(request: IdentifierRequest) -> IdentifierAnswer:
    """Return whether a text can be an identifier."""
    rule = broken_rule(request.type, request.text)
    return IdentifierAnswer(id=request.id, valid=rule is None, rule=rule)
