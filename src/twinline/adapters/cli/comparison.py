"""What a comparison of two strategies came to, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.cli.words import money

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.compare_record import ComparisonRecord
    from twinline.portfolio.compared import LineComparison, RiskFigures, SwapFigures


def print_comparison(record: ComparisonRecord, folder: Path) -> None:
    """Say what changes for whom, for a person."""
    figures, old, currency = record.figures, record.old, record.book.currency
    both = figures.together
    print(f"against {old.name} {old.version} ({old.logic_hash[:8]}…):")
    if record.same_logic:
        print("  both strategies have the same logic, so nothing moves")
    print(
        f"  {figures.alike:,} customers fare alike; "
        f"{both.gainers:,} gain {money(both.gained)} {currency} of limit, "
        f"{both.losers:,} lose {money(both.lost)}"
    )
    _print_line("pay-later", figures.pay_later)
    _print_line("cash loan", figures.cash_loan)
    _print_risk(figures.risk)
    print(f"  digest {record.figures_digest[:16]}…")
    print(f"look at {folder / 'comparison.html'}")


def _print_line(name: str, line: LineComparison) -> None:
    moves, swap = line.moves, line.swap
    print(
        f"  {name}: swapped {_swap('in', swap['swapped_in'])}, {_swap('out', swap['swapped_out'])}"
    )
    print(
        f"    limits {money(moves.limit_old)} → {money(moves.limit_new)}: "
        f"{moves.gainers:,} gain {money(moves.mean_gain)} on average, "
        f"{moves.losers:,} lose {money(moves.mean_loss)}; "
        f"price: {moves.dearer:,} dearer, {moves.cheaper:,} cheaper"
    )


def _swap(name: str, swap: SwapFigures) -> str:
    known = (
        f" ({_share(swap.defaulted, swap.outcome_known)} defaulted)" if swap.outcome_known else ""
    )
    return f"{swap.customers:,} {name}{known}"


def _print_risk(risk: RiskFigures) -> None:
    said = f"  expected loss {money(risk.loss_old)} → {money(risk.loss_new)}"
    if risk.loss_old != risk.loss_old_by_new_pd:
        said += (
            ", each by its own probability of default; by the new one's alone "
            f"{money(risk.loss_old_by_new_pd)} → {money(risk.loss_new)}"
        )
    print(said)


def _share(part: int, whole: int) -> str:
    """Return a share in percent, rounded half up.

    >>> _share(1, 8)
    '13 %'
    """
    return f"{(200 * part + whole) // (2 * whole)} %"
