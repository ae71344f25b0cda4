"""The public set 'Default of Credit Card Clients' (UCI id 350, Taiwan 2005) as a book.

A customer's card is the pay-later line. `PAY_n` is the state in month n, 1 the latest: -2 not
used, -1 paid in full, 0 the minimum paid, 1 and more months late. What the set does not say stays
empty: instalments, months on book, income, debts elsewhere. Amounts are whole New Taiwan dollars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch import cell
from twinline.adapters.batch.book_schema import BOOK_SCHEMA
from twinline.adapters.batch.layout import reject_repeated
from twinline.app.book import MONTHS
from twinline.app.fault import InputFault
from twinline.kernel.money import DIGITS_BY_CURRENCY
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from twinline.adapters.batch.broken_row import Findings

CURRENCY = "TWD"
NOT_USED = -2
MONTHS_RANGE = range(1, MONTHS + 1)

_PUBLISHED_ORDER = [
    "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE",
    *(f"PAY_{month}" for month in MONTHS_RANGE),
    *(f"BILL_AMT{month}" for month in MONTHS_RANGE),
    *(f"PAY_AMT{month}" for month in MONTHS_RANGE),
]  # fmt: skip
OUTCOME = "DEFAULT_PAYMENT_NEXT_MONTH"
NEEDED = ("ID", *_PUBLISHED_ORDER)
ALIASES = {
    "PAY_0": "PAY_1",
    "Y": OUTCOME,
    "DEFAULT": OUTCOME,
} | {f"X{place}": name for place, name in enumerate(_PUBLISHED_ORDER, start=1)}
"""Other names of the columns: the spreadsheet says PAY_0, the publisher's CSV X1 to X23 and Y."""

