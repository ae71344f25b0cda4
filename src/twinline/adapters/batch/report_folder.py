"""A folder of a report: written aside, put in place whole, told by one file that marks it."""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING

from twinline.adapters.batch.aside import faults_of
from twinline.app.fault import InputFault, OutputFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BYTES_MAX = 50_000_000

_numbers = itertools.count(1)


def reject_unusable(folder: Path, mark: str) -> None:
    """Raise `OutputFault` where a folder could not stand, or holds anything but an earlier one."""
    with faults_of(folder):
        if not folder.resolve().parent.is_dir():
            rule = "its folder must exist"
            raise OutputFault(place=str(folder), value="no such folder", rule=rule)
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            rule = "the result is a folder"
            raise OutputFault(place=str(folder), value="not a folder", rule=rule)
        if folder.exists() and any(folder.iterdir()) and not (folder / mark).is_file():
            rule = f"only a folder that holds {mark}, or an empty one, is replaced"
            raise OutputFault(place=str(folder), value="holds something else", rule=rule)


def put(folder: Path, files: Mapping[str, bytes], mark: str) -> None:
    """Write files aside and put them in place as one folder, instead of an earlier one."""
    assert mark in files
    reject_unusable(folder, mark)
    place = folder.resolve()
    stem = f".{place.name}.{os.getpid()}-{next(_numbers)}"
    part, earlier = place.with_name(f"{stem}.part"), place.with_name(f"{stem}.earlier")
    try:
        with faults_of(folder):
            for name, content in files.items():
                target = part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            for each in [*part.rglob("*"), part]:
                _sync(each)
            if place.exists():
                place.rename(earlier)
            part.rename(place)
            _sync(place.parent)
    finally:
        if earlier.exists() and not place.exists():
            earlier.rename(place)  # the new one did not take its place, so the old one stands
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(earlier, ignore_errors=True)


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


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
