"""Check the certificates of a review without Twinline: python check_certificate.py FOLDER BOOK.

A stored decision carries the tree that led to it: points, terms, what bound. This checks every
tree against the strategy's tables, the law's values and the hashes in summary.json, in plain
Python that shares no code with the package. (examples/decide_again.py goes further and works out
the terms themselves.) It prints what does not hold and exits with 1, or exits with 0.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import tomllib
from bisect import bisect_right
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

    Amounts = list[int | None]

PPM = 1_000_000
CODE = {pa.bool_(): "b", pa.int32(): "i", pa.int64(): "q"}
LINES = ("pay_later", "cash_loan")
folder, book = Path(sys.argv[1]), Path(sys.argv[2])
summary = json.loads((folder / "summary.json").read_text("utf-8"))
files = {path.relative_to(folder / "strategy").as_posix(): path.read_bytes()
         for path in (folder / "strategy").rglob("*") if path.is_file()}  # fmt: skip
toml = {name: tomllib.loads(raw.decode()) for name, raw in files.items() if name.endswith(".toml")}
table = {name: list(csv.reader(raw.decode().splitlines()))
         for name, raw in files.items() if name.endswith(".csv")}  # fmt: skip
scale: int = summary["strategy"]["currency_scale"]
laws = {law["licence"]: law for law in summary["law"]}
points_of: dict[str, set[int]] = {}
for feature, _, _, _, points, _ in table["scorecard.csv"][1:]:
    points_of.setdefault(feature, set()).add(int(points))
bands, pds = zip(*((int(low), int(pd)) for low, pd in table["pd.csv"][1:]), strict=True)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def streams(name: str, kind: pa.DataType, values: list[Any]) -> Iterator[tuple[str, bytes]]:
    """Yield what a column's values add to each stream that the digest is made of."""
    yield f"{name} known", bytes(each is not None for each in values)
    if pa.types.is_list(kind):
        yield f"{name} length", pack(f"<{len(values)}i", *(len(each or ()) for each in values))
        items = [item for each in values for item in each or ()]
        yield from streams(f"{name} item", kind.value_type, items)
    elif pa.types.is_string(kind):
        texts = [(each or "").encode() for each in values]
        yield f"{name} length", pack(f"<{len(texts)}i", *map(len, texts))
        yield f"{name} value", b"".join(texts)
    else:
        yield f"{name} value", pack(f"<{len(values)}{CODE[kind]}", *(each or 0 for each in values))


def minor(yuan: str) -> int:
    """Return an amount of a table in minor units of the book's currency."""
    return int(Fraction(yuan) * 100) * scale


