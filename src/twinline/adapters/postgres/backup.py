"""Backups of a server's files, and a restore to any moment since.

A backup is PostgreSQL's own base backup, checked against its manifest. With an archive of the log
beside it, a restore goes on from there to the end of the log, or to a moment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Final

import psycopg

from twinline.adapters.postgres.launcher import ServerFault
from twinline.adapters.postgres.statement import statement
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from twinline.adapters.postgres.binaries import Binaries
    from twinline.adapters.postgres.launcher import Launcher
    from twinline.app.bank.database import Server

REPLAYED: Final = "log_to_replay"
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
    _run(binaries, "pg_verifybackup", "--quiet", str(base))


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
        raise InputFault(place="archive", value=archive, rule=rule)
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
        raise InputFault(place="until", value=until, rule=rule)
    with launcher.new_cluster(password):
        shutil.copytree(base, launcher.cluster, dirs_exist_ok=True, symlinks=True)
        if archive is not None:
            shutil.copytree(archive, launcher.cluster / REPLAYED)
            (launcher.cluster / "recovery.signal").touch()
        for folder, _, names in os.walk(launcher.cluster):
            for name in ("", *names):
                launcher.give(launcher.cluster / folder / name)
    server = launcher.start({} if archive is None else _replaying(until))
    _wait_until_replayed(server.url)
    return server


def _replaying(until: datetime | None) -> Mapping[str, str]:
    settings = {"restore_command": f'cp "{REPLAYED}/%f" "%p"'}
    if until is not None:
        settings |= {
            "recovery_target_time": until.isoformat(),
            "recovery_target_action": "promote",
        }
    return settings


def _wait_until_replayed(url: str) -> None:
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
