"""One line in, one line out: what every bad line is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twinline.app.calc.answering import answer_line

LOAN: dict[str, Any] = {
    "id": "a",
    "kind": "schedule",
    "principal": "10000.00",
    "annual_rate": "0.146",
    "periods": 12,
    "every": {"months": 1},
    "start_on": "2026-01-15",
}
FLAT: dict[str, Any] = {
    "kind": "schedule",
    "principal": "1000.00",
    "flat_fee_rate": "0.025",
    "method": "flat_fee",
    "periods": 3,
    "every": {"months": 1},
    "start_on": "2026-01-15",
}
FLOWS = [{"on": "2026-01-15", "amount": "100"}, {"on": "2027-01-15", "amount": "-110"}]
RATE: dict[str, Any] = {"kind": "rate", "flows": FLOWS}


def answered(request: dict[str, Any] | str | bytes) -> dict[str, Any]:
    """Return the answer to a request."""
    line = request if isinstance(request, bytes) else None
    if line is None:
        text = request if isinstance(request, str) else json.dumps(request)
        line = text.encode()
    answer: dict[str, Any] = json.loads(answer_line(line).line)
    return answer


def problem(request: dict[str, Any] | str | bytes) -> tuple[str | None, str]:
    """Return the field and the rule of a request's problem."""
    answer = answered(request)
    assert answer["ok"] is False
    return answer["problem"]["field"], answer["problem"]["rule"]


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"principal": "10000.001"}, "principal", "decimals_of_currency"),
        ({"principal": "10000.1", "digits": 0}, "principal", "decimals_of_currency"),
        ({"principal": "0"}, "principal", "above_0"),
        ({"principal": "-5"}, "principal", "above_0"),
        ({"principal": 10000}, "principal", "type_text"),
        ({"principal": "1e5"}, "principal", "decimal_text"),
        ({"principal": "9" * 17}, "principal", "decimal_text"),
        ({"principal": "nan"}, "principal", "decimal_text"),
        ({"principal": "10\n"}, "principal", "decimals_of_currency"),
        ({"principal": None}, "principal", "type_text"),
        ({"annual_rate": "10.01"}, "annual_rate", "at_most_10"),
        ({"annual_rate": "-0.01"}, "annual_rate", "at_least_0"),
        ({"annual_rate": "14.6%"}, "annual_rate", "decimal_text"),
        ({"annual_rate": 0.146}, "annual_rate", "type_text"),
        ({"flat_fee_rate": "0.1"}, "flat_fee_rate", "only_with_flat_fee"),
        ({"periods": 0}, "periods", "at_least_1"),
        ({"periods": -3}, "periods", "at_least_1"),
        ({"periods": 10**400}, "periods", "at_most_3660"),
        ({"periods": 1.5}, "periods", "type_integer"),
        ({"periods": True}, "periods", "type_integer"),
        ({"every": {}}, "every", "exactly_one_unit"),
        ({"every": {"months": 1, "days": 30}}, "every", "exactly_one_unit"),
        ({"every": {"months": 0}}, "every", "at_least_1"),
        ({"every": {"years": 1}}, "every", "unknown_field"),
        ({"every": "month"}, "every", "type_object"),
        ({"start_on": "2026-02-30"}, "start_on", "iso_date"),
        ({"start_on": "15/01/2026"}, "start_on", "iso_date"),
        ({"start_on": "1899-12-31"}, "start_on", "from_1900"),
        ({"first_due_on": "2026-01-15"}, "first_due_on", "due_before_start"),
        ({"first_due_on": "2025-12-15"}, "first_due_on", "due_before_start"),
        ({"start_on": "9999-06-01"}, "periods", "date_out_of_calendar"),
        ({"method": "bullet"}, "method", "known_value"),
        ({"day_count": "actual/366"}, "day_count", "known_value"),
        ({"day_count": "twelfth", "every": {"weeks": 1}}, "day_count", "twelfth_needs_months"),
        ({"instalment": "annuity", "every": {"days": 7}}, "instalment", "annuity_needs_months"),
        ({"instalment_step": "0"}, "instalment_step", "above_0"),
        ({"instalment_step": "1", "principal": "5.00"}, "instalment_step", "instalment_step"),
        ({"grace": {"principal_periods": 12}}, "grace", "grace_past_periods"),
        ({"grace": {"interest_free_periods": 13}}, "grace", "grace_past_periods"),
        ({"grace": {"principal_periods": -1}}, "grace", "at_least_0"),
        (
            {"disbursements": [{"on": "2026-01-14", "amount": "1"}]},
            "disbursements",
            "disbursement_before_start",
        ),
        (
            {"disbursements": [{"on": "2027-01-15", "amount": "1"}]},
            "disbursements",
            "disbursement_after_last_due",
        ),
        ({"disbursements": [{"on": "2026-02-15", "amount": "0"}]}, "disbursements", "above_0"),
        ({"disbursements": [{"on": "2026-02-15"}]}, "disbursements", "required"),
        (
            {"rate_changes": [{"on": "2026-01-14", "annual_rate": "0.1"}]},
            "rate_changes",
            "rate_change_before_start",
        ),
        (
            {"rate_changes": [{"on": "2026-03-01", "annual_rate": "0.1"}] * 2},
            "rate_changes",
            "rate_changed_twice",
        ),
        (
            {"rate_changes": [{"on": "2026-03-01", "annual_rate": "11"}]},
            "rate_changes",
            "at_most_10",
        ),
        ({"digits": 9}, "digits", "at_most_8"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"kind": "contract"}, "kind", "known_value"),
        ({"id": [1]}, "id", "type_integer_or_text_or_null"),
        ({"id": 1.5}, "id", "type_integer_or_text_or_null"),
    ],
)
def test_a_bad_schedule_names_field_and_rule(
    changes: dict[str, Any], field: str, rule: str
) -> None:
    """Each slip is answered with the top-level field's name and a stable rule."""
    assert problem(LOAN | changes) == (field, rule)


