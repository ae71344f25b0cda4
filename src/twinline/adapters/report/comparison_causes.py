"""Why a comparison moves what it moves: actions, terms and reasons, and who moves most."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from twinline.adapters.report.changes import SHOWN
from twinline.adapters.report.page import Card, Cards, Cell, Note, Section, Table
from twinline.adapters.report.view import number, percent, text
from twinline.portfolio.comparison import MOVERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.adapters.report.comparison_view import ComparedLine, ComparisonView
    from twinline.portfolio.compared import MoveFigures, Mover

CHANGES_SHOWN = 10


def segments(view: ComparisonView) -> Section:
    """Return how limits and prices move from segment to segment."""
    words = view.words
    return Section(
        id="across",
        title=words("across.title"),
        short=words("across.short"),
        says=(_elsewhere(view),),
        blocks=tuple(Cards(cards=(_across(view, line),)) for line in view.lines()),
    )


def _elsewhere(view: ComparisonView) -> str:
    """Return how many are in another segment; the same on both lines."""
    words, segments = view.words, view.figures.pay_later.segments
    moved = sum(
        moves.customers
        for old, by_new in segments.items()
        for new, moves in by_new.items()
        if old != new
    )
    return words("across.moved" if moved else "across.stay", count=words.customers(moved))


def _across(view: ComparisonView, line: ComparedLine) -> Card:
    words = view.words
    cells = {
        (old, new): moves
        for old, by_new in line.figures.segments.items()
        for new, moves in by_new.items()
    }
    worst = max(cells, key=lambda pair: Decimal(cells[pair].lost))
    best = max(cells, key=lambda pair: Decimal(cells[pair].gained))
    says = []
    if cells[worst].losers:
        says.append(
            words(
                "across.says",
                worst=view.segments(*worst),
                lost=view.short(cells[worst].lost),
                losers=words.customers(cells[worst].losers),
            )
        )
    if cells[best].gainers:
        says.append(
            words(
                "across.gains",
                best=view.segments(*best),
                gained=view.short(cells[best].gained),
                gainers=words.customers(cells[best].gainers),
            )
        )
    return Card(
        title=line.name,
        says=tuple(says) or (words("across.none"),),
        blocks=(_across_table(view, cells),),
    )


def _across_table(view: ComparisonView, cells: Mapping[tuple[str, str], MoveFigures]) -> Table:
    ranked = sorted(cells.items(), key=lambda item: (-item[1].customers, item[0]))
    heads = (
        "segment", "customers", "gain", "mean_gain", "lose", "mean_loss", "cheaper", "dearer",
        "limits",
    )  # fmt: skip
    return Table(
        head=tuple(view.words(f"across.{head}") for head in heads),
        rows=tuple(
            (text(view.segments(*pair)), *_move_cells(view, moves)) for pair, moves in ranked
        ),
        wide=True,
    )


def _move_cells(view: ComparisonView, moves: MoveFigures) -> tuple[Cell, ...]:
    words, whole = view.words, moves.customers
    gain = words.amount(Decimal(moves.mean_gain)) if moves.gainers else words.none
    loss = words.amount(Decimal(moves.mean_loss)) if moves.losers else words.none
    return (
        number(words.count(whole)),
        view.bar(moves.gainers, whole, "raise"),
        number(gain),
        view.bar(moves.losers, whole, "stop"),
        number(loss),
        number(words.share(moves.cheaper, whole)),
        number(words.share(moves.dearer, whole)),
        number(view.moves(moves.limit_old, moves.limit_new)),
    )


def actions(view: ComparisonView) -> Section:
    """Return the action by the old strategy against the action by the new."""
    words = view.words
    return Section(
        id="turn",
        title=words("turn.title"),
        short=words("turn.short"),
        says=(),
        blocks=tuple(Cards(cards=(_turn(view, line),)) for line in view.lines()),
    )


def _turn(view: ComparisonView, line: ComparedLine) -> Card:
    words, matrix = view.words, line.figures.actions
    customers = line.figures.moves.customers
    changed = _changed(matrix)
    says = words("turn.none")
    if changed:
        (old, new), most = next(iter(changed.items()))
        moved = sum(changed.values())
        says = words(
            "turn.says",
            moved=words.customers(moved),
            share=words.share(moved, customers),
            count=words.customers(most),
            old=view.action(old),
            new=view.action(new),
        )
    down = [action.value for action in SHOWN if action.value in matrix]
    across = [
        action.value
        for action in SHOWN
        if any(action.value in by_new for by_new in matrix.values())
    ]
    most = max(changed.values(), default=0)
    table = Table(
        head=(words("turn.head"), *(view.action(action) for action in across)),
        rows=tuple(
            (
                text(view.action(old)),
                *(
                    _heat(view, matrix[old].get(new, 0), most if old != new else 0)
                    for new in across
                ),
            )
            for old in down
        ),
    )
    return Card(title=line.name, says=(says,), blocks=(table,))


def _heat(view: ComparisonView, count: int, most: int) -> Cell:
    """Return a count, filled the stronger the more it is of the most; not at all for most 0."""
    if not count:
        return number(view.words.none)
    heat = percent(count * 6, most * 10) if most else ""
    return Cell(text=view.words.count(count), number=True, heat=heat)


def _changed(matrix: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, str], int]:
    """Return the counts where old and new differ, the most first."""
    found = {
        (old, new): count
        for old, by_new in matrix.items()
        for new, count in by_new.items()
        if old != new
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def terms(view: ComparisonView) -> Section:
    """Return what decides limits now, instead of what decided them."""
    words = view.words
    return Section(
        id="bind",
        title=words("bind.title"),
        short=words("bind.short"),
        says=(),
        blocks=(
            Cards(cards=tuple(_bind(view, line) for line in view.lines())),
            Note(text=words("bind.note")),
        ),
    )


def _bind(view: ComparisonView, line: ComparedLine) -> Card:
    words, customers = view.words, line.figures.moves.customers
    by_words: dict[str, Counter[str]] = defaultdict(Counter)
    for old, by_new in line.figures.decided_by.items():
        for new, count in by_new.items():
            before, after = (
                view.decided_by(name, strategy, line)
                for name, strategy in ((old, view.old), (new, view.new))
            )
            by_words[before][after] += count
    changed = _changed(by_words)
    if not changed:
        return Card(title=line.name, says=(words("bind.none"),), blocks=())
    (old, new), most = next(iter(changed.items()))
    moved = sum(changed.values())
    says = words(
        "bind.says",
        moved=words.customers(moved),
        share=words.share(moved, customers),
        old=old,
        new=new,
        count=words.customers(most),
    )
    heads = ("old", "new", "count", "share")
    table = Table(
        head=tuple(words(f"bind.{head}") for head in heads),
        rows=tuple(
            (
                text(old),
                text(new),
                number(words.count(count)),
                view.bar(count, customers, "measure"),
            )
            for (old, new), count in list(changed.items())[:CHANGES_SHOWN]
        ),
        wide=True,
    )
    rest = len(changed) - CHANGES_SHOWN
    more = (Note(text=words("bind.more", count=words.count(rest))),) if rest > 0 else ()
    return Card(title=line.name, says=(says,), blocks=(table, *more))


def reasons(view: ComparisonView) -> Section:
    """Return the reasons that customers are newly told, and no longer told."""
    words = view.words
    return Section(
        id="tell",
        title=words("tell.title"),
        short=words("tell.short"),
        says=(),
        blocks=(
            Cards(cards=tuple(_tell(view, line) for line in view.lines())),
            Note(text=words("tell.note")),
        ),
    )


def _tell(view: ComparisonView, line: ComparedLine) -> Card:
    words = view.words
    moved = {
        code: moves
        for code, moves in line.figures.reasons.items()
        if moves.appears or moves.vanishes
    }
    if not moved:
        return Card(title=line.name, says=(words("tell.none"),), blocks=())
    says = []
    first = max(moved, key=lambda code: moved[code].appears)
    last = max(moved, key=lambda code: moved[code].vanishes)
    if moved[first].appears:
        count = words.customers(moved[first].appears)
        says.append(words("tell.appears_says", reason=view.reason(first), count=count))
    if moved[last].vanishes:
        count = words.customers(moved[last].vanishes)
        says.append(words("tell.vanishes_says", reason=view.reason(last), count=count))
    most = max(max(moves.appears, moves.vanishes) for moves in moved.values())
    ranked = sorted(moved.items(), key=lambda item: -item[1].appears - item[1].vanishes)
    rows = tuple(
        (
            text(view.reason(code)),
            _counted(view, moves.appears, most, "cut"),
            _counted(view, moves.vanishes, most, "raise"),
            number(words.count(moves.stays)),
        )
        for code, moves in ranked[:CHANGES_SHOWN]
    )
    heads = ("reason", "appears", "vanishes", "stays")
    table = Table(head=tuple(words(f"tell.{head}") for head in heads), rows=rows, wide=True)
    rest = len(ranked) - CHANGES_SHOWN
    more = (Note(text=words("why.others", count=words.count(rest))),) if rest > 0 else ()
    return Card(title=line.name, says=tuple(says), blocks=(table, *more))


def _counted(view: ComparisonView, count: int, most: int, tone: str) -> Cell:
    said = view.words.count(count)
    return Cell(text=said, number=True, parts=((tone, percent(count, most), said),))


def movers(view: ComparisonView) -> Section:
    """Return the customers who move most, with what decides for them."""
    words = view.words
    return Section(
        id="mover",
        title=words("mover.title"),
        short=words("mover.short"),
        says=(
            words(
                "mover.says",
                count=words.count(MOVERS),
                currency=view.record.book.currency,
            ),
        ),
        blocks=tuple(Cards(cards=_movers(view, line)) for line in view.lines()),
    )


def _movers(view: ComparisonView, line: ComparedLine) -> tuple[Card, ...]:
    words, figures = view.words, line.figures
    heads = ("customer", "limit", "decided", "price")
    cards = tuple(
        Card(
            title=words(f"mover.{way}", line=line.name),
            says=(),
            blocks=(
                Table(
                    head=tuple(words(f"mover.{head}") for head in heads),
                    rows=tuple(_mover(view, mover, line) for mover in found),
                ),
            ),
        )
        for way, found in (("gained", figures.most_gained), ("lost", figures.most_lost))
        if found
    )
    return cards or (Card(title=line.name, says=(words("mover.nobody"),), blocks=()),)


def _mover(view: ComparisonView, mover: Mover, line: ComparedLine) -> tuple[Cell, ...]:
    words = view.words
    old, new = Decimal(mover.limit_old), Decimal(mover.limit_new)
    by = ("+" if new > old else "") + words.amount(new - old)
    action = view.action(mover.action_new)
    if mover.action_old != mover.action_new:
        action = words.moves(view.action(mover.action_old), action)
    price = words.ppm(mover.price_ppm_new)
    if mover.price_ppm_old != mover.price_ppm_new:
        price = words.moves(words.ppm(mover.price_ppm_old), price)
    return (
        Cell(
            text=mover.customer_id,
            code=True,
            note=view.segments(mover.segment_old, mover.segment_new),
        ),
        Cell(text=words.moves(words.amount(old), words.amount(new)), number=True, note=by),
        Cell(text=action, note=view.decided(mover.decided_by_old, mover.decided_by_new, line)),
        number(price),
    )
