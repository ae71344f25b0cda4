from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from twinline.adapters.vault.file import KeyringFile
from twinline.app.bank.vault import Field
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from pathlib import Path


def test_new_keys_are_only_for_their_owner(tmp_path: Path) -> None:
    """The file and its folder are closed to others, and what was made is read again."""
    file = KeyringFile(tmp_path / "keys" / "keyring.json")
    assert not file.exists()
    made = file.make()
    assert file.exists()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert KeyringFile(file.path).keyring() == made
    assert [each.name for each in file.path.parent.iterdir()] == ["keyring.json"]


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    """Making keys where there are some is refused, and they stay."""
    file = KeyringFile(tmp_path / "keyring.json")
    made = file.make()
    with pytest.raises(InputFault, match="never overwritten"):
        file.make()
    assert file.keyring() == made


def test_a_renewed_file_is_seen_by_who_has_read_it(tmp_path: Path) -> None:
    """A running server takes the new master key, and opens what is under the old one."""
    file, server = KeyringFile(tmp_path / "k.json"), KeyringFile(tmp_path / "k.json")
    file.make()
    old = server.keyring()
    key = old.new_data_key("C1")
    sealed = old.seal("C1", key, Field.NAME, "张三")
    assert file.renew().current == "m2"
    assert server.keyring().current == "m2"
    assert server.keyring().open("C1", key, Field.NAME, sealed) == "张三"
    assert server.keyring().mark() == old.mark()


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (None, 0o600, "must be the keyring's file"),
        ('{"secret": 1}', 0o600, "cannot be read"),
        ('{"current":"m1","masters":{"m1":"00"},"index_key":"00"}', 0o600, "32 bytes"),
        ("{}", 0o640, "chmod 600"),
    ],
)
def test_a_file_that_will_not_do_is_said_and_not_shown(
    tmp_path: Path, text: str | None, mode: int, said: str
) -> None:
    """A missing, broken or open file is named with the rule, and what stands in it is kept."""
    path = tmp_path / "keyring.json"
    if text is not None:
        path.write_text(text)
        path.chmod(mode)
    with pytest.raises(InputFault, match=said) as raised:
        KeyringFile(path).keyring()
    assert str(path) in str(raised.value)
    assert "secret" not in str(raised.value)
