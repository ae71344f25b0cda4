from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING

import pytest

from twinline.adapters.batch.aside import Aside, AsideFolder, faults_of
from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from pathlib import Path

MARK = "made.json"


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


def test_what_dead_runs_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """A file and a folder that nobody holds are swept; other places and other names stay."""
    (tmp_path / ".out.7-1.part").mkdir()
    (tmp_path / ".out.7-1.part" / "half.parquet").write_bytes(b"half")
    (tmp_path / ".out.8-2.part").write_bytes(b"half")
    for name in (".out.mine.part", ".out.7-1.part.txt", ".other.7-1.part", "out.7-1.part"):
        (tmp_path / name).write_bytes(b"somebody's")

    with AsideFolder(tmp_path / "out", MARK) as aside:
        aside.keep({MARK: b"1"})

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".other.7-1.part",
        ".out.7-1.part.txt",
        ".out.mine.part",
        "out",
        "out.7-1.part",
    ]


def test_what_a_living_run_writes_is_left_to_it(tmp_path: Path) -> None:
    """Two runs into one place leave each other alone; the later one to be kept stands."""
    with AsideFolder(tmp_path / "out", MARK) as one, AsideFolder(tmp_path / "out", MARK) as other:
        assert one.part.is_dir()
        other.keep({MARK: b"other"})
        one.keep({MARK: b"one"})
    with Aside(tmp_path / "file") as first, Aside(tmp_path / "file") as second:
        assert first.part.is_file()
        second.keep()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]
    assert (tmp_path / "out" / MARK).read_bytes() == b"one"


@pytest.mark.parametrize("held", [False, True])
def test_an_earlier_result_moved_away_by_a_killed_run_is_put_back(
    tmp_path: Path, *, held: bool
) -> None:
    """Killed between its two renames, a run leaves no result; the next one finds it, if dead."""
    part, earlier = tmp_path / ".out.7-1.part", tmp_path / ".out.7-1.earlier"
    for folder, content in ((part, b"new"), (earlier, b"old")):
        folder.mkdir()
        (folder / MARK).write_bytes(content)
    lock = os.open(part, os.O_RDONLY)
    if held:
        fcntl.flock(lock, fcntl.LOCK_EX)

    with AsideFolder(tmp_path / "out", MARK):
        pass  # begun and given up

    os.close(lock)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == ({part.name, earlier.name} if held else {"out"})
    assert ((earlier if held else tmp_path / "out") / MARK).read_bytes() == b"old"
