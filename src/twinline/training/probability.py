"""From score to probability of default: a table of whole numbers that falls as the score rises."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinline.training.scale import scale_pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

PPM = 1_000_000
BAND = 4
"""Points in a band of the table."""
WEIGHT = 20
"""A band's rate is drawn to the scale's own as if this many more customers had been seen."""


@dataclass(slots=True)
class _Block:
    """Bands that share one rate."""

    least: int
    seen: float
    bad: float


def pd_table(outcomes: Iterable[tuple[int, bool]]) -> tuple[tuple[int, int], ...]:
    """Return the lower ends of bands and their probability in ppm, from scores and outcomes.

    Each band's rate is drawn a little to what the scale says (600 points: 50 to 1, 20 more
    double it), then neighbours that would rise are put together until none does.
    """
    seen: Counter[int] = Counter()
    bads: Counter[int] = Counter()
    for score, bad in outcomes:
        band = score // BAND * BAND
        seen[band] += 1
        bads[band] += bad
    blocks: list[_Block] = []
    for band in range(min(seen), max(seen) + BAND, BAND):
        of_scale = WEIGHT * scale_pd(band + BAND // 2)
        blocks.append(_Block(band, seen[band] + WEIGHT, bads[band] + of_scale))
        while len(blocks) > 1 and _rises(blocks[-2], blocks[-1]):
            last = blocks.pop()
            blocks[-1].seen += last.seen
            blocks[-1].bad += last.bad
    return tuple((block.least, round(block.bad / block.seen * PPM)) for block in blocks)


def pd_at(table: Sequence[tuple[int, int]], score: int) -> int:
    """Return a score's probability in ppm; below the first band, the first band's."""
    return table[max(bisect_right(table, score, key=lambda row: row[0]) - 1, 0)][1]


def pds_at(table: Sequence[tuple[int, int]], scores: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the probability of every score as `pd_at` does."""
    edges, pds = (np.array(column, np.int64) for column in zip(*table, strict=True))
    found: NDArray[np.int64] = pds[np.maximum(np.searchsorted(edges, scores, side="right") - 1, 0)]
    return found


def _rises(before: _Block, after: _Block) -> bool:
    """Tell whether the rate does not fall, as the table will write it."""
    return round(after.bad / after.seen * PPM) >= round(before.bad / before.seen * PPM)
