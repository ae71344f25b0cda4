"""The long tests whole: a thousand races and two hundred kills. `make soak` runs it.

    python -m tests.served.run [--seed N] [--rounds N] [--kills N]

It prints how far it is and stops by itself: exit code 0 and a closing line with the seed, or the
first thing that is not true. The same seed makes the same choices again; what the machine does
between them is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from tests.served.bank import served
from tests.served.kills import endure
from tests.served.races import race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.served.asking import Outcomes

SHOWN_EVERY_S = 10.0


@dataclass
class Progress:
    """How far a run is, told every few seconds and at its end."""

    what: str
    whole: int
    began: float = field(default_factory=time.monotonic)
    shown: float = 0.0

    def __call__(self, done: int, outcomes: Outcomes) -> None:
        """Tell, if it is time."""
        now = time.monotonic()
        if done < self.whole and now - self.shown < SHOWN_EVERY_S:
            return
        self.shown = now
        counts = ", ".join(f"{number:,} {name}" for name, number in outcomes.counts.items())
        print(
            f"{done} of {self.whole} {self.what}, {now - self.began:.0f} s: {counts}", flush=True
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run both whole; return the exit code."""
    asked = argparse.ArgumentParser(description="Race and kill a bank for a long time.")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked.add_argument("--rounds", type=int, default=1_000)
    asked.add_argument("--kills", type=int, default=200)
    given = asked.parse_args(arguments)
    for each in (signal.SIGINT, signal.SIGTERM):  # told to stop, it ends what it has started
        signal.signal(each, _stop)
    print(f"seed {given.seed}", flush=True)
    with served() as bank:
        kills = Progress("kills", given.kills)
        asyncio.run(endure(bank, seed=given.seed, kills=given.kills, done=kills))
        rounds = Progress("rounds", given.rounds)
        asyncio.run(race(bank, seed=given.seed, rounds=given.rounds, done=rounds))
        verified = bank.twinline("verify")
    print(verified.stdout + verified.stderr, end="")
    if verified.returncode == 0:
        print(f"all of it true: seed {given.seed}, {given.rounds} rounds, {given.kills} kills")
    return verified.returncode


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
