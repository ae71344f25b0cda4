"""The scalar executor: a strategy compiled to plain Python functions over integers.

Two functions come out: `read` turns a row of the book into features, or says which are in doubt;
`measure` turns features, law and date into every number a decision needs. What the numbers mean
is decided in `decide.py`, from the same numbers whichever executor made them.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol, assert_never, cast

from twinline.decision.expression import Literal, Lookup, Missing, Name, Op, Operation
from twinline.decision.law import LAW_BOUNDS
from twinline.decision.resolve import ROUNDINGS
from twinline.decision.settle import SettledLimit, SettledPrice, settle_limit, settle_price
from twinline.decision.strategy import WhenMissing
from twinline.kernel.annuity import annuity_principal
from twinline.kernel.rounding import Rounding, divide
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twinline.decision.resolve import Resolved
    from twinline.decision.strategy import Attribute, Feature, Limit, Price, Strategy
    from twinline.decision.table import Table

PAIR = 2

Value = int | None
Row = tuple[Value, ...]
Numbers = tuple[
    tuple[int, ...],
    int,
    int,
    int,
    tuple[tuple[tuple[int, ...], SettledPrice], ...],
    tuple[tuple[Row, SettledLimit], ...],
    tuple[bool, ...],
    tuple[int, ...],
]
"""What `measure` returns: the fields of `judge.Measured`, in order."""


class Read(Protocol):
    """Return the indices of the features in doubt, and all features' values."""

    def __call__(
        self, row: Row, as_of_day: int, challenger: int, /
    ) -> tuple[tuple[int, ...], Row]:
        """Read one row of the book."""


class Measure(Protocol):
    """Return every number of a decision."""

    def __call__(
        self, features: Row, given: tuple[int, ...], as_of_day: int, challenger: int, /
    ) -> Numbers:
        """Measure one customer; `given` are law values, then dated values, in order."""


class Evaluate(Protocol):
    """Return the value of one expression."""

    def __call__(self, *values: Value) -> Value:
        """Evaluate for the values of its names, in order."""


def compile_scalar(strategy: Strategy) -> tuple[Read, Measure]:
    """Return the strategy's two functions."""
    return cast("Read", _reader(strategy)), cast("Measure", _measurer(strategy))


def compile_expression(
    resolved: Resolved, names: Sequence[str], tables: Mapping[str, Table]
) -> Evaluate:
    """Return one expression as a function of the names it may read, in order."""
    code = _Code(", ".join(f"v_{name}" for name in names))
    for name, table in tables.items():
        _give_table(code, name, table)
    code.line(f"return {code.value(resolved)}")
    return cast("Evaluate", code.function())


class _Code:
    """One function being written, a line at a time."""

    def __init__(self, parameters: str) -> None:
        self.head = f"def compiled({parameters}):"
        self.body: list[str] = []
        self.given: dict[str, object] = {
            "bisect_right": bisect_right,
            "divide": divide,
            "annuity_principal": annuity_principal,
            "settle_limit": settle_limit,
            "settle_price": settle_price,
            **{f"R_{rounding.name}": rounding for rounding in Rounding},
        }
        self.temporaries = 0

    def line(self, text: str) -> None:
        """Write one line."""
        self.body.append(f"    {text}")

    def give(self, name: str, value: object) -> str:
        """Make a value known to the function under a name."""
        self.given[name] = value
        return name

    def function(self) -> object:
        """Return the finished function.

        The source holds names this module made and whole numbers, never text from a file.
        """
        source = "\n".join([self.head, *self.body])
        namespace = dict(self.given)
        exec(compile(source, "<strategy>", "exec"), namespace)  # noqa: S102 - see above
        return namespace["compiled"]

    def value(self, resolved: Resolved) -> str:
        """Return Python for an expression, after writing the lines it needs first."""
        match resolved.expression:
            case Literal(value):
                return f"({value})" if value < 0 else str(value)
            case Missing():
                return "None"
            case Name(name):
                return f"v_{name}"
            case Lookup(table, _):
                return self._propagating(resolved, lambda keys: _lookup(table, keys))
            case Operation(op, _):
                return self._operation(op, resolved)
            case _:
                assert_never(resolved.expression)

    def _operation(self, op: Op, resolved: Resolved) -> str:
        match op:
            case Op.MIN | Op.MAX:
                return self._propagating(resolved, lambda parts: self._extreme(op, parts))
            case Op.KNOWN if not resolved.parts[0].bounds.may_miss:
                return "True"
            case Op.KNOWN:
                return f"({self._held(self.value(resolved.parts[0]))} is not None)"
            case Op.COALESCE:
                first = self._held(self.value(resolved.parts[0]))
                second = self.value(resolved.parts[1])
                return f"({second} if {first} is None else {first})"
            case Op.IF:
                test, yes, no = (self.value(part) for part in resolved.parts)
                if not resolved.parts[0].bounds.may_miss:
                    return f"({yes} if {test} else {no})"
                held = self._held(test)
                return f"(None if {held} is None else {yes} if {held} else {no})"
            case _:
                positive = all(part.bounds.least >= 0 for part in resolved.parts)
                return self._propagating(
                    resolved, lambda parts: _arithmetic(op, parts, positive=positive)
                )

    def _extreme(self, op: Op, parts: list[str]) -> str:
        """Return the least or greatest part; of two, without a call."""
        if len(parts) > PAIR:
            return f"{op.value}({', '.join(parts)})"
        left, right = (part if part.isdecimal() else self._held(part) for part in parts)
        return f"({left} if {left} {'<' if op is Op.MIN else '>'} {right} else {right})"

    def _propagating(self, resolved: Resolved, spell: Callable[[list[str]], str]) -> str:
        """Return an operation that is missing where any of its parts is."""
        parts = []
        tests = []
        for part in resolved.parts:
            text = self.value(part)
            if part.bounds.may_miss:
                text = self._held(text)
                tests.append(f"{text} is None")
            parts.append(text)
        spelt = spell(parts)
        return f"(None if {' or '.join(tests)} else {spelt})" if tests else spelt

    def _held(self, text: str) -> str:
        """Return a name for a value that is used more than once."""
        if text.isidentifier():
            return text
        self.temporaries += 1
        name = f"t{self.temporaries}"
        self.line(f"{name} = {text}")
        return name