LABELS = {
    "SEX": {"1": "male", "2": "female"},
    "EDUCATION": {
        "1": "graduate school",
        "2": "university",
        "3": "high school",
        "4": "others",
    },
    "MARRIAGE": {"1": "married", "2": "single", "3": "others"},
}
AGE_BANDS = ((25, "under 25"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
AGE_OLDEST = "65 and over"
AGE_LEAST, AGE_GREATEST = 18, 120


class UciLayout:
    """Reads the public set under any of the names its columns go by."""

    name = "uci"

    def __init__(self, path: Path, names: list[str], as_of_on: date) -> None:
        """Find the columns by name; raises `InputFault` for one that is missing or repeated."""
        self.path = path
        self.as_of_on = as_of_on
        found = {}
        for name in names:
            known = _known_name(name)
            if known in found:
                rule = f"{known} may stand there only once, under one name"
                raise InputFault(place=f"{path}, header", value=name, rule=rule)
            if known in NEEDED or known == OUTCOME:
                found[known] = name
        missing = [name for name in NEEDED if name not in found]
        if missing:
            raise InputFault(
                place=f"{path}, header",
                value=", ".join(missing),
                rule="missing; the public set has ID, LIMIT_BAL, SEX, … PAY_AMT6",
            )
        reject_repeated(path, names, found.values())
        self._found = found
        self.id_column = found["ID"]
        self.columns = list(found.values())
        self.source_of = self._sources()

    def _sources(self) -> dict[str, str]:
        """Return the source column of each column of the book that has exactly one."""
        pairs = {
            "customer_id": "ID",
            "pay_later_limit_minor": "LIMIT_BAL",
            "pay_later_balance_minor": "BILL_AMT1",
            "protected_sex": "SEX",
            "protected_age_band": "AGE",
            "protected_marriage": "MARRIAGE",
            "protected_education": "EDUCATION",
            "defaulted": OUTCOME,
        }
        for month in MONTHS_RANGE:
            pairs[f"pay_later_statement_minor_{month}"] = f"BILL_AMT{month}"
            pairs[f"pay_later_payment_minor_{month}"] = f"PAY_AMT{month}"
            pairs[f"pay_later_lateness_{month}"] = f"PAY_{month}"
        return {book: self._found[uci] for book, uci in pairs.items() if uci in self._found}

    def convert(self, cells: pa.RecordBatch, findings: Findings) -> pa.RecordBatch:
        """Return the cells as rows of the book, noting every cell that cannot be read."""
        numbers = {name: self._whole(cells, name, findings) for name in NEEDED if name != "ID"}
        states = [numbers[f"PAY_{month}"] for month in MONTHS_RANGE]
        rows = cells.num_rows
        columns = {
            "customer_id": cell.as_text(cells[self.id_column]),
            "as_of_on": pa.repeat(pa.scalar(self.as_of_on, pa.date32()), rows),
            "currency": pa.repeat(CURRENCY, rows),
            "licence": pa.repeat(Licence.BANK.value, rows),
            "pay_later_limit_minor": _minor(numbers["LIMIT_BAL"]),
            "pay_later_balance_minor": _minor(numbers["BILL_AMT1"]),
            "months_inactive": _months_not_used(states),
            "protected_age_band": _age_bands(numbers["AGE"]),
            "defaulted": self._outcome(cells, findings),
        }
        for month, state in zip(MONTHS_RANGE, states, strict=True):
            columns[f"pay_later_statement_minor_{month}"] = _minor(numbers[f"BILL_AMT{month}"])
            columns[f"pay_later_payment_minor_{month}"] = _minor(numbers[f"PAY_AMT{month}"])
            columns[f"pay_later_lateness_{month}"] = pc.max_element_wise(
                state, 0, skip_nulls=False
            )
        for name, labels in LABELS.items():
            columns[f"protected_{name.lower()}"] = _labelled(numbers[name], labels)
        return pa.RecordBatch.from_arrays(
            [_typed(columns.get(field.name), field.type, rows) for field in BOOK_SCHEMA],
            schema=BOOK_SCHEMA,
        )

    def _whole(self, cells: pa.RecordBatch, name: str, findings: Findings) -> pa.Array:
        """Return a column of whole numbers, none of them missing, within what the set means."""
        column = self._found[name]
        values, unread = cell.whole(cells[column])
        findings.add(unread, column, cells[column], cell.WHOLE_RULE)
        empty = pc.and_(pc.is_null(values), pc.invert(unread))
        findings.add(empty, column, cells[column], "may not be empty")
        least, greatest, rule = _bounds(name)
        beyond = pc.or_(pc.less(values, least), pc.greater(values, greatest))
        findings.add(beyond, column, cells[column], rule)
        return pc.if_else(pc.fill_null(beyond, False), pa.scalar(None, pa.int64()), values)  # noqa: FBT003

    def _outcome(self, cells: pa.RecordBatch, findings: Findings) -> pa.Array | None:
        column = self._found.get(OUTCOME)
        if column is None:
            return None
        values, unread = cell.truth(cells[column])
        findings.add(unread, column, cells[column], cell.TRUTH_RULE)
        return values


def _known_name(name: str) -> str:
    """Return the name a column goes by here: upper case, underscores, without an alias."""
    upper = "_".join(name.strip().upper().replace("_", " ").replace(".", " ").split())
    return ALIASES.get(upper, upper)


def _bounds(name: str) -> tuple[int, int, str]:
    """Return the least and greatest value of a column, and the rule in words."""
    if name.startswith("PAY_") and not name.startswith("PAY_AMT"):
        return NOT_USED, 99, "a state: -2 not used, -1 paid, 0 minimum paid, 1 to 99 months late"
    if name == "AGE":
        return AGE_LEAST, AGE_GREATEST, f"an age from {AGE_LEAST} to {AGE_GREATEST}"
    if name in LABELS:
        return 0, 99, "a code from 0 to 99"
    return -(10**13), 10**13, "an amount of at most ten thousand billion"


def _minor(amount: pa.Array) -> pa.Array:
    return pc.multiply(amount, 10 ** DIGITS_BY_CURRENCY[CURRENCY])


def _months_not_used(states: list[pa.Array]) -> pa.Array:
    """Return how many of the latest months, without a gap, the card was not used."""
    count = pa.repeat(pa.scalar(0, pa.int64()), len(states[0]))
    still = pa.repeat(True, len(states[0]))  # noqa: FBT003
    for state in states:
        still = pc.and_(still, pc.equal(state, NOT_USED))
        count = pc.add(count, still.cast(pa.int64()))
    return count


def _age_bands(age: pa.Array) -> pa.Array:
    conditions = [pc.less(age, below) for below, _ in AGE_BANDS]
    words = [pa.scalar(word) for _, word in AGE_BANDS]
    banded = pc.case_when(
        pc.make_struct(*conditions, field_names=[word for _, word in AGE_BANDS]),
        *words,
        AGE_OLDEST,
    )
    return pc.if_else(pc.is_valid(age), banded, pa.scalar(None, pa.string()))


def _labelled(code: pa.Array, labels: dict[str, str]) -> pa.Array:
    """Return codes in words; a code the publisher does not explain stays visible as such."""
    text = code.cast(pa.string())
    words, _ = cell.coded(text, labels)
    return pc.coalesce(words, pc.binary_join_element_wise("other (code ", text, ")", ""))


def _typed(column: pa.Array | None, kind: pa.DataType, rows: int) -> pa.Array:
    return pa.nulls(rows, kind) if column is None else column.cast(kind)
