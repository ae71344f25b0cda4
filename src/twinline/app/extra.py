"""What is not installed with the plain package, and how a person gets it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from twinline.app.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Turn a library that is missing or cannot be loaded into a fault that says what to do."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("twinline"):
            raise
        rule = f"install the extra: pip install 'twinline[{name}]'"
        raise Fault(place=f"the extra {name}", value=f"no {error.name}", rule=rule) from error
    except OSError as error:
        rule = "a library of it must load (LightGBM needs the system's OpenMP, libgomp)"
        raise Fault(place=f"the extra {name}", value=error, rule=rule) from error
