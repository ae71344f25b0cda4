"""What a server works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twinline.adapters.http.callers import Rates
from twinline.adapters.http.metrics import Metrics
from twinline.app.bank.clock import MIDNIGHT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import time

    from twinline.app.bank.access import AccessRecord, Keys
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.command import Command

REQUESTS_PER_SECOND: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One server: its bank, its catalogue, who may call, and what is kept of each call."""

    bank: Bank
    commands: tuple[Command[Any, Any], ...]
    keys: Keys
    accesses: AccessRecord
    clock: Clock
    ready: Callable[[], Awaitable[bool]]
    cut_off: time = MIDNIGHT
    rates: Rates = field(default_factory=lambda: Rates(REQUESTS_PER_SECOND))
    metrics: Metrics = field(default_factory=Metrics)