_INFIX = {
    Op.ADD: "+",
    Op.SUB: "-",
    Op.MUL: "*",
    Op.LT: "<",
    Op.LE: "<=",
    Op.EQ: "==",
    Op.NE: "!=",
    Op.GE: ">=",
    Op.GT: ">",
    Op.AND: "and",
    Op.OR: "or",
}


def _arithmetic(op: Op, parts: list[str], *, positive: bool) -> str:
    if op in _INFIX:
        return f"({f' {_INFIX[op]} '.join(parts)})"
    if op in ROUNDINGS:
        return _division(op, *parts, positive=positive)
    match op:
        case Op.NEG:
            return f"(-{parts[0]})"
        case Op.NOT:
            return f"(not {parts[0]})"
        case Op.COUNT:
            return f"({' + '.join(f'bool({part})' for part in parts)} + 0)"
        case _:
            return f"{op.value}({', '.join(parts)})"


def _division(op: Op, left: str, right: str, *, positive: bool) -> str:
    """Return a division; of numbers proven not negative, without a call."""
    if positive and op is Op.DIV_DOWN:
        return f"({left} // {right})"
    if positive and op is Op.DIV_UP:
        return f"(-(-{left} // {right}))"
    return f"divide({left}, {right}, R_{ROUNDINGS[op].name})"


def _lookup(table: str, keys: list[str]) -> str:
    band = f"bisect_right(E_{table}, {keys[-1]}) - 1"
    if len(keys) == 1:
        return f"C_{table}[{band}]"
    return f"C_{table}[({band}) * N_{table} + {keys[0]}]"


def _reader(strategy: Strategy) -> object:
    code = _Code("row, v_as_of_day, v_challenger")
    places = {name: place for place, name in enumerate(strategy.columns)}
    code.line("doubts = []")
    if places:
        code.line(f"({', '.join(f'c{place}' for place in range(len(places)))},) = row")
    for index, feature in enumerate(strategy.features):
        if feature.column is not None:
            _read_column(code, feature, index, f"c{places[feature.column]}")
        else:
            _compute(code, feature, index)
    values = "".join(f"v_{feature.name}, " for feature in strategy.features)
    code.line(f"return tuple(doubts), ({values})")
    return code.function()


def _read_column(code: _Code, feature: Feature, index: int, cell: str) -> None:
    name, bounds = f"v_{feature.name}", feature.bounds
    code.line(f"{name} = {cell}")
    code.line(f"if {name} is None:")
    code.line(_if_missing(feature, index))
    if feature.clamped:
        code.line(f"elif {name} < {bounds.least}: {name} = {bounds.least}")
        code.line(f"elif {name} > {bounds.greatest}: {name} = {bounds.greatest}")
    else:
        code.line(f"elif not {bounds.least} <= {name} <= {bounds.greatest}:")
        code.line(f"    doubts.append({index}); {name} = {bounds.least}")


def _compute(code: _Code, feature: Feature, index: int) -> None:
    assert feature.value is not None
    name = f"v_{feature.name}"
    code.line(f"{name} = {code.value(feature.value)}")
    if feature.value.bounds.may_miss:
        code.line(f"if {name} is None:")
        code.line(_if_missing(feature, index))


