"""Where trained strategies and scores are written, aside first and then whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twinline.adapters.batch.aside import Aside, AsideFolder, faults_of
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def strategy_into(folder: Path) -> AsideFolder:
    """Begin a trained strategy's folder; an earlier trained strategy there is replaced."""
    return AsideFolder(folder, TRAINED)


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
