"""What the bank's server is made of: the only module that knows all of it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import twinline
from twinline.adapters.cli.keyring import Keyrings, Rotated
from twinline.adapters.http.callers import Rates
from twinline.adapters.http.clock import SystemClock
from twinline.adapters.http.log import log_to
from twinline.adapters.http.running import Stopping, listening, run, run_to_end
from twinline.adapters.http.service import Service
from twinline.adapters.keys.files import FileAccesses, FileKeys
from twinline.adapters.keys.memory import MemoryAccesses, MemoryKeys
from twinline.adapters.keys.secret import new_key
from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.adapters.notify.sender import Sender
from twinline.adapters.notify.signing import new_secret
from twinline.adapters.postgres.access import PostgresAccesses, PostgresKeys
from twinline.adapters.postgres.connections import ACCESSES, OWNER, Connections
from twinline.adapters.postgres.database import PostgresDatabase
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.adapters.postgres.vault import PostgresVault, is_marked, mark_of, wrap_again
from twinline.adapters.postgres.webhooks import PostgresWebhooks
from twinline.adapters.vault.file import KeyringFile
from twinline.adapters.vault.keyring import KEY_BYTES, Keyring
from twinline.adapters.vault.memory import MemoryVault
from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.bank import Bank
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.clock import business_day
from twinline.app.bank.command import Call, Scope
from twinline.app.bank.forgetting import forget_refusals
from twinline.app.bank.holds import EXPIRE, ExpireRequest
from twinline.app.bank.house import House
from twinline.app.bank.store import Unavailable
from twinline.app.bank.strategy_underwriting import StrategyUnderwriting
from twinline.app.bank.webhook_commands import WebhookDesk, webhook_commands
from twinline.app.fault import InputFault
from twinline.app.review import usable_strategy
from twinline.compliance.law import read_law
from twinline.sim.checks import SimulatedCardBinding, SimulatedIdentityCheck

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.serve import Serving
    from twinline.app.bank.access import AccessRecord, Keys
    from twinline.app.bank.command import Command
    from twinline.app.bank.database import Server
    from twinline.app.bank.register import Register
    from twinline.app.bank.store import Store
    from twinline.app.bank.vault import Vault
    from twinline.app.bank.webhook import Webhooks

SWEEP_S: Final = 30.0
"""How long an authorisation may outlive its time before it is noticed."""

DESK: Final = 6
"""Sessions for what is kept beside the journals: keys, records, personal data, webhooks."""

READY_S: Final = 2.0

_LOGGER: Final = logging.getLogger("twinline.bank")
_LEAST_LOAN_MINOR: Final = {"CNY": 500_00}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a server keeps, wherever that is."""

    bank: Bank
    keys: Keys
    accesses: AccessRecord
    webhooks: Webhooks
    ready: Callable[[], Awaitable[bool]]


def serve_bank(serving: Serving) -> int:
    """Serve until told to stop; return the exit code."""
    log_to(sys.stderr)
    with Stopping() as stopping:
        if serving.in_memory:
            stopping.listen()
            run_to_end(_serve(serving, _in_memory(serving), stopping))
            return 0
        _require_apart(serving)
        if (keyring := KeyringFile(serving.keyring)).exists():
            keyring.keyring()  # says what is wrong with it before a book is made for it
        database = _database(serving.place)
        with database.serving(serving.place.folder) as server:
            stopping.listen()
            _say(_where(server, is_named=database.is_named))
            may_make = not database.is_named
            run_to_end(_serve_from(server, serving, stopping, may_make=may_make))
    return 0


@asynccontextmanager
async def keys_at(place: Place) -> AsyncIterator[Keys]:
    """Yield the keys of a database, with its owner's rights; start it meanwhile if need be."""
    with _book_at(place) as server:
        async with Connections(server.url, 1, session=OWNER) as connections:
            yield PostgresKeys(connections)


@asynccontextmanager
async def desk_at(url: str) -> AsyncIterator[Bank]:
    """Yield a database's bank, with all but the keys of personal data."""
    async with PostgresStore(url) as store, Connections(url, 1) as desk:
        yield _bank(store, PostgresRegister(desk), PostgresVault(desk, _no_keyring))


def _no_keyring() -> Keyring:
    rule = "is not opened for this; personal data is the server's alone"
    raise InputFault(place="keyring", value="none", rule=rule)


