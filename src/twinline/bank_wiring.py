"""What the bank's server is made of: the only module that knows all of it."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final

import twinline
from twinline.adapters.http.callers import Rates
from twinline.adapters.http.clock import SystemClock
from twinline.adapters.http.log import log_to
from twinline.adapters.http.running import listening, run
from twinline.adapters.http.service import Service
from twinline.adapters.keys.files import FileAccesses, FileKeys
from twinline.adapters.keys.memory import MemoryAccesses, MemoryKeys
from twinline.adapters.keys.secret import new_key
from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.adapters.notify.sender import Sender
from twinline.adapters.notify.signing import new_secret
from twinline.adapters.vault.keyring import KEY_BYTES, Keyring
from twinline.adapters.vault.memory import MemoryVault
from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.bank import Bank
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.clock import business_day
from twinline.app.bank.command import Call, Scope
from twinline.app.bank.holds import EXPIRE, ExpireRequest
from twinline.app.bank.house import House
from twinline.app.bank.webhook_commands import WebhookDesk, webhook_commands
from twinline.compliance.law import read_law
from twinline.sim.checks import SimulatedCardBinding, SimulatedIdentityCheck

if TYPE_CHECKING:
    from datetime import time

    from twinline.adapters.cli.serve import Serving
    from twinline.app.bank.access import AccessRecord, Keys
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.command import Command
    from twinline.app.bank.webhook import Webhooks

SWEEP_S: Final = 30.0
"""How long an authorisation may outlive its time before it is noticed."""

_LOGGER: Final = logging.getLogger("twinline.bank")
_LEAST_LOAN_MINOR: Final = {"CNY": 500_00}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a server keeps, wherever that is."""

    bank: Bank
    keys: Keys
    accesses: AccessRecord
    webhooks: Webhooks


def serve_bank(serving: Serving) -> int:
    """Serve until told to stop; return the exit code."""
    log_to(sys.stderr)
    asyncio.run(_serve(serving, _in_memory(serving)))
    return 0


def commands(webhooks: Webhooks) -> tuple[Command[Any, Any], ...]:
    """Return every command that the server knows."""
    return (*CATALOGUE, *webhook_commands(WebhookDesk(webhooks, new_secret)))


def memory_bank() -> Bank:
    """Return an empty bank in memory, whose keys nobody knows, with simulated checks."""
    law = resources.files("twinline.compliance") / "params" / "china.toml"
    masters = {"memory": token_bytes(KEY_BYTES)}
    keyring = Keyring(masters=masters, current="memory", index_key=token_bytes(KEY_BYTES))
    return Bank(
        store=MemoryStore(),
        register=MemoryRegister(),
        vault=MemoryVault(keyring),
        identity=SimulatedIdentityCheck(),
        cards=SimulatedCardBinding(),
        law=read_law(law.read_text(encoding="utf-8")),
        house=House(lender="Twinline Consumer Finance", loan_min_minor=_LEAST_LOAN_MINOR),
    )


def _in_memory(serving: Serving) -> _Kept:
    folder = serving.folder
    return _Kept(
        bank=memory_bank(),
        keys=MemoryKeys() if folder is None else FileKeys(folder),
        accesses=MemoryAccesses() if folder is None else FileAccesses(folder),
        webhooks=MemoryWebhooks(),
    )


async def _serve(serving: Serving, kept: _Kept) -> None:
    clock, stop = SystemClock(), asyncio.Event()
    service = Service(
        bank=kept.bank,
        commands=commands(kept.webhooks),
        keys=kept.keys,
        accesses=kept.accesses,
        clock=clock,
        ready=_ready,
        cut_off=serving.cut_off,
        rates=Rates(serving.requests_per_second),
    )
    listener = listening(serving.host, serving.port)
    host, port = listener.getsockname()[:2]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _say(f"Twinline {twinline.__version__} at http://{place}, explained there")
    _say("in memory: nothing outlives this server; identity and cards are simulated")
    if serving.folder is None:
        _say(f"key for trying out, every scope: {await _trial_key(kept.keys, clock)}")
    async with asyncio.TaskGroup() as beside:
        beside.create_task(Sender(kept.bank.store, kept.webhooks, clock).run(stop))
        beside.create_task(sweeping(kept.bank, clock, serving.cut_off, stop))
        await run(service, listener)
        stop.set()


async def sweeping(
    bank: Bank, clock: Clock, cut_off: time, stop: asyncio.Event, every_s: float = SWEEP_S
) -> None:
    """Let authorisations that nobody captured in time expire, until told to stop."""
    while not stop.is_set():
        at = clock.now()
        call = Call(
            client="twinline",
            key="",
            command_hash=b"",
            at=at,
            business_on=business_day(at, cut_off),
            request_id=clock.new_id(),
        )
        try:
            await EXPIRE.run(bank, ExpireRequest(), call)
        except Exception:  # the server goes on; the next sweep ends what this one left
            _LOGGER.exception("sweep", extra={"told": {"request_id": call.request_id}})
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await stop.wait()


async def _ready() -> bool:
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
