"""Lint and diff on strategies nobody thought of: the standard one with a number changed."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests.example import BESIDE, example, example_files, load
from twinline.app.book import readable_columns
from twinline.app.book_ports import MakeRequest
from twinline.decision.decide import Decider, day_number
from twinline.decision.diff.change import Kind, Section
from twinline.decision.diff.compare import diff, side_of
from twinline.decision.expression import Name
from twinline.decision.fault import StrategyFault
from twinline.decision.law import LawValues
from twinline.decision.lint import limits, prices, rules
from twinline.decision.lint.checks import CHECKS, lint
from twinline.decision.lint.subject import subject_of
from twinline.decision.lint.worlds import Box
from twinline.decision.strategy import Action
from twinline.sim.population import customers
from twinline.terms.dated import NotInForceError
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.diff.compare import Side
    from twinline.decision.lint.subject import Subject
    from twinline.decision.outcome import LineOutcome
    from twinline.decision.strategy import Strategy

ON = date(2026, 11, 1)
LAW = LawValues(
    licence=Licence.CONSUMER_FINANCE, person_cap_minor=20_000_000, price_ceiling_ppm=240_000
)
NUMBER = re.compile(r"(?<![\w.\"])\d[\d_]*(?![\w.])")


@st.composite
def altered(draw: st.DrawFn) -> dict[str, bytes]:
    """Return the standard strategy's files with one number of one file changed."""
    files = example_files()
    name = draw(st.sampled_from(sorted(files.keys() - {*BESIDE, "reasons.toml"})))
    text = files[name].decode()
    found = draw(st.sampled_from(list(NUMBER.finditer(text))))
    was = int(found[0])
    now = draw(st.sampled_from([0, 1, was + 1, was * 2, was // 2, was * 10, 10**7]))
    changed = text[: found.start()] + str(now) + text[found.end() :]
    return files | {name: changed.encode()}


def loaded(files: dict[str, bytes]) -> Side:
    """Return files that load as a side of a comparison; give up on those that do not."""
    try:
        return side_of(load(files), files)
    except StrategyFault:
        reject()


@settings(max_examples=settings().max_examples // 10)
@given(altered())
def test_lint_always_has_an_answer(files: dict[str, bytes]) -> None:
    """Whatever the tables say, lint returns remarks and does not break."""
    for remark in lint(files, columns=readable_columns(), on=ON):
        assert str(remark)


@settings(max_examples=settings().max_examples // 10)
@given(altered())
def test_what_a_wider_box_remembers_holds_in_the_narrower(files: dict[str, bytes]) -> None:
    """Where each box works everything out for itself, lint says the same, word for word."""
    said = lint(files, columns=readable_columns(), on=ON)
    with patch.object(Box, "home", lambda box, _: box):
        assert lint(files, columns=readable_columns(), on=ON) == said


@settings(max_examples=settings().max_examples // 10)
@given(altered(), st.integers(0, 10_000))
def test_nothing_that_happens_is_denied(files: dict[str, bytes], seed: int) -> None:
    """A term that binds, a gate that decides, an edge that holds, a raise: none is accused."""
    after = loaded(files)
    own = [check for check in CHECKS if check[1] in DENIALS]
    accused = {
        remark.finding.place
        for remark in lint(files, columns=readable_columns(), on=ON, checks=own)
    }
    for line, outcome in decided(after.strategy, seed):
        places = [f"limits.toml {line} term {outcome.binding!r}"]
        places += [place for place in accused if place.endswith(f" {outcome.gate!r}")]
        for edge in outcome.restrictions:
            places += [place for place in accused if place.endswith(f" {edge!r}")]
        if outcome.action is Action.RAISE:
            places += [f"limits.toml {line}.raise_at_least_ppm"]
        if outcome.action in {Action.RAISE, Action.INVITE}:
            places += [f"limits.toml {line}"]
        if outcome.price_ppm:
            places += [f"prices.toml {line}"]
        assert not accused & set(places)


DENIALS = (
    limits.term_never_binds,
    limits.limit_always_zero,
    limits.raise_never_made,
    prices.price_always_zero,
    rules.never_holds,
    rules.gate_never_decides,
)


def decided(strategy: Strategy, seed: int) -> Iterator[tuple[str, LineOutcome]]:
    """Yield both lines of some customers who could be decided, where a term bound."""
    try:
        decider = Decider(strategy, ON)
    except NotInForceError:
        reject()
    for customer_id, cells in people(seed):
        outcome = decider.decide(customer_id, cells, LAW, day_number(date(2026, 10, 31)))
        for product, line in outcome.lines():
            if not outcome.doubts:
                yield product.value, line


@given(altered())
def test_a_changed_logic_is_never_passed_over(files: dict[str, bytes]) -> None:
    """Where the logic differs the diff tells it, and not as wording; where not, it does not."""
    after = loaded(files)
    changes = diff(side_of(example(), example_files()), after)

    told = any(change.section is not Section.WORDING for change in changes)
    assert told or after.strategy.logic_hash == example().logic_hash


@settings(max_examples=settings().max_examples // 2)
@given(altered(), altered())
def test_what_came_one_way_went_the_other(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    """Turned round, a diff adds what it removed; with itself, a strategy has none."""
    old, new = loaded(before), loaded(after)
    there, back = diff(old, new), diff(new, old)

    assert diff(old, old) == ()
    assert {(c.what, c.before) for c in there if c.kind is Kind.REMOVED} == {
        (c.what, c.after) for c in back if c.kind is Kind.ADDED
    }
    assert sorted((c.what, c.before, c.after) for c in there if c.kind is Kind.CHANGED) == sorted(
        (c.what, c.after, c.before) for c in back if c.kind is Kind.CHANGED
    )


@cache
def subject() -> Subject:
    """Return the standard strategy as the checks see it."""
    return subject_of(example(), example_files(), ON)


def people(seed: int) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    """Yield customers of the synthetic population, as the strategy reads them."""
    request = MakeRequest(
        out=Path("nowhere"),
        customers=20,
        seed=seed,
        as_of_on=date(2026, 10, 31),
        licence=Licence.CONSUMER_FINANCE,
    )
    for columns in customers(request):
        rows = zip(*(columns[name] for name in example().columns), strict=True)
        for customer_id, cells in zip(columns["customer_id"], rows, strict=True):
            yield str(customer_id), tuple(_number(cell) for cell in cells)


def _number(cell: object) -> int | None:
    if isinstance(cell, date):
        return day_number(cell)
    assert cell is None or isinstance(cell, int)
    return cell


def covers(box: Box, known: dict[str, int | None]) -> bool:
    """Tell whether a box allows for what is known of a customer."""
    return all(
        span.missing if known[name] is None else span.least <= (known[name] or 0) <= span.greatest
        for name, span in box.known.items()
        if name in known
    )


@given(st.integers(0, 10_000))
def test_every_customer_lives_in_the_worlds_of_their_segment(seed: int) -> None:
    """What the executor finds of a customer, the worlds of that segment allow for."""
    decider, as_of_day = Decider(example(), ON), day_number(date(2026, 10, 31))
    names = [feature.name for feature in example().features]
    segments = [segment.name for segment in example().segments]
    for customer_id, cells in people(seed):
        doubts, features = decider.read(customer_id, cells, as_of_day)
        outcome = decider.decide(customer_id, cells, LAW, as_of_day)
        if doubts:
            continue
        known = dict(zip(names, features, strict=True)) | {
            "score": outcome.score,
            "pd_ppm": outcome.pd_ppm,
            "joint_limit_minor": outcome.joint_limit_minor,
        }
        boxes = subject().by_segment[segments.index(outcome.segment)]
        assert any(covers(box, known) for box in boxes)
        assert covers(everywhere(known), known)


def everywhere(known: dict[str, int | None]) -> Box:
    """Return the box of all worlds, with what each name can be in them."""
    return Box({name: subject().worlds.span(Name(name)) for name in known})
