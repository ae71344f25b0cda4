"""A book to measure the bank on: a server with fsync on, many customers, purchases at random."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.migrate import make_book
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.clock import business_day
from twinline.app.bank.store import Customer, CustomerStatus, Hold, OutboxEvent, Posting
from twinline.ledger.admission import Accepted
from twinline.ledger.control import CONTROLS
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, Held
from twinline.lines.line import Line, LineState
from twinline.terms.product import Product

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from twinline.adapters.postgres.binaries import Binaries

CUSTOMERS: Final = 20_000
LIMIT_MINOR: Final = 200_000_00
"""What the law lets one person owe; never used up, so that every purchase is accepted."""

AMOUNT_MINOR: Final = 12_00
AT: Final = datetime.now(UTC)  # noqa: TID251 - the HTTP server goes by the real time too
ON: Final = business_day(AT)
EXPIRES_AT: Final = AT + timedelta(days=7)
LOADERS: Final = 32


def anyone(chance: random.Random) -> str:
    """Return a customer of the book by chance."""
    return _named(chance.randint(1, CUSTOMERS))


def _named(number: int) -> str:
    return f"C{number}"


@dataclass(frozen=True, slots=True)
class Served:
    """A server with a book, and the programs it was started with."""

    url: str
    binaries: Binaries
    folder: Path

    def tell(self, *statements: str) -> None:
        """Run statements as the server's superuser."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def set(self, **settings: str) -> None:
        """Change settings of the running server; an empty one is PostgreSQL's own."""
        self.tell(
            *(
                f"ALTER SYSTEM SET {name} = {value or 'DEFAULT'}"
                for name, value in settings.items()
            ),
            "SELECT pg_reload_conf()",
        )

    def rest(self) -> None:
        """End what waits, and write out what is to be written, so that it burdens no round."""
        self.tell(
            "UPDATE twinline.hold SET resolved_by = 'ended' WHERE resolved_by IS NULL",
            "VACUUM ANALYZE twinline.hold, twinline.customer, twinline.journal, twinline.outbox",
            "CHECKPOINT",
        )

    def cpu_s(self) -> float:
        """Return the seconds of CPU that the server has used, its ended sessions included.

        Zero where the machine does not say.
        """
        (main,) = (self.folder / "cluster" / "postmaster.pid").read_text().split()[:1]
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = status.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            user, system, user_of_ended, system_of_ended = map(int, words[11:15])
            if status.parent.name == main:
                ticks += user + system + user_of_ended + system_of_ended
            elif words[1] == main:
                ticks += user + system
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served() -> Iterator[Served]:
    """Yield a server on this machine's disk, as we start every one, with the customers in it."""
    with tempfile.TemporaryDirectory(prefix="twinline-bench-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        launcher = Launcher(folder)
        try:
            url = launcher.start().url
            make_book(url)
            asyncio.run(_load(url))
            server = Served(url, launcher.binaries(), folder)
            server.tell("VACUUM ANALYZE")
            yield server
        finally:
            launcher.stop()


async def _load(url: str) -> None:
    """Open the customers, each with one purchase that waits."""
    numbers = iter(range(1, CUSTOMERS + 1))
    async with PostgresStore(f"{url}?options=-csynchronous_commit%3Doff") as store:

        async def opening() -> None:
            for number in numbers:
                name = _named(number)
                for posting in (_opened(name), hold_posting(name, "first")):
                    assert isinstance(await store.post(posting), Accepted)

        await asyncio.gather(*(opening() for _ in range(LOADERS)))


def _opened(customer_id: str) -> Posting:
    place = Place(customer=customer_id, currency="CNY")
    amounts = {control.value: LIMIT_MINOR for control in CONTROLS}
    group = Group(
        owner=customer_id,
        group_id="open",
        event=Event.CUSTOMER_OPENED,
        admission=Admission.FACT,
        command_hash=sha256(customer_id.encode()).digest(),
        value_on=ON,
        booked_at=AT,
        transfers=transfers_of(Event.CUSTOMER_OPENED, amounts, place),
    )
    return Posting(
        group=group,
        seq_seen=0,
        opens=True,
        customer=Customer(
            customer_id=customer_id, status=CustomerStatus.ACTIVE, currency="CNY", opened_on=ON
        ),
        lines=tuple(map(_line, Product)),
    )


def _line(product: Product) -> Line:
    return Line(
        product=product,
        state=LineState.OPEN,
        currency="CNY",
        base_limit_minor=LIMIT_MINOR,
        base_version=1,
        decision_id="D1",
        licence="CF",
        funder="own",
        opened_on=ON,
    )


ANSWER: Final = (
    '{"customer_id":"C12345","authorisation_id":"authorisation-1","state":"held",'
    '"merchant_id":"M1","order":"order-1","amount":"12.00","captured":"0.00",'
    '"expires_at":"2026-11-09T04:00:00Z","purchase_id":null,"headroom":{'
    '"pay_later":"9999999988.00","cash_loan":"9999999988.00","joint":"9999999988.00",'
    '"person":"9999999988.00","available_pay_later":"9999999988.00",'
    '"available_cash_loan":"9999999988.00"}}'
)
"""As long as what an authorisation is answered."""

HOLD_DOCUMENT: Final = '{"merchant_id":"M1","order":"order-1"}'


def hold_posting(customer_id: str, key: str) -> Posting:
    """Return the hold of one purchase, with its answer and the event that tells of it."""
    place = Place(customer=customer_id, currency="CNY")
    amounts = {"line": AMOUNT_MINOR, "joint": AMOUNT_MINOR, "person": AMOUNT_MINOR}
    group = Group(
        owner=customer_id,
        group_id=key,
        event=Event.HOLD_PLACED,
        admission=Admission.REQUEST,
        command_hash=sha256(key.encode()).digest(),
        value_on=ON,
        booked_at=AT,
        transfers=transfers_of(Event.HOLD_PLACED, amounts, place),
    )
    hold = Hold(
        group_id=key,
        amount_minor=AMOUNT_MINOR,
        placed_at=AT,
        expires_at=EXPIRES_AT,
        held=Held(group.pending),
        document=HOLD_DOCUMENT,
    )
    event = OutboxEvent(
        event_id=f"{customer_id}:{key}", kind="authorisation.held", document=ANSWER
    )
    return Posting(group=group, seq_seen=None, answer=ANSWER, hold=hold, events=(event,))