@pytest.mark.parametrize("name", ["principal", "periods", "every", "start_on", "annual_rate"])
def test_a_missing_field_is_required(name: str) -> None:
    """A schedule without a field that it needs is refused at that field."""
    assert problem({k: v for k, v in LOAN.items() if k != name}) == (name, "required")


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"annual_rate": "0.1"}, "annual_rate", "not_with_flat_fee"),
        ({"day_count": "actual/365"}, "day_count", "not_with_flat_fee"),
        ({"grace": {"principal_periods": 1}}, "grace", "not_with_flat_fee"),
        (
            {"disbursements": [{"on": "2026-02-01", "amount": "1"}]},
            "disbursements",
            "not_with_flat_fee",
        ),
        (
            {"rate_changes": [{"on": "2026-02-01", "annual_rate": "0"}]},
            "rate_changes",
            "not_with_flat_fee",
        ),
        ({"flat_fee_rate": "11"}, "flat_fee_rate", "at_most_10"),
        ({"principal": "1.00", "instalment_step": "1"}, "instalment_step", None),
    ],
)
def test_a_flat_fee_knows_no_interest(
    changes: dict[str, Any], field: str, rule: str | None
) -> None:
    """Rate, day count, events and grace are refused; the step is used."""
    answer = answered(FLAT | changes)
    if rule is None:
        assert answer["ok"] or answer["problem"]["field"] == field
    else:
        assert (answer["problem"]["field"], answer["problem"]["rule"]) == (field, rule)


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"flows": []}, "flows", "at_least_1_items"),
        ({"flows": FLOWS * 5001}, "flows", "at_most_10000_items"),
        ({"flows": FLOWS[:1]}, "flows", "no_rate"),
        ({"flows": [{"amount": "1"}, {"amount": "-1"}]}, "flows", "on_required"),
        ({"flows": [{"on": "2026-01-15", "amount": "1.234"}]}, "flows", "decimals_of_currency"),
        ({"convention": "irr"}, "convention", "known_value"),
        ({"convention": "us_reg_z"}, "unit_period", "required"),
        ({"convention": "us_reg_z", "unit_period": {}}, "unit_period", "exactly_one_unit"),
        (
            {"convention": "us_reg_z", "unit_period": {"half_months": 2}},
            "unit_period",
            "at_most_1",
        ),
        ({"per_year": 12}, "per_year", "only_with_irr_periodic"),
        ({"convention": "eu_aprc", "day_count": "30/360"}, "day_count", "only_with_xirr"),
        ({"interval": "weeks"}, "interval", "only_with_eu_aprc"),
    ],
)
def test_a_bad_rate_names_field_and_rule(changes: dict[str, Any], field: str, rule: str) -> None:
    """What no convention can use is refused at its field."""
    assert problem(RATE | changes) == (field, rule)


def test_several_rates_name_the_interval() -> None:
    """Without exactly one rate the problem says which interval was searched."""
    flows = [{"amount": amount} for amount in ("-100", "230", "-132")]
    answer = answered({"kind": "rate", "convention": "irr_periodic", "flows": flows})

    assert answer["problem"] == {
        "field": "flows",
        "value": flows,
        "rule": "several_rates",
        "interval": {"above": "-0.999999", "below": "1000"},
    }


