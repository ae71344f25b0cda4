"""Words on the command line: arguments read, and the type of a parser's verbs."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - no public name

JOBS_MAX = 256


def day(text: str) -> date:
    """Return an argument's day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day such as 2026-11-01"
        raise argparse.ArgumentTypeError(message) from None


def moment(text: str) -> datetime:
    """Return an argument's instant."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        message = f"{text!r} is not an instant with its offset such as 2026-11-03T09:30:00+08:00"
        raise argparse.ArgumentTypeError(message)
    return read


def jobs(text: str) -> int:
    """Return an argument's number of processes."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= JOBS_MAX:
        message = f"{text!r} is not a number of processes, 1 to {JOBS_MAX}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def add_jobs(verb: argparse.ArgumentParser) -> None:
    """Add the option that says how many processes decide."""
    verb.add_argument(
        "--jobs",
        type=jobs,
        metavar="N",
        help="how many processes decide (default: all cores, one for a small book)",
    )


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> counted(1, "owner"), counted(2_000, "entry", "entries")
    ('1 owner', '2,000 entries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def money(text: str) -> str:
    """Return an amount of a record in groups of three.

    >>> money("-1234567.50")
    '-1,234,567.50'
    """
    whole, _, fraction = text.partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")
