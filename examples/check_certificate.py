"""Check the certificates of a review without Twinline: python check_certificate.py FOLDER BOOK.

A stored decision carries the tree that led to it: points, terms, what bound. This holds every tree
to the strategy's tables, the law's values and the hashes in summary.json, in plain Python that
shares no code with the package: points are the card's and give the score and the PD; terms give
the limit, parts the price, and neither passes the law; everybody is told why in both languages.
It takes from the tree what each term came to: examples/decide_again.py works that out from the
book. It prints what does not hold and exits with 1, or exits with 0.
"""

from __future__ import annotations

import argparse
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


class Review:
    """What a folder says its decisions were made by."""

    def __init__(self, folder: Path) -> None:
        """Read the summary and the strategy's tables."""
        within = folder / "strategy"
        self.decisions = folder / "decisions.parquet"
        self.files = {path.relative_to(within).as_posix(): path.read_bytes()
                      for path in within.rglob("*") if path.is_file()}  # fmt: skip
        self.toml = {name: tomllib.loads(raw.decode())
                     for name, raw in self.files.items() if name.endswith(".toml")}  # fmt: skip
        self.summary = json.loads((folder / "summary.json").read_text("utf-8"))
        self.laws = {law["licence"]: law for law in self.summary["law"]}
        self.points_of: dict[str, set[int]] = defaultdict(set)
        for feature, _, _, _, points, _ in self.table("scorecard.csv"):
            self.points_of[feature].add(int(points))
        pairs = [(int(low), int(pd)) for low, pd in self.table("pd.csv")]
        self.bands, self.pds = zip(*pairs, strict=True)

    def table(self, name: str) -> list[list[str]]:
        """Return the rows of a CSV under its head."""
        return list(csv.reader(self.files[name].decode().splitlines()))[1:]

    def minor(self, yuan: str) -> int:
        """Return an amount of a table in minor units of the book's currency."""
        scale: int = self.summary["strategy"]["currency_scale"]
        return int(Fraction(yuan) * 100) * scale

    def settled(self, limit: str, amounts: Amounts, left_out: str = "") -> tuple[int, str]:
        """Return a limit, min(hard, max(floors, min(caps))), and the term that binds."""
        sheet = self.toml["limits.toml"][limit]
        cap, floor, hard = (10**18, ""), (-(10**18), ""), (10**18, "")
        step = self.minor(sheet["step"])
        for term, amount in zip(sheet["terms"], amounts, strict=True):
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


def line_claims(review: Review, row: Any, line: str) -> Iterator[tuple[str, bool]]:
    """Yield, for one line, what its certificate claims and whether it holds."""
    it = {name[len(line) + 1 :]: row[name] for name in row if name.startswith(line)}
    law = review.laws[row["licence"]]
    now, base = it["limit_now_minor"] or 0, it["base_limit_minor"]
    stayed = it["action"] in {"keep", "stop", "refer"}
    yield "today's limit stays", not stayed or base == now
    yield "the effective limit is within the base limit", 0 <= it["effective_limit_minor"] <= base
    yield "a stopped or declined line cannot be used", (
        it["action"] not in {"stop", "decline"} or it["effective_limit_minor"] == 0)  # fmt: skip
    codes = [review.toml["reasons.toml"].get(code, {}) for code in it["reasons"]]
    yield "a reason, each in both languages", bool(codes) and all(
        each.get("zh") and each.get("en") for each in codes)  # fmt: skip
    sheet = review.toml["limits.toml"][line]["terms"]
    yield "a term for each of the table", len(it["terms"]) in {0, len(sheet)}
    if len(it["terms"]) == len(sheet):
        found, binding = review.settled(line, it["terms"])
        without = review.settled(line, it["terms"], binding)[0]
        moved = {"invite": found, "raise": found, "cut": found, "decline": 0}
        yield "the terms give the limit", base == moved.get(it["action"], now)
        yield "the term that binds", it["binding"] == binding
        yield "what it would be without it", it["without_minor"] in {without, None}
        yield "a raise rises, a cut falls", {"raise": base > now, "cut": base < now}.get(
            it["action"], True)  # fmt: skip
        lent = it["action"] in {"invite", "raise", "cut"}
        yield "within the legal cap", not lent or base <= law["person_cap_minor"]
    if it["price_ppm"] is not None:
        step = review.toml["prices.toml"][line]["step_ppm"]
        built = (2 * max(sum(it["price_parts"]), 0) + step) // (2 * step) * step
        how = {"parts": built, "ceiling": law["price_ceiling_ppm"], "floor": it["price_ppm"]}
        yield "the parts give the price", it["price_ppm"] == how.get(it["price_binding"])
        yield "within the legal ceiling", it["price_ppm"] <= law["price_ceiling_ppm"]


