"""Checks of the limits: terms that never bind, and terms that should be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.expression import Literal, Name, Op, Operation, spelled
from twinline.decision.fault import Finding
from twinline.decision.figures import yuan
from twinline.decision.lint.order import never_above
from twinline.decision.lint.phrase import inside, quoted
from twinline.decision.lint.span import TRUE
from twinline.decision.lint.subject import expressions_of, limit_of, of_role
from twinline.decision.resolve import ROUNDINGS
from twinline.decision.strategy import PPM, Role
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.decision.expression import Expression
    from twinline.decision.lint.subject import Subject
    from twinline.decision.lint.worlds import Box
    from twinline.decision.strategy import Limit, Term

LAW_CAP = "law_person_cap_minor"
INSTALMENT = "pay_later_instalment_minor"
CAPACITY = ("income_minor", "pay_later_payment_minor_", "cash_loan_payment_minor_")
CUT_MOST_PPM = 200_000
RATED = ("score", "pd_ppm", "segment")
"""What rates a customer: it reads much, and ties a limit to none of it in particular."""


def term_never_binds(subject: Subject) -> Iterator[Finding]:
    """A term that never gives the limit, since others always do: it only looks like one."""
    for name, limit in subject.limits():
        for term in limit.terms:
            lawful = term.role is Role.HARD and LAW_CAP in subject.reads(term.amount.expression)
            rule = None if lawful else _idle(subject, limit, term)
            if rule is not None:
                place = f"limits.toml {name} term {term.name!r}"
                yield Finding(place, "never binds", rule)


def _idle(subject: Subject, limit: Limit, term: Term) -> str | None:
    """Return why a term never binds and what to do, or None where it may."""
    own = subject.worlds.span(term.amount.expression)
    if term.role is Role.FLOOR and own.present and own.greatest <= _lowest(subject, limit):
        return f"it is at most {yuan(own.greatest)}, and no cap is lower: raise it or remove it"
    names: dict[str, Term] = {}
    # The last segments take whom the others leave: most terms are soon seen to bind there.
    boxes = [box for boxes in reversed(subject.by_segment) for box in boxes]
    for box in boxes:
        if subject.worlds.span(term.amount.expression, box).present:
            nearer = _rival(subject, limit, term, box)
            if nearer is None:
                return None
            names[nearer.name] = nearer
    if not names:
        return "it never has a value: mend it or remove it"
    if len(names) > 1:
        remedy = "raise it" if term.role is Role.FLOOR else "lower it"
        return f"one of {quoted(names)} is always nearer: remove it or {remedy}"
    (rival,) = names.values()
    return _compared(subject, term, rival, boxes)


def _lowest(subject: Subject, limit: Limit) -> int:
    """Return what the caps of a limit come to at the least, in whole steps."""
    spans = [subject.worlds.span(term.amount.expression) for term in of_role(limit, Role.CAP)]
    least = min((span.least for span in spans if span.present), default=0)
    return least // limit.step_minor * limit.step_minor


def _compared(subject: Subject, term: Term, rival: Term, boxes: list[Box]) -> str:
    """Say how a term compares with the one that is always nearer."""
    ours = subject.worlds.span_in(term.amount.expression, boxes)
    theirs = subject.worlds.span_in(rival.amount.expression, boxes)
    this = yuan(ours.least) if ours.least == ours.greatest else ""
    if term.role is Role.FLOOR and ours.greatest <= theirs.least:
        said = f"{rival.name!r} is at least {yuan(theirs.least)} and this is"
        return f"{said} {this or f'at most {yuan(ours.greatest)}'}: remove it or raise it"
    if term.role is Role.FLOOR:
        return f"it is never above {rival.name!r}: remove it or raise it"
    if theirs.greatest <= ours.least:
        said = f"{rival.name!r} is at most {yuan(theirs.greatest)} and this is"
        return f"{said} {this or f'at least {yuan(ours.least)}'}: remove it or lower it"
    return f"{rival.name!r} is never above it: remove it or lower it"


def _rival(subject: Subject, limit: Limit, term: Term, box: Box) -> Term | None:
    """Return a term that always has the say before another in a box, if that is proven."""
    for rival in limit.terms:
        if rival is not term and _prevails(subject, limit, rival, term, box):
            return rival
    return None


def _prevails(subject: Subject, limit: Limit, rival: Term, term: Term, box: Box) -> bool:
    """Tell whether it is proven that a rival always keeps a term from binding."""
    ours, theirs = term.amount.expression, rival.amount.expression
    span = subject.worlds.span(theirs, box)
    if span.missing:
        return False
    own = subject.worlds.span(ours, box)
    step = limit.step_minor
    earlier = limit.terms.index(rival) < limit.terms.index(term)
    match term.role, rival.role:
        case (Role.CAP, Role.CAP) | (Role.HARD, Role.HARD):
            strictly = span.greatest < own.least
            return strictly or (earlier and never_above(subject.worlds, theirs, ours, box))
        case Role.CAP, Role.HARD:
            return span.greatest // step < own.least // step
        case Role.FLOOR, Role.FLOOR:
            strictly = own.greatest < span.least
            return strictly or (earlier and never_above(subject.worlds, ours, theirs, box))
        case _:
            return False


def limit_always_zero(subject: Subject) -> Iterator[Finding]:
    """A limit that is nothing for everyone, most often by a step above all of its terms."""
    names = ("joint_limit_minor", *(limit_of(product) for product in Product))
    for result, (name, limit) in zip(names, subject.limits(), strict=True):
        if subject.worlds.span(Name(result)).greatest <= 0:
            step = yuan(limit.step_minor)
            rule = f"no customer can have more: raise its terms, or lower its step of {step}"
            yield Finding(f"limits.toml {name}", "always 0", rule)


def raise_never_made(subject: Subject) -> Iterator[Finding]:
    """A smallest raise that no term lets a line reach: lines would only ever fall."""
    for product in Product:
        limit = subject.strategy.limits[product]
        now, share = Name(limit.now), limit.raise_ppm
        short = Operation(Op.MUL, (now, Literal(PPM + share - 1)))
        too_little = Operation(Op.DIV_DOWN, (short, Literal(PPM)))
        boxes = subject.worlds.holding([(Operation(Op.GT, (now, Literal(0))), TRUE)])
        caps = [term for term in limit.terms if term.role is not Role.FLOOR]
        floors = of_role(limit, Role.FLOOR)
        held = [
            term for term in caps if share and _always_within(subject, term, too_little, boxes)
        ]
        if not boxes or not held:
            continue
        if held[0].role is Role.HARD or all(
            never_above(subject.worlds, floor.amount.expression, too_little, box)
            for floor in floors
            for box in boxes
        ):
            rule = f"{held[0].name!r} lets no line rise by so much, so none ever does: lower it"
            place = f"limits.toml {product.value}.raise_at_least_ppm"
            yield Finding(place, f"{share:_}", rule)


def _always_within(subject: Subject, term: Term, most: Expression, boxes: Sequence[Box]) -> bool:
    """Tell whether a term is proven to have a value, and one of at most another, in boxes."""
    return all(
        not subject.worlds.span(term.amount.expression, box).missing
        and never_above(subject.worlds, term.amount.expression, most, box)
        for box in boxes
    )


def line_never_opens(subject: Subject) -> Iterator[Finding]:
    """A smallest new line that no limit reaches: nobody is ever invited."""
    for product in Product:
        least = subject.strategy.limits[product].least_minor
        most = subject.worlds.span(Name(limit_of(product))).greatest
        if most < least:
            rule = f"the limit is at most {yuan(most)}, so no line is ever opened: lower it"
            yield Finding(f"limits.toml {product.value}.least", yuan(least), rule)


def least_off_step(subject: Subject) -> Iterator[Finding]:
    """A smallest new line that is no whole number of steps: the table says what is not done."""
    for product in Product:
        limit = subject.strategy.limits[product]
        if limit.least_minor % limit.step_minor:
            reached = -(-limit.least_minor // limit.step_minor) * limit.step_minor
            rule = (
                f"limits move by {yuan(limit.step_minor)}, so the smallest line is"
                f" {yuan(reached)}: say so"
            )
            yield Finding(f"limits.toml {product.value}.least", yuan(limit.least_minor), rule)


def no_legal_cap(subject: Subject) -> Iterator[Finding]:
    """Each limit needs a hard term that keeps it within what the law lets one person owe."""
    for name, limit in subject.limits():
        terms = of_role(limit, Role.HARD)
        if not any(_within_law(subject, term) for term in terms):
            rule = f"needs a hard term that is never above {LAW_CAP}, such as 'legal cap'"
            yield Finding(f"limits.toml {name}", "no legal cap", rule)


def _within_law(subject: Subject, term: Term) -> bool:
    boxes = [box for boxes in subject.by_segment for box in boxes]
    law = Name(LAW_CAP)
    return not term.amount.bounds.may_miss and all(
        never_above(subject.worlds, term.amount.expression, law, box) for box in boxes
    )


def instalment_lightened(subject: Subject) -> Iterator[Finding]:
    """An instalment weighs at least what is owed on it: a weight below one gives headroom away."""
    instalments = {
        feature.name for feature in subject.strategy.features if feature.column == INSTALMENT
    }
    for place, expression in subject.written.expressions():
        for part in inside(expression):
            weight = _weight(subject, part, instalments)
            if weight is not None and weight < PPM:
                rule = f"weighs an instalment at {weight:_} ppm; a weight is at least 1_000_000"
                yield Finding(place, spelled(part), rule)


def _weight(subject: Subject, part: Expression, instalments: set[str]) -> int | None:
    """Return the weight in ppm that `div_…(instalment * a, b)` gives an instalment."""
    match part:
        case Operation(op, (Operation(Op.MUL, (Name(name), factor)), divisor)) if (
            op in ROUNDINGS and name in instalments
        ):
            over, under = subject.worlds.span(factor), subject.worlds.span(divisor)
            fixed = over.least == over.greatest and under.least == under.greatest > 0
            return over.least * PPM // under.least if fixed else None
        case _:
            return None


def no_affordability(subject: Subject) -> Iterator[Finding]:
    """A line that nothing ties to what the customer can repay: debt could outgrow income."""
    for product in Product:
        limits = (subject.strategy.joint, subject.strategy.limits[product])
        capping = [
            term.amount.expression
            for limit in limits
            for term in limit.terms
            if term.role is not Role.FLOOR
        ]
        columns = subject.columns(*capping, apart=RATED)
        if not any(column.startswith(CAPACITY) for column in columns):
            rule = "no term reads income or payments: add a cap by what can be repaid each month"
            yield Finding(f"limits.toml {product.value}", "no affordability term", rule)


def lines_unlinked(subject: Subject) -> Iterator[Finding]:
    """A line on which nothing of the other bears: two lines, one customer, no joint view."""
    strategy = subject.strategy
    for product in Product:
        (other,) = set(Product) - {product}
        read = [
            *expressions_of([strategy.limits[product]]),
            *(gate.when.expression for gate in strategy.gates if product in gate.lines),
            *(edge.when.expression for edge in strategy.edges if product in edge.lines),
        ]
        if not any(
            column.startswith(other.value) for column in subject.columns(*read, apart=RATED)
        ):
            rule = f"no term, gate or edge of it reads anything of {other.value}: link the two"
            yield Finding(f"limits.toml {product.value}", "stands alone", rule)


def small_cuts_unsaid(subject: Subject) -> Iterator[Finding]:
    """A threshold so wide that what the tables lower is neither done nor said."""
    for product in Product:
        share = subject.strategy.limits[product].cut_ppm
        if share > CUT_MOST_PPM:
            rule = (
                "a limit that should be lower by less stays, and nobody is told why:"
                f" {CUT_MOST_PPM:_} or less"
            )
            yield Finding(f"limits.toml {product.value}.cut_at_least_ppm", f"{share:_}", rule)
