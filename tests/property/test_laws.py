from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.standard import standard
from tests.unit.decision.test_settle import limit_of
from twinline.decision.decide import is_challenger
from twinline.decision.settle import settle_limit
from twinline.decision.strategy import AMOUNT_MAX, Experiment, Role

AMOUNTS = st.one_of(st.integers(-1_000, 5_000), st.integers(-AMOUNT_MAX, AMOUNT_MAX))
TREES = st.lists(st.tuples(st.sampled_from(Role), AMOUNTS), max_size=6).map(
    lambda terms: [(Role.CAP, 2_500), *terms]
)
STEPS = st.sampled_from([1, 7, 100, 12_345])


@given(TREES, STEPS, st.data())
def test_a_term_less_moves_a_limit_one_way(
    terms: list[tuple[Role, int]], step: int, data: st.DataObject
) -> None:
    """Without a cap or a hard term a limit never falls, without a floor it never rises."""
    at = data.draw(st.integers(1, len(terms))) - 1
    whole = settle(terms, step)
    rest = terms[:at] + terms[at + 1 :]
    if all(role is Role.FLOOR for role, _ in rest):
        return
    role = terms[at][0]

    assert (settle(rest, step) <= whole) if role is Role.FLOOR else (settle(rest, step) >= whole)


@given(TREES, STEPS)
def test_the_limit_without_its_binding_term_is_true(
    terms: list[tuple[Role, int]], step: int
) -> None:
    """What is stored as the limit without the binding term is what comes out without it."""
    limit = limit_of(*(role for role, _ in terms), step=step)
    settled = settle_limit(limit, [amount for _, amount in terms])
    rest = terms[: settled.binding] + terms[settled.binding + 1 :]
    nothing_caps = all(role is Role.FLOOR for role, _ in rest)

    assert settled.without_minor == (None if nothing_caps else settle(rest, step))


def settle(terms: list[tuple[Role, int]], step: int) -> int:
    """Return the limit of terms."""
    limit = limit_of(*(role for role, _ in terms), step=step)
    return settle_limit(limit, [amount for _, amount in terms]).limit_minor


@given(st.text(), st.text(), st.integers(0, 1_000_000))
def test_the_draw_is_the_hash_it_says_it_is(salt: str, customer: str, share: int) -> None:
    """A challenger is drawn by salt and customer alone, in a way anyone can work out."""
    strategy = replace(standard(), experiment=Experiment(salt=salt, challenger_ppm=share))
    salted = f"{salt}:{customer}".encode("utf-8", "surrogatepass")
    drawn = int(hashlib.sha256(salted).hexdigest()[:16], 16) % 1_000_000 < share

    assert is_challenger(strategy, customer) is drawn


def test_the_draw_is_near_its_share() -> None:
    """Of 50,000 customers one in ten is drawn, give or take four standard deviations."""
    drawn = sum(is_challenger(standard(), str(number)) for number in range(50_000))

    assert abs(drawn - 5_000) < 4 * 67


def test_another_salt_draws_others() -> None:
    """Two experiments share challengers only by chance."""
    other = replace(standard(), experiment=Experiment(salt="other", challenger_ppm=100_000))
    both = sum(
        is_challenger(standard(), each) and is_challenger(other, each)
        for each in map(str, range(20_000))
    )

    assert abs(both - 200) < 4 * 15
