"""The reference pages are what their scripts make, and every example in them runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs import agreement, calc_reference, lines_reference
from tests.docs.examples import EXAMPLES
from tests.docs.figures import published_figures
from tests.docs.notes import NOTES
from tests.docs.vectors import vectors
from twinline.app.calc.answering import answer_line
from twinline.app.calc.kinds import KINDS

if TYPE_CHECKING:
    from tests.docs.figures import Figure


def test_the_calculators_page_is_current() -> None:
    """docs/reference/calc.md is what the schema and the examples say now."""
    assert calc_reference.PAGE.read_text(encoding="utf-8") == calc_reference.page()


def test_the_agreement_page_is_current() -> None:
    """docs/reference/agreement.md is what the calculator answers now."""
    assert agreement.PAGE.read_text(encoding="utf-8") == agreement.page()


def test_the_page_on_lines_is_current() -> None:
    """docs/reference/lines.md is what the tables of states, moves and terms say now."""
    assert lines_reference.PAGE.read_text(encoding="utf-8") == lines_reference.page()


def test_every_kind_has_an_example_and_its_words() -> None:
    """No kind is listed without an example that runs and what its conventions mean."""
    names = {kind.name for kind in KINDS}

    assert {example["kind"] for _, example in EXAMPLES} == names
    assert set(NOTES) == names


@pytest.mark.parametrize(("words", "example"), EXAMPLES)
def test_every_example_is_answered(words: str, example: dict[str, Any]) -> None:
    """An example is answered, but for the one that shows a refusal."""
    answer = json.loads(answer_line(json.dumps(example).encode()).line)

    assert answer["ok"] is (words != "More than one rate is no rate.")


@pytest.mark.parametrize("figure", vectors(), ids=lambda figure: figure.what)
def test_every_vector_is_equal(figure: Figure) -> None:
    """The project's own vectors agree to the last digit."""
    assert agreement.compared(figure).equal


@pytest.mark.parametrize("figure", published_figures(), ids=lambda figure: figure.what)
def test_a_difference_has_its_reason(figure: Figure) -> None:
    """A published figure is met to its last digit, or the table says why not."""
    assert agreement.compared(figure).equal or figure.why