def _if_missing(feature: Feature, index: int) -> str:
    """Return what follows where a value is missing; in doubt, any value in range will do."""
    name = f"v_{feature.name}"
    match feature.missing:
        case WhenMissing.REFER:
            return f"    doubts.append({index}); {name} = {feature.bounds.least}"
        case WhenMissing.VALUE:
            return f"    {name} = {feature.default}"
        case WhenMissing.BIN:
            return "    pass"
        case _:
            assert_never(feature.missing)


def _measurer(strategy: Strategy) -> object:
    code = _Code("features, given, v_as_of_day, v_challenger")
    for name, table in {**strategy.tables, "pd": strategy.pd}.items():
        _give_table(code, name, table)
    given = [*LAW_BOUNDS, *(dated.name for dated in strategy.dated)]
    code.line(f"({''.join(f'v_{name}, ' for name in given)}) = given")
    if strategy.features:
        names = "".join(f"v_{feature.name}, " for feature in strategy.features)
        code.line(f"({names}) = features")
    for number, attribute in enumerate(strategy.scorecard):
        _bin(code, number, attribute)
    points = [f"P{number}[b{number}]" for number in range(len(strategy.scorecard))]
    code.line(f"v_score = {' + '.join([str(strategy.score_base), *points])}")
    code.line(f"v_pd_ppm = {_lookup('pd', ['v_score'])}")
    _segments(code, strategy)
    for quantity in strategy.values:
        code.line(f"v_{quantity.name} = {code.value(quantity.value)}")
    prices = [_price(code, product, strategy.prices[product]) for product in Product]
    joint = _limit(code, "joint", strategy.joint)
    code.line("v_joint_limit_minor = joint_settled.limit_minor")
    limits = [_limit(code, product.value, strategy.limits[product]) for product in Product]
    gates = [code.value(gate.when) for gate in strategy.gates]
    edges = []
    for edge in strategy.edges:
        holds, size = code.value(edge.when), code.value(edge.size)
        edges.append(f"({size} if {holds} else -1)")
    bins = "".join(f"b{number}, " for number in range(len(strategy.scorecard)))
    code.line(
        f"return (({bins}), v_score, v_pd_ppm, v_segment, ({', '.join(prices)},), "
        f"({joint}, {', '.join(limits)},), ({''.join(f'{gate}, ' for gate in gates)}), "
        f"({''.join(f'{edge}, ' for edge in edges)}))"
    )
    return code.function()


def _give_table(code: _Code, name: str, table: Table) -> None:
    code.give(f"E_{name}", table.edges)
    code.give(f"C_{name}", table.cells)
    code.give(f"N_{name}", table.columns)


def _bin(code: _Code, number: int, attribute: Attribute) -> None:
    code.give(f"P{number}", attribute.points)
    code.give(f"B{number}", attribute.bins)
    code.give(f"A{number}", attribute.edges)
    code.give(f"S{number}", dict(attribute.specials))
    name, held = f"v_{attribute.feature}", f"b{number}"
    test = "if"
    if attribute.missing is not None:
        code.line(f"if {name} is None: {held} = {attribute.missing}")
        test = "elif"
    if attribute.specials:
        code.line(f"{test} {name} in S{number}: {held} = S{number}[{name}]")
        test = "elif"
    found = f"{held} = B{number}[bisect_right(A{number}, {name}) - 1]"
    code.line(found if test == "if" else f"else: {found}")


def _segments(code: _Code, strategy: Strategy) -> None:
    # All conditions are evaluated before any choice is made: none can fail, and none is skipped.
    tests = [code.value(segment.when) for segment in strategy.segments]
    chain = "".join(f"{number} if {test} else " for number, test in enumerate(tests[:-1]))
    code.line(f"v_segment = {chain}{len(tests) - 1}")


def _price(code: _Code, product: Product, price: Price) -> str:
    parts = "".join(f"{code.value(part.value)}, " for part in price.parts)
    floor, ceiling = code.value(price.floor), code.value(price.ceiling)
    name = product.value
    code.line(f"{name}_parts = ({parts})")
    terms = code.give(f"price_{name}", price)
    code.line(f"{name}_price = settle_price({terms}, {name}_parts, {floor}, {ceiling})")
    code.line(f"v_{name}_price_ppm = {name}_price.price_ppm")
    return f"({name}_parts, {name}_price)"


def _limit(code: _Code, name: str, limit: Limit) -> str:
    amounts = "".join(f"{code.value(term.amount)}, " for term in limit.terms)
    code.line(f"{name}_amounts = ({amounts})")
    terms = code.give(f"limit_{name}", limit)
    code.line(f"{name}_settled = settle_limit({terms}, {name}_amounts)")
    return f"({name}_amounts, {name}_settled)"
