"""Strategy expressions: a small, checked subset of Python's syntax over whole numbers.

Written in tables, read by people, compiled to 64-bit integers. There are no attributes, no
strings, no floats and no calls but those in `FUNCTIONS`. A division names its rounding:
`div_down(a, b)`. Missing is a value of its own: every operation on it is missing, except
`known(x)`, `coalesce(x, y)` and the branch of a choice that is not taken. All parts are always
evaluated, so the order in which `and` and `or` look at them means nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum, unique
from typing import assert_never

from twinline.decision.bounds import INT64_MAX
from twinline.decision.fault import ExpressionFault

LENGTH_MAX = 2_000
DEPTH_MAX = 60
CLAMP_PARTS = 3


@unique
class Op(Enum):
    """What an expression can do; the value is its name in the compiled form."""

    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    NEG = "neg"
    ABS = "abs"
    MIN = "min"
    MAX = "max"
    DIV_DOWN = "div_down"
    DIV_UP = "div_up"
    DIV_HALF_UP = "div_half_up"
    DIV_HALF_EVEN = "div_half_even"
    LT = "lt"
    LE = "le"
    EQ = "eq"
    NE = "ne"
    GE = "ge"
    GT = "gt"
    AND = "and"
    OR = "or"
    NOT = "not"
    IF = "if"
    COUNT = "count"
    KNOWN = "known"
    COALESCE = "coalesce"
    ANNUITY = "annuity_principal"


@dataclass(frozen=True, slots=True)
class Literal:
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Missing:
    """No value at all, written `None`; what a term says where it does not apply."""


@dataclass(frozen=True, slots=True)
class Name:
    """A feature, a named amount, a law value or an earlier result."""

    name: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """An entry of a table: `table[score]` or `table[segment, score]`."""

    table: str
    keys: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on its parts."""

    op: Op
    parts: tuple[Expression, ...]


Expression = Literal | Missing | Name | Lookup | Operation

FUNCTIONS = {
    "abs": (Op.ABS, 1, 1),
    "min": (Op.MIN, 2, 20),
    "max": (Op.MAX, 2, 20),
    "div_down": (Op.DIV_DOWN, 2, 2),
    "div_up": (Op.DIV_UP, 2, 2),
    "div_half_up": (Op.DIV_HALF_UP, 2, 2),
    "div_half_even": (Op.DIV_HALF_EVEN, 2, 2),
    "count": (Op.COUNT, 1, 40),
    "known": (Op.KNOWN, 1, 1),
    "coalesce": (Op.COALESCE, 2, 2),
    "annuity_principal": (Op.ANNUITY, 3, 3),
}
"""Callable name → operation, fewest and most arguments. `clamp(x, lo, hi)` is spelt out below."""

_BINARY = {ast.Add: Op.ADD, ast.Sub: Op.SUB, ast.Mult: Op.MUL}
_COMPARE = {
    ast.Lt: Op.LT,
    ast.LtE: Op.LE,
    ast.Eq: Op.EQ,
    ast.NotEq: Op.NE,
    ast.GtE: Op.GE,
    ast.Gt: Op.GT,
}
_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)


def parse(text: str) -> Expression:
    """Return the expression that the text stands for.

    Raises `ExpressionFault` with the part and the rule it breaks.
    """
    if len(text) > LENGTH_MAX:
        raise ExpressionFault(
            f"{text[:40]}…", f"an expression has at most {LENGTH_MAX} characters"
        )
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or "too deeply nested"
        raise ExpressionFault(text, f"is not an expression ({reason})") from None
    return _read(tree.body, DEPTH_MAX)


def canonical(expression: Expression) -> str:
    """Return the one spelling of an expression, whatever its spaces and brackets were."""
    match expression:
        case Literal(value):
            return str(value)
        case Missing():
            return "none"
        case Name(name):
            return name
        case Lookup(table, keys):
            return f"(lookup {table} {' '.join(map(canonical, keys))})"
        case Operation(op, parts):
            return f"({op.value} {' '.join(map(canonical, parts))})"
        case _:
            assert_never(expression)


def spelled(expression: Expression) -> str:
    """Return an expression as a person writes it."""
    match expression:
        case Literal(value):
            return f"{value:_}"
        case Missing():
            return "None"
        case Name(name):
            return name
        case Lookup(table, keys):
            return f"{table}[{', '.join(map(spelled, keys))}]"
        case Operation(op, parts):
            return _spelled_operation(op, [_spelled_part(part) for part in parts], parts)
        case _:
            assert_never(expression)


