"""What a monitor and a search need from the shell besides the shelf: folders of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinline.app.monitor_record import MonitorRecord
    from twinline.app.review_ports import Language
    from twinline.app.search_record import SearchRecord
    from twinline.decision.strategy import Strategy


class Reports(Protocol):
    """Folders that a command makes whole, known by the file named `mark` in them."""

    def reject_unusable(self, folder: Path, mark: str) -> None:
        """Raise `OutputFault` where a folder could not stand: known before any work."""

    def put(self, folder: Path, files: Mapping[str, bytes], mark: str) -> None:
        """Write files aside and put them in place as one folder, instead of an earlier one."""

    def content(self, folder: Path, name: str) -> bytes:
        """Return a file of a report's folder; raises `InputFault` where there is none."""


class MonitorPage(Protocol):
    """The page that shows a monitor to a person, complete in itself."""

    def __call__(self, record: MonitorRecord, strategy: Strategy, lang: Language) -> bytes:
        """Return the page as HTML."""


class SearchPage(Protocol):
    """The page that shows a search to a person, complete in itself."""

    def __call__(self, record: SearchRecord, lang: Language) -> bytes:
        """Return the page as HTML."""
