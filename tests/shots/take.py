"""Pictures of every page that a person looks at: `python -m tests.shots.take [FOLDER]`.

A synthetic book is made, reviewed against a second strategy, trained on and monitored; its pages
are pictured in both languages, at the width of a phone and of a wide screen, the review's also in
the dark and as it prints. A page that is wider than its screen is named, and the exit code is 1.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.shots.chromium import NoChromiumError, browser, chromium
from tests.tables import ROOT
from twinline.wiring import main

PHONE, WIDE, PAPER = 390, 1280, 794
LANGUAGES = ("en", "zh")
STANDARD = str(ROOT / "strategies" / "standard")
CAUTIOUS = str(ROOT / "strategies" / "challengers" / "cautious")
THEN, NOW = ("2026-07-31", "1"), ("2026-10-31", "2")
"""The days of two books, and what their customers are drawn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture to take; its name becomes its file's."""

    page: Path
    name: str
    width: int
    dark: bool = False
    media: str = "screen"


def shots_of(page: Path, name: str) -> list[Shot]:
    """Return a page's pictures, light, at both widths."""
    return [Shot(page=page, name=f"{name}-{width}-light", width=width) for width in (PHONE, WIDE)]


def make_pages(folder: Path) -> list[Shot]:
    """Make all pages in a folder, and return the pictures to be taken of them."""
    books = {}
    for name, (day, seed) in (("then", THEN), ("now", NOW)):
        books[name] = str(folder / f"{name}.parquet")
        _run("book", "make", "--customers", "20000", "--seed", seed, "--as-of", day,
             "--out", books[name])  # fmt: skip
    shots = []
    for lang in LANGUAGES:
        review, monitor, card = (
            folder / f"{name}-{lang}" for name in ("review", "monitor", "train")
        )
        _run("review", books["now"], "--strategy", STANDARD, "--against", CAUTIOUS,
             "--lang", lang, "--out", str(review))  # fmt: skip
        _run("monitor", books["then"], books["now"], "--strategy", STANDARD,
             "--lang", lang, "--out", str(monitor))  # fmt: skip
        _run("train", books["then"], "--strategy", STANDARD, "--lang", lang, "--out", str(card))
        page = review / "report.html"
        shots += [
            *shots_of(page, f"review-{lang}"),
            *shots_of(review / "comparison.html", f"compare-{lang}"),
            *shots_of(monitor / "monitor.html", f"monitor-{lang}"),
            *shots_of(card / "model_card.html", f"train-{lang}"),
            Shot(page=page, name=f"review-{lang}-{WIDE}-dark", width=WIDE, dark=True),
            Shot(page=page, name=f"review-{lang}-print", width=PAPER, media="print"),
        ]
    return shots


def take(shots: list[Shot], folder: Path, program: str) -> list[str]:
    """Take pictures into a folder; return what is wider than its screen."""
    wide = []
    with browser(program) as running:
        for shot in shots:
            running.open(shot.page, width=shot.width, dark=shot.dark, media=shot.media)
            over = running.too_wide()
            if over > 0:
                wide.append(f"{shot.name}: {over} pixels wider than its screen")
            for number, picture in enumerate(running.pictures(), 1):
                (folder / f"{shot.name}-{number}.png").write_bytes(picture)
            print(shot.name)
    return wide


FAULT = 2


def _run(*words: str) -> None:
    """Run a verb; a monitor's verdict is an exit code too."""
    assert main(list(words)) != FAULT, words


if __name__ == "__main__":
    try:
        found = chromium()
    except NoChromiumError as error:
        sys.exit(str(error))
    into = Path(sys.argv[1] if sys.argv[1:] else "out/shots")
    into.mkdir(parents=True, exist_ok=True)
    complaints = take(make_pages(into), into, found)
    sys.exit("\n".join(complaints) or 0)