def settled(limit: Any, amounts: Amounts, left_out: str = "") -> tuple[int, str]:
    """Return the limit, min(hard, max(floors, min(caps))), and the term that binds."""
    step, cap, floor, hard = minor(limit["step"]), (10**18, ""), (-(10**18), ""), (10**18, "")
    for term, amount in zip(limit["terms"], amounts, strict=True):
        role, name = term.get("role", "cap"), term["name"]
        if amount is None or name == left_out:
            continue
        if role == "floor":
            floor = max(floor, (amount, name), key=lambda each: each[0])
        elif role == "hard":
            hard = min(hard, (amount, name), key=lambda each: each[0])
        else:
            cap = min(cap, (amount, name), key=lambda each: each[0])
    found = max((cap[0] // step * step, cap[1]), floor, key=lambda each: each[0])
    found = min(found, (hard[0] // step * step, hard[1]), key=lambda each: each[0])
    return max(found[0], 0), found[1]


def line_claims(row: Any, line: str, law: Any) -> Iterator[tuple[str, bool]]:
    """Yield, for one line, what its certificate claims and whether it holds."""
    it = {name[len(line) + 1 :]: row[name] for name in row if name.startswith(line)}
    now, base = it["limit_now_minor"] or 0, it["base_limit_minor"]
    stayed = it["action"] in {"keep", "stop", "refer"}
    yield "today's limit stays", not stayed or base == now
    yield "the effective limit is within the base limit", 0 <= it["effective_limit_minor"] <= base
    yield "a stopped or declined line cannot be used", (
        it["action"] not in {"stop", "decline"} or it["effective_limit_minor"] == 0)  # fmt: skip
    codes = [toml["reasons.toml"][code] for code in it["reasons"]]
    yield "a reason, each in both languages", bool(codes) and all(
        each["zh"] and each["en"] for each in codes)  # fmt: skip
    if it["terms"]:
        found, binding = settled(toml["limits.toml"][line], it["terms"])
        without = settled(toml["limits.toml"][line], it["terms"], binding)[0]
        moved = {"invite": found, "raise": found, "cut": found, "decline": 0}
        yield "the terms give the limit", base == moved.get(it["action"], now)
        yield "the term that binds", it["binding"] == binding
        yield "what it would be without it", it["without_minor"] in {without, None}
        yield "a raise rises, a cut falls", {"raise": base > now, "cut": base < now}.get(
            it["action"], True)  # fmt: skip
        lent = it["action"] in {"invite", "raise", "cut"}
        yield "within the legal cap", not lent or base <= law["person_cap_minor"]
    if it["price_ppm"] is not None:
        step = toml["prices.toml"][line]["step_ppm"]
        built = (2 * max(sum(it["price_parts"]), 0) + step) // (2 * step) * step
        how = {"parts": built, "ceiling": law["price_ceiling_ppm"], "floor": it["price_ppm"]}
        yield "the parts give the price", it["price_ppm"] == how[it["price_binding"]] >= 0
        yield "within the legal ceiling", it["price_ppm"] <= law["price_ceiling_ppm"]


def claims(row: Any) -> Iterator[tuple[str, bool]]:
    """Yield what a customer's certificate claims, and whether it holds."""
    salted = f"{toml['strategy.toml']['experiment']['salt']}:{row['customer_id']}".encode()
    drawn = int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % PPM
    share = toml["strategy.toml"]["experiment"]["challenger_ppm"]
    yield "the draw of challengers", row["challenger"] == (drawn < share)
    if row["score"] is not None:
        named = zip(summary["strategy"]["scorecard"], row["points"], strict=True)
        yield "points are the card's", all(points in points_of[name] for name, points in named)
        score = toml["strategy.toml"]["score_base"] + sum(row["points"])
        yield "points give the score", row["score"] == score
        yield "the score gives the PD", row["pd_ppm"] == pds[bisect_right(bands, score) - 1]
        joint = settled(toml["limits.toml"]["joint"], row["joint_terms"])
        yield "the joint limit", (row["joint_limit_minor"], row["joint_binding"]) == joint
    for line in LINES:
        for claim, holds in line_claims(row, line, laws[row["licence"]]):
            yield f"{line}: {claim}", holds


hashes: dict[str, Any] = defaultdict(hashlib.sha256)
wrong, rows = [], 0
with pq.ParquetFile(folder / "decisions.parquet") as stored:
    for batch in stored.iter_batches():
        for field, column in zip(batch.schema, batch.columns, strict=True):
            for stream, added in streams(field.name, field.type, column.to_pylist()):
                hashes[stream].update(added)
        for row in batch.to_pylist():
            rows += 1
            wrong += [f"customer {row['customer_id']}: {claim}"
                      for claim, holds in claims(row) if not holds]  # fmt: skip
listed = "".join(f"{sha256(raw)}  {name}\n" for name, raw in sorted(files.items()))
content = "".join(f"{each.hexdigest()}  {stream}\n" for stream, each in hashes.items())
wrong += [f"{what}: not the file that was reviewed" for what, known, found in (
    ("book", summary["book"]["sha256"], sha256(book.read_bytes())),
    ("strategy", summary["strategy"]["content_hash"], sha256(listed.encode())),
    ("decisions", summary["decisions_digest"], sha256(content.encode())))
    if known != found]  # fmt: skip
print(*wrong[:20], sep="\n", end="\n" if wrong else "")
print(f"{rows:,} certificates checked, {len(wrong):,} claims do not hold")
sys.exit(bool(wrong))
