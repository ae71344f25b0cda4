"""What training and scoring need from the shell beside the shelf: places to write to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import Language, Shelf
    from twinline.app.train_record import TrainRecord
    from twinline.decision.columns.column import Column
    from twinline.decision.columns.reading import Features

Score = Callable[["Features"], "tuple[Column, Column]"]
"""From the features of some customers to score and probability of default in ppm."""

Cards = Callable[["TrainRecord", "Language"], Mapping[str, bytes]]
"""The model card of a training in a language, as files by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """A book to learn from, the strategy whose features may be used, and where the result goes.

    `lang` is the language of the model card.
    """

    book: Path
    strategy: Path
    out: Path
    seed: int = 0
    folds: int = 5
    lang: Language = "en"


class StrategySink(Protocol):
    """A strategy's folder being written aside; nothing is there until it is kept."""

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Put the folder with these files in its place."""


class ScoreSink(Protocol):
    """A file of scores being written aside; nothing is there until it is kept."""

    def write(self, ids: Sequence[object], scores: Column, pds: Column) -> None:
        """Write some customers, their ids as the shelf gave them; the probability is in ppm."""

    def keep(self) -> None:
        """Put the file in its place."""


class Workshop(Protocol):
    """Where trained strategies and scores are written."""

    def strategy_into(self, folder: Path) -> AbstractContextManager[StrategySink]:
        """Begin a trained strategy's folder."""

    def scores_into(self, path: Path) -> AbstractContextManager[ScoreSink]:
        """Begin a file of scores."""

    def challenger_text(self, folder: Path) -> bytes | None:
        """Return the text of a strategy's trees, or None where it has none."""


class Train(Protocol):
    """The use case of training; its libraries are an extra, so it is handed in."""

    def __call__(
        self,
        request: TrainRequest,
        shelf: Shelf,
        workshop: Workshop,
        cards: Cards,
        progress: Progress,
        /,
    ) -> TrainRecord:
        """Learn, write the strategy and return the record."""
