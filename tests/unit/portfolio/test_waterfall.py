from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.columns import line_columns
from tests.one_by_one import fall, steps_of
from tests.reviews import line
from twinline.decision.expression import Literal
from twinline.decision.resolve import Scope, resolve
from twinline.decision.settle import settle_limit
from twinline.decision.strategy import Action, Limit, Role, Term
from twinline.portfolio.waterfall import Waterfall
from twinline.portfolio.waterfall_columns import add_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.outcome import LineOutcome

ANY = resolve(Literal(0), Scope({}, {}))
ACTIONS = tuple(action.value for action in Action)


def limit_of(*roles: Role, by_score: int = 0) -> Limit:
    """Return a limit in hundreds with a term for each role, one explained by the score."""
    terms = tuple(
        Term(
            name=f"{role.value} {place}",
            zh=f"第{place}项",
            role=role,
            amount=ANY,
            reason="STEP",
            by_score=place == by_score,
            skipped_if_missing=place > 0,
        )
        for place, role in enumerate(roles)
    )
    return Limit(terms=terms, step_minor=100, least_minor=0, now="now", raise_ppm=0, cut_ppm=0)


LINE = limit_of(Role.CAP, Role.CAP, Role.FLOOR, Role.HARD)
Amounts = tuple[int | None, ...]


def told(limit: Limit, *amounts: int | None) -> tuple[int, dict[str, int], int]:
    """Return where a limit starts, what each term moves, and what they allow."""
    steps = steps_of(limit, amounts)
    moves = (
        (steps.cap, steps.capped - steps.start),
        (steps.floor, steps.floored - steps.capped),
        (steps.hard, steps.allowed - steps.floored),
    )
    return steps.start, {limit.terms[at].name: by for at, by in moves if by}, steps.allowed


def test_each_step_is_laid_at_one_door() -> None:
    """The least cap takes off, the floor holds up, the hard term takes off again."""
    assert told(LINE, 9_050, 5_000, 7_000, 6_090) == (
        9_000,
        {"cap 1": -4_000, "floor 2": 2_000, "hard 3": -1_000},
        6_000,
    )
    assert told(LINE, 9_050, None, 7_000, 20_000) == (9_000, {}, 9_000)


def test_a_limit_without_its_first_term_starts_where_it_ends() -> None:
    """A first term that does not apply takes nothing off."""
    assert told(LINE, None, 5_000, 0, 20_000) == (5_000, {}, 5_000)


def rows(limit: Limit) -> st.SearchStrategy[list[Amounts]]:
    """Return amounts of the limit's terms; one term always has one, as the loader proves."""
    able = [place for place, term in enumerate(limit.terms) if term.role is not Role.FLOOR]
    amount = st.one_of(st.none(), st.integers(-500, 500), st.integers(-(10**12), 9 * 10**12))
    row = st.tuples(*(amount for _ in limit.terms))
    return st.lists(row.filter(lambda each: each[able[-1]] is not None), max_size=30)


LIMITS = (
    LINE,
    limit_of(Role.CAP, Role.FLOOR, Role.FLOOR, Role.CAP, by_score=3),
    limit_of(Role.FLOOR, Role.HARD, Role.HARD, by_score=2),
    limit_of(Role.HARD),
)


@given(st.data())
def test_the_steps_of_a_limit_add_up_to_it(data: st.DataObject) -> None:
    """Caps and hard terms never add, floors never take, and the end is the settled limit."""
    for limit in LIMITS:
        for amounts in data.draw(rows(limit)):
            start, moved, allowed = told(limit, *amounts)
            assert start + sum(moved.values()) == allowed
            assert allowed == settle_limit(limit, amounts).limit_minor
            assert all((by > 0) == name.startswith("floor") for name, by in moved.items())


def lines_of(found: Sequence[Amounts]) -> list[LineOutcome]:
    """Return lines with the terms given, every action among them."""
    actions = tuple(Action)
    return [
        replace(line(actions[place % len(actions)], place * 700, place * 900), terms=amounts)
        for place, amounts in enumerate([*found, ()])
    ]


@given(st.data())
def test_columns_fall_as_each_line_alone(data: st.DataObject) -> None:
    """Adding a chunk gives the figures of adding each line, and every step is accounted for."""
    for limit in LIMITS:
        lines = lines_of(data.draw(rows(limit)))
        alone, together = Waterfall(limit), Waterfall(limit)
        for each in lines:
            fall(alone, each)
        add_lines(together, line_columns(lines, len(limit.terms)))

        assert together.figures("CNY") == alone.figures("CNY")
        assert together.start + sum(together.moved) == together.allowed
        assert together.allowed + together.decided.total() + together.held.total() == sum(
            each.effective_limit_minor for each in lines
        )
