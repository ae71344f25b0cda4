"""Who calls: the key in the request, what it may do, and how often."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twinline.adapters.http.problem import Problem, Wrong
from twinline.app.bank.access import key_hash

if TYPE_CHECKING:
    from twinline.app.bank.access import ApiKey, Keys
    from twinline.app.bank.command import Scope

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="twinline"'}


async def caller(authorization: str | None, keys: Keys) -> ApiKey:
    """Return the key that a header of the form `Bearer KEY` names. Raises `Problem`."""
    kind, _, key = (authorization or "").partition(" ")
    asked = key_hash(key.strip())
    found = await keys.find(asked) if kind.lower() == "bearer" else None
    if found is None or not hmac.compare_digest(found.key_sha256, asked):
        raise Problem(
            wrong=Wrong.UNAUTHENTICATED,
            field="Authorization",
            rule="Bearer and a key that was made for you and not withdrawn",
            headers=_CHALLENGE,
        )
    return found


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Raise `Problem` where a key may not do what a scope covers."""
    if scope not in key.scopes:
        raise Problem(
            wrong=Wrong.SCOPE_MISSING,
            field="Authorization",
            value=", ".join(sorted(key.scopes)),
            rule=f"a key with the scope {scope}",
        )


async def second_person(authorization: str | None, first: ApiKey, scope: Scope, keys: Keys) -> str:
    """Return the client of the second key of a command that needs two. Raises `Problem`."""
    rule = f"the key of another client with the scope {scope}"
    try:
        second = await caller(authorization, keys)
    except Problem:
        second = first
    if second.client == first.client or scope not in second.scopes:
        raise Problem(wrong=Wrong.SECOND_PERSON_MISSING, field="Second-Authorization", rule=rule)
    return second.client


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rates:
    """How often each client may call: so many a second, and as many at once as two seconds give.

    A bucket of tokens a client; the clock is handed in, in seconds that only go forward.
    """

    def __init__(self, per_second: int) -> None:
        """Let each client make so many requests a second."""
        assert per_second > 0
        self._per_second = per_second
        self._buckets: dict[str, _Bucket] = {}

    def take(self, client: str, now_s: float) -> None:
        """Count one request. Raises `Problem`, saying when the next one may come."""
        most = 2.0 * self._per_second
        bucket = self._buckets.setdefault(client, _Bucket(most, now_s))
        bucket.tokens = min(most, bucket.tokens + (now_s - bucket.at) * self._per_second)
        bucket.at = now_s
        if bucket.tokens < 1:
            wait_s = math.ceil((1 - bucket.tokens) / self._per_second)
            raise Problem(
                wrong=Wrong.TOO_MANY_REQUESTS,
                rule=f"{self._per_second} requests a second",
                headers={"Retry-After": str(wait_s)},
            )
        bucket.tokens -= 1
