from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from twinline.adapters.batch import fetching
from twinline.adapters.batch.fetching import PUBLISHED, fetch_uci
from twinline.app.book_ports import silent
from twinline.app.fault import InputFault, OutputFault

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"ID,X1\n1,2\n"


@pytest.fixture(autouse=True)
def known_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a small content the one with the right checksum, and let nothing be downloaded."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    monkeypatch.setitem(fetching.SHA256_BY_NAME, PUBLISHED, digest)
    monkeypatch.setattr(urllib.request, "urlopen", None)


def answer(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let the publisher answer with some bytes."""
    monkeypatch.setattr(urllib.request, "urlopen", lambda _url, **_: io.BytesIO(content))


def test_the_set_is_taken_from_a_folder_that_holds_it(tmp_path: Path) -> None:
    """A folder at hand needs no network, and the name of the file is kept."""
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / PUBLISHED).write_bytes(CONTENT)

    path = fetch_uci(tmp_path, tmp_path / "books", silent)

    assert path == tmp_path / PUBLISHED
    assert path.read_bytes() == CONTENT


def test_a_file_with_another_checksum_is_refused(tmp_path: Path) -> None:
    """A file of the right name that holds something else is not used."""
    (tmp_path / PUBLISHED).write_bytes(CONTENT + b"x")

    with pytest.raises(InputFault, match="the SHA-256 must be"):
        fetch_uci(tmp_path / "out.csv", tmp_path, silent)

    assert not (tmp_path / "out.csv").exists()


def test_the_publisher_is_asked_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder, or with one that does not hold the set, it is fetched."""
    answer(monkeypatch, CONTENT)

    assert fetch_uci(tmp_path / "a.csv", None, silent).read_bytes() == CONTENT
    assert fetch_uci(tmp_path / "b.csv", tmp_path, silent).read_bytes() == CONTENT


def test_a_download_with_another_checksum_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that is not the set as it was recorded is thrown away."""
    answer(monkeypatch, CONTENT + b"x")

    with pytest.raises(InputFault, match="nothing was kept"):
        fetch_uci(tmp_path / "out.csv", None, silent)

    assert list(tmp_path.iterdir()) == []


def test_a_download_without_end_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer far larger than the set is not the set."""
    monkeypatch.setattr(fetching, "BYTES_MAX", 5)
    answer(monkeypatch, CONTENT)

    with pytest.raises(InputFault, match="at most 5 bytes"):
        fetch_uci(tmp_path / "out.csv", None, silent)


def test_no_network_is_one_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the publisher cannot be reached, the error says what else can be done."""

    def unreachable(_url: str, **_: object) -> None:
        reason = "Name or service not known"
        raise urllib.error.URLError(reason)

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)

    with pytest.raises(InputFault, match="TWINLINE_BOOKS may name a folder"):
        fetch_uci(tmp_path / "out.csv", None, silent)


def test_a_name_may_not_lie_about_its_content(tmp_path: Path) -> None:
    """A CSV file is not called .parquet."""
    with pytest.raises(OutputFault, match=r"a name ending in \.csv"):
        fetch_uci(tmp_path / "out.parquet", None, silent)
