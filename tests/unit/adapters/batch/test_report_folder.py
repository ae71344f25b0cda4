from __future__ import annotations

from pathlib import Path

import pytest

from twinline.adapters.batch.report_folder import content, put, reject_unusable
from twinline.app.fault import InputFault, OutputFault

MARK = "made.json"


def test_a_report_replaces_an_earlier_one_as_a_whole(tmp_path: Path) -> None:
    """After a second report nothing of the first is left, and nothing lies beside it."""
    put(tmp_path / "out", {MARK: b"1", "deep/in/here.csv": b"old"}, MARK)
    put(tmp_path / "out", {MARK: b"2"}, MARK)

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MARK]
    assert content(tmp_path / "out", MARK) == b"2"


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_the_earlier_report_stands_where_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Whatever goes wrong while the new folder takes its place, the earlier one is there."""
    put(tmp_path / "out", {MARK: b"1"}, MARK)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((OutputFault, KeyboardInterrupt)):
        put(tmp_path / "out", {MARK: b"2"}, MARK)

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert content(tmp_path / "out", MARK) == b"1"


def test_what_is_no_report_is_left_alone(tmp_path: Path) -> None:
    """A file, a link, a folder of something else and a missing parent are each refused."""
    (tmp_path / "file").write_text("words")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    for name in ("file", "other", "link", "no/where"):
        with pytest.raises(OutputFault, match=name):
            reject_unusable(tmp_path / name, MARK)


def test_a_folder_without_the_record_is_named(tmp_path: Path) -> None:
    """Reading from a folder that is no report says which file it should hold."""
    with pytest.raises(InputFault, match=MARK):
        content(tmp_path, MARK)