class KeyringFiles(Keyrings):
    """Keyrings in files, and the databases whose personal data they seal."""

    def make(self, path: Path) -> None:
        """Make new keys in a new file."""
        KeyringFile(path).make()

    def rotate(self, path: Path, place: Place) -> Rotated:
        """Add a master key to a file, and put every data key of a database under it."""
        with _book_at(place) as server:
            return asyncio.run(_rotated(server.url, KeyringFile(path)))


async def _rotated(url: str, keyring: KeyringFile) -> Rotated:
    async with Connections(url, 1, session=OWNER) as connections:
        await _require_keys(connections, keyring, may_make=False)
        renewed = keyring.renew()
        return Rotated(renewed.current, await wrap_again(connections, renewed))


@contextmanager
def _book_at(place: Place) -> Iterator[Server]:
    """Yield the server of a book that is there already; start it meanwhile if need be."""
    database = _database(place)
    database.require_book(place.folder)
    with database.serving(place.folder) as server:
        yield server


def _database(place: Place) -> PostgresDatabase:
    return PostgresDatabase(os.environ, url=place.url)


def _where(server: Server, *, is_named: bool) -> str:
    address = urlsplit(server.url)
    how = "named" if is_named else "started for this" if server.started else "running already"
    where = f"{address.hostname or 'this machine'}:{address.port or 5432}{address.path}"
    return f"PostgreSQL {server.version} at {where}, {how}"


async def _serve_from(
    server: Server, serving: Serving, stopping: Stopping, *, may_make: bool
) -> None:
    """Serve from a database that runs."""
    url, keyring = server.url, KeyringFile(serving.keyring)
    async with (
        PostgresStore(url) as store,
        Connections(url, DESK) as desk,
        Connections(url, 1, session=ACCESSES) as accesses,
    ):
        await _require_keys(desk, keyring, may_make=may_make)
        kept = _Kept(
            bank=_bank(store, PostgresRegister(desk), PostgresVault(desk, keyring.keyring)),
            keys=PostgresKeys(desk),
            accesses=PostgresAccesses(accesses),
            webhooks=PostgresWebhooks(desk),
            ready=partial(_answers, desk),
        )
        await _serve(serving, kept, stopping)


async def _require_keys(desk: Connections, keyring: KeyringFile, *, may_make: bool) -> None:
    """See to it that personal data is sealed with this book's keys, made now if it is new."""
    if not keyring.exists():
        known = await mark_of(desk) is not None
        if known or not may_make:
            rule = "put this book's keyring back: without it its personal data cannot be read"
            new = "make it once with `twinline keyring make`, and copy it to each server"
            place = f"keyring {keyring.path}"
            raise InputFault(place=place, value="is not there", rule=rule if known else new)
        keyring.make()
        _say(f"keys for personal data made in {keyring.path}: keep a copy, never with a backup")
    if not await is_marked(desk, keyring.keyring()):
        rule = "must be this book's keyring; its personal data is sealed with other keys"
        raise InputFault(place=f"keyring {keyring.path}", value="another one", rule=rule)


def _require_apart(serving: Serving) -> None:
    folder = serving.place.folder.absolute()
    if serving.keyring.absolute().is_relative_to(folder):
        rule = f"must lie apart from the database, which is in {folder}"
        raise InputFault(place="--keyring", value=serving.keyring, rule=rule)


async def _answers(desk: Connections) -> bool:
    """Return whether the database answers in time."""
    try:
        async with asyncio.timeout(READY_S):
            return bool(await desk.rows("answers"))
    except (Unavailable, TimeoutError):
        return False


def commands(webhooks: Webhooks) -> tuple[Command[Any, Any], ...]:
    """Return every command that the server knows."""
    return (*CATALOGUE, *webhook_commands(WebhookDesk(webhooks, new_secret)))


def memory_bank() -> Bank:
    """Return an empty bank in memory, whose keys nobody knows, with simulated checks."""
    masters = {"memory": token_bytes(KEY_BYTES)}
    keyring = Keyring(masters=masters, current="memory", index_key=token_bytes(KEY_BYTES))
    register = MemoryRegister()
    return _bank(MemoryStore(register=register), register, MemoryVault(keyring))


