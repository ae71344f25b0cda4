"""Problem details (RFC 9457): one form for every no, whoever says it."""

from __future__ import annotations

import dataclasses
from enum import Enum, unique
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.command import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.command import Refused

MEDIA_TYPE: Final = "application/problem+json"

STATUS_OF_FAMILY: Final[Mapping[Family, HTTPStatus]] = {
    Family.RULE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Family.LIMIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Family.MISSING: HTTPStatus.NOT_FOUND,
    Family.CONFLICT: HTTPStatus.CONFLICT,
    Family.TIME_OUT: HTTPStatus.CONFLICT,
}
"""409 is for what may end otherwise when asked again; a rule or a limit says no for good."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a request: the member, what stands there, the rule it breaks."""

    field: str
    value: str
    rule: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why nothing was done, as RFC 9457 writes it.

    `type` names the reason and leads to its explanation. `field`, `value` and `rule` say what it
    is about; a request that cannot be read lists all that is wrong with it in `findings`.
    """

    type: str
    title: str
    status: int
    family: str
    reason: str
    request_id: str
    field: str = ""
    value: str = ""
    rule: str = ""
    findings: tuple[Finding, ...] = ()


@unique
class Wrong(Enum):
    """What can be wrong before a command runs: status, title, in the order of the checks."""

    NOT_FOUND = (404, "There is nothing at this address.")
    METHOD_NOT_ALLOWED = (405, "This address does not know the method.")
    UNAUTHENTICATED = (401, "A valid API key is needed.")
    TOO_MANY_REQUESTS = (429, "More requests came than this client may make.")
    SCOPE_MISSING = (403, "This key may not use the command.")
    SECOND_PERSON_MISSING = (403, "The command needs a second person's key.")
    BODY_TOO_LARGE = (413, "The body is too large.")
    UNSUPPORTED_MEDIA_TYPE = (415, "The body must be JSON.")
    MALFORMED_JSON = (400, "The body is not the JSON that is asked for.")
    INVALID_REQUEST = (400, "Something in the request is not as the command needs it.")
    IDEMPOTENCY_KEY_MISSING = (400, "The command needs an Idempotency-Key.")
    IDEMPOTENCY_KEY_INVALID = (400, "The Idempotency-Key cannot be used.")
    UNAVAILABLE = (503, "The bank cannot be reached; ask again with the same key.")
    FAULT = (500, "Something failed on our side; it has been recorded.")

    @property
    def reason(self) -> str:
        """The stable name."""
        return self.name.lower()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def title(self) -> str:
        """What is wrong, in one sentence."""
        return self.value[1]

    @property
    def family(self) -> str:
        """`fault` for ours, `request` for theirs."""
        return "fault" if self in {Wrong.UNAVAILABLE, Wrong.FAULT} else "request"


@dataclasses.dataclass(kw_only=True, eq=False)
class Problem(Exception):
    """A request that gets no further, with all that is told about it."""

    wrong: Wrong
    field: str = ""
    value: str = ""
    rule: str = ""
    findings: tuple[Finding, ...] = ()
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def details(self, request_id: str) -> ProblemDetails:
        """Return what is answered."""
        return ProblemDetails(
            type=type_of(self.wrong.reason),
            title=self.wrong.title,
            status=self.wrong.status,
            family=self.wrong.family,
            reason=self.wrong.reason,
            request_id=request_id,
            field=self.field,
            value=self.value,
            rule=self.rule,
            findings=self.findings,
        )


def refusal(refused: Refused, request_id: str) -> ProblemDetails:
    """Return a command's refusal as a problem."""
    return ProblemDetails(
        type=type_of(refused.reason.value),
        title=title_of(refused.reason.value),
        status=STATUS_OF_FAMILY[refused.family],
        family=refused.family.value,
        reason=refused.reason.value,
        request_id=request_id,
        field=refused.field,
        value=_value(refused),
        rule=refused.rule,
    )


def _value(refused: Refused) -> str:
    if not refused.available:
        return refused.value
    return f"{refused.value}, available {refused.available}"


def type_of(reason: str) -> str:
    """Return the stable `type` of a reason, an address of this server that explains it."""
    return f"/problems/{reason}"


def title_of(reason: str) -> str:
    """Return a reason as words.

    >>> title_of("joint_headroom")
    'Joint headroom'
    """
    return reason.replace("_", " ").capitalize()