def names_in(expression: Expression) -> frozenset[str]:
    """Return every name an expression reads, tables apart."""
    match expression:
        case Literal() | Missing():
            return frozenset()
        case Name(name):
            return frozenset({name})
        case Lookup(_, parts) | Operation(_, parts):
            return frozenset().union(*map(names_in, parts))
        case _:
            assert_never(expression)


_SIGNS = {
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


def _spelled_part(part: Expression) -> str:
    inner = isinstance(part, Operation) and part.op in {*_SIGNS, Op.IF, Op.NOT, Op.NEG}
    return f"({spelled(part)})" if inner else spelled(part)


def _spelled_operation(op: Op, each: list[str], parts: tuple[Expression, ...]) -> str:
    if op in _SIGNS:
        return f" {_SIGNS[op]} ".join(each)
    match op:
        case Op.NEG:
            return f"-{each[0]}"
        case Op.NOT:
            return f"not {each[0]}"
        case Op.IF:
            return f"{each[1]} if {each[0]} else {each[2]}"
        case _:
            return f"{op.value}({', '.join(map(spelled, parts))})"


def _read(node: ast.expr, depth: int) -> Expression:
    if depth == 0:
        raise ExpressionFault(_source(node), f"nested more than {DEPTH_MAX} deep")
    below = depth - 1
    match node:
        case ast.Constant():
            return _literal(node)
        case ast.Name(id=name):
            return Name(name)
        case ast.Compare():
            return _comparison(node, below)
        case ast.Subscript(value=ast.Name(id=table), slice=index):
            keys = index.elts if isinstance(index, ast.Tuple) else [index]
            return Lookup(table, tuple(_read(key, below) for key in keys))
        case ast.Call():
            return _call(node, below)
        case _:
            op, parts = _parts(node)
            return Operation(op, tuple(_read(part, below) for part in parts))


def _literal(node: ast.Constant) -> Literal | Missing:
    if node.value is None:
        return Missing()
    if type(node.value) is not int:
        raise ExpressionFault(_source(node), "only whole numbers are allowed")
    if node.value > INT64_MAX:
        raise ExpressionFault(_source(node), "does not fit 64 bits")
    return Literal(node.value)


def _parts(node: ast.expr) -> tuple[Op, list[ast.expr]]:
    """Return the operation and parts of what Python writes with signs and words."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Op.NEG, [operand]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Op.NOT, [operand]
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(node, operator), [left, right]
        case ast.BoolOp(op=operator, values=values):
            return Op.AND if isinstance(operator, ast.And) else Op.OR, values
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return Op.IF, [test, body, orelse]
        case _:
            rule = "is not part of the strategy language (docs/reference/strategy.md)"
            raise ExpressionFault(_source(node), rule)


def _binary(node: ast.expr, operator: ast.operator) -> Op:
    if isinstance(operator, _DIVISIONS):
        rule = "a division names its rounding: div_down, div_up, div_half_up or div_half_even"
        raise ExpressionFault(_source(node), rule)
    if type(operator) not in _BINARY:
        raise ExpressionFault(_source(node), "only + - * and the named divisions are allowed")
    return _BINARY[type(operator)]


def _comparison(node: ast.Compare, below: int) -> Expression:
    sides = [_read(side, below) for side in (node.left, *node.comparators)]
    pairs: list[Expression] = []
    for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if type(operator) not in _COMPARE:
            raise ExpressionFault(_source(node), "compare with < <= == != >= >")
        pairs.append(Operation(_COMPARE[type(operator)], (left, right)))
    return pairs[0] if len(pairs) == 1 else Operation(Op.AND, tuple(pairs))


def _call(node: ast.Call, below: int) -> Expression:
    name = node.func.id if isinstance(node.func, ast.Name) else _source(node.func)
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise ExpressionFault(_source(node), "arguments are given one by one, without names")
    parts = tuple(_read(argument, below) for argument in node.args)
    if name == "clamp" and len(parts) == CLAMP_PARTS:
        value, least, greatest = parts
        return Operation(Op.MAX, (least, Operation(Op.MIN, (value, greatest))))
    if name not in FUNCTIONS:
        known = ", ".join(sorted({*FUNCTIONS, "clamp"}))
        raise ExpressionFault(f"{name}()", f"unknown function; there are {known}")
    op, fewest, most = FUNCTIONS[name]
    if not fewest <= len(parts) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionFault(f"{name}()", f"takes {wanted} arguments, not {len(parts)}")
    return Operation(op, parts)


def _source(node: ast.AST) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        return "a part of it"
