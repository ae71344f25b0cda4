"""A folder of a report, told by one file that marks it: put in place whole, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.batch.aside import AsideFolder, reject_other
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BYTES_MAX = 50_000_000


def reject_unusable(folder: Path, mark: str) -> None:
    """Raise `OutputFault` where a folder could not stand, or holds anything but an earlier one."""
    reject_other(folder, mark)


def put(folder: Path, files: Mapping[str, bytes], mark: str) -> None:
    """Write files aside and put them in place as one folder, instead of an earlier one."""
    with AsideFolder(folder, mark) as aside:
        aside.keep(files)


def content(folder: Path, name: str) -> bytes:
    """Return a file of a report's folder; raises `InputFault` where there is none."""
    path = folder / name
    try:
        with path.open("rb") as file:
            held = file.read(BYTES_MAX + 1)
    except OSError as error:
        rule = f"a folder that holds {name}"
        raise InputFault(place=str(folder), value=error.strerror, rule=rule) from error
    if len(held) > BYTES_MAX:
        raise InputFault(place=str(path), value="larger", rule=f"at most {BYTES_MAX:,} bytes")
    return held
