from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from pathlib import Path


def test_a_kept_file_takes_its_place_whole(tmp_path: Path) -> None:
    """What was written aside stands in its place, and nothing beside it."""
    with Aside(tmp_path / "out") as aside:
        aside.file.write(b"whole")
        assert not (tmp_path / "out").exists()
        aside.keep()

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"whole"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_goes_wrong_leaves_what_stood_there(
    tmp_path: Path, error: type[BaseException]
) -> None:
    """An interruption keeps the earlier file and removes the unfinished one."""
    (tmp_path / "out").write_bytes(b"before")

    def write_half() -> None:
        with Aside(tmp_path / "out") as aside:
            aside.file.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"before"


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    """An output that names a folder is refused before any work."""
    with pytest.raises(OutputFault, match="must be a file"):
        Aside(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """An output in a folder that does not exist is refused before any work."""
    with pytest.raises(OutputFault, match="no such folder"):
        Aside(tmp_path / "none" / "out")


def test_a_link_keeps_pointing_at_the_file(tmp_path: Path) -> None:
    """Where the place is a link, the file behind it is replaced, not the link."""
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to(tmp_path / "file")

    with Aside(tmp_path / "link") as aside:
        aside.file.write(b"after")
        aside.keep()

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"after"


def test_a_full_disk_is_a_fault_with_its_reason(tmp_path: Path) -> None:
    """What the system says of a write becomes one fault that names the output."""
    out = tmp_path / "out"

    with pytest.raises(OutputFault, match="out: No space left on device"), faults_of(out):
        raise OSError(errno.ENOSPC, "No space left on device")
