from __future__ import annotations

from datetime import date

import pytest

from tests.small import decide_small
from twinline.decision.expression import Literal
from twinline.decision.resolve import Scope, resolve
from twinline.decision.settle import settle_limit
from twinline.decision.strategy import Action, Limit, Role, Term

ANY = resolve(Literal(0), Scope({}, {}))


def limit_of(*roles: Role, step: int = 100, cut_ppm: int = 0) -> Limit:
    """Return a limit with a term for each role, the second one skipped where it is missing."""
    terms = tuple(
        Term(
            name=f"term {number}",
            zh=f"第{number}项",
            role=role,
            amount=ANY,
            reason="STEP",
            by_score=False,
            skipped_if_missing=number == 1,
        )
        for number, role in enumerate(roles)
    )
    return Limit(
        terms=terms, step_minor=step, least_minor=0, now="now", raise_ppm=0, cut_ppm=cut_ppm
    )


# term 0, term 1, term 2 → limit, binding, cause, without
TREES = """
cap cap  hard    1000  2000  3000    1000 0 0 2000
cap cap  hard    2050  1999  3000    1900 1 1 2000
cap cap  hard    1000  1000  3000    1000 0 0 1000
cap cap  hard    1000     -  3000    1000 0 0 3000
cap cap  hard    5000  4000  1250    1200 2 2 4000
cap floor hard   1000  1250  3000    1250 1 0 1000
cap floor hard   1000   900  3000    1000 0 0 3000
cap floor hard   1000  1250  1200    1200 2 2 1250
cap floor hard   1000     -  3000    1000 0 0 3000
cap cap  floor    -10  2000 -3000       0 0 0 2000
"""


@pytest.mark.parametrize("line", TREES.strip().splitlines())
def test_a_limit_is_the_least_cap_above_floors_below_hard_terms(line: str) -> None:
    """Limit, binding term, cause and the limit without that term are as the row says."""
    words = line.split()
    limit = limit_of(*map(Role, words[:3]))
    amounts = [None if word == "-" else int(word) for word in words[3:6]]

    settled = settle_limit(limit, amounts)

    assert [
        settled.limit_minor,
        settled.binding,
        settled.cause,
        settled.without_minor,
    ] == list(map(int, words[6:]))


def test_a_limit_with_one_cap_has_none_without_it() -> None:
    """Where nothing else would bound a limit there is no limit to name."""
    assert settle_limit(limit_of(Role.CAP, Role.FLOOR), [1_000, 5]).without_minor is None


# today's limit, cap, floor, hard → action, base limit; in yuan, cuts matter from 5 %
MOVES = """
10000  9900     - 50000   keep 10000
10000  9000     - 50000   cut   9000
10000  9900     -  9950   cut   9900
10000  9900     - 10000   keep 10000
10000     -     -  9999   cut   9999
10000  8000  9990  9995   cut   9990
10000 12000     - 10001   raise 10001
"""


@pytest.mark.parametrize("line", MOVES.strip().splitlines())
def test_no_line_stays_above_a_hard_term(line: str) -> None:
    """A cut too small to matter is made where, and only where, a hard term is below the limit."""
    *amounts, action, base = line.split()
    now, cap, floor, hard = (None if word == "-" else int(word) * 100 for word in amounts)

    found = decide_small(
        {"now": now, "cap": cap, "floor": floor, "hard": hard, "late": 0}, date(2026, 11, 1)
    ).pay_later

    assert (found.action, found.base_limit_minor) == (Action(action), int(base) * 100)
