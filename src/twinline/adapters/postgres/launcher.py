"""A server of our own: made, started and stopped with PostgreSQL's programs, in one folder.

    FOLDER/cluster    PostgreSQL's files, which belong to the user the server runs as
    FOLDER/password   of the server's own superuser, for whoever may read this folder
    FOLDER/port       where it was last reached
    FOLDER/archive    where it keeps its log for a restore, if it does
    FOLDER/lock       so that two who start it at once start one

The server listens on the loopback interface alone. PostgreSQL refuses to run as root; then it runs
as an unprivileged user, who is given the cluster and nothing else. That user may not be able to
reach the folder by its name, so it is handed the cluster as an open file, which it keeps.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.adapters.postgres.binaries import find_binaries, reachable
from twinline.app.bank.database import Server
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinline.adapters.postgres.binaries import Binaries

SUPERUSER: Final = "twinline"
DATABASE: Final = "postgres"
UNPRIVILEGED: Final = ("postgres", "nobody")
SECONDS_TO_START: Final = 60
SECONDS_TO_END: Final = 10
STILL_THERE: Final = "Terminate any old server"
"""What PostgreSQL says when processes of a killed server still run."""
RECOVERING: Final = "recovery.signal"
"""The file of a cluster that replays a log; PostgreSQL takes it away in the end."""
RECOVERY_SETTINGS: Final = ("restore_command", "recovery_target")
OPEN_FILES: Final = Path("/proc/self/fd")
"""Where a process finds what is open in it, whether or not it could go there by name."""

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "wal_level": "replica",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
}


_WORST: Final = re.compile(r".*(?:FATAL|PANIC|error): +")


class ServerFault(InputFault):
    """PostgreSQL's own program has failed."""

    def __init__(self, program: str, said: str, rule: str) -> None:
        """Name the program and the first thing that went wrong, of all that it said."""
        super().__init__(place=program, value=worst_of(said), rule=rule)
        self.said = said


def worst_of(said: str) -> str:
    r"""Return the first thing that went wrong, of all that a program said.

    >>> worst_of("waiting for server to start\nFATAL:  role does not exist\nstopped waiting\n")
    'role does not exist'
    """
    lines = [line for line in said.splitlines() if line] or ["nothing said"]
    worst = next((line for line in lines if _WORST.search(line)), lines[-1])
    return _WORST.sub("", worst)


