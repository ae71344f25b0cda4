"""Words on the command line: arguments read, and the type of a parser's verbs."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - no public name


def day(text: str) -> date:
    """Return an argument's day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day such as 2026-11-01"
        raise argparse.ArgumentTypeError(message) from None
