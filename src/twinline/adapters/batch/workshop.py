"""Where trained strategies and scores are written, aside first and then whole."""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.app.fault import InputFault, OutputFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from twinline.decision.columns.column import Column

TRAINED = "training.json"
"""The file by which a trained strategy is known, so that another training may replace it."""
TREES = "challenger/trees.txt"
PPM = 1_000_000
SCORE_SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("score", pa.int64()),
        pa.field("pd", pa.float64()),
    ]
)

_numbers = itertools.count(1)


class StrategyFolder:
    """A strategy's folder that takes the place of `path` only when it is kept.

    An earlier trained strategy at `path` is replaced; anything else there is refused.
    """

    def __init__(self, path: Path) -> None:
        """Begin the folder beside its place."""
        _reject_unusable(path)
        self.path = path
        self._place = path.resolve()
        stem = f".{self._place.name}.{os.getpid()}-{next(_numbers)}"
        self.part = self._place.with_name(f"{stem}.part")
        self._earlier = self._place.with_name(f"{stem}.earlier")
        with faults_of(path):
            self.part.mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.part, ignore_errors=True)

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Put the folder with these files in its place."""
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
        shutil.rmtree(self._earlier, ignore_errors=True)


class ScoreFile:
    """A file of scores that takes the place of `path` only when it is kept."""

    def __init__(self, path: Path) -> None:
        """Begin the file beside its place."""
        self._aside = Aside(path)
        self._file = pq.ParquetWriter(self._aside.file, SCORE_SCHEMA, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._file.close()
        except (OSError, ValueError):
            pass  # what cannot be written of an unfinished file no longer matters
        finally:
            self._aside.__exit__(kind, error, trace)

    def write(self, ids: Sequence[object], scores: Column, pds: Column) -> None:
        """Write some customers; the probability, in ppm here, becomes a fraction."""
        score, pd_ppm = (pa.array(each.numbers, mask=each.missing) for each in (scores, pds))
        arrays = [ids, score, pc.divide(pd_ppm.cast(pa.float64()), float(PPM))]
        with faults_of(self._aside.path):
            self._file.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCORE_SCHEMA))

    def keep(self) -> None:
        """Put the file in its place."""
        with faults_of(self._aside.path):
            self._file.close()
        self._aside.keep()


def strategy_into(folder: Path) -> StrategyFolder:
    """Begin a trained strategy's folder."""
    return StrategyFolder(folder)


def scores_into(path: Path) -> ScoreFile:
    """Begin a file of scores."""
    return ScoreFile(path)


def challenger_text(folder: Path) -> bytes | None:
    """Return the text of a strategy's trees, or None where it has none."""
    path = folder / TREES
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        rule = "the file must be readable"
        raise InputFault(place=str(path), value=error.strerror, rule=rule) from error


def _reject_unusable(path: Path) -> None:
    if not path.resolve().parent.is_dir():
        raise OutputFault(place=str(path), value="no such folder", rule="its folder must exist")
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise OutputFault(place=str(path), value="not a folder", rule="a strategy is a folder")
    if path.exists() and any(path.iterdir()) and not (path / TRAINED).is_file():
        rule = "training replaces a strategy it trained or an empty folder, nothing else"
        raise OutputFault(place=str(path), value="holds something else", rule=rule)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
