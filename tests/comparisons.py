"""Comparisons for tests: customers put together by hand, their figures, and the mirror image."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from hypothesis import strategies as st

from tests.columns import columns_of, known_of
from tests.reviews import NO_GROUPS, book_facts, line, outcome, standard
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.compare_record import COMPARISON_VERSION, ComparisonRecord, digest_of
from twinline.app.review import strategy_facts
from twinline.decision.strategy import Action
from twinline.portfolio.comparison import ComparisonTally
from twinline.portfolio.comparison_columns import Customers, add_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinline.decision.outcome import LineOutcome, Outcome
    from twinline.portfolio.compared import ComparisonFigures

Case = tuple["Outcome", "Outcome", bool | None, tuple[str | None, ...]]
"""A customer's outcome by the old strategy and by the new, whether they defaulted, groups."""

CHUNK = 7
AMOUNTS = st.integers(0, 10**9)
LINES: st.SearchStrategy[LineOutcome] = st.builds(
    msgspec.structs.replace,
    st.builds(line, st.sampled_from(Action), AMOUNTS, AMOUNTS, price_ppm=AMOUNTS),
    binding=st.sampled_from(["score", "affordability", "drawn"]),
    gate=st.sampled_from(["", "", "three months late"]),
    restrictions=st.sampled_from([(), ("late elsewhere",)]),
    reasons=st.lists(st.sampled_from(["A", "B", "C"]), unique=True).map(tuple),
)
OUTCOMES: st.SearchStrategy[Outcome] = st.builds(
    lambda made, pd_ppm: msgspec.structs.replace(made, pd_ppm=pd_ppm),
    st.builds(outcome, LINES, LINES, segment=st.sampled_from(["late", "revolving", ""])),
    st.none() | st.integers(0, 1_000_000),
)
CASES: st.SearchStrategy[Case] = st.tuples(
    OUTCOMES,
    OUTCOMES,
    st.none() | st.booleans(),
    st.sampled_from(["female", "male", None]).map(lambda sex: (sex, *NO_GROUPS[1:])),
)
BOOKS = st.lists(CASES, max_size=30)


def compared(cases: Iterable[Case]) -> ComparisonFigures:
    """Return the figures of customers of a book in yuan, added chunk by chunk."""
    return tally_of(list(cases)).figures()


def tally_of(cases: Sequence[Case], rows: int = CHUNK) -> ComparisonTally:
    """Return the tally of customers, each chunk of so many rows a tally of its own, merged."""
    whole = ComparisonTally("CNY", PROTECTED_COLUMNS)
    for start in range(0, len(cases), rows):
        chunk = cases[start : start + rows]
        tally = ComparisonTally("CNY", PROTECTED_COLUMNS)
        old = columns_of([case[0] for case in chunk])
        new = columns_of([case[1] for case in chunk])
        known = known_of([case[2] for case in chunk], [case[3] for case in chunk])
        ids = [case[1].customer_id for case in chunk]
        add_columns(tally, old, new, Customers(start + 1, ids.__getitem__, known))
        whole.merge(tally)
    return whole


def comparison_record(cases: Iterable[Case], path: str = "book.parquet") -> ComparisonRecord:
    """Return the record of a comparison of the standard strategy with itself by another name."""
    figures = compared(cases)
    new = msgspec.structs.replace(strategy_facts(standard()), name="challenger")
    return ComparisonRecord(
        comparison_version=COMPARISON_VERSION,
        twinline_version="0.0.0",
        book=book_facts(path, figures.customers),
        decided_on=date(2026, 11, 1),
        new=new,
        old=strategy_facts(standard()),
        same_logic=False,
        decisions_digest="d" * 64,
        figures_digest=digest_of(figures),
        figures=figures,
    )


def plain(figures: ComparisonFigures) -> object:
    """Return figures as JSON has them."""
    return msgspec.json.decode(msgspec.json.encode(figures))


_OTHER = {
    "gainers": "losers",
    "gained": "lost",
    "mean_gain": "mean_loss",
    "most_gained": "most_lost",
    "cheaper": "dearer",
    "swapped_in": "swapped_out",
    "appears": "vanishes",
    "only_old": "only_new",
    "loss_old_by_new_pd": "loss_new_by_old_pd",
}
_OTHER |= {other: name for name, other in _OTHER.items()}
_SIGNED = {"limits_moved", "moved"}
_FROM_OLD_TO_NEW = {"actions", "decided_by", "segments"}


def mirrored(figures: object) -> object:
    """Return figures as plain values with old and new in each other's places."""
    if isinstance(figures, list | tuple):
        return [mirrored(each) for each in figures]
    if not isinstance(figures, dict):
        return figures
    return {_mirrored_name(name): _mirrored_value(name, under) for name, under in figures.items()}


def _mirrored_name(name: str) -> str:
    if name in _OTHER:
        return _OTHER[name]
    for end, other in (("_old", "_new"), ("_new", "_old"), ("old_ppm", "new_ppm")):
        if name.endswith(end):
            return name.removesuffix(end) + other
    return name.removesuffix("new_ppm") + "old_ppm" if name.endswith("new_ppm") else name


def _mirrored_value(name: str, under: object) -> object:
    if name in _SIGNED:
        assert isinstance(under, dict)
        return {_negated(band): count for band, count in under.items()}
    if name in _FROM_OLD_TO_NEW:
        assert isinstance(under, dict)
        return transposed(under)
    return mirrored(under)


def transposed(matrix: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Return what goes from old to new as what goes from new to old."""
    turned: dict[str, dict[str, object]] = {}
    for old, by_new in matrix.items():
        for new, under in by_new.items():
            turned.setdefault(new, {})[old] = mirrored(under)
    return turned


def _negated(band: str) -> str:
    if not band.strip("0."):
        return band
    return band.removeprefix("-") if band.startswith("-") else f"-{band}"