def claims(review: Review, row: Any) -> Iterator[tuple[str, bool]]:
    """Yield what a customer's certificate claims, and whether it holds."""
    head = review.toml["strategy.toml"]
    salted = f"{head['experiment']['salt']}:{row['customer_id']}".encode()
    drawn = int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % PPM
    challenger = drawn < int(head["experiment"]["challenger_ppm"])
    yield "the draw of challengers", row["challenger"] == challenger
    if row["score"] is not None:
        names, points = review.summary["strategy"]["scorecard"], row["points"]
        yield (
            "points are the card's",
            len(names) == len(points)
            and all(
                each in review.points_of[name] for name, each in zip(names, points, strict=True)
            ),
        )
        score = head["score_base"] + sum(points)
        yield "points give the score", row["score"] == score
        pd_ppm = review.pds[bisect_right(review.bands, score) - 1]
        yield "the score gives the PD", row["pd_ppm"] == pd_ppm
        joint = review.settled("joint", row["joint_terms"])
        yield "the joint limit", (row["joint_limit_minor"], row["joint_binding"]) == joint
    for line in LINES:
        for claim, holds in line_claims(review, row, line):
            yield f"{line}: {claim}", holds


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def listed(hashes: dict[str, str]) -> str:
    """Return the SHA-256 of a list of SHA-256s as sha256sum prints it."""
    return sha256("".join(f"{each}  {name}\n" for name, each in hashes.items()).encode())


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


def wrong_files(review: Review, book: Path, digest: str) -> Iterator[str]:
    """Yield what is not the file that summary.json names."""
    strategy = {name: sha256(raw) for name, raw in sorted(review.files.items())}
    with book.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    for what, known, now in (
        ("book", review.summary["book"]["sha256"], found),
        ("strategy", review.summary["strategy"]["content_hash"], listed(strategy)),
        ("decisions", review.summary["decisions_digest"], digest),
    ):
        if known != now:
            yield f"{what}: not the file that was reviewed"


def main() -> int:
    """Check a review; return 0 where everything holds."""
    parser = argparse.ArgumentParser(description="Check the certificates of a review.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("book", type=Path)
    asked = parser.parse_args()
    review = Review(asked.folder)
    hashes: dict[str, Any] = defaultdict(hashlib.sha256)
    wrong, rows = [], 0
    with pq.ParquetFile(review.decisions) as stored:
        for batch in stored.iter_batches():
            for field, column in zip(batch.schema, batch.columns, strict=True):
                for stream, added in streams(field.name, field.type, column.to_pylist()):
                    hashes[stream].update(added)
            for row in batch.to_pylist():
                rows += 1
                wrong += [f"customer {row['customer_id']}: {claim}"
                          for claim, holds in claims(review, row) if not holds]  # fmt: skip
    digest = listed({stream: each.hexdigest() for stream, each in hashes.items()})
    wrong += wrong_files(review, asked.book, digest)
    print(*wrong[:20], sep="\n", end="\n" if wrong else "")
    print(f"{rows:,} certificates checked, {len(wrong):,} claims do not hold")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
