"""A review's folder: written aside, put in place whole; and read again."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Self

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twinline.adapters.batch.aside import AsideFolder, faults_of
from twinline.adapters.batch.decision_schema import DECISION_SCHEMA, outcome_of, repeating
from twinline.adapters.batch.digest import Digest
from twinline.adapters.batch.lane import Lane
from twinline.adapters.batch.source import ROWS_PER_BATCH, arrow_faults, sha256_of
from twinline.app.compare_record import (
    AGAINST,
    COMPARISON,
    COMPARISON_VERSION,
    ComparisonRecord,
)
from twinline.app.fault import InputFault
from twinline.app.review_record import RECORD_VERSION, ReviewRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from twinline.app.review_ports import Decided
    from twinline.decision.outcome import Outcome

DECISIONS = "decisions.parquet"
SUMMARY = "summary.json"
SUMS = "SHA256SUMS"
"""Every file of the folder with its SHA-256, as `sha256sum --check` reads it."""


class ReviewFolder:
    """A review's folder being written aside: decisions as they come, the rest when it is kept."""

    def __init__(self, path: Path) -> None:
        """Begin the folder beside its place; an earlier review there is replaced."""
        self._aside = AsideFolder(path, SUMMARY)
        self._digest = Digest(DECISION_SCHEMA)
        self._held: list[pa.RecordBatch] = []
        self._writing, self._digesting = Lane(), Lane()
        with faults_of(path):
            self._bytes = (self._aside.part / DECISIONS).open("xb")
            self._file = pq.ParquetWriter(
                self._bytes, DECISION_SCHEMA, compression="zstd", use_dictionary=repeating()
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writing.end()
        self._digesting.end()
        # What cannot be written of an unfinished file no longer matters.
        with suppress(OSError, ValueError):
            self._file.close()
        with suppress(OSError):
            self._bytes.close()
        self._aside.__exit__(kind, error, trace)

    def write(self, decided: Decided) -> None:
        """Write the next decisions; row groups are of one size however the decisions arrive."""
        decisions = decided.decisions
        assert isinstance(decisions, pa.RecordBatch)
        self._digesting.do(partial(self._digest.add, decisions))
        self._held.append(decisions)
        if sum(batch.num_rows for batch in self._held) >= ROWS_PER_BATCH:
            self._write_groups(least=ROWS_PER_BATCH)

    def finish(self) -> tuple[str, str]:
        """Close the decisions; return the digest of their content and the file's SHA-256."""
        self._write_groups(least=1)
        self._digesting.finish()
        self._writing.finish()
        with faults_of(self._aside.path):
            self._file.close()
            self._bytes.close()
            return self._digest.hexdigest(), sha256_of(self._aside.part / DECISIONS)

    def keep(self, record: ReviewRecord, files: Mapping[str, bytes]) -> None:
        """Add the record and further files, and put the folder in its place."""
        summary = msgspec.json.format(msgspec.json.encode(record), indent=2)
        whole = {**files, SUMMARY: summary + b"\n"}
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in whole.items()}
        sums[DECISIONS] = record.decisions_sha256
        listed = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
        self._aside.keep({**whole, SUMS: listed.encode()})

    def _write_groups(self, least: int) -> None:
        table = pa.Table.from_batches(self._held, DECISION_SCHEMA)
        while table.num_rows >= least:
            self._writing.do(partial(self._write_group, table.slice(0, ROWS_PER_BATCH)))
            table = table.slice(ROWS_PER_BATCH)
        self._held = table.to_batches()

    def _write_group(self, rows: pa.Table) -> None:
        with faults_of(self._aside.path):
            self._file.write_table(rows, ROWS_PER_BATCH)


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

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the decisions, or some columns, in the row groups in which they were written."""
        with arrow_faults(self._path):
            for group in range(self._file.num_row_groups):
                table = self._file.read_row_group(group, columns=columns)
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
        self._held: list[pa.RecordBatch] = []
        self._digest = Digest(DECISION_SCHEMA)
        self._digesting = Lane()

    def differences(self, decided: Decided) -> list[tuple[int, str]]:
        """Return row and column of each difference in the next decisions."""
        again = decided.decisions
        assert isinstance(again, pa.RecordBatch)
        self._digesting.do(partial(self._digest.add, again))
        stored = self._next(again.num_rows)
        if stored.num_rows != again.num_rows:
            return [(again["row"][stored.num_rows].as_py(), "row")]
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

    def _next(self, rows: int) -> pa.RecordBatch:
        """Return so many stored rows, or as many as are left."""
        while sum(batch.num_rows for batch in self._held) < rows:
            batch = next(self._stored, None)
            if batch is None:
                break
            self._held.append(batch)
        if not self._held:
            return DECISION_SCHEMA.empty_table().to_batches()[0]
        held = pa.concat_batches(self._held)
        self._held = [held.slice(rows)]
        return held.slice(0, rows)

    def digest(self) -> str:
        """Return the digest of all outcomes made again."""
        self._digesting.finish()
        return self._digest.hexdigest()


def altered_files(folder: Path) -> list[str]:
    """Return the files of a review that are gone or are not those that SHA256SUMS names.

    Decisions and strategies have their own hashes in the records and are left out.
    """
    path = folder / SUMS
    try:
        listed = [line.split("  ", 1) for line in path.read_text("utf-8").splitlines()]
    except OSError as error:
        raise InputFault(place=str(path), value=error.strerror, rule="must be readable") from error
    except UnicodeDecodeError:
        return [SUMS]
    if any(len(line) != len(("sum", "name")) for line in listed):
        return [SUMS]
    apart = (DECISIONS, "strategy/", f"{AGAINST}/")
    return [
        name
        for known, name in listed
        if not name.startswith(apart)
        and not ((folder / name).is_file() and sha256_of(folder / name) == known)
    ]


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


def read_comparison(folder: Path) -> ComparisonRecord | None:
    """Return the record of a review's comparison, None where it was made without one.

    Raises `InputFault` for a record that is broken, or gone though the other strategy is there.
    """
    path = folder / COMPARISON
    if not path.exists() and not (folder / AGAINST).exists():
        return None
    try:
        record = msgspec.json.decode(path.read_bytes(), type=ComparisonRecord)
    except OSError as error:
        rule = f"a review made against another strategy holds {COMPARISON}"
        raise InputFault(place=str(folder), value=error.strerror, rule=rule) from error
    except msgspec.DecodeError as error:
        rule = "must be a comparison's record"
        raise InputFault(place=str(path), value=error, rule=rule) from error
    if record.comparison_version != COMPARISON_VERSION:
        rule = f"this program reads version {COMPARISON_VERSION}"
        raise InputFault(place=str(path), value=record.comparison_version, rule=rule)
    return record
