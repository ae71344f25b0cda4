"""A progress bar on the terminal; silence where nobody watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twinline.app.book_ports import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinline.app.book_ports import Progress

BAR = "{desc} {percentage:3.0f} %|{bar}| {elapsed} gone, {remaining} to go"


@contextmanager
def progress_bar(words: str) -> Iterator[Progress]:
    """Yield a progress that draws a bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from tqdm import tqdm  # noqa: PLC0415 - not loaded for `--help`

    with tqdm(desc=words, total=1, bar_format=BAR, leave=False) as bar:

        def show(done: int, total: int) -> None:
            """Draw the bar anew."""
            bar.total = total
            bar.update(done - bar.n)

        yield show


@contextmanager
def counter(words: str) -> Iterator[Callable[[], None]]:
    """Yield what to call after each thing done, where nobody knows how many there are."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    from tqdm import tqdm  # noqa: PLC0415 - not loaded for `--help`

    with tqdm(desc=words, bar_format="{desc} {n_fmt}, {rate_fmt}", leave=False) as bar:

        def one_more() -> None:
            """Count one."""
            bar.update()

        yield one_more


def _nothing() -> None:
    """Show nothing."""
