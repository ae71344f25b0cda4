"""Structured logs: one JSON object a line, and nothing in it that a person typed.

An exception's words may quote what it was given, so only its class and the lines it passed
through are written.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from types import TracebackType

LOGGER: Final = logging.getLogger("twinline.http")

_FRAMES_MAX: Final = 12


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. What a record carries as `told` is its members."""
        told = getattr(record, "told", None)
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if told is not None else record.name,
            **(told or {"message": record.getMessage()}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["passed"] = _passed(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=str)


def _passed(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES_MAX:]
    return [f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in frames]


def log_to(stream: TextIO) -> None:
    """Send our lines, and those of the server beneath, to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name, level in (("twinline", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
