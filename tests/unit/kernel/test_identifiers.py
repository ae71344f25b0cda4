"""Chinese identifiers: published specimens, and every digit and swap that breaks them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.kernel.identifiers import Broken, Identifier, broken_rule

GOOD = [
    (Identifier.RESIDENT_ID, "11010519491231002X"),
    (Identifier.RESIDENT_ID, "11010519491231002x"),
    (Identifier.RESIDENT_ID, "440524188001010014"),
    (Identifier.CREDIT_CODE, "91350100M000100Y43"),
    (Identifier.BANK_CARD, "4111111111111111"),
    (Identifier.MOBILE, "13800138000"),
    (Identifier.MOBILE, "17405123456"),
    (Identifier.MOBILE, "19912345678"),
]


@pytest.mark.parametrize(("kind", "text"), GOOD)
def test_specimens_are_valid(kind: Identifier, text: str) -> None:
    """Specimens of the standards and allocated prefixes pass."""
    assert broken_rule(kind, text) is None


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        (Identifier.RESIDENT_ID, "110105194912310021", Broken.CHECK_DIGIT),
        (Identifier.RESIDENT_ID, "11010519490231002X", Broken.BIRTH_DATE),
        (Identifier.RESIDENT_ID, "1101051949123100", Broken.FORMAT),
        (Identifier.RESIDENT_ID, "1101051949123100\u0662X", Broken.FORMAT),
        (Identifier.CREDIT_CODE, "91350100M000100Y44", Broken.CHECK_DIGIT),
        (Identifier.CREDIT_CODE, "91350100I000100Y43", Broken.FORMAT),
        (Identifier.CREDIT_CODE, "91350100m000100y43", Broken.FORMAT),
        (Identifier.BANK_CARD, "4111111111111112", Broken.CHECK_DIGIT),
        (Identifier.BANK_CARD, "41111111111", Broken.FORMAT),
        (Identifier.BANK_CARD, "4" * 20, Broken.FORMAT),
        (Identifier.MOBILE, "12800138000", Broken.PREFIX),
        (Identifier.MOBILE, "17406123456", Broken.PREFIX),
        (Identifier.MOBILE, "15412345678", Broken.PREFIX),
        (Identifier.MOBILE, "1380013800", Broken.FORMAT),
        (Identifier.MOBILE, "+8613800138000", Broken.FORMAT),
        (Identifier.MOBILE, "13800138000\n", Broken.FORMAT),
    ],
)
def test_the_first_rule_broken(kind: Identifier, text: str, rule: Broken) -> None:
    """What is wrong is named, the first of the rules first."""
    assert broken_rule(kind, text) is rule


@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_wrong_digit_never_passes(place: int, digit: str) -> None:
    """Any single digit that is changed breaks a resident id."""
    good = "11010519491231002X"
    changed = good[:place] + digit + good[place + 1 :]

    assert changed == good or broken_rule(Identifier.RESIDENT_ID, changed) is not None


@given(st.text(max_size=25), st.sampled_from(list(Identifier)))
def test_any_text_has_an_answer(text: str, kind: Identifier) -> None:
    """No text is an error."""
    assert broken_rule(kind, text) in {None, *Broken}


def test_allocated_prefixes() -> None:
    """Of a hundred three-digit beginnings exactly the allocated ones pass."""
    allocated = {
        *range(130, 140), 145, 147, *range(150, 154), *range(155, 160), 162, 165, 166, 167,
        *range(170, 174), *range(175, 179), *range(180, 190), *range(190, 194), *range(195, 200),
    }  # fmt: skip
    passing = {n for n in range(100, 200) if not broken_rule(Identifier.MOBILE, f"{n}99999999")}

    assert passing == allocated
    assert [n for n in range(10) if not broken_rule(Identifier.MOBILE, f"1740{n}999999")] == [
        0, 1, 2, 3, 4, 5
    ]  # fmt: skip
