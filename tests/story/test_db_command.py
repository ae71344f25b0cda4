"""`twinline db` as an operator meets it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.databases import quick_folder
from twinline.adapters.postgres.binaries import find_binaries
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "operate.md"
BLOCK = re.compile(r"```sh\n(.*?)```\n", re.DOTALL)
SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have named a server of their own."""
    monkeypatch.delenv("TWINLINE_DATABASE_URL", raising=False)


@pytest.fixture
def reached_by_all() -> Iterator[Path]:
    """Yield a folder that any user may enter, since an archive belongs to the server's."""
    with quick_folder() as folder:
        yield folder


@pytest.mark.slow
def test_the_guides_commands_do_what_it_says(reached_by_all: Path) -> None:
    """A server starts, is backed up, restored and migrated by the guide's own words."""
    serve, *blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    assert serve == "twinline serve\n", "it would go on for ever; tests/http runs it"
    made = "twinline db start --folder bank/db >&2\ntwinline db stop --folder bank/db >&2\n"
    commands = made + "".join(blocks)  # as `twinline serve` makes a book, and stops it
    script = f'twinline() {{ "{sys.executable}" -m twinline "$@"; }}\n{commands}'
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - the reader's own shell
        cwd=reached_by_all,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = re.sub(r"PostgreSQL \d+ at 127\.0\.0\.1:\d+", "PostgreSQL", ran.stdout)
    shown = re.sub(r"twl_\S+|\d{4}-\d\d-\d\d|[0-9a-f]{8}$", "…", shown, flags=re.MULTILINE)
    shown = re.sub(r"(?<=until )\S+", "…", shown)
    assert shown.splitlines() == [
        "…",
        "shop  …  purchases  …",
        "shop: 1 key withdrawn",
        "made keys/bank.json: keep a copy, never with a backup",
        "0 data keys under m2 now, and every new one",
        "keep the old master keys for as long as a backup from before is kept",
        "started: PostgreSQL/postgres",
        "runs: PostgreSQL/postgres",
        "backed up, and checked, in bank/monday",
        "restored and started: PostgreSQL/postgres",
        "0 owners, 0 entries: the book is true",
        "stopped",
        "…",
        "0 owners, 0 entries: the book is true",
        "no account has moved",
        "no account has moved",
        "journal.csv: 0 rows, booked until …",
        "nothing to do",
        "nothing to do",
        "nothing to do",
        "stopped",
    ], ran.stderr
    assert (reached_by_all / "bank" / "log").is_dir()


