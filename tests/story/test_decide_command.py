"""One customer decided: the same as in a review, and one clear fault for a bad request."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import ROOT
from twinline.app.customer_request import CustomerRequest, read_customer
from twinline.app.fault import InputFault
from twinline.kernel.money import format_money
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path

STANDARD = str(ROOT / "strategies" / "standard")
MONTHS = range(1, 7)
MONEY = ("income", "debt_elsewhere")
PLAIN = (
    "months_on_book",
    "months_inactive",
    "lenders_elsewhere",
    "external_score",
    "external_score_on",
)


def line_of(row: dict[str, object], line: str) -> dict[str, object] | None:
    """Return one line of a book's row as a request words it."""

    def money(name: str) -> str | None:
        minor = row[f"{line}_{name}"]
        return format_money(minor, "CNY") if isinstance(minor, int) else None

    if row[f"{line}_limit_minor"] is None:
        return None
    return {
        "limit": money("limit_minor"),
        "balance": money("balance_minor") or "0",
        "instalments": money("instalment_minor") or "0",
        "statements": [money(f"statement_minor_{month}") for month in MONTHS],
        "payments": [money(f"payment_minor_{month}") for month in MONTHS],
        "lateness": [row[f"{line}_lateness_{month}"] for month in MONTHS],
    }


def request_of(row: dict[str, object]) -> dict[str, object]:
    """Return a book's row as a request."""
    request: dict[str, object] = {
        name: row[name] for name in ("customer_id", "currency", "licence", *PLAIN)
    }
    request["as_of_on"] = row["as_of_on"]
    for name in MONEY:
        minor = row[f"{name}_minor"]
        request[name] = format_money(minor, "CNY") if isinstance(minor, int) else None
    request["pay_later"] = line_of(row, "pay_later")
    request["cash_loan"] = line_of(row, "cash_loan")
    return request


@pytest.mark.slow
def test_a_customer_alone_is_decided_as_in_the_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty customers decided one by one get what the review of their book gave them (I7)."""
    book, review, asked = tmp_path / "book.parquet", tmp_path / "review", tmp_path / "asked.json"
    assert main(["book", "make", "--customers", "60", "--seed", "3", "--out", str(book)]) == 0
    assert main(["review", str(book), "--strategy", STANDARD, "--out", str(review)]) == 0
    stored = pq.read_table(review / "decisions.parquet").to_pylist()
    capsys.readouterr()

    for row, decision in zip(pq.read_table(book).to_pylist(), stored, strict=True):
        asked.write_text(json.dumps(request_of(row), default=str), "utf-8")
        assert main(["decide", str(asked), "--strategy", STANDARD]) == 0
        answer = json.loads(capsys.readouterr().out)
        for line in ("pay_later", "cash_loan"):
            told, kept = (
                answer[line],
                {name.removeprefix(f"{line}_"): value for name, value in decision.items()},
            )
            assert told["action"] == kept["action"]
            assert told["effective_limit"] == format_money(kept["effective_limit_minor"], "CNY")
            assert told["price_ppm"] == kept["price_ppm"]
            assert [reason["code"] for reason in told["reasons"]] == kept["reasons"]
            assert [term["name"] for term in told["terms"] if term["binds"]] == [kept["binding"]]


CUSTOMER = '{"customer_id": "1", "as_of_on": "2026-11-01"'


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "the customer: cannot be read: Input data was truncated"),
        ("[]", "the customer: cannot be read: Expected object, got array"),
        (CUSTOMER, "the customer: cannot be read: Input data was truncated"),
        (CUSTOMER + ', "age": 30}', "Object contains unknown field age"),
        (CUSTOMER + ', "currency": "XAU"}', "the customer, currency: XAU: is one of CNY, TWD"),
        (
            CUSTOMER + ', "pay_later": {"limit": "12.345"}}',
            "the customer, pay_later.limit: 12.345: ",
        ),
        (
            CUSTOMER + ', "pay_later": {"limit": "-1.00"}}',
            "the customer, pay_later.limit: -1.00: must be 0.00 to ",
        ),
        (CUSTOMER + ', "months_on_book": -1}', "the customer, months_on_book: -1: must be 0 to "),
        (
            CUSTOMER + ', "pay_later": {"limit": "1", "lateness": [0,0,0,0,0,0,0]}}',
            "the customer, pay_later.lateness: cannot be read: Expected array of length <= 6",
        ),
    ],
)
def test_a_bad_request_is_one_clear_fault(
    asked: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that cannot be used exits with 2 and one line naming place, value and rule."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked.encode())))

    assert main(["decide", "--strategy", STANDARD]) == 2

    error = capsys.readouterr().err
    assert error.startswith("twinline: error: ")
    assert said in error
    assert error.count("\n") == 1


def test_an_answer_says_how_far_the_law_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer holds the law table's day, and text for a person names it where it matters."""
    asked = str(ROOT / "examples" / "customer.json")
    words = "by the law as known on 2026-11-01"
    said = []
    for more in ([], ["--text"], ["--text", "--decided-on", "2027-01-01"]):
        assert main(["decide", asked, "--strategy", STANDARD, *more]) == 0
        said.append(capsys.readouterr().out)

    assert json.loads(said[0])["law_known_on"] == "2026-11-01"
    assert [words in each for each in said] == [False, False, True]
    assert main(["decide", asked, "--strategy", STANDARD, "--decided-on", "2026-10-31"]) == 2


