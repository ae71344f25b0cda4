"""Random expressions and whole strategies, written as a committee would: as files.

Each piece of an expression carries bounds that hold for every row, never tighter than the
compiler's, and whether the compiler takes it to be missing at times, exactly. So what is written
here must load. `Scope` is what may be read so far; it grows in the order of a decision.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Draw = Callable[[st.SearchStrategy[int]], int]

T = TypeVar("T")
INT64 = 2**63 - 1
AMOUNT_MAX = 9 * 10**12
PPM = 1_000_000
LINES = ("pay_later", "cash_loan")
CODES = ("LATE", "NEW", "RULE")
COLUMNS = frozenset(
    {f"plain_{number}" for number in range(1, 7)} | {f"series_{month}" for month in range(1, 4)}
)

SIZES = st.one_of(
    st.integers(0, 20),
    st.integers(0, 2 * PPM),
    st.sampled_from([1, 10**9, 10**12, 2**31, 2**53, 2**62, INT64 // PPM]),
)


@dataclass(frozen=True)
class Part:
    """A piece of an expression with its bounds; `truth` where it is true or false."""

    text: str
    least: int
    greatest: int
    misses: bool = False
    truth: bool = False

    @property
    def fits(self) -> bool:
        """Whether every value is of 64 bits."""
        return self.least >= -INT64 - 1 and self.greatest <= INT64

    def within(self, least: int, greatest: int) -> Part:
        """Return the number held to bounds."""
        if least <= self.least and self.greatest <= greatest:
            return self
        text = f"clamp({self.text}, {least}, {greatest})"
        return Part(text, least, greatest, self.misses)

    def present(self) -> Part:
        """Return the piece with something instead of what is missing."""
        if not self.misses:
            return self
        other = "1 == 1" if self.truth else "0"
        text = f"coalesce({self.text}, {other})"
        return Part(text, min(self.least, 0), max(self.greatest, 0), truth=self.truth)


@dataclass
class Scope:
    """What an expression may read."""

    numbers: list[Part] = field(default_factory=list)
    truths: list[Part] = field(default_factory=list)
    tables: list[tuple[Part, int, bool]] = field(default_factory=list)
    """The cells of a table, where its first band begins, whether it goes by segment."""

    def name(self, name: str, part: Part) -> None:
        """Let expressions read a piece by a name."""
        constant = part.least == part.greatest and not part.misses
        named = replace(part, text=name, misses=part.misses and not constant)
        (self.truths if part.truth else self.numbers).append(named)


def pick(draw: Draw, choices: Sequence[T]) -> T:
    """Return one of several; the first is the simplest."""
    return choices[draw(st.integers(0, len(choices) - 1))]


def chance(draw: Draw, of: int = 2) -> bool:
    """Return true once in so many times."""
    return draw(st.integers(0, of - 1)) == of - 1


# Expressions.


def number(draw: Draw, scope: Scope, depth: int) -> Part:
    """Return a number."""
    if depth == 0 or chance(draw, 4):
        if scope.numbers and not chance(draw, 4):
            return pick(draw, scope.numbers)
        size = draw(SIZES)
        return Part(f"{size:_}", size, size)
    write = pick(draw, (_sum, _product, _extreme, _quotient, _choice, _other, _looked_up))
    found = write(draw, scope, depth - 1)
    return found if found.fits else found.within(0, PPM)


def truth(draw: Draw, scope: Scope, depth: int) -> Part:
    """Return something true or false."""
    if scope.truths and chance(draw, 3):
        return pick(draw, scope.truths)
    kind = pick(draw, ("compare", "chain", "known", "not", "and", "or")) if depth else "compare"
    if kind in {"compare", "chain"}:
        sides = [
            number(draw, scope, max(depth - 1, 0)) for _ in range(3 if kind == "chain" else 2)
        ]
        signs = [pick(draw, ("<", "<=", "==", "!=", ">=", ">")) for _ in sides]
        texts = [sides[0].text] + [
            f"{a} ({b.text})" for a, b in zip(signs, sides[1:], strict=False)
        ]
        return _truth(f"({texts[0]}) {' '.join(texts[1:])}", sides)
    if kind == "known":
        part = pick(draw, (number, truth))(draw, scope, depth - 1)
        return Part(f"known({part.text})", 0, 1, truth=True)
    parts = [truth(draw, scope, depth - 1) for _ in range(1 if kind == "not" else 2)]
    if kind == "not":
        return _truth(f"(not ({parts[0].text}))", parts)
    return _truth(f"(({parts[0].text}) {kind} ({parts[1].text}))", parts)


def _truth(text: str, parts: Sequence[Part]) -> Part:
    return Part(f"({text})", 0, 1, any(part.misses for part in parts), truth=True)


def _fitting(write: Callable[[Part, Part], Part], left: Part, right: Part) -> Part:
    """Write with both parts, held to small bounds where the result would not fit."""
    found = write(left, right)
    return found if found.fits else write(left.within(-PPM, PPM), right.within(-PPM, PPM))


def _sum(draw: Draw, scope: Scope, depth: int) -> Part:
    left, right = number(draw, scope, depth), number(draw, scope, depth)
    if chance(draw):
        return _fitting(
            lambda a, b: Part(
                f"({a.text} - ({b.text}))",
                a.least - b.greatest,
                a.greatest - b.least,
                a.misses or b.misses,
            ),
            left,
            right,
        )
    return _fitting(
        lambda a, b: Part(
            f"({a.text} + {b.text})",
            a.least + b.least,
            a.greatest + b.greatest,
            a.misses or b.misses,
        ),
        left,
        right,
    )


def _product(draw: Draw, scope: Scope, depth: int) -> Part:
    def write(a: Part, b: Part) -> Part:
        corners = [x * y for x in (a.least, a.greatest) for y in (b.least, b.greatest)]
        text = f"(({a.text}) * ({b.text}))"
        return Part(text, min(corners), max(corners), a.misses or b.misses)

    return _fitting(write, number(draw, scope, depth), number(draw, scope, depth))


def _extreme(draw: Draw, scope: Scope, depth: int) -> Part:
    parts = [number(draw, scope, depth) for _ in range(draw(st.integers(2, 3)))]
    choose = pick(draw, (min, max))
    return Part(
        f"{choose.__name__}({', '.join(part.text for part in parts)})",
        choose(part.least for part in parts),
        choose(part.greatest for part in parts),
        any(part.misses for part in parts),
    )


def _quotient(draw: Draw, scope: Scope, depth: int) -> Part:
    left, right = number(draw, scope, depth), number(draw, scope, depth)
    if right.least <= 0 <= right.greatest:
        right = Part(f"max({right.text}, 1)", 1, max(right.greatest, 1), right.misses)
    if max(-right.least, right.greatest) > INT64 // 2:
        right = right.within(1, PPM)  # deciding a tie doubles the remainder
    reach = max(abs(left.least), abs(left.greatest))
    if reach > INT64:
        return left
    name = pick(draw, ("div_down", "div_up", "div_half_up", "div_half_even"))
    text = f"{name}({left.text}, {right.text})"
    return Part(text, -reach, reach, left.misses or right.misses)


def _choice(draw: Draw, scope: Scope, depth: int) -> Part:
    yes, no = number(draw, scope, depth), number(draw, scope, depth)
    least, greatest = min(yes.least, no.least), max(yes.greatest, no.greatest)
    if chance(draw, 3):
        misses = yes.misses and no.misses
        return Part(f"coalesce({yes.text}, {no.text})", least, greatest, misses)
    test = truth(draw, scope, depth)
    misses = test.misses or yes.misses or no.misses
    if chance(draw, 6):
        least, greatest = min(yes.least, 0), max(yes.greatest, 0)
        return Part(f"({yes.text} if {test.text} else None)", least, greatest, misses=True)
    return Part(f"(({yes.text}) if {test.text} else ({no.text}))", least, greatest, misses)


def _other(draw: Draw, scope: Scope, depth: int) -> Part:
    kind = pick(draw, ("neg", "abs", "count", "annuity", "clamp"))
    if kind == "count":
        tests = [truth(draw, scope, depth) for _ in range(draw(st.integers(1, 3)))]
        text = f"count({', '.join(test.text for test in tests)})"
        return Part(text, 0, len(tests), any(test.misses for test in tests))
    part = number(draw, scope, depth)
    if kind == "clamp":
        least = draw(SIZES)
        return part.within(-least, least)
    if kind == "annuity":
        pay, rate = part.within(0, PPM), number(draw, scope, depth).within(0, 10 * PPM)
        months = draw(st.integers(1, 60))
        text = f"annuity_principal({pay.text}, {rate.text}, {months})"
        return Part(text, 0, pay.greatest * months, pay.misses or rate.misses)
    if kind == "neg":
        return Part(f"(-({part.text}))", -part.greatest, -part.least, part.misses)
    reach = max(abs(part.least), abs(part.greatest))
    return Part(f"abs({part.text})", 0, reach, part.misses)


def _looked_up(draw: Draw, scope: Scope, depth: int) -> Part:
    if not scope.tables:
        return number(draw, scope, depth)
    cells, first, by_segment = pick(draw, scope.tables)
    key = number(draw, scope, depth)
    if key.least < first:
        key = Part(f"max({key.text}, {first})", first, max(key.greatest, first), key.misses)
    keys = f"segment, {key.text}" if by_segment else key.text
    return replace(cells, text=f"{cells.text}[{keys}]", misses=key.misses)


# Strategies.


@dataclass
class Written:
    """A strategy's files being written."""

    draw: Draw
    scale: int = 1
    files: dict[str, bytes] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    head: dict[str, dict[str, object]] = field(default_factory=dict)
    score_base: int = 0
    plain: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Column → the range of the feature that reads it, in minor units."""

    def toml(self, name: str, tables: dict[str, dict[str, object]]) -> None:
        """Write a TOML file, a table for each entry; the empty name stands for the top."""
        lines = []
        for table, entries in tables.items():
            lines += [f"[{table}]"] if table else []
            lines += [f"{json.dumps(key)} = {_toml(value)}" for key, value in entries.items()]
        self.files[name] = "\n".join([*lines, ""]).encode()

    def csv(self, name: str, rows: Sequence[Sequence[object]]) -> None:
        """Write a CSV file."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.files[name] = text.getvalue().encode()

    def number(self, depth: int = 2) -> Part:
        """Return a number that may be read here."""
        return number(self.draw, self.scope, depth)

    def condition(self) -> str:
        """Return a condition, never missing."""
        return truth(self.draw, self.scope, 2).present().text

    def minor(self, yuan: int) -> int:
        """Return an amount of a table in minor units."""
        return yuan * 100 * self.scale


