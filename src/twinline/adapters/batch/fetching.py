"""Get the public credit-card set, from a folder at hand or from its publisher, by its checksum.

The set is 'Default of Credit Card Clients' (I-Cheng Yeh, 2009, doi 10.24432/C55S3H, CC BY 4.0).
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import urllib.request
from typing import TYPE_CHECKING, BinaryIO

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.adapters.batch.source import sha256_of
from twinline.app.fault import InputFault, OutputFault

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.book_ports import Progress

URL = "https://archive.ics.uci.edu/static/public/350/data.csv"
PUBLISHED = "uci_credit_card.csv"
SHA256_BY_NAME = {
    "uci_credit_card.train.parquet": (
        "828762ade1330c572ca0aec0453aae4b4eea394972e97374f9a69c60656c6c7e"
    ),
    PUBLISHED: "45bcf4df62ff2e237a74eb155cabfb4bbbc171219a0637daef44fdad07503dd0",
}
"""What a folder of books may hold: four fifths of the set, or the publisher's own file.

The publisher states no checksum. That of its file is the one that two public projects, each on
its own, recorded after fetching it; a file that differs is refused.
"""

BLOCK_BYTES = 2**16
BYTES_MAX = 50_000_000
SECONDS_MAX = 60


def fetch_uci(out: Path, folder: Path | None, progress: Progress) -> Path:
    """Put the set at `out`, a file or a folder; return the file.

    It is copied from `folder` where that is given and holds it, else fetched from the publisher.
    """
    for name, sha256 in SHA256_BY_NAME.items():
        if folder is not None and (folder / name).is_file():
            _reject_other(str(folder / name), sha256_of(folder / name), sha256)
            return _copy(folder / name, _place(out, name), progress)
    return _download(_place(out, PUBLISHED), progress)


def _place(out: Path, name: str) -> Path:
    """Return the file to write; its ending must not lie about what it holds."""
    if out.is_dir():
        return out / name
    ending = "." + name.rpartition(".")[2]
    if out.suffix.lower() != ending:
        raise OutputFault(place="--out", value=out, rule=f"a folder, or a name ending in {ending}")
    return out


def _copy(held: Path, place: Path, progress: Progress) -> Path:
    with held.open("rb") as file, Aside(place) as aside:
        with faults_of(place):
            shutil.copyfileobj(file, aside.file)
        aside.keep()
    progress(1, 1)
    return place


def _download(place: Path, progress: Progress) -> Path:
    """Fetch the publisher's file; it takes its place only if its checksum is right."""
    with Aside(place) as aside:
        try:
            with urllib.request.urlopen(URL, timeout=SECONDS_MAX) as answer:
                found = _receive(answer, aside, progress)
        except (OSError, http.client.HTTPException) as error:
            rule = "could not be fetched; TWINLINE_BOOKS may name a folder that holds the set"
            raise InputFault(place=URL, value=error, rule=rule) from error
        _reject_other(URL, found, SHA256_BY_NAME[PUBLISHED])
        aside.keep()
    return place


def _receive(answer: BinaryIO, aside: Aside, progress: Progress) -> str:
    """Write an answer aside, within bounds; return its SHA-256."""
    digest, received = hashlib.sha256(), 0
    while block := answer.read(BLOCK_BYTES):
        received += len(block)
        if received > BYTES_MAX:
            raise InputFault(place=URL, value=received, rule=f"at most {BYTES_MAX} bytes")
        digest.update(block)
        with faults_of(aside.path):
            aside.file.write(block)
        progress(received, BYTES_MAX)
    return digest.hexdigest()


def _reject_other(place: str, found: str, expected: str) -> None:
    if found != expected:
        rule = f"the SHA-256 must be {expected}; nothing was kept"
        raise InputFault(place=place, value=found, rule=rule)
