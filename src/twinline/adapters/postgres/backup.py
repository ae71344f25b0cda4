"""Backups of a server's files, and a restore to any moment since.

A backup is PostgreSQL's own base backup, checked against its manifest. With an archive of the log
beside it, a restore goes on from there to the end of the log, or to a moment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import psycopg

from twinline.adapters.postgres.launcher import RECOVERING, ServerFault, worst_of
from twinline.adapters.postgres.statement import statement
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinline.adapters.postgres.binaries import Binaries
    from twinline.adapters.postgres.launcher import Launcher
    from twinline.app.bank.database import Server

REPLAYED: Final = "log_to_replay"
ENDED: Final = "ended"
"""The file of a backup that says when it ended, by the clock of its server."""

_TOO_EARLY: Final = "the database system is"
"""What a server that begins or ends says to whoever asks."""
SECONDS_TO_REPLAY: Final = 24 * 60 * 60
"""A log of weeks takes hours; whoever waits may interrupt, and start the server again later."""


def back_up(url: str, binaries: Binaries, into: Path) -> None:
    """Copy a running server's files, as of the moment the copy ends, into a new folder."""
    if into.exists():
        raise InputFault(place=str(into), value="is there", rule="a backup makes a new folder")
    into.mkdir(mode=0o700, parents=True)
    base = into / "base"
    _run(
        binaries,
        "pg_basebackup",
        f"--dbname={url}",
        f"--pgdata={base}",
        "--wal-method=stream",
        "--checkpoint=fast",
    )
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement("clock")).fetchone()
    assert row is not None, "a clock always tells the time"
    _run(binaries, "pg_verifybackup", "--quiet", str(base))
    (into / ENDED).write_text(row[0].astimezone(UTC).isoformat(), encoding="ascii")


def archiving(launcher: Launcher, archive: Path) -> dict[str, str]:
    """Return the settings with which a server keeps its log in a folder, made if need be.

    A piece that is there already is never overwritten.
    """
    archive = archive.absolute()
    if not archive.exists():
        archive.mkdir(mode=0o700, parents=True)
        launcher.give(archive)
    if not launcher.may_write(archive):
        rule = (
            f"must be a folder that PostgreSQL's user, {launcher.user_name}, can reach and write"
        )
        raise InputFault(place="--archive", value=archive, rule=rule)
    there = str(archive).replace("%", "%%")
    kept = (
        f'test ! -f "{there}/%f" && cp "%p" "{there}/%f.part" && mv "{there}/%f.part" "{there}/%f"'
    )
    return {"archive_mode": "on", "archive_command": kept, "archive_timeout": "60"}


def restore(
    launcher: Launcher, backup: Path, *, archive: Path | None, until: datetime | None
) -> Server:
    """Return a server in a new folder, with a backup's files and what the archive adds."""
    base = backup / "base"
    if not (base / "PG_VERSION").exists():
        raise InputFault(
            place=str(backup), value="no backup", rule="must be one made by db backup"
        )
    password = backup / "password"
    if not password.exists():
        rule = "it is of a server that is not ours: restore it with PostgreSQL's own tools"
        raise InputFault(place=str(backup), value="no password", rule=rule)
    if until is not None and archive is None:
        rule = "needs the archive too: a backup alone is of one moment"
        raise InputFault(place="--until", value=until.isoformat(), rule=rule)
    if archive is not None and not archive.is_dir():
        rule = "must be the folder of the log that was kept since"
        raise InputFault(place="--archive", value=archive, rule=rule)
    if until is not None:
        _require_after(backup, until)
    with launcher.new_cluster(password):
        shutil.copytree(base, launcher.cluster, dirs_exist_ok=True, symlinks=True)
        (launcher.cluster / "log").unlink(missing_ok=True)  # what the other server said
        if archive is not None:
            shutil.copytree(archive, launcher.cluster / REPLAYED)
            (launcher.cluster / RECOVERING).touch()
        for folder, _, names in os.walk(launcher.cluster):
            for name in ("", *names):
                launcher.give(launcher.cluster / folder / name)
    try:
        server = launcher.start({} if archive is None else _replaying(until))
        wait_until_replayed(server.url)
    except (ServerFault, psycopg.OperationalError) as error:
        raise ReplayFault(launcher, archive) from error
    return server


class ReplayFault(InputFault):
    """A restore that PostgreSQL has ended before it was where it should have gone."""

    def __init__(self, launcher: Launcher, archive: Path | None) -> None:
        """Say why its log ended, what that asks for, and that the folder is of no use."""
        log = launcher.cluster / "log"
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        fatal = [line for line in lines if "FATAL" in line and _TOO_EARLY not in line]
        rule = (
            f"{archive or 'the backup'} must hold the whole log up to --until, or to its end"
            f" without it; {log} says more; restore into another folder"
        )
        super().__init__(place="restore", value=worst_of((fatal or lines or [""])[-1]), rule=rule)


def _require_after(backup: Path, until: datetime) -> None:
    """Refuse a moment that a backup's files are already past."""
    try:
        ended = datetime.fromisoformat((backup / ENDED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        rule = "must say when the backup ended, as `twinline db backup` writes it"
        raise InputFault(place=str(backup / ENDED), value="no instant", rule=rule) from None
    if until < ended:
        rule = f"not before {ended.isoformat()}, when the backup ended; take an earlier backup"
        raise InputFault(place="--until", value=until.isoformat(), rule=rule)


def _replaying(until: datetime | None) -> Mapping[str, str]:
    settings = {"restore_command": f'cp "{REPLAYED}/%f" "%p"'}
    if until is not None:
        settings |= {
            "recovery_target_time": until.isoformat(),
            "recovery_target_action": "promote",
        }
    return settings


def wait_until_replayed(url: str) -> None:
    """Wait until a server that replays a log has come to its end, and may be written to."""
    end = time.monotonic() + SECONDS_TO_REPLAY
    while time.monotonic() < end:
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute(statement("is_replaying")).fetchone() == (False,):
                return
        time.sleep(0.1)


def _run(binaries: Binaries, program: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [binaries.program(program), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise ServerFault(program, done.stderr, "must succeed")