def _bank(store: Store, register: Register, vault: Vault) -> Bank:
    law = resources.files("twinline.compliance") / "params" / "china.toml"
    return Bank(
        store=store,
        register=register,
        vault=vault,
        identity=SimulatedIdentityCheck(),
        cards=SimulatedCardBinding(),
        law=read_law(law.read_text(encoding="utf-8")),
        house=House(lender="Twinline Consumer Finance", loan_min_minor=_LEAST_LOAN_MINOR),
    )


def _decided_by(folder: Path | None, bank: Bank) -> Bank:
    """Return the bank with a strategy for applications that bring no decision, if one is named."""
    if folder is None:
        return bank
    from twinline.adapters.batch.shelf import strategy_files  # noqa: PLC0415 - Arrow takes long

    (currency,) = bank.house.loan_min_minor
    strategy = usable_strategy(folder, strategy_files(folder), bank.law.scale(currency))
    _say(f"applications without a decision: decided by {strategy.name}, {strategy.version}")
    return replace(bank, underwriting=StrategyUnderwriting(strategy, bank.law))


def _in_memory(serving: Serving) -> _Kept:
    folder = serving.folder
    if folder is not None:
        _make(folder)
    return _Kept(
        bank=memory_bank(),
        keys=MemoryKeys() if folder is None else FileKeys(folder),
        accesses=MemoryAccesses() if folder is None else FileAccesses(folder),
        webhooks=MemoryWebhooks(),
        ready=_always,
    )


def _make(folder: Path) -> None:
    """Make the folder of keys and accesses; `twinline key` asks for one that is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        rule = "must be a folder that we may write"
        raise InputFault(
            place="--folder", value=folder, rule=f"{rule} ({error.strerror})"
        ) from error


async def _serve(serving: Serving, kept: _Kept, stopping: Stopping) -> None:
    clock, stop = SystemClock(), asyncio.Event()
    service = Service(
        bank=_decided_by(serving.strategy, kept.bank),
        commands=commands(kept.webhooks),
        keys=kept.keys,
        accesses=kept.accesses,
        clock=clock,
        ready=kept.ready,
        cut_off=serving.cut_off,
        rates=Rates(serving.requests_per_second),
    )
    listener = listening(serving.host, serving.port)
    host, port = listener.getsockname()[:2]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _say(f"Twinline {twinline.__version__} at http://{place}, explained there")
    if serving.in_memory:
        _say("in memory: nothing outlives this server; identity and cards are simulated")
    else:
        _say("identity and cards are simulated: nobody is really who they say they are")
        if not await kept.keys.all():
            _say(
                f"nobody may call yet: make a key with `twinline key add CLIENT{_given(serving)}`"
            )
    if serving.in_memory and serving.folder is None:
        _say(f"key for trying out, every scope: {await _trial_key(kept.keys, clock)}")
    async with asyncio.TaskGroup() as beside:
        beside.create_task(Sender(kept.bank.store, kept.webhooks, clock).run(stop))
        beside.create_task(sweeping(service, stop))
        await run(service, listener, stopping)
        stop.set()


def _given(serving: Serving) -> str:
    """Return how another verb is told the same database; the address may hold a password."""
    if serving.place.url:
        return " --database URL"
    return f" --folder {serving.folder}" if serving.folder is not None else ""


async def sweeping(service: Service, stop: asyncio.Event, every_s: float = SWEEP_S) -> None:
    """Let authorisations expire that nobody captured in time, and once a day forget old refusals.

    Goes on until told to stop.
    """
    bank, clock, swept_on = service.bank, service.clock, None
    while not stop.is_set():
        at = clock.now()
        call = Call(
            client="twinline",
            key="",
            command_hash=b"",
            at=at,
            business_on=business_day(at, service.cut_off),
            request_id=clock.new_id(),
        )
        try:
            await EXPIRE.run(bank, ExpireRequest(), call)
            if swept_on != call.business_on:
                forgotten = await forget_refusals(bank, at)
                service.metrics.forgot(forgotten.count)
                swept_on = call.business_on if forgotten.is_all else None
        except Exception:  # the server goes on; the next sweep ends what this one left
            _LOGGER.exception("sweep", extra={"told": {"request_id": call.request_id}})
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await stop.wait()


async def _always() -> bool:
    """Return that memory is always there."""
    return True


async def _trial_key(keys: Keys, clock: SystemClock) -> str:
    key = new_key()
    made = ApiKey(
        key_sha256=key_hash(key), client="trial", scopes=frozenset(Scope), made_at=clock.now()
    )
    await keys.add(made)
    return key


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what a person who started it has to know