def _toml(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def strategies(draw: Draw) -> Written:
    """Return a strategy that must load."""
    w = Written(draw, scale=pick(draw, (1, 4)))
    _frame(w)
    features = _features(w)
    _scorecard(w, features)
    segments = _segments(w)
    _tables(w, segments)
    _values(w)
    _prices(w)
    _limits(w)
    _rules(w)
    return w


def _frame(w: Written) -> None:
    """Write strategy.toml but its tables, and reasons.toml; name the frame of a decision."""
    w.toml(
        "reasons.toml",
        {
            code: {
                "cause": "policy",
                "zh": "原因",
                "en": code,
                "ends_zh": "结束",
                "ends_en": "ends",
            }
            for code in (*CODES, "DATA_MISSING")
        },
    )
    scope = w.scope
    scope.name("as_of_day", Part("", 0, 100_000))
    scope.name("challenger", Part("", 0, 1, truth=True))
    amount = w.draw(st.integers(0, 10**6))
    scope.name("amount_minor", Part("", w.minor(amount), w.minor(amount)))
    w.score_base = w.draw(st.integers(-500, 500))
    w.head = {
        "": {
            "name": "n",
            "version": "1",
            "owner": "o",
            "score_base": w.score_base,
        },
        "experiment": {"salt": "s", "challenger_ppm": pick(w.draw, (0, 500_000, PPM))},
        "amounts": {"amount_minor": str(amount)},
        "dated.dated_ppm": {"least": 0, "greatest": 200_000},
        "dated.dated_ppm.values": {"2020-01-01": 7, "2026-01-01": w.draw(st.integers(0, 200_000))},
    }


def _features(w: Written) -> dict[str, tuple[str, Part]]:
    """Write features.toml; return each feature's type and bounds."""
    sheets: dict[str, dict[str, object]] = {}
    found: dict[str, tuple[str, Part]] = {}

    def add(name: str, ends: tuple[int, int], kind: str, sheet: dict[str, object]) -> None:
        amount = kind == "amount"
        least, greatest = map(w.minor, ends) if amount else ends
        missing = str(sheet.get("missing", "refer"))
        months = range(1, 4) if "months" in sheet else [0]
        for month in months:
            suffix = f"_{month}" if month else ""
            part = Part("", least, greatest, missing == "bin")
            w.scope.name(f"{name}{suffix}", part)
            found[f"{name}{suffix}"] = kind, part
            if "reads" in sheet:
                w.plain[f"{sheet['reads']}{suffix}"] = least, greatest
        words = {"range": list(ends), "type": kind, "basis": "contract", "zh": "特征", "en": name}
        sheets[name] = words | sheet

    for place, name in enumerate(("now_a", "now_b", "one", "two", "three", "series")):
        add(name, *_read(w, name, place))
    for name in ("computed_a", "computed_b")[: w.draw(st.integers(0, 2))]:
        part = w.number().within(-(10**12), 10**12)
        sheet: dict[str, object] = {"value": part.text}
        if part.misses:
            sheet["missing"] = pick(w.draw, ("refer", "bin", f"value {part.greatest}"))
        add(name, (part.least, part.greatest), "count", sheet)
    w.toml("features.toml", sheets)
    w.scope.name("law_person_cap_minor", Part("", 0, 10**12))
    w.scope.name("law_price_ceiling_ppm", Part("", 0, PPM))
    w.scope.name("dated_ppm", Part("", 0, 200_000))
    return found


def _read(w: Written, name: str, place: int) -> tuple[tuple[int, int], str, dict[str, object]]:
    """Return range, type and sheet of a feature that reads a column; the first two are limits."""
    is_limit = place < len(LINES)
    least = -(w.draw(SIZES) % 10**15) if not is_limit and chance(w.draw) else 0
    greatest = least + w.draw(SIZES) % (10**9 if is_limit else 10**15)
    sheet: dict[str, object] = {
        "reads": "series" if name == "series" else f"plain_{place + 1}",
        "missing": pick(w.draw, ("refer", "bin", f"value {pick(w.draw, (least, greatest))}")),
        "outside": pick(w.draw, ("refer", "clamp")),
    }
    if name == "series":
        sheet["months"] = 3
    return (least, greatest), pick(w.draw, ("amount", "count")), sheet


def _scorecard(w: Written, features: dict[str, tuple[str, Part]]) -> None:
    """Write scorecard.csv and pd.csv; name score and PD."""
    rows: list[Sequence[object]] = [("feature", "special", "from", "below", "points", "reason")]
    least = greatest = w.score_base
    for name, (kind, part) in list(features.items())[: w.draw(st.integers(0, 5))]:
        unit = w.minor(1) if kind == "amount" else 1
        low, high = part.least // unit, part.greatest // unit
        ends = {low + 1 + (high - low) * w.draw(st.integers(0, 9)) // 10 for _ in range(2)}
        edges = ["", *sorted(end for end in ends if low < end <= high), ""]
        bins: list[tuple[object, ...]] = [("", *ends) for ends in pairwise(edges)]
        if w.draw(st.booleans()):
            bins.append((low, "", ""))
        if part.misses:
            bins.append(("missing", "", ""))
        points = [w.draw(st.integers(-60, 60)) for _ in bins]
        least, greatest = least + min(points), greatest + max(points)
        rows += [
            (name, *each, gives, pick(w.draw, ("", *CODES)))
            for each, gives in zip(bins, points, strict=True)
        ]
    w.csv("scorecard.csv", rows)
    bands = sorted({least - 3, *(w.draw(st.integers(-400, 400)) for _ in range(2))})
    bands = [band for band in bands if band >= least - 3]
    cells = sorted((w.draw(st.integers(0, PPM)) for _ in bands), reverse=True)
    w.csv("pd.csv", [("score", "pd_ppm"), *zip(bands, cells, strict=True)])
    w.scope.name("score", Part("", least, greatest))
    w.scope.name("pd_ppm", Part("", min(cells), max(cells)))


def _segments(w: Written) -> list[str]:
    """Write segments.csv; return the names."""
    names = [f"group_{number}" for number in range(w.draw(st.integers(1, 3)))]
    tests = [*(w.condition() for _ in names[1:]), "else"]
    reasons = [pick(w.draw, ("", *CODES)) for _ in names]
    rows = zip(names, tests, reasons, names, names, strict=True)
    w.csv("segments.csv", [("segment", "when", "reason", "zh", "en"), *rows])
    for place, name in enumerate(names):
        w.scope.name(f"segment_{name}", Part("", place, place))
    w.scope.name("segment", Part("", 0, len(names) - 1))
    return names


def _tables(w: Written, segments: Sequence[str]) -> None:
    """Write tables by band and by segment, and strategy.toml that lists them."""
    listed: dict[str, object] = {}
    for name in ("table_a", "table_b")[: w.draw(st.integers(0, 2))]:
        unit = pick(w.draw, ("yuan", "number"))
        heads = [*reversed(segments)] if chance(w.draw) else ["all"]
        bands = sorted({w.draw(st.integers(-5, PPM)) for _ in range(2)})
        rows = [[w.draw(st.integers(-5, 10**7)) for _ in heads] for _ in bands]
        w.csv(
            f"tables/{name}.csv",
            [("band", *heads), *([b, *r] for b, r in zip(bands, rows, strict=True))],
        )
        factor = w.minor(1) if unit == "yuan" else 1
        flat = [cell * factor for row in rows for cell in row]
        by_segment = len(heads) > 1
        w.scope.tables.append((Part(name, min(flat), max(flat)), bands[0], by_segment))
        listed[name] = {"file": f"tables/{name}.csv", "unit": unit}
    w.toml("strategy.toml", w.head | {"tables": listed})


def _values(w: Written) -> None:
    """Write values.toml."""
    values: dict[str, object] = {}
    for name in ("value_a", "value_b", "value_c")[: w.draw(st.integers(0, 3))]:
        part = truth(w.draw, w.scope, 2) if chance(w.draw, 3) else w.number()
        values[name] = part.text
        w.scope.name(name, part)
    w.toml("values.toml", {"": values})


def _prices(w: Written) -> None:
    """Write prices.toml."""
    sheets: dict[str, dict[str, object]] = {}
    for line in LINES:
        parts = {
            f"part {number}": w.number().present().within(-100 * PPM, 100 * PPM).text
            for number in range(w.draw(st.integers(1, 2)))
        }
        ceiling = w.number().present().within(0, 10 * PPM)
        sheets[line] = {
            "step_ppm": pick(w.draw, (1, 7, 1_000, PPM)),
            "floor": w.number().present().within(-100 * PPM, 100 * PPM).text,
            "ceiling": ceiling.text,
            "parts": parts,
        }
        w.scope.name(f"{line}_price_ppm", Part("", 0, ceiling.greatest))
    w.toml("prices.toml", sheets)


def _limits(w: Written) -> None:
    """Write limits.toml."""
    sheets: dict[str, dict[str, object]] = {}
    for line in ("joint", *LINES):
        terms, reach = [], [0]
        for place in range(w.draw(st.integers(1, 4))):
            part = w.number(3).within(-AMOUNT_MAX, AMOUNT_MAX)
            part = part if place else part.present().within(-AMOUNT_MAX, AMOUNT_MAX)
            reach.append(part.greatest)
            term: dict[str, object] = {"name": f"term {place}", "zh": f"第{place}项"}
            term |= {
                "amount": part.text,
                "reason": pick(w.draw, CODES),
                "by_score": w.draw(st.booleans()),
            }
            term["role"] = pick(w.draw, ("cap", "floor", "hard") if place else ("cap", "hard"))
            if part.misses:
                term["if_missing"] = pick(w.draw, ("skip", "refer"))
            terms.append(term)
        sheets[line] = {"step": pick(w.draw, ("1", "100", "0.01", "12345")), "terms": terms}
        if line == "joint":
            w.scope.name("joint_limit_minor", Part("", 0, max(reach)))
        else:
            sheets[line] |= {
                "now": "now_a" if line == "pay_later" else "now_b",
                "least": pick(w.draw, ("0", "500")),
                "raise_at_least_ppm": pick(w.draw, (0, 100_000)),
                "cut_at_least_ppm": pick(w.draw, (0, 50_000)),
            }
    w.toml("limits.toml", sheets)


def _rules(w: Written) -> None:
    """Write gates.csv and linkage.csv."""
    gates: list[Sequence[object]] = [("gate", "when", "lines", "action", "reason")]
    for name in range(w.draw(st.integers(0, 3))):
        action = pick(w.draw, ("refer", "decline", "stop"))
        lines = pick(w.draw, ("both", *LINES))
        gates.append((f"gate {name}", w.condition(), lines, action, pick(w.draw, CODES)))
    w.csv("gates.csv", gates)
    edges: list[Sequence[object]] = [("edge", "when", "lines", "effect", "size", "reason")]
    for name in range(w.draw(st.integers(0, 3))):
        effect = pick(w.draw, ("factor", "cap", "stop"))
        greatest = {"factor": PPM, "cap": INT64, "stop": 0}[effect]
        size = w.number().present().within(0, greatest).text if greatest else ""
        lines = pick(w.draw, ("both", *LINES))
        edges.append((f"edge {name}", w.condition(), lines, effect, size, pick(w.draw, CODES)))
    w.csv("linkage.csv", edges)


def rows_of(w: Written) -> st.SearchStrategy[dict[str, int | None]]:
    """Return rows of the columns a strategy reads: in range, at its ends, outside and empty."""
    return st.fixed_dictionaries(
        {
            column: st.one_of(
                st.integers(least, greatest),
                st.sampled_from([least, greatest, least - 1, greatest + 1]),
                st.none(),
                st.integers(-INT64, INT64),
            )
            for column, (least, greatest) in w.plain.items()
        }
    )
