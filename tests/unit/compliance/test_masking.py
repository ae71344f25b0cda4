"""What is hidden of personal data, and for how long it is kept."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.compliance.law import read_law
from twinline.compliance.masking import masked
from twinline.compliance.retention import kept_until
from twinline.terms.dated import NotInForceError

LAW = read_law(
    files("twinline.compliance").joinpath("params", "china.toml").read_text(encoding="utf-8")
)


@given(st.text(max_size=30), st.integers(0, 8), st.integers(0, 8))
def test_a_mask_shows_the_ends_and_never_the_whole(text: str, first: int, last: int) -> None:
    """As long as the text; what shows stands where it stood; something is always hidden."""
    shown = masked(text, first, last)
    assert len(shown) == len(text)
    assert all(one in {"*", other} for one, other in zip(shown, text, strict=True))
    assert not text or "*" in shown


def test_identity_is_kept_for_the_years_of_the_law() -> None:
    """Rule 35: ten years from the last that happened; a leap day ends on the last of February."""
    assert kept_until(LAW, date(2026, 11, 22), date(2027, 1, 1)) == date(2036, 11, 22)
    assert kept_until(LAW, date(2028, 2, 29), date(2030, 1, 1)) == date(2038, 2, 28)


def test_no_law_is_made_up_for_before_there_was_one() -> None:
    """A day before the law's first value is a fault, not a day without retention."""
    with pytest.raises(NotInForceError):
        kept_until(LAW, date(2014, 1, 1), date(2024, 12, 31))