class Launcher:
    """The server of one folder."""

    def __init__(self, folder: Path, *, wheel: bool = True) -> None:
        """Take the folder, which need not be there yet. Production goes without the wheel."""
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self._wheel = wheel

    def start(self, settings: Mapping[str, str] | None = None) -> Server:
        """Return the running server: made if there is none, started if it does not run.

        `settings` are PostgreSQL's, on top of ours. Raises `InputFault`.
        """
        with self._alone():
            binaries = self.binaries()
            if self.running(binaries):
                return Server(self.url(), binaries.version, started=False)
            if not self.made:
                self._make(binaries)
            wanted = {**SETTINGS, **self._recovering(), **(settings or {})}
            self.configure({**wanted, "port": self._free_port()})
            self._start_server(binaries)
            return Server(self.url(), binaries.version, started=True)

    def stop(self) -> bool:
        """Stop this folder's server, as soon as what is being posted is done.

        Return whether it ran. No other server is touched.
        """
        if not self.made:
            return False
        with self._alone():
            binaries = self.binaries()
            if not self.running(binaries):
                return False
            self._run(binaries, "pg_ctl", "stop", "--wait", "--mode", "fast")
            return True

    def status(self) -> Server | None:
        """Return the server if it runs."""
        if not self.made:
            return None
        binaries = self.binaries()
        if not self.running(binaries):
            return None
        return Server(self.url(), binaries.version, started=False)

    def running(self, binaries: Binaries) -> bool:
        """Return whether this folder's server runs; one that is ending or beginning is awaited."""
        for _ in range(10 * SECONDS_TO_END):
            if not self.made or self._try(binaries, "pg_ctl", "status").returncode != 0:
                return False
            if self._answers():
                return True
            time.sleep(0.1)
        return False

    def _answers(self) -> bool:
        port = int((self.folder / "port").read_text(encoding="ascii"))
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    @property
    def is_recovering(self) -> bool:
        """Whether a restore has begun to replay a log and has not come to its end."""
        return (self.cluster / RECOVERING).exists()

    def _recovering(self) -> dict[str, str]:
        """Return the settings of a restore that was interrupted: it goes on where it was."""
        if not self.is_recovering:
            return {}
        own = self.cluster / "postgresql.conf"
        lines = own.read_text(encoding="utf-8").splitlines() if own.exists() else []
        kept = (line.partition(" = ") for line in lines if line.startswith(RECOVERY_SETTINGS))
        return {name: _unquoted(value) for name, _, value in kept}

    @property
    def made(self) -> bool:
        """Whether there is a whole cluster: its password is written last."""
        return (self.folder / "password").exists()

    def url(self, database: str = DATABASE) -> str:
        """Return the server's address as its superuser."""
        password = (self.folder / "password").read_text(encoding="ascii")
        port = (self.folder / "port").read_text(encoding="ascii")
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}"

    def binaries(self) -> Binaries:
        """Return the programs for this folder, by the release that made it."""
        made_by = self.cluster / "PG_VERSION"
        version = int(made_by.read_text(encoding="ascii")) if self.made else None
        found = find_binaries(version=version, wheel=self._wheel)
        user = self.user()
        return found if user is None else reachable(found, user[0], self.folder)

    def user(self) -> tuple[int, int] | None:
        """Return the user and group the server runs as if we are root, None if as ourselves."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists():
            owner = self.cluster.stat()
            return owner.st_uid, owner.st_gid
        users = {each.pw_name: (each.pw_uid, each.pw_gid) for each in pwd.getpwall()}
        for name in UNPRIVILEGED:
            if name in users:
                return users[name]
        names = " or ".join(UNPRIVILEGED)
        raise InputFault(
            place="user", value="root", rule=f"PostgreSQL does not run as root: {names} must exist"
        )

    @property
    def user_name(self) -> str:
        """The name of the user the server runs as."""
        user = self.user()
        return pwd.getpwuid(os.geteuid() if user is None else user[0]).pw_name

    def give(self, path: Path) -> None:
        """Give a file of ours to the server's user."""
        if (user := self.user()) is not None:
            os.chown(path, *user)

    def may_write(self, folder: Path) -> bool:
        """Return whether the server's user can reach a folder and write there."""
        user = self.user()
        asked = ["/bin/sh", "-c", 'test -w "$0"', str(folder)]
        return subprocess.call(asked, cwd="/", user=None if user is None else user[0]) == 0  # noqa: S603

    def archive(self) -> Path | None:
        """Return where the server keeps its log, if it was ever told to."""
        kept = self.folder / "archive"
        return Path(kept.read_text(encoding="utf-8")) if kept.exists() else None

    def remember_archive(self, archive: Path) -> None:
        """Keep the log in a folder from the next start on."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        (self.folder / "archive").write_text(str(archive.absolute()), encoding="utf-8")

    def copy_password(self, into: Path) -> None:
        """Keep the password with a backup, whose server will ask for the same."""
        shutil.copy(self.folder / "password", into / "password")

    @contextmanager
    def new_cluster(self, password: Path) -> Iterator[None]:
        """Make a folder for a cluster that the caller fills; nothing counts until that is done.

        `password` is a file with its superuser's.
        """
        with self._alone():
            if self.made:
                rule = "holds a book already: a restore goes into a new folder"
                raise InputFault(place=str(self.folder), value="cluster", rule=rule)
            shutil.rmtree(self.cluster, ignore_errors=True)
            self.make_cluster()
            yield
            self.keep("password", password.read_text(encoding="ascii"))

    def make_cluster(self) -> None:
        """Make the folder of PostgreSQL's files, which its user alone may enter."""
        user = self.user()
        self.cluster.mkdir(mode=0o700)
        if user is not None:
            os.chown(self.cluster, *user)

    def keep(self, name: str, text: str) -> None:
        """Write a file beside the cluster that only we may read."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")

    def configure(self, settings: Mapping[str, str]) -> None:
        """Write all settings that are not PostgreSQL's own, in place of those before."""
        lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
        own = self.cluster / "postgresql.conf"
        own.write_text("".join(lines), encoding="utf-8")
        self.give(own)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder, which is made if need be; others wait."""
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise InputFault(
                place=str(self.folder), value=error.strerror, rule="must be a folder we may write"
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self, binaries: Binaries) -> None:
        """Make a cluster whose superuser has a password of its own."""
        password = secrets.token_urlsafe(32)
        if self.cluster.exists():  # an earlier try was interrupted before it was whole
            shutil.rmtree(self.cluster)
        self.make_cluster()
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as shown:
            shown.write(password)
            shown.flush()
            self.give(Path(shown.name))
            self._run(
                binaries,
                "initdb",
                "--encoding=UTF8",
                "--no-locale",
                "--auth=scram-sha-256",
                f"--username={SUPERUSER}",
                f"--pwfile={shown.name}",
            )
        self.keep("password", password)

    def _start_server(self, binaries: Binaries) -> None:
        """Start the server; what is left of one that was killed is given time to end."""
        for seconds_left in range(SECONDS_TO_END, -1, -1):
            try:
                wait = str(SECONDS_TO_START)
                self._run(binaries, "pg_ctl", "start", "--wait", "--timeout", wait)
            except ServerFault as fault:
                if STILL_THERE not in fault.said or not seconds_left:
                    raise
                time.sleep(1)
            else:
                return

    def _free_port(self) -> str:
        """Return the port of last time if it is free, else any that is; remember it."""
        kept = self.folder / "port"
        last = int(kept.read_text(encoding="ascii")) if kept.exists() else 0
        for wanted in (last, 0):
            with socket.socket() as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with suppress(OSError):
                    tried.bind(("127.0.0.1", wanted))
                    port = str(tried.getsockname()[1])
                    self.keep("port", port)
                    return port
        raise InputFault(place="port", value="127.0.0.1", rule="no port of it is free")

    def _run(self, binaries: Binaries, program: str, *arguments: str) -> None:
        log = self.cluster / "log"
        before = log.stat().st_size if log.exists() else 0
        done = self._try(binaries, program, *arguments)
        if done.returncode != 0:
            logged = log.read_bytes()[before:].decode("utf-8", "replace") if log.exists() else ""
            raise ServerFault(program, done.stdout + logged, f"must succeed; {log} says more")

    def _try(
        self, binaries: Binaries, program: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program on the cluster, as its user.

        What it says goes to a file: a server that it starts would keep a pipe open for good.
        """
        user = self.user()
        cluster = os.open(self.cluster, os.O_RDONLY | os.O_DIRECTORY)
        by_name = user is None or not OPEN_FILES.exists()
        where = self.cluster if by_name else OPEN_FILES / str(cluster)
        log = (f"--log={where}/log",) if "start" in arguments else ()
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            code = subprocess.call(  # noqa: S603 - PostgreSQL's own program
                [binaries.program(program), f"--pgdata={where}", *arguments, *log],
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                pass_fds=() if by_name else (cluster,),
                user=None if user is None else user[0],
                group=None if user is None else user[1],
                extra_groups=None if user is None else (),
            )
            os.close(cluster)
            said.seek(0)
            return subprocess.CompletedProcess((program, *arguments), code, said.read())


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _unquoted(value: str) -> str:
    return value[1:-1].replace("''", "'").replace("\\\\", "\\")
