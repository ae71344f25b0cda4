"""A chunk of customers added to the counts of their book."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import across, or_zero
from twinline.decision.columns.reading import Reading
from twinline.decision.strategy import Action
from twinline.portfolio.bins import DIGITS, Apart, Count
from twinline.portfolio.census import ACTIONS, SEGMENT
from twinline.portfolio.counting import POWERS, by_list, by_name, by_value, present
from twinline.portfolio.tally_columns import rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Column, Ints
    from twinline.decision.columns.outcome import OutcomeColumns, Words
    from twinline.portfolio.bins import Spectrum
    from twinline.portfolio.census import Census


def add_columns(
    census: Census,
    features: Sequence[Reading],
    outcomes: OutcomeColumns,
    *,
    mix: Sequence[Words],
    defaulted: Column,
) -> None:
    """Add a chunk of customers: the features' values, the decisions, and what came of them.

    `mix` are the categories of the population, a code below zero where one is not known.
    """
    census.customers += outcomes.rows
    for count, reading in zip(census.features, features, strict=True):
        add_values(count, reading)
    lines = outcomes.pay_later, outcomes.cash_loan
    numbers = [
        outcomes.score,
        *(line.effective_limit_minor for line in lines),
        *(line.price_ppm for line in lines),
    ]
    for count, column in zip(census.outcomes, numbers, strict=True):
        add_values(count, Reading(column.numbers, ~present(column), np.zeros((), np.bool_)))
    for name, line in zip(ACTIONS, lines, strict=True):
        found = by_name(line.action)
        census.mixes[name].update({Action(action).value: n for action, n in found.items()})
    census.mixes[SEGMENT].update(by_name(outcomes.segment))
    for counter, words in zip(census.population, mix, strict=True):
        counter.update(by_name(words, words.codes >= 0))
        unknown = int(np.count_nonzero(words.codes < 0))
        if unknown:
            counter[""] += unknown
    refers = [line.action.codes == line.action.names.index(Action.REFER) for line in lines]
    census.referred += int(np.count_nonzero(refers[0] | refers[1]))
    census.doubts.update(by_list(outcomes.doubts))
    _add_outcomes(census, outcomes, defaulted)


def _add_outcomes(census: Census, outcomes: OutcomeColumns, defaulted: Column) -> None:
    known, bad = present(defaulted), or_zero(defaulted) != 0
    census.outcome_known += int(np.count_nonzero(known))
    census.defaulted += int(np.count_nonzero(bad))
    rank(census.ranking, outcomes.score, defaulted)
    predicted = present(outcomes.score) & present(outcomes.pd_ppm)
    census.known.update(by_value(outcomes.pd_ppm.numbers[predicted & known]))
    census.bad.update(by_value(outcomes.pd_ppm.numbers[predicted & bad]))


def add_values(counter: Count | Spectrum, reading: Reading) -> None:
    """Count a chunk of values: in frozen bins, or told apart by three digits."""
    rows = reading.numbers.size
    missing, outside = (across(each, rows) for each in (reading.missing, reading.outside))
    numbers = reading.numbers[~(missing | outside)]
    apart = {
        Apart.MISSING: int(np.count_nonzero(missing)),
        Apart.OUTSIDE: int(np.count_nonzero(outside)),
    }
    if isinstance(counter, Count):
        _add_to_bins(counter, numbers, apart)
    else:
        _add_alike(counter, numbers, apart)
    if numbers.size:
        ends = [int(numbers.min()), int(numbers.max())]
        held = [end for end in (counter.least, counter.greatest) if end is not None]
        counter.least, counter.greatest = min(ends + held), max(ends + held)


def _add_to_bins(count: Count, numbers: Ints, apart: dict[Apart, int]) -> None:
    bins = count.bins
    edges = np.array(bins.edges, np.int64)
    places = np.maximum(np.searchsorted(edges, numbers, side="right") - 1, 0) + len(bins.specials)
    for place in reversed(range(len(bins.specials))):
        places[numbers == bins.specials[place]] = place
    found = np.bincount(places, minlength=len(count.counts)).tolist()
    for value, times in apart.items():
        found[bins.place(value)] += times
    count.counts = [held + more for held, more in zip(count.counts, found, strict=True)]
    if bins.least is not None and bins.greatest is not None:
        count.beyond_least += int(np.count_nonzero(numbers < bins.least))
        count.beyond_greatest += int(np.count_nonzero(numbers > bins.greatest))


def _add_alike(spectrum: Spectrum, numbers: Ints, apart: dict[Apart, int]) -> None:
    keys = alike(numbers)
    for special in spectrum.specials:
        keys[numbers == special] = special
    spectrum.counts.update(by_value(keys))
    spectrum.counts.update(Counter({value: times for value, times in apart.items() if times}))


def alike(numbers: Ints) -> Ints:
    """Return numbers rounded down to three digits.

    >>> alike(np.array([7, 12_345, -12_345])).tolist()
    [7, 12300, -12400]
    """
    beyond = np.searchsorted(POWERS, abs(numbers), side="right") - DIGITS
    scale = POWERS[np.maximum(beyond, 0)]
    rounded: Ints = numbers // scale * scale
    return rounded