IMPOSSIBLE = """{
  "customer_id": "1", "as_of_on": "2026-11-01",
  "pay_later": {"limit": "100", "balance": "50", "instalments": "50.01"},
  "cash_loan": {"limit": "100", "balance": "-5", "instalments": "0.01"},
  "months_on_book": 3, "months_inactive": 4,
  "debt_elsewhere": "1", "lenders_elsewhere": 0,
  "external_score": 600, "external_score_on": "2026-11-02"
}"""
SAID_OF_IMPOSSIBLE = """\
twinline: error: the customer, external_score_on: 2026-11-02: not after as_of_on
the customer, pay_later.instalments: 50.01: at most what is owed, pay_later.balance
the customer, cash_loan.instalments: 0.01: at most what is owed, cash_loan.balance
the customer, months_inactive: 4: at most months_on_book
the customer, lenders_elsewhere: 0: at least 1 where debt_elsewhere is
"""
BROKEN_CELLS = """{
  "customer_id": " ", "as_of_on": "1970-01-01", "external_score": 10001,
  "pay_later": {"limit": "1.234", "lateness": [0, 100], "payments": ["-1"]}
}"""
SAID_OF_BROKEN_CELLS = """\
twinline: error: the customer, customer_id:  : may not be blank
the customer, as_of_on: 1970-01-01: a day from 1990-01-01 to 2199-12-31
the customer, external_score: 10001: must be 0 to 10000
the customer, pay_later.limit: 1.234: '1.234' is not an amount in CNY (2 decimals at most)
the customer, pay_later.payments[0]: -1: must be 0.00 to 10000000000000.00
the customer, pay_later.lateness[1]: 100: must be 0 to 99
"""


@pytest.mark.parametrize(
    ("asked", "said"),
    [(IMPOSSIBLE, SAID_OF_IMPOSSIBLE), (BROKEN_CELLS, SAID_OF_BROKEN_CELLS)],
)
def test_a_customer_who_cannot_be_is_refused_with_all_that_is_wrong(
    asked: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no row of a book may hold is refused here too, each finding by the request's words."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(asked.encode())))

    assert main(["decide", "--strategy", STANDARD]) == 2
    assert capsys.readouterr().err == said


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(CustomerRequest.__struct_fields__) | st.text(), inner
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_a_request_or_one_fault(asked: bytes) -> None:
    """Whatever comes in is a customer or an `InputFault`, and nothing else."""
    try:
        request = read_customer(asked)
    except InputFault:
        return
    assert request.customer_id