def test_the_address_comes_only_when_asked_for(
    book: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A password is printed by `--url` alone."""
    monkeypatch.setenv("TWINLINE_DATABASE_URL", book)
    password = book.split(":")[2].split("@", maxsplit=1)[0]
    assert main(["db", "status"]) == 0
    assert password not in capsys.readouterr().out
    assert main(["db", "status", "--url"]) == 0
    assert capsys.readouterr().out == f"{book}\n"


def _stopped(folder: Path) -> Path:
    """Make what a book that does not run leaves of its folder."""
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster" / "PG_VERSION").write_text(str(find_binaries().version))
    (folder / "password").write_text("secret")
    return folder


def test_what_does_not_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A book that does not run is no fault to whoever asks or stops it."""
    folder = str(_stopped(tmp_path / "db"))
    assert main(["db", "stop", "--folder", folder]) == 0
    assert main(["db", "status", "--folder", folder]) == 3
    assert capsys.readouterr().out == "it did not run\ndoes not run\n"


def test_a_fault_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person can put right is said with place, value and rule."""
    folder = str(_stopped(tmp_path / "db"))
    assert main(["db", "backup", "--folder", folder, str(tmp_path / "b")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"start it with `twinline db start --folder {folder}`" in error


@pytest.mark.parametrize(
    "verb",
    [
        ["db", "stop"],
        ["db", "status"],
        ["db", "status", "--url"],
        ["db", "backup", "into"],
        ["db", "migrate"],
        ["key", "add", "shop"],
        ["key", "list"],
        ["key", "withdraw", "shop"],
        ["keyring", "rotate"],
        ["verify"],
        ["roots", "sign", "--roots", "roots", "--key", "{key}"],
        ["bank", "trial-balance"],
        ["bank", "export", "--out", "out.csv"],
        ["bank", "load", "book.parquet", "--decisions", "decided", "--instalment-weight", "1"],
    ],
    ids=" ".join,
)
def test_a_folder_that_was_mistyped_has_no_book_and_is_given_none(
    verb: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only `serve` and `db start` make a book: every other verb names the folder and stops."""
    monkeypatch.chdir(tmp_path)
    assert main(["roots", "key", "key", "public"]) == 0
    capsys.readouterr()
    asked = [word.format(key="key") for word in verb]
    assert main([*asked, "--folder", "tpyo"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "twinline: error: tpyo: no book: must be a book's folder; "
        "only `twinline serve` and `twinline db start` make one\n"
    )
    assert not (tmp_path / "tpyo").exists()


@pytest.mark.parametrize(
    "verb",
    [
        ["db", "start"],
        ["db", "stop"],
        ["db", "status"],
        ["db", "backup", "into"],
        ["db", "migrate"],
        ["key", "list"],
        ["keyring", "rotate"],
        ["verify"],
        ["bank", "trial-balance"],
        ["serve"],
    ],
    ids=" ".join,
)
def test_a_folder_and_a_server_that_is_named_are_not_taken_for_one_another(
    verb: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where a folder is given and the environment names a server, neither is touched."""
    monkeypatch.setenv("TWINLINE_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    folder = str(tmp_path / "db")
    assert main([*verb, "--folder", folder]) == 2
    assert capsys.readouterr().err == (
        f"twinline: error: --folder: {folder}: "
        "TWINLINE_DATABASE_URL names another server: leave one of them out\n"
    )
    assert not (tmp_path / "db").exists()


def test_what_is_wrong_with_a_server_is_said_before_it_makes_a_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A keyring beside the database, or open to others, is refused before anything is made."""
    folder, keyring = tmp_path / "db", tmp_path / "keyring.json"
    keyring.write_text("{}")
    keyring.chmod(0o644)
    for wrong, said in ((folder / "k.json", "must lie apart"), (keyring, "chmod 600")):
        assert main(["serve", "--folder", str(folder), "--keyring", str(wrong)]) == 2
        assert said in capsys.readouterr().err
        assert not folder.exists()


@pytest.mark.parametrize("roots", [".", "none/roots"])
def test_a_place_for_roots_that_is_none_is_said_in_one_line(
    roots: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A folder, or a file in none that is there, ends `roots sign` without a traceback."""
    monkeypatch.chdir(tmp_path)
    assert main(["roots", "key", "key", "public"]) == 0
    capsys.readouterr()
    assert main(["roots", "sign", "--roots", roots, "--key", "key"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_keys_of_a_server_in_memory_are_where_it_keeps_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped folder is made by `serve --memory` alone, not by whoever adds a key."""
    folder = tmp_path / "tpyo"
    assert main(["key", "add", "shop", "--memory", "--folder", str(folder)]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert not folder.exists()


def test_an_instant_has_an_offset(capsys: pytest.CaptureFixture[str]) -> None:
    """A moment to restore to is refused without its offset from UTC."""
    with pytest.raises(SystemExit):
        main(["db", "restore", "b", "--until", "2026-11-03T09:30:00"])
    assert "not an instant with its offset" in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address where nothing answers is named by the variable it came from."""
    monkeypatch.setenv("TWINLINE_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/none")
    assert main(["db", "start"]) == 2
    error = capsys.readouterr().err
    assert error == (
        "twinline: error: TWINLINE_DATABASE_URL: 127.0.0.1:1: Connection refused: "
        "must name a server that runs and lets its user in\n"
    )


@pytest.mark.parametrize("verb", [["db", "start"], ["verify"]])
def test_what_is_no_address_is_a_fault_and_not_shown(
    verb: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address that PostgreSQL cannot read is refused in one line, without its password."""
    monkeypatch.setenv("TWINLINE_DATABASE_URL", "mysql://nobody:secret@127.0.0.1/none")
    assert main(verb) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "must be an address such as postgresql://" in error
    assert "secret" not in error


def test_an_address_that_is_not_there_is_not_taken_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--url` of a server that does not run prints nothing that a shell would pass on."""
    folder = str(_stopped(tmp_path / "db"))
    assert main(["db", "status", "--url", "--folder", folder]) == 3
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "does not run\n")


def test_an_archive_that_will_not_do_is_not_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next start is not refused for an archive that the first one could not use."""
    taken = tmp_path / "file"
    taken.touch(mode=0o400)
    assert main(["db", "start", "--folder", str(tmp_path / "db"), "--archive", str(taken)]) == 2
    assert "must be a folder that PostgreSQL's user, " in capsys.readouterr().err
    assert not (tmp_path / "db" / "archive").exists()


def test_what_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that belongs to somebody else ends a command in one line that names it."""

    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", closed)
    assert main(["db", "status", "--folder", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"twinline: error: {tmp_path}/password: Permission denied: "
        "must be open to the user who runs this\n"
    )