@pytest.mark.parametrize(
    ("request_", "field", "rule"),
    [
        (
            {"kind": "day_count", "from_on": "2026-02-01", "to_on": "2026-01-01"},
            "to_on",
            "not_before_from_on",
        ),
        ({"kind": "roll", "on": "2031-01-01"}, "on", "calendar_known"),
        ({"kind": "roll", "on": "2003-01-01"}, "on", "calendar_known"),
        (
            {"kind": "worth", "flows": FLOWS, "annual_rate": "-1", "on": "2026-01-15"},
            "annual_rate",
            "above_-0.999999",
        ),
        (
            {"kind": "worth", "flows": FLOWS, "annual_rate": "999", "on": "9999-01-15"},
            "annual_rate",
            "worth_of_at_most_16_digits",
        ),
        ({"kind": "allocate", "dues": [], "amount": "-1"}, "amount", "at_least_0"),
        (
            {"kind": "allocate", "dues": [{"due_on": "2026-01-01", "fee": "-1"}], "amount": "1"},
            "dues",
            "at_least_0",
        ),
        ({"kind": "minimum_payment", "rate": "1.5"}, "rate", "at_most_1"),
        (
            {"kind": "points", "base_score": 600, "base_odds": 50, "pdo": 20},
            "odds",
            "exactly_one_of_odds_score_pd",
        ),
        (
            {"kind": "points", "base_score": 600, "base_odds": 50, "pdo": 0, "odds": 1},
            "pdo",
            "above_0",
        ),
        (
            {"kind": "points", "base_score": 600, "base_odds": 50, "pdo": 20, "pd": "1"},
            "pd",
            "below_1",
        ),
        (
            {"kind": "points", "base_score": 1, "base_odds": 50, "pdo": 1, "score": 10**9},
            "score",
            "odds_are_finite",
        ),
        ({"kind": "woe", "bins": [{"good": 0, "bad": 1}]}, "bins", "at_least_1"),
        ({"kind": "psi", "expected": ["1"], "actual": [1, 2]}, "actual", "as_many_as_expected"),
        ({"kind": "psi", "expected": ["1", "0"], "actual": [1, 2]}, "expected", "above_0"),
        ({"kind": "irb", "pd": "0", "lgd": "0.5", "asset_class": "qrre"}, "pd", "above_0"),
        ({"kind": "irb", "pd": "0.1", "lgd": "2", "asset_class": "qrre"}, "lgd", "at_most_1"),
        (
            {"kind": "irb", "pd": "0.1", "lgd": "1", "asset_class": "sme"},
            "asset_class",
            "known_value",
        ),
        (
            {"kind": "headroom", "pay_later_limit": "1", "cash_loan_limit": "1",
             "joint_limit": "1", "weight": "0.9"},
            "weight",
            "at_least_1",
        ),
        ({"kind": "identifier", "type": "passport", "text": "x"}, "type", "known_value"),
    ],
)  # fmt: skip
def test_other_kinds_name_field_and_rule(request_: dict[str, Any], field: str, rule: str) -> None:
    """Every kind refuses nonsense at its field."""
    assert problem(request_) == (field, rule)


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"nope", b"[]", b"1", b'"x"', b"null", b"{", b"\xff\xfe", b'{"a":NaN}',
     b'{"a":Infinity}', b'{"periods":' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}"],
)  # fmt: skip
def test_what_is_no_object_is_refused_whole(line: bytes) -> None:
    """A line that is no JSON object has a problem at no field."""
    assert problem(line) == (None, "json_object")


def test_deep_nesting_is_refused() -> None:
    """A line nested deeper than the reader goes is refused, not crashed on."""
    assert problem(b'{"id":' * 50_000 + b"}" * 50_000) == (None, "json_nested_too_deep")


def test_a_name_given_twice_is_refused() -> None:
    """The later of two values would silently win, so neither does."""
    assert problem('{"kind":"roll","on":"2026-01-01","on":"2026-01-02"}') == ("on", "named_once")


def test_half_a_surrogate_pair_is_refused() -> None:
    """An id that could not be sent back is a problem of its own."""
    assert problem('{"id":"\\ud800","kind":"roll","on":"2026-01-01"}') == ("id", "unicode")
    assert problem('{"kind":"roll","on":"2026-01-01","\\ud800":1}') == ("?", "unicode")
    assert problem('{"kind":"\\udfff","on":"2026-01-01"}') == ("kind", "unicode")


def test_a_long_value_comes_back_short() -> None:
    """A problem shows the start of a value, never the whole of a long one."""
    answer = answered(LOAN | {"principal": "9" * 5000})

    assert len(answer["problem"]["value"]) == 200


def test_a_day_that_multiplies_money_still_has_its_year() -> None:
    """A unit rate near the end of the interval compounds to a number of a thousand digits."""
    flows = [{"on": "2026-01-15", "amount": "1"}, {"on": "2026-01-16", "amount": "-1000"}]
    request = {
        "kind": "rate", "convention": "us_reg_z", "unit_period": {"days": 1}, "flows": flows
    }  # fmt: skip
    answer = answered(request)

    assert answer["rate"] == "364635.000000000"
    assert len(answer["effective"]) == 3 * 365 + 1


@pytest.mark.parametrize("asked", ["x", 7, 10**30, None])
def test_the_id_comes_back(asked: str | int | None) -> None:
    """An answer and a problem both carry the request's id, as it was."""
    assert answered(LOAN | {"id": asked})["id"] == asked
    assert answered(LOAN | {"id": asked, "periods": 0})["id"] == asked
