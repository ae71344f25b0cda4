from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.standard import FOLDER
from twinline.adapters.batch import shelf
from twinline.app.cases import CASES, read_cases, run_cases
from twinline.app.fault import InputFault, InputFaults
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.cases import Case

STRATEGIES = [FOLDER, *sorted((FOLDER.parent / "challengers").iterdir())]
CUSTOMER = {"customer_id": "c-1", "as_of_on": "2026-10-31"}


def cases_of(folder: Path) -> list[Case]:
    """Return the cases of a strategy."""
    return [case for _, case in read_cases({CASES: (folder / CASES).read_bytes()})]


def failures_of(tmp_path: Path, **expect: object) -> list[str]:
    """Return what fails where an unknown newcomer is expected to be decided so."""
    folder = tmp_path / "strategy"
    shutil.copytree(FOLDER, folder)
    case = {"case": "a newcomer", "customer": CUSTOMER, "expect": expect}
    (folder / "cases.jsonl").write_text(json.dumps(case), encoding="utf-8")
    return [str(failure) for failure in run_cases(folder, shelf)[1]]


@pytest.mark.parametrize("folder", STRATEGIES, ids=lambda folder: folder.name)
def test_the_shipped_strategies_pass_their_cases(folder: Path) -> None:
    """Each shipped strategy decides its own cases as it says it does."""
    count, failures = run_cases(folder, shelf)

    assert failures == ()
    assert count == len(cases_of(folder))


def test_the_standard_cases_show_every_action_on_each_line() -> None:
    """No action of either line goes without a case."""
    shown = set()
    for case in cases_of(FOLDER):
        for line in ("pay_later", "cash_loan"):
            expected = msgspec.json.decode(case.expect.get(line, b"{}"), type=dict[str, Any])
            shown.add((line, expected.get("action")))

    assert {(line, action) for line in ("pay_later", "cash_loan") for action in Action} <= shown


def test_the_standard_cases_show_every_gate_and_edge() -> None:
    """No gate and no edge goes without a case in which it holds."""
    text = (FOLDER / "cases.jsonl").read_text(encoding="utf-8")
    for name in ("gates.csv", "linkage.csv"):
        rows = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
        for row in rows:
            assert f'"{row.split(",")[0]}"' in text


def test_a_field_that_comes_out_otherwise_is_named(tmp_path: Path) -> None:
    """A failure shows the case, the field, what was expected and what came."""
    assert failures_of(tmp_path, pay_later={"action": "invite"}, challenger=True) == [
        'cases.jsonl line 1 \'a newcomer\': pay_later.action: expected "invite", got "decline"',
        "cases.jsonl line 1 'a newcomer': challenger: expected true, got false",
    ]


def test_a_field_there_is_none_of_is_named(tmp_path: Path) -> None:
    """A slip in a field's name is a failure, not a case that passes."""
    assert failures_of(tmp_path, pay_latter={}, pay_later={"acton": "invite"}) == [
        "cases.jsonl line 1 'a newcomer': pay_latter: expected {}, got \"no such field\"",
        (
            "cases.jsonl line 1 'a newcomer': pay_later.acton: expected \"invite\", "
            'got "no such field"'
        ),
    ]


def test_reasons_are_held_to_their_beginning(tmp_path: Path) -> None:
    """A case names as many of the first reasons as it cares about, in order."""
    assert failures_of(tmp_path, pay_later={"reasons": ["CAPACITY"]}) == []
    assert failures_of(tmp_path / "other", pay_later={"reasons": ["STARTER", "CAPACITY"]}) != []


def test_a_truth_is_no_text(tmp_path: Path) -> None:
    """A truth, a number and a text that look alike are never taken for each other."""
    assert failures_of(tmp_path, challenger="false") == [
        "cases.jsonl line 1 'a newcomer': challenger: expected \"false\", got false"
    ]
    assert len(failures_of(tmp_path / "other", challenger=0)) == 1


def test_all_broken_lines_are_told_at_once() -> None:
    """Each line that is no case is named with its rule."""
    text = b'{"case": "a"}\n\nnot json\n'

    with pytest.raises(InputFaults) as caught:
        read_cases({"cases.jsonl": text})

    assert str(caught.value).splitlines() == [
        "cases.jsonl line 1: cannot be read: Object missing required field customer",
        "cases.jsonl line 3: cannot be read: JSON is malformed: invalid character (byte 4)",
    ]


def test_a_strategy_without_cases_is_a_fault() -> None:
    """A strategy that shows no case cannot be tried on any."""
    with pytest.raises(InputFault, match=r"cases\.jsonl: is not there: a strategy shows its"):
        read_cases({})
    with pytest.raises(InputFault, match=r"cases\.jsonl: no case: one JSON object a line"):
        read_cases({"cases.jsonl": b"\n"})
