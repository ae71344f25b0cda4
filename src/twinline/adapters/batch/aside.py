"""Write a file or a folder aside and put it in place whole, or leave nothing behind.

What is being written lies beside its place under a hidden name, locked for as long as its process
lives. A process that was killed leaves it there without a lock: the next run into the same place
removes it, and puts back an earlier result that the killed one had just moved out of the way.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

LEFT = re.compile(r"(\d+-\d+)\.(?:part|earlier)")
"""What stands behind the name of its place in the name of what lies aside: process and number."""

_numbers = itertools.count(1)


def reject_unwritable(path: Path) -> None:
    """Raise `OutputFault` where a file could not stand at `path`: known before any work."""
    with faults_of(path):
        if path.exists() and not path.is_file():
            raise OutputFault(place=str(path), value="not a file", rule="must be a file")
        if not path.parent.is_dir():
            raise OutputFault(place=str(path), value="no such folder", rule="must exist before")


def reject_other(path: Path, mark: str) -> None:
    """Raise `OutputFault` where a folder could not stand at `path`: known before any work.

    An empty folder or an earlier one, which holds the file `mark`, may be replaced, nothing else.
    """
    with faults_of(path):
        if not path.resolve().parent.is_dir():
            rule = "its folder must exist"
            raise OutputFault(place=str(path), value="no such folder", rule=rule)
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise OutputFault(place=str(path), value="not a folder", rule="the result is a folder")
        if path.exists() and any(path.iterdir()) and not (path / mark).is_file():
            rule = f"only a folder that holds {mark}, or an empty one, is replaced"
            raise OutputFault(place=str(path), value="holds something else", rule=rule)


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Turn what the system refuses while `path` is written into an `OutputFault`."""
    try:
        yield
    except OSError as error:
        raise OutputFault.of(path, error) from error


class Aside:
    """A file that takes the place of `path` only when it is kept.

    It is written beside its place, flushed to the disk and renamed. Whatever goes wrong, an
    interruption included, what stood at `path` before still stands and nothing else is left.
    """

    def __init__(self, path: Path) -> None:
        """Open the file beside its place."""
        reject_unwritable(path)
        self.path = path
        self._place = path.resolve()
        with faults_of(path):
            self.part, descriptor = _claimed(self._place, _new_file)
            self.file = os.fdopen(descriptor, "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self.file.close()
        self.part.unlink(missing_ok=True)

    def keep(self) -> None:
        """Put the file in its place."""
        with faults_of(self.path):
            self.file.flush()
            os.fsync(self.file.fileno())
            self.part.replace(self._place)
            self.file.close()
        with suppress(OSError):  # not every system can
            _sync(self._place.parent)


class AsideFolder:
    """A folder that takes the place of `path` only when it is kept.

    An earlier one, known by the file `mark` in it, is replaced as a whole; anything else at
    `path` is refused. Whatever goes wrong, an interruption included, the earlier one stands.
    """

    def __init__(self, path: Path, mark: str) -> None:
        """Begin the folder beside its place."""
        reject_other(path, mark)
        self.path = path
        self._mark = mark
        self._place = path.resolve()
        with faults_of(path):
            self.part, self._lock = _claimed(self._place, _new_folder)
        self._earlier = self.part.with_suffix(".earlier")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._earlier.exists() and not self._place.exists():
            self._earlier.rename(self._place)  # the new one did not take its place
        _remove(self.part)
        _remove(self._earlier)
        os.close(self._lock)

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Add files by name, the mark among them, and put the folder in its place."""
        assert self._mark in files
        with faults_of(self.path):
            for name, content in files.items():
                target = self.part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            for each in [*self.part.rglob("*"), self.part]:
                _sync(each)
            if self._place.exists():
                self._place.rename(self._earlier)
            self.part.rename(self._place)
            _sync(self._place.parent)


def _claimed(place: Path, make: Callable[[Path], int]) -> tuple[Path, int]:
    """Make something beside a place; return it and the open descriptor whose lock says it lives.

    Where the system has no locks, what a killed process leaves is never removed.
    """
    _sweep(place)
    for number in _numbers:
        part = place.with_name(f".{place.name}.{os.getpid()}-{number}.part")
        with suppress(FileExistsError):  # from another machine or container, where numbers repeat
            descriptor = make(part)
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is(part, descriptor):  # not swept away before it was locked
                return part, descriptor
            os.close(descriptor)
    raise AssertionError  # there is always a next number


def _new_file(part: Path) -> int:
    return os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)


def _new_folder(part: Path) -> int:
    part.mkdir()
    return os.open(part, os.O_RDONLY)


def _is(part: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(part.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sweep(place: Path) -> None:
    """Remove what killed processes left beside a place; what a living one writes stays."""
    hidden = f".{place.name}."
    try:
        names = [each.name for each in place.parent.iterdir()]
    except PermissionError:
        return  # a folder may be written without being read
    left = {
        found[1]
        for name in names
        if name.startswith(hidden) and (found := LEFT.fullmatch(name[len(hidden) :]))
    }
    for stem in sorted(left):
        part, earlier = (
            place.with_name(f"{hidden}{stem}.{ending}") for ending in ("part", "earlier")
        )
        with _unlocked(part) as dead:
            if dead and earlier.exists() and not place.exists():
                with suppress(OSError):
                    earlier.rename(place)
            if dead:
                _remove(earlier)
                _remove(part)


@contextmanager
def _unlocked(part: Path) -> Iterator[bool]:
    """Tell whether no living process writes what lies aside, and keep it so meanwhile."""
    try:
        descriptor = os.open(part, os.O_RDONLY)
    except OSError as error:
        yield isinstance(error, FileNotFoundError)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there and the system lets us."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _sync(path: Path) -> None:
    """Make what was written at a path, or renamed in it, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
