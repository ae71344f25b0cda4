"""Write a file aside and put it in place whole, or leave nothing behind."""

from __future__ import annotations

import itertools
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

_numbers = itertools.count(1)


def reject_unwritable(path: Path) -> None:
    """Raise `OutputFault` where a file could not stand at `path`: known before any work."""
    with faults_of(path):
        if path.exists() and not path.is_file():
            raise OutputFault(place=str(path), value="not a file", rule="must be a file")
        if not path.parent.is_dir():
            raise OutputFault(place=str(path), value="no such folder", rule="must exist before")


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
        number = next(_numbers)
        self.part = self._place.with_name(f".{self._place.name}.{os.getpid()}-{number}.part")
        with faults_of(path):
            self.file = self.part.open("xb")

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
            self.file.close()
            self.part.replace(self._place)
        _sync_folder(self._place.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
