from __future__ import annotations

import string
import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.adapters.report.words import MINUS, Words, table_text
from twinline.decision.strategy import Action, Cause

EN, ZH = (tomllib.loads(table_text(language)) for language in ("en", "zh"))


def flat(table: dict[str, dict[str, object]]) -> dict[str, str]:
    """Return the words of a language by "section.key"; lists of units are none."""
    return {
        f"{section}.{key}": words
        for section, under in table.items()
        for key, words in under.items()
        if isinstance(words, str)
    }


def places(words: str) -> set[str]:
    """Return the names of the places in words."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_both_languages_have_the_same_words() -> None:
    """Each key of one language is a key of the other, section by section."""
    assert {section: set(EN[section]) for section in EN} == {
        section: set(ZH[section]) for section in ZH
    }


@pytest.mark.parametrize("key", flat(EN))
def test_both_languages_have_the_same_places(key: str) -> None:
    """What is filled into a sentence in one language is filled in in the other."""
    assert places(flat(EN)[key]) == places(flat(ZH)[key])


def test_no_words_are_empty() -> None:
    """Every key has something to say."""
    for table in (EN, ZH):
        words = {key: said for key, said in flat(table).items() if key != "format.sentences"}
        assert all(said.strip() for said in words.values())


def test_every_action_and_cause_is_named() -> None:
    """Actions and causes have words in both languages."""
    for table in (EN, ZH):
        assert {action.value for action in Action} == set(table["action"])
        assert {cause.value for cause in Cause} == set(table["cause"])


@given(st.integers(-(10**15), 10**15))
def test_a_short_amount_is_within_half_a_percent(minor: int) -> None:
    """An amount in large units differs from the amount by half of its third digit at most."""
    amount = Decimal(minor) / 100
    for language, table in (("en", EN), ("zh", ZH)):
        units = {unit: power for power, unit in table["format"]["units"]}
        words = Words("en" if language == "en" else "zh").short_amount(amount)
        number, _, unit = words.replace(MINUS, "-").replace(",", "").partition("\u00a0")
        said = Decimal(number) * 10 ** units.get(unit, 0)
        assert abs(said - amount) <= max(abs(amount) / 200, Decimal("0.5"))


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, Words("en").none),
        (0, 7, "0.0%"),
        (1, 7, "14.3%"),
        (7, 7, "100.0%"),
        (1, 9_999, "<0.1%"),
    ],
)
def test_a_share_says_what_it_is(part: int, whole: int, said: str) -> None:
    """Nothing of nothing is no share; a share too small to show is not shown as nothing."""
    assert Words("en").share(part, whole) == said


def test_a_change_has_its_sign() -> None:
    """A rise is written with a plus, a fall with a minus, and no change with neither."""
    words = Words("en")
    changes = [words.change(Decimal(100), Decimal(after)) for after in (110, 90, 100)]

    assert changes == ["+10.0%", f"{MINUS}10.0%", "0.0%"]
