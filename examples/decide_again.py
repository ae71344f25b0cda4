"""Decide a review again without Twinline: every stored decision, from book and tables alone.

    python examples/decide_again.py FOLDER BOOK [--customer ID]

What a strategy's tables mean is written here a second time, in code that shares none of the
package's. It reads the tables in FOLDER/strategy, the book, and in FOLDER/summary.json the dates
and the law's values; what follows is held, column by column, to FOLDER/decisions.parquet.
Whether the files are those that were reviewed, and the law was kept, check_certificate.py says.
Amounts are whole minor units, shares parts per million; None is missing, and what is computed from
it is missing too.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import io
import json
import operator
import re
import sys
import tomllib
from bisect import bisect_right
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import zip_longest
from math import ceil, floor, trunc
from pathlib import Path
from types import SimpleNamespace as Sheet
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Names = dict[str, Any]
LINES = ("pay_later", "cash_loan")
PPM = 1_000_000
SHOWN = 20
TERM = {"role": "cap", "by_score": False, "if_missing": None}
Acted = tuple[str, int | None]
Edges = list[tuple[Sheet, int]]

# What an expression says. All its parts are looked at, so their order means nothing.


def away(exact: Fraction) -> int:
    """Round away from zero."""
    return ceil(exact) if exact > 0 else floor(exact)


@cache
def annuity_factor(rate_ppm: int, months: int) -> int:
    """Return the worth today of 1 a month, in billionths, each month's rounded down."""
    discount, worth = 10**9 * 12_000_000 // (12_000_000 + rate_ppm), [10**9]
    for _ in range(months):
        worth.append(worth[-1] * discount // 10**9)
    return sum(worth[1:])


SEES_MISSING: dict[str, Callable[..., Any]] = {
    "known": lambda value: value is not None,
    "coalesce": lambda value, other: other if value is None else value,
    "if": lambda test, yes, no: None if test is None else yes if test else no,
}
DOES: dict[str, Callable[..., Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "USub": operator.neg,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Not": operator.not_,
    "And": lambda *holds: all(holds),
    "Or": lambda *holds: any(holds),
    "abs": abs,
    "min": min,
    "max": max,
    "count": lambda *holds: sum(holds),
    "clamp": lambda value, least, greatest: max(least, min(value, greatest)),
    "div_down": lambda a, b: trunc(Fraction(a, b)),
    "div_up": lambda a, b: away(Fraction(a, b)),
    "div_half_up": lambda a, b: away(Fraction(trunc(Fraction(2 * a, b)), 2)),
    "div_half_even": lambda a, b: round(Fraction(a, b)),
    "annuity_principal": lambda pay, rate, months: pay * annuity_factor(rate, months) // 10**9,
    "look up": lambda table, *keys: table(*keys),
    **SEES_MISSING,
}


def name_of(sign: object) -> str:
    """Return the name of a sign of the syntax."""
    return type(sign).__name__


def form(node: Any) -> tuple[str, list[Any]]:
    """Return what a part of an expression does, and to what."""
    match node:
        case ast.Call():
            return getattr(node.func, "id", ""), node.args
        case ast.IfExp():
            return "if", [node.test, node.body, node.orelse]
        case ast.Subscript():
            return "look up", [node.value, *getattr(node.slice, "elts", [node.slice])]
        case ast.Compare(comparators=[other]):
            return name_of(node.ops[0]), [node.left, other]
        case ast.Compare():  # a < b < c is a < b and b < c
            sides = [node.left, *node.comparators]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return "And", [ast.Compare(left, [sign], [right]) for left, sign, right in pairs]
        case ast.BinOp():
            return name_of(node.op), [node.left, node.right]
        case _:
            return name_of(node.op), getattr(node, "values", None) or [node.operand]


def means(node: Any) -> Callable[[Names], Any]:
    """Return what a part of an expression says, as a function of the names it may read."""
    if isinstance(node, ast.Constant):
        return lambda _: node.value
    if isinstance(node, ast.Name):
        return lambda names: names[node.id]
    name, parts = form(node)
    does, each = DOES[name], [means(part) for part in parts]

    def value(names: Names) -> object:
        values = [part(names) for part in each]
        return None if None in values and name not in SEES_MISSING else does(*values)

    return value


@cache
def meaning(text: str) -> Callable[[Names], Any]:
    """Return what an expression of a table says."""
    return means(ast.parse(text.strip() or "0", mode="eval").body)


# The strategy's tables, as they are written.


def rows(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV without comments, its header first."""
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for row in cells if any(row) and not row[0].startswith("#")]


def records(content: bytes) -> list[Sheet]:
    """Return the rows of a CSV under their heads."""
    head, *body = rows(content)
    return [Sheet(**dict(zip(head, row, strict=True))) for row in body]


class Strategy:
    """The tables of a strategy; amounts become minor units of the book's currency."""

    def __init__(self, files: dict[str, bytes], scale: int) -> None:
        """Read them; one yuan of a table stands for `scale` units of the book's currency."""
        toml = {
            name: tomllib.loads(content.decode("utf-8-sig"))
            for name, content in files.items()
            if name.endswith(".toml")
        }
        self.files, self.scale, self.head = files, scale, toml["strategy.toml"]
        self.features = [
            each for item in toml["features.toml"].items() for each in self.months(*item)
        ]
        self.kinds = {feature.name: feature.type for feature in self.features}
        self.card: dict[str, list[Sheet]] = {}
        for row in records(files["scorecard.csv"]):
            self.card.setdefault(row.feature, []).append(self.bin(**vars(row)))
        self.segments = records(files["segments.csv"])
        self.names: Names = {
            f"segment_{each.segment}": at for at, each in enumerate(self.segments)
        }
        for name, text in self.head.get("amounts", {}).items():
            self.names[name] = self.number(text, "amount")
        for name, table in self.head.get("tables", {}).items():
            self.names[name] = self.table(**table)
        self.pd, self.values = self.table("pd.csv", "ppm"), toml["values.toml"]
        self.prices, self.limits = toml["prices.toml"], toml["limits.toml"]
        self.reasons = toml["reasons.toml"]
        self.gates, self.edges = records(files["gates.csv"]), records(files["linkage.csv"])
        texts = [vars(each) for each in (*self.features, *self.segments, *self.gates, *self.edges)]
        said = [each.get(key, "") for each in texts for key in ("value", "when", "size")]
        said += [each.name for each in self.features if each.range[0] == each.range[1]]
        said += [*self.card, *self.values.values()]
        for limit in self.limits.values():
            said += [limit.get("now", ""), *(term["amount"] for term in limit["terms"])]
        for each in self.prices.values():
            said += [each["floor"], each["ceiling"], *each["parts"].values()]
        self.read = set(re.findall(r"\w+", "\n".join(said)))  # what is not read is never in doubt

    def months(self, name: str, sheet: Names) -> Iterator[Sheet]:
        """Yield a feature, or one for each month of a series."""
        least, greatest = (self.number(str(end), sheet["type"]) for end in sheet["range"])
        when, _, default = sheet.get("missing", "refer").partition(" ")
        for month in range(1, sheet["months"] + 1) if "months" in sheet else [""]:
            yield Sheet(
                name=f"{name}_{month}".rstrip("_"),
                type=sheet["type"],
                column=f"{sheet['reads']}_{month}".rstrip("_") if "reads" in sheet else None,
                value=sheet.get("value", ""),
                missing=when,
                default=self.number(default or "0", sheet["type"]),
                clamp=sheet.get("outside") == "clamp",
                range=(least, greatest),
            )

    def bin(self, feature: str, special: str, points: str, reason: str, **ends: str) -> Sheet:
        """Return a row of the scorecard."""
        kind = self.kinds[feature]
        return Sheet(
            special=special,
            value=self.number(special if special != "missing" else "0", kind) if special else None,
            least=self.number(ends["from"] or "-90_000_000_000_000_000", kind),
            below=self.number(ends["below"] or "90_000_000_000_000_000", kind),
            points=int(points),
            reason=reason,
        )

    def number(self, text: str, kind: str) -> int:
        """Return a cell as a whole number, an amount in minor units."""
        return int(Fraction(text) * 100) * self.scale if kind in {"amount", "yuan"} else int(text)

    def table(self, file: str, unit: str) -> Callable[..., int]:
        """Return a table by band, or by segment and band, as a function of its keys."""
        head, *body = rows(self.files[file])
        names = [each.segment for each in self.segments]
        order = [head.index(name) for name in names] if len(head) > 2 else [1]  # noqa: PLR2004
        edges = [int(row[0]) for row in body]
        cells = [[self.number(row[column], unit) for column in order] for row in body]
        return lambda *keys: cells[bisect_right(edges, keys[-1]) - 1][keys[0] if keys[1:] else 0]


# A decision.


def in_doubt(feature: Sheet, row: Names, names: Names) -> bool:
    """Add a feature to the names; tell whether it is missing or out of range."""
    value = meaning(feature.value)(names) if feature.column is None else row[feature.column]
    least, greatest = feature.range
    doubt = value is None and feature.missing == "refer"
    if value is None and feature.missing == "value":
        value = feature.default
    elif value is not None and feature.column is not None and not least <= value <= greatest:
        doubt, value = not feature.clamp, min(max(value, least), greatest)
    names[feature.name] = least if doubt else value
    return doubt


def bin_of(bins: list[Sheet], value: int | None) -> Sheet:
    """Return the row of a scorecard that a value falls into: special rows first."""
    if value is None:
        return next(row for row in bins if row.special == "missing")
    special = [row for row in bins if row.special not in {"", "missing"} and row.value == value]
    plain = (row for row in bins if not row.special and row.least <= value < row.below)
    return special[0] if special else next(plain)


def price(sheet: Names, names: Names) -> Names:
    """Return a price: the sum of its parts within floor and ceiling."""
    parts = [meaning(text)(names) for text in sheet["parts"].values()]
    floor_ppm, ceiling = meaning(sheet["floor"])(names), meaning(sheet["ceiling"])(names)
    step = sheet["step_ppm"]
    built = DOES["div_half_up"](max(sum(parts), 0), step) * step
    least = max(away(Fraction(floor_ppm, step)) * step, 0)
    binding = "floor" if least > built else "parts"
    if max(built, least) > ceiling:
        binding = "ceiling"
    settled = min(max(built, least), ceiling)
    return {"price_ppm": settled, "price_parts": parts, "price_binding": binding}


def tree(s: Strategy, line: str, names: Names) -> Sheet:
    """Return min(hard, max(floors, min(caps))), each rounded down to the step but the floors."""
    sheet = s.limits[line]
    terms = [Sheet(**(TERM | term)) for term in sheet["terms"]]
    amounts = [meaning(term.amount)(names) for term in terms]
    step, least = (s.number(sheet.get(key, "0"), "yuan") for key in ("step", "least"))
    missing = [at for at, amount in enumerate(amounts) if amount is None]
    unknown = [at for at in missing if terms[at].if_missing == "refer"]

    def settle(*left_out: int) -> tuple[int | None, int, int]:
        """Return the limit, the term that binds, and the cap that keeps it from being higher."""
        by_role: dict[str, list[tuple[int, int]]] = {"cap": [], "floor": [], "hard": []}
        for at, term in enumerate(terms):
            if at not in {*missing, *left_out}:
                by_role[term.role].append((amounts[at], at))
        if not by_role["cap"] and not by_role["hard"]:
            return None, unknown[0] if unknown else -1, unknown[0] if unknown else -1
        low, cause = min(by_role["cap"], default=(2**63, -1))
        found, binding = low // step * step, cause
        high, floored = max(by_role["floor"], key=lambda each: each[0], default=(-(2**63), -1))
        if high > found:
            found, binding = high, floored
        hard, hardest = min(by_role["hard"], default=(2**63, -1))
        if hard // step * step < found:
            found, binding, cause = hard // step * step, hardest, hardest
        return max(found, 0), binding, cause

    found, binding, cause = settle()
    return Sheet(
        limit=found or 0,
        terms=terms,
        amounts=amounts,
        unknown=unknown,
        needed=[terms[at].name for at in unknown],
        step=step,
        least=least,
        binding=terms[binding],
        cause=terms[cause],
        without=None if found is None else settle(binding)[0],
        hard=min(
            (
                amounts[at]
                for at, term in enumerate(terms)
                if term.role == "hard" and at not in missing
            ),
            default=None,
        ),
    )


def act(sheet: Names, now: int | None, found: Sheet, gate: Sheet | None, edges: Edges) -> Acted:
    """Return the action and the base limit: stopped, referred, new, or moved enough to matter."""
    new = found.limit
    if any(edge.effect == "stop" for edge, _ in edges) or (gate and gate.action != "refer"):
        return ("stop", now) if now else ("decline", 0)
    if gate or found.unknown:
        return "refer", now or 0
    if not now:
        return ("invite", new) if new >= max(found.least, 1) else ("decline", 0)
    if new > now and not edges and (new - now) * PPM >= now * sheet.get("raise_at_least_ppm", 0):
        return "raise", new
    forced = found.hard is not None and found.hard < now
    if new < now and (forced or (now - new) * PPM >= now * sheet.get("cut_at_least_ppm", 0)):
        return "cut", new
    return "keep", now


def judge(s: Strategy, line: str, names: Names, found: Sheet, lost: list[str]) -> Names:
    """Return the columns of one line, the price apart."""
    now = names[s.limits[line]["now"]]
    edges = [
        (edge, meaning(edge.size or "0")(names))
        for edge in s.edges
        if edge.lines in {line, "both"} and meaning(edge.when)(names)
    ]
    gate = None
    for each in s.gates:
        concerns = each.lines in {line, "both"} and not (now and each.action == "decline")
        if gate is None and concerns and meaning(each.when)(names):
            gate = each
    action, base = act(s.limits[line], now, found, gate, edges)
    effective = base or 0
    for edge, size in edges:
        restricted = (base or 0) * size // PPM if edge.effect == "factor" else size
        effective = min(effective, restricted // found.step * found.step)
    reasons = ["DATA_MISSING"] if found.unknown else []
    reasons += [gate.reason] if gate else []
    reasons += [edge.reason for edge, _ in edges]
    reasons += [] if found.cause.by_score else [found.cause.reason]
    reasons += [*lost, s.segments[names["segment"]].reason, found.cause.reason]
    return {
        "action": action,
        "limit_now_minor": now,
        "base_limit_minor": base,
        "effective_limit_minor": 0 if action in {"stop", "decline"} else effective,
        "terms": found.amounts,
        "binding": found.binding.name,
        "without_minor": found.without,
        "gate": gate.gate if gate else "",
        "restrictions": [edge.edge for edge, _ in edges],
        "reasons": list(dict.fromkeys(filter(None, reasons)))[:4],
    }


def referred(s: Strategy, line: str, row: Names) -> Names:
    """Return the columns of a line that a person has to look at first: nothing moves."""
    (feature,) = (each for each in s.features if each.name == s.limits[line]["now"])
    now = None if feature.column is None else row[feature.column]
    return {
        "action": "refer",
        "limit_now_minor": now,
        "base_limit_minor": now or 0,
        "effective_limit_minor": now or 0,
        "terms": [],
        "binding": "",
        "without_minor": None,
        "gate": "",
        "restrictions": [],
        "price_ppm": None,
        "price_parts": [],
        "price_binding": "",
        "reasons": ["DATA_MISSING"],
    }


def lost_by(s: Strategy, fallen: dict[str, Sheet]) -> list[str]:
    """Return the scorecard's reasons, the most points lost first, ties in the card's order."""
    short = [
        row.points - max(each.points for each in s.card[name]) for name, row in fallen.items()
    ]
    ranked = sorted(
        zip(short, range(len(short)), fallen.values(), strict=True), key=lambda r: r[:2]
    )
    return [row.reason for missed, _, row in ranked if missed < 0]


def is_drawn(experiment: Names, customer: str) -> bool:
    """Tell whether a customer is a challenger."""
    salted = f"{experiment['salt']}:{customer}".encode()
    drawn = int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % PPM
    return drawn < int(experiment["challenger_ppm"])


def decide(s: Strategy, row: Names, names: Names) -> Names:
    """Make one decision again, column by column; all that was worked out joins the names."""
    challenger = is_drawn(s.head["experiment"], row["customer_id"])
    names["challenger"] = challenger
    doubts = [each.name for each in s.features if in_doubt(each, row, names)]
    doubts = [name for name in doubts if name in s.read]
    out = {"customer_id": row["customer_id"], "licence": row["licence"], "challenger": challenger}
    if doubts:
        by_line = {line: referred(s, line, row) for line in LINES}
        out |= {**dict.fromkeys(("score", "pd_ppm", "joint_limit_minor")), "points": []}
        out |= {"segment": "", "joint_terms": [], "joint_binding": "", "doubts": doubts}
        return out | {f"{line}_{key}": v for line in LINES for key, v in by_line[line].items()}
    fallen = {feature: bin_of(bins, names[feature]) for feature, bins in s.card.items()}
    points = [row.points for row in fallen.values()]
    names["score"] = s.head["score_base"] + sum(points)
    names["pd_ppm"] = s.pd(names["score"])
    lost = lost_by(s, fallen)
    tests = (each.when == "else" or meaning(each.when)(names) for each in s.segments)
    names["segment"] = list(tests).index(True)
    for name, text in s.values.items():
        names[name] = meaning(text)(names)
    for line in LINES:
        columns = price(s.prices[line], names)
        names[f"{line}_price_ppm"] = columns["price_ppm"]
        out |= {f"{line}_{key}": value for key, value in columns.items()}
    limits = {"joint": tree(s, "joint", names)}
    names["joint_limit_minor"] = limits["joint"].limit
    limits |= {line: tree(s, line, names) for line in LINES}
    for line in LINES:
        found = limits[line]
        found.unknown += limits["joint"].unknown
        columns = judge(s, line, names, found, lost)
        out |= {f"{line}_{key}": value for key, value in columns.items()}
        if columns["action"] in {"stop", "decline"}:
            out[f"{line}_price_ppm"] = None
    return out | {
        "score": names["score"],
        "pd_ppm": names["pd_ppm"],
        "segment": s.segments[names["segment"]].segment,
        "points": points,
        "joint_limit_minor": limits["joint"].limit,
        "joint_terms": limits["joint"].amounts,
        "joint_binding": limits["joint"].binding.name,
        "doubts": [f"{line} {term}" for line, found in limits.items() for term in found.needed],
    }


# A review.


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name, sub-folders included."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def checked(folder: Path, book: Path, customer: str | None) -> Iterator[tuple[str, list[str]]]:
    """Yield each customer with what differs between the stored decision and the one made again."""
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    s = Strategy(files_of(folder / "strategy"), summary["strategy"]["currency_scale"])
    day = date.fromisoformat(summary["book"]["as_of_on"])
    given: Names = {"as_of_day": (day - date(1970, 1, 1)).days}
    for name, sheet in s.head.get("dated", {}).items():
        begun = [start for start in sheet["values"] if start <= summary["decided_on"]]
        given[name] = sheet["values"][max(begun)]
    laws = {law["licence"]: law for law in summary["law"]}
    stored = lines_of(folder / "decisions.parquet")
    for number, (decision, row) in enumerate(zip_longest(stored, lines_of(book)), 1):
        if decision is None or row is None:
            yield f"row {number}", [f"book and decisions: {number}: end apart"]
            return
        if customer is not None and customer != row["customer_id"]:
            continue
        law = laws[row["licence"]]
        binding = {f"law_{key}": value for key, value in law.items()}
        again = {"row": number} | decide(s, row, s.names | given | binding)
        yield (
            row["customer_id"],
            [
                f"{column}: stored {value!r}, expected {again[column]!r}"
                for column, value in decision.items()
                if value != again[column]
            ],
        )


def lines_of(path: Path) -> Iterator[Names]:
    """Yield the rows of a Parquet file, dates as days since 1970-01-01."""
    for batch in pq.ParquetFile(path).iter_batches():
        table = pa.Table.from_batches([batch])
        for at, field in enumerate(table.schema):
            if pa.types.is_date(field.type):
                table = table.set_column(at, field.name, table[at].cast(pa.int32()))
        yield from table.to_pylist()


def main() -> int:
    """Decide a review again; return 0 where nothing differs."""
    parser = argparse.ArgumentParser(description="Decide a review again, from its tables alone.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("book", type=Path)
    parser.add_argument("--customer", metavar="ID")
    asked = parser.parse_args()
    wrong: list[str] = []
    count = 0
    for customer, differences in checked(asked.folder, asked.book, asked.customer):
        count += 1
        wrong += [f"customer {customer}: {difference}" for difference in differences]
    if not count:
        wrong.append(f"customer {asked.customer}: not in the book")
    for line in wrong[:SHOWN]:
        print(line)
    print(
        f"{count:,} decisions made again, {len(wrong):,} differences"
        if wrong
        else f"{count:,} decisions made again, none differ"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
