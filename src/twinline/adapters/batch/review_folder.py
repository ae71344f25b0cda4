"""A review's folder: written aside, put in place whole; and read again."""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twinline.adapters.batch.aside import faults_of
from twinline.adapters.batch.decision_schema import (
    DECISION_SCHEMA,
    Digest,
    batch_of,
    outcome_of,
)
from twinline.adapters.batch.source import arrow_faults, sha256_of
from twinline.app.fault import InputFault, OutputFault
from twinline.app.review_record import RECORD_VERSION, ReviewRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

    from twinline.decision.outcome import Outcome

DECISIONS = "decisions.parquet"
SUMMARY = "summary.json"

_numbers = itertools.count(1)


class ReviewFolder:
    """A folder that takes the place of `path` only when it is kept.

    An earlier review at `path` is replaced; anything else there is left alone and refused.
    """

    def __init__(self, path: Path) -> None:
        """Begin the folder beside its place."""
        self.path = path
        _reject_unusable(path)
        self._place = path.resolve()
        stem = f".{self._place.name}.{os.getpid()}-{next(_numbers)}"
        self.part = self._place.with_name(f"{stem}.part")
        self._earlier = self._place.with_name(f"{stem}.earlier")
        self._digest = Digest()
        with faults_of(path):
            self.part.mkdir()
            self._bytes = (self.part / DECISIONS).open("xb")
            self._file = pq.ParquetWriter(self._bytes, DECISION_SCHEMA, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What cannot be written of an unfinished file no longer matters.
        with suppress(OSError, ValueError):
            self._file.close()
        with suppress(OSError):
            self._bytes.close()
        shutil.rmtree(self.part, ignore_errors=True)

    def write(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Write outcomes, with their rows' numbers, as one row group."""
        batch = batch_of(outcomes)
        self._digest.add(batch)
        with faults_of(self.path):
            self._file.write_batch(batch, row_group_size=max(batch.num_rows, 1))

    def finish(self) -> tuple[str, str]:
        """Close the decisions; return the digest of their content and the file's SHA-256."""
        with faults_of(self.path):
            self._file.close()
            self._bytes.close()
            return self._digest.hexdigest(), sha256_of(self.part / DECISIONS)

    def keep(self, record: ReviewRecord, files: Mapping[str, bytes]) -> None:
        """Add the record and further files, and put the folder in its place."""
        summary = msgspec.json.format(msgspec.json.encode(record), indent=2)
        with faults_of(self.path):
            for name, content in {**files, SUMMARY: summary + b"\n"}.items():
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


class Decisions:
    """The decisions of a finished review, read again."""

    def __init__(self, folder: Path) -> None:
        """Open the decisions; raises `InputFault` for what is no decisions file."""
        self._path = folder / DECISIONS
        if not self._path.is_file():
            rule = f"a review's folder holds {DECISIONS}"
            raise InputFault(place=str(folder), value="no decisions", rule=rule)
        with arrow_faults(self._path):
            self._file = pq.ParquetFile(self._path)
            if not self._file.schema_arrow.equals(DECISION_SCHEMA):
                rule = "its columns are those of this program's decisions"
                raise InputFault(place=str(self._path), value="other columns", rule=rule)
            self.rows: int = self._file.metadata.num_rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the decisions in the row groups in which they were written."""
        with arrow_faults(self._path):
            for group in range(self._file.num_row_groups):
                table = self._file.read_row_group(group)
                yield table.combine_chunks().to_batches()[0]

    def outcome(self, customer_id: str) -> tuple[int, Outcome] | None:
        """Return the row number and stored outcome of a customer, or None."""
        with arrow_faults(self._path):
            for group in range(self._file.num_row_groups):
                ids = self._file.read_row_group(group, columns=["customer_id"])["customer_id"]
                at = pc.index(ids, customer_id).as_py()
                if at >= 0:
                    row = self._file.read_row_group(group).slice(at, 1).to_pylist()[0]
                    return row["row"], outcome_of(row)
        return None

    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return sha256_of(self._path)

    def comparison(self) -> Comparison:
        """Begin to hold outcomes made again against these."""
        return Comparison(self)


class Comparison:
    """Outcomes made again held against the stored ones, byte by byte."""

    def __init__(self, stored: Decisions) -> None:
        """Begin at the first stored row."""
        self._stored = stored.batches()
        self._digest = Digest()

    def differences(self, outcomes: Sequence[tuple[int, Outcome]]) -> list[tuple[int, str]]:
        """Return row and column of each difference in the next outcomes."""
        again = batch_of(outcomes)
        self._digest.add(again)
        stored = next(self._stored, None)
        if stored is None or stored.num_rows != again.num_rows:
            return [(outcomes[0][0], "row")]
        if stored.equals(again):
            return []
        return [
            (number, name)
            for name in DECISION_SCHEMA.names
            if not stored[name].equals(again[name])
            for number, one, other in zip(
                again["row"].to_pylist(),
                stored[name].to_pylist(),
                again[name].to_pylist(),
                strict=True,
            )
            if one != other
        ]

    def digest(self) -> str:
        """Return the digest of all outcomes made again."""
        return self._digest.hexdigest()


def read_record(folder: Path) -> ReviewRecord:
    """Return the record of a finished review; raises `InputFault` for what is none."""
    path = folder / SUMMARY
    try:
        record = msgspec.json.decode(path.read_bytes(), type=ReviewRecord)
    except OSError as error:
        rule = f"a review's folder holds {SUMMARY}"
        raise InputFault(place=str(folder), value=error.strerror, rule=rule) from error
    except msgspec.DecodeError as error:
        raise InputFault(place=str(path), value=error, rule="must be a review's record") from error
    if record.record_version != RECORD_VERSION:
        rule = f"this program reads version {RECORD_VERSION}"
        raise InputFault(place=str(path), value=record.record_version, rule=rule)
    return record


def _reject_unusable(path: Path) -> None:
    if not path.resolve().parent.is_dir():
        raise OutputFault(place=str(path), value="no such folder", rule="its folder must exist")
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise OutputFault(place=str(path), value="not a folder", rule="a review makes a folder")
    if path.exists() and any(path.iterdir()) and not (path / SUMMARY).is_file():
        rule = "a review replaces an earlier review or an empty folder, nothing else"
        raise OutputFault(place=str(path), value="holds something else", rule=rule)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
