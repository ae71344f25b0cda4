"""Strategies with one mistake each, and the lines that lint says of it, read from planted.txt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.example import example_files

TEXT = Path(__file__).with_name("planted.txt")


@dataclass(frozen=True)
class Planted:
    """The standard strategy with some words of one file replaced, and what lint must say."""

    file: str
    old: str
    new: str
    said: tuple[str, ...]

    @property
    def check(self) -> str:
        """The check that must see it."""
        return self.said[0].rpartition("[")[2].removesuffix("]")

    def files(self) -> dict[str, bytes]:
        """Return the strategy's files with the mistake in them."""
        files = example_files()
        text = files[self.file].decode()
        assert self.old in text
        return files | {self.file: text.replace(self.old, self.new, 1).encode()}


def planted() -> list[Planted]:
    """Return every planted mistake."""
    blocks = TEXT.read_text(encoding="utf-8").split("\n\n")
    return [_planted(block.splitlines()) for block in blocks if block.startswith("@ ")]


def _planted(lines: list[str]) -> Planted:
    def behind(mark: str) -> list[str]:
        return [line[2:] for line in lines if line.startswith(mark)]

    (file,) = behind("@")
    return Planted(file, "\n".join(behind("-")), "\n".join(behind("+")), tuple(behind("!")))
