"""Write api.md, the reference page of the HTTP interface, from the command catalogue.

Run `python docs/reference/make_api.py` after a change of a command; a test holds the page to what
this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.http.problem import STATUS_OF_FAMILY
from twinline.adapters.http.reading import BODY_BYTES_MAX
from twinline.adapters.http.reference import by_scope, transport_refusals
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.app.bank.webhook import WAITS
from twinline.bank_wiring import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinline.adapters.http.reference import Entry, Member, Refusal

PAGE = Path(__file__).with_name("api.md")

HEAD = """\
# The HTTP interface

`twinline serve` answers at `/v1/…`; `/` shows this page's content to browse, `/openapi.json` is
the OpenAPI 3.1 description, `/health`, `/ready` and `/metrics` (Prometheus) are for operators.
[The guide](../guide/integrate.md) walks through it. This page is made by `make_api.py` from the
command catalogue; edit that.

## Every request

- `Authorization: Bearer KEY`. A key belongs to a client and has scopes;
  `twinline key add CLIENT --scopes purchases --folder FOLDER` makes one. It is shown once
  and kept as SHA-256.
- `Idempotency-Key`, 1 to 64 letters, digits, `_`, `.` and `-`, where money or limits move. The
  same key with the same request gives the first answer again, a refusal too, for 30 days, and
  moves nothing; with another request it is `key_reused`. While the first still runs the second
  waits up to 2 seconds, then it is `in_progress`. Authorisations, purchases, refunds and
  repayments have their key as their id. A key is one customer's, whoever sends it, so that two
  clients that count their requests should not count alike; where a command names no customer, as
  an application or a merchant, it is the client's.
- `X-Request-Id` comes back as it was sent, or is made; it stands in every problem, log line and
  record of access.
- A body is one JSON object in UTF-8 of at most {body} bytes. Path, query and body members together
  are the request; a member that is unknown, given twice or in the wrong place is refused.
- Money is decimal text with no more decimals than the currency has. Instants are in UTC; dates are
  business days of Asia/Shanghai by the server's cut-off.
- Lists come by pages: `next` of one page is the `cursor` of the next one. It is empty on the last
  page, but for events: there it says where later ones will begin.
- A command that needs a second person wants `Second-Authorization: Bearer KEY`, the key of another
  client with the same scope.

Every access is recorded: who, which command, which customer, how it was answered; never what was
in it.

## Every no

A no is a problem (RFC 9457, `application/problem+json`): `type` (an address of the server that
explains it), `title`, `status`, `family`, `reason`, `request_id`, and where there is one the
`field`, the `value` and the `rule`. Go by `reason`, which never changes its meaning, or by
`family`. A request that cannot be read lists all that is wrong with it in `findings`.

Where less would have been accepted, `value` says how much: `6000.00, available 2500.00`. That is
the customer's own affair, and so is what is left after a purchase: a key with `purchases` and
without `reading`, such as a merchant's, hears the reason of a no and no amount, and its answers
come without `headroom` and `owed`.

| family | status | means |
|---|---|---|
| `rule` | {rule} | a rule of the product, the lender or the law says no |
| `limit` | {limit} | too little headroom |
| `missing` | {missing} | what was asked for is not there |
| `conflict` | {conflict} | another use of the key, or a state that no longer allows it |
| `time_out` | {time_out} | not answered in time, nothing was done: ask again after `Retry-After` |
| `request` | see below | the request did not come to a command |
| `fault` | 500, 503 | ours; the request's id leads us to it |

A rule and a limit share 422, for both stand until something else changes; 409 is for what may end
otherwise when it is asked again. There is no 5xx but a fault; what was
asked may have been done, so ask again with the same key.
"""

READERS = " (to keys with `reading`)"

WEBHOOKS = """\
## Webhooks

`POST /v1/webhooks` subscribes an address and shows its secret once. Each event is posted there as
[Standard Webhooks](https://www.standardwebhooks.com) has it, with `webhook-id`,
`webhook-timestamp` and `webhook-signature: v1,…`, the HMAC-SHA256 over `id.timestamp.body` in
Base64; its key is what the secret's Base64 after `whsec_` stands for:

```json
{{
  "type": "authorisation.held", "timestamp": "2026-11-02T04:00:00Z",
  "owner": "…", "seq": 2, "data": {{"authorisation_id": "…"}}
}}
```

`type` is one of the `kinds` that `POST /v1/webhooks` lists; another one is refused there.

`data` is what the command answered, without personal data. An event comes at least once, so go by
`webhook-id`; those of one owner come in order, and `seq` grows with each. Any 2xx within ten
seconds is an arrival. After a failure it is tried again after {waits}; then it is a dead letter,
which can be listed and sent again, and the owner's next event goes on. `GET /v1/events` reads the
same events from the first one on, `event_id` being the `webhook-id`. `owner` is whose journal an
event stands in: a customer's id, `merchant:ID` or `funder:ID`.
"""


def page() -> str:
    """Return the whole page."""
    statuses = {family.value: int(status) for family, status in STATUS_OF_FAMILY.items()}
    waits = ", ".join(_words(int(wait.total_seconds())) for wait in WAITS)
    lines = [HEAD.format(body=f"{BODY_BYTES_MAX:,}", **statuses), *_refusals(transport_refusals())]
    for scope, entries in by_scope(commands(MemoryWebhooks())):
        lines += ["", f"## Scope `{scope}`"]
        for entry in entries:
            lines += ["", *_entry(entry)]
    return "\n".join([*lines, "", WEBHOOKS.format(waits=waits)])


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### `{entry.method} {entry.path}`"
    yield ""
    notes = [entry.meaning]
    if entry.keyed:
        notes.append("Needs an `Idempotency-Key`.")
    if entry.needs_second_person:
        notes.append("Needs a second person.")
    yield " ".join(notes)
    if entry.about_asked:
        yield ""
        yield entry.about_asked
    if entry.asked:
        yield ""
        yield "| member | in | is | about |"
        yield "|---|---|---|---|"
        yield from map(_asked, entry.asked)
    yield ""
    yield f"Answer {entry.success}: {', '.join(_answered(entry))}. {entry.about_answered}".rstrip()
    if entry.refusals:
        yield ""
        yield from _refusals(entry.refusals)


def _asked(member: Member) -> str:
    optional = "" if member.required else ", optional"
    return f"| `{member.name}`{optional} | {member.place} | {member.kind} | {member.about} |"


def _answered(entry: Entry) -> Iterator[str]:
    """Yield the members of an answer, those inside a member only in the OpenAPI description."""
    for each in entry.answered:
        if "." not in each.name:
            yield f"`{each.name}`{READERS if each.for_readers else ''}"


def _refusals(refusals: Iterable[Refusal]) -> Iterator[str]:
    yield "| reason | family | status | rule |"
    yield "|---|---|---|---|"
    for each in refusals:
        yield f"| `{each.reason}` | {each.family} | {each.status} | {each.rule} |"


def _words(seconds: int) -> str:
    minute, hour = 60, 3600
    if seconds < minute:
        return f"{seconds} s"
    return f"{seconds // minute} min" if seconds < hour else f"{seconds // hour} h"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
