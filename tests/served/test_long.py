"""The long tests in short: a few rounds and kills, by the code that `make soak` runs whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.served.bank import served
from tests.served.kills import endure
from tests.served.races import race
from twinline.adapters.postgres.statement import schema

if TYPE_CHECKING:
    from tests.served.asking import Outcomes
    from tests.served.bank import Served

pytestmark = pytest.mark.slow

WEIGHS = "weighed_1"


def test_no_race_passes_a_limit(bank: Served) -> None:
    """Sixty-four clients draw on both lines of a customer at once, the first draw ever included.

    I1 and I2 hold at each entry of the journal, all that was asked was accepted or refused, and
    the auditor agrees.
    """
    total = asyncio.run(race(bank, seed=1, rounds=2, done=_nothing_shown))

    assert total.counts["accepted"] > 2
    assert total.counts["refused"] > 2


def test_no_kill_loses_or_doubles_a_call(bank: Served) -> None:
    """Killed under load, service and database come back with each acknowledged call once.

    Every other one is not there at all, or once on retry; `twinline verify` finds nothing, and
    the auditor agrees.
    """
    total = asyncio.run(endure(bank, seed=3, kills=2, done=_nothing_shown))

    assert total.counts["accepted"] > 0


def test_a_race_sees_a_bound_that_is_skipped() -> None:
    """With the joint bound taken out of the posting the first round says so."""
    with served() as bank:
        _plant(bank, "WHEN d.joint < 0 AND", "WHEN false AND")
        with pytest.raises(AssertionError, match="accepted, and leaves joint at -"):
            asyncio.run(race(bank, seed=1, rounds=1, done=_nothing_shown))


def _plant(bank: Served, text: str, other: str) -> None:
    """Replace a text of the function that weighs a group."""
    (script,) = (each for each in schema() if f"FUNCTION {WEIGHS}(" in each)
    _, _, rest = script.partition(f"FUNCTION {WEIGHS}(")
    body = rest.split("\nCREATE ")[0].split("\n-- ")[0]
    assert text in body
    with psycopg.connect(bank.url, options="-c search_path=twinline") as connection:
        replaced = f"CREATE OR REPLACE FUNCTION {WEIGHS}({body.replace(text, other)}"
        connection.execute(replaced.encode())


def _nothing_shown(_done: int, _outcomes: Outcomes) -> None:
    """Tell nobody how far it is."""
