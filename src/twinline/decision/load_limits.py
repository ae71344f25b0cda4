"""Limits: the joint limit and each line's, as named terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.bounds import Bounds
from twinline.decision.resolve import Symbol
from twinline.decision.strategy import AMOUNT_MAX, PPM, Limit, Role, Term
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.decision.reading import Reading
    from twinline.decision.sheet import LimitSheet, TermSheet


def read_joint(reading: Reading, sheets: Mapping[str, LimitSheet]) -> Limit:
    """Return the joint limit, and make it known to the limits of the lines."""
    limit = _read_limit(reading, "joint", sheets.get("joint"))
    greatest = max((term.amount.bounds.greatest for term in limit.terms), default=0)
    reading.define("limits.toml joint", "joint_limit_minor", Symbol(Bounds(0, max(greatest, 0))))
    return limit


def read_limits(reading: Reading, sheets: Mapping[str, LimitSheet]) -> dict[Product, Limit]:
    """Return the limit of each line."""
    for name in sheets:
        if name not in {"joint", *(product.value for product in Product)}:
            reading.findings.add("limits.toml", name, "is no line: joint, pay_later or cash_loan")
    return {
        product: _read_limit(reading, product.value, sheets.get(product.value))
        for product in Product
    }


def _read_limit(reading: Reading, name: str, sheet: LimitSheet | None) -> Limit:
    place = f"limits.toml {name}"
    if sheet is None:
        reading.findings.add("limits.toml", name, "needs its terms")
        return Limit(terms=(), step_minor=1, least_minor=0, now="", raise_ppm=0, cut_ppm=0)
    step = reading.minor(f"{place}.step", sheet.step) or 0
    if not 1 <= step <= AMOUNT_MAX:
        reading.findings.add(f"{place}.step", sheet.step, f"is 1 to {AMOUNT_MAX} minor units")
    if name != "joint":
        _check_now(reading, place, sheet.now)
    terms: list[Term] = []
    for each in sheet.terms:
        reading.once(f"{place} terms", each.name, terms)
        term = _read_term(reading, place, each)
        if term is not None:
            terms.append(term)
    if all(term.role is Role.FLOOR or term.amount.bounds.may_miss for term in terms):
        rule = "at least one cap or hard term is needed that is never missing"
        reading.findings.add(place, "terms", rule)
    for key, share in (("raise", sheet.raise_at_least_ppm), ("cut", sheet.cut_at_least_ppm)):
        if not 0 <= share <= PPM:
            reading.findings.add(f"{place}.{key}_at_least_ppm", share, "is 0 to 1_000_000 ppm")
    return Limit(
        terms=tuple(terms),
        step_minor=max(step, 1),
        least_minor=reading.minor(f"{place}.least", sheet.least) or 0,
        now=sheet.now,
        raise_ppm=sheet.raise_at_least_ppm,
        cut_ppm=sheet.cut_at_least_ppm,
    )


def _check_now(reading: Reading, place: str, now: str) -> None:
    feature = reading.features.get(now)
    if feature is None:
        if now not in reading.findings.broken:
            rule = "must be the feature that holds today's limit"
            reading.findings.add(f"{place}.now", now or "nothing", rule)
    elif not 0 <= feature.bounds.least <= feature.bounds.greatest <= AMOUNT_MAX:
        rule = f"today's limit can be {feature.bounds}, outside 0 to {AMOUNT_MAX}"
        reading.findings.add(f"{place}.now", now, rule)


def _read_term(reading: Reading, place: str, sheet: TermSheet) -> Term | None:
    place = f"{place} term {sheet.name!r}"
    amount = reading.number(place, sheet.amount, present=False)
    reading.reason(place, sheet.reason)
    if not sheet.zh.strip():
        reading.findings.add(place, "nothing", "needs its name in Chinese: zh")
    if sheet.if_missing not in {None, "skip", "refer"}:
        reading.findings.add(place, sheet.if_missing, "if_missing is skip or refer")
    if amount is None:
        return None
    if not -AMOUNT_MAX <= amount.bounds.least <= amount.bounds.greatest <= AMOUNT_MAX:
        rule = f"can be {amount.bounds}, outside ±{AMOUNT_MAX}; clamp it"
        reading.findings.add(place, sheet.amount, rule)
    if amount.bounds.may_miss == (sheet.if_missing is None):
        rule = (
            "can be missing; say if_missing = 'skip' or 'refer'"
            if amount.bounds.may_miss
            else "is never missing; leave if_missing out"
        )
        reading.findings.add(place, sheet.amount, rule)
    return Term(
        name=sheet.name,
        zh=sheet.zh,
        role=sheet.role,
        amount=amount,
        reason=sheet.reason,
        by_score=sheet.by_score,
        skipped_if_missing=sheet.if_missing == "skip",
    )
