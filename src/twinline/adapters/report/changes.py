"""What a review changes: actions, limits, expected loss and the size of tickets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from twinline.adapters.report.bars import AROUND, ROW, across, bars
from twinline.adapters.report.page import (
    Card,
    Cards,
    Cell,
    Chart,
    Note,
    Section,
    Table,
    Tile,
    Tiles,
)
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import BETTER, WORSE, counted, number, percent, text
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from twinline.adapters.report.page import Block, Spec
    from twinline.adapters.report.view import Line, View

SHOWN = (
    Action.INVITE,
    Action.RAISE,
    Action.KEEP,
    Action.CUT,
    Action.STOP,
    Action.REFER,
    Action.DECLINE,
)
"""Actions in the order of a reader's interest: gains first, then losses."""


def gains(view: View) -> Section:
    """Return who gains and who loses, line by line and on both together."""
    words = view.words
    cards = tuple(_gain(view, line) for line in view.lines())
    return Section(
        id="gains",
        title=words("gain.title"),
        short=words("gain.short"),
        says=(),
        blocks=(Cards(cards=cards), *_together(view)),
    )


def _gain(view: View, line: Line) -> Card:
    words, customers = view.words, view.figures.customers
    gained = counted(line.figures.actions, *BETTER)
    lost = counted(line.figures.actions, *WORSE)
    says = words(
        "gain.says",
        gains=words.customers(gained),
        gains_share=words.share(gained, customers),
        losses=words.customers(lost),
        losses_share=words.share(lost, customers),
    )
    return Card(title=line.name, says=(says,), blocks=(_actions(view, line),))


def _actions(view: View, line: Line) -> Chart:
    words, customers = view.words, view.figures.customers
    counts = {action: counted(line.figures.actions, action) for action in SHOWN}
    counts = {action: count for action, count in counts.items() if count}
    labels = [
        f"{words.count(count)} · {words.share(count, customers)}" for count in counts.values()
    ]
    names = [view.action(action) for action in counts]
    rows = tuple(
        (text(name), number(words.count(count)), number(words.share(count, customers)))
        for name, count in zip(names, counts.values(), strict=True)
    )
    colours = [COLOURS[action.value] for action in counts]
    most = max(counts.values(), default=1)
    return Chart(
        title=words("gain.chart", line=line.name),
        traces=(bars(names, list(counts.values()), labels, colours),),
        layout=across(most, room=1.75),
        table=Table(
            head=(words("gain.action"), words("gain.customers"), words("gain.share")), rows=rows
        ),
        height=ROW * len(counts) + AROUND,
    )


def _together(view: View) -> tuple[Block, ...]:
    words, together, customers = view.words, view.figures.together, view.figures.customers
    down = [action for action in SHOWN if together.get(action.value)]
    across = [
        action for action in SHOWN if any(counts.get(action.value) for counts in together.values())
    ]
    most = max((count for counts in together.values() for count in counts.values()), default=0)
    rows = tuple(
        (
            text(view.action(one)),
            *(
                _heat(view, together[one.value].get(other.value, 0), most, customers)
                for other in across
            ),
        )
        for one in down
    )
    table = Table(
        head=(words("gain.together_head"), *(view.action(other) for other in across)), rows=rows
    )
    first = max(
        ((one, other) for one in down for other in across),
        key=lambda pair: together[pair[0].value].get(pair[1].value, 0),
    )
    says = words(
        "gain.together_says",
        count=words.customers(most),
        share=words.share(most, customers),
        pay_later=view.action(first[0]),
        cash_loan=view.action(first[1]),
    )
    card = Card(title=words("gain.together"), says=(says,), blocks=(table,))
    return (Cards(cards=(card,)),)


def _heat(view: View, count: int, most: int, customers: int) -> Cell:
    words = view.words
    if not count:
        return number(words.none)
    return Cell(
        text=words.count(count),
        number=True,
        note=words.share(count, customers),
        heat=percent(count * 6, most * 10),
    )


def moves(view: View) -> Section:
    """Return the limits before and after, and what moved them."""
    return Section(
        id="limits",
        title=view.words("move.title"),
        short=view.words("move.short"),
        says=(),
        blocks=(Cards(cards=tuple(_move(view, line) for line in view.lines())),),
    )


def _move(view: View, line: Line) -> Card:
    words, figures = view.words, line.figures
    before, after = Decimal(figures.limit_before), Decimal(figures.effective_limit)
    if not before and not after:
        return Card(title=line.name, says=(words("move.says_none"),), blocks=())
    steps = [
        _Step("raised", Decimal(figures.raised_by), "raise"),
        _Step("invited", Decimal(figures.invited), "invite"),
        _Step("cut", -Decimal(figures.cut_by), "cut"),
        _Step("held", after - Decimal(figures.base_limit), "held"),
    ]
    steps = [step for step in steps if step.by]
    says = words(
        "move.says" if before and steps else "move.says_same" if before else "move.says_new",
        before=view.short(before),
        after=view.short(after),
        change=words.change(before, after),
        steps=words.joined(
            [words(f"move.by_{step.key}", amount=view.short(abs(step.by))) for step in steps]
        ),
    )
    tiles = Tiles(
        tiles=(
            Tile(value=view.short(before), label=words("move.before")),
            Tile(
                value=view.short(after),
                label=words("move.after"),
                note=words.change(before, after) if before else "",
            ),
        )
    )
    blocks: tuple[Block, ...] = (tiles,)
    if steps:
        blocks = (tiles, _steps(view, line, steps))
    return Card(title=line.name, says=(says,), blocks=blocks)


class _Step(NamedTuple):
    """One cause of a change of limits: its words, by how much, and its colour."""

    key: str
    by: Decimal
    tone: str


def _steps(view: View, line: Line, steps: list[_Step]) -> Chart:
    words = view.words
    moved = [(words(f"move.{step.key}"), step.by, step.tone) for step in steps]
    least = min(Decimal(0), *(by for _, by, _ in moved))
    most = max(Decimal(0), *(by for _, by, _ in moved))
    rows = tuple(
        (text(name), number(view.money(by)))
        for name, by in (
            (words("move.before"), Decimal(line.figures.limit_before)),
            *((name, by) for name, by, _ in moved),
            (words("move.after"), Decimal(line.figures.effective_limit)),
        )
    )
    trace = bars(
        [name for name, _, _ in moved],
        [float(by) for _, by, _ in moved],
        [("+" if by > 0 else "") + words.short_amount(by) for _, by, _ in moved],
        [COLOURS[tone] for _, _, tone in moved],
    )
    return Chart(
        title=words("move.chart", line=line.name),
        traces=(trace,),
        layout=across(float(most), room=1.8, least=float(least)),
        table=Table(head=(words("move.step"), words("move.amount")), rows=rows),
        height=ROW * len(moved) + AROUND,
    )


def risk(view: View) -> Section:
    """Return what can be lost, before and after."""
    words, figures = view.words, view.figures
    pools = [
        _Pool(
            line.name,
            Decimal(line.figures.limit_before),
            Decimal(line.figures.effective_limit),
            Decimal(line.figures.expected_loss_before),
            Decimal(line.figures.expected_loss),
        )
        for line in view.lines()
    ]
    both = _Pool(
        words.titled("line.both"),
        sum((pool.limit_before for pool in pools), Decimal(0)),
        sum((pool.limit_after for pool in pools), Decimal(0)),
        Decimal(figures.expected_loss_before),
        Decimal(figures.expected_loss),
    )
    says = words(
        "risk.says",
        before=view.short(both.loss_before),
        after=view.short(both.loss_after),
        change=words.change(both.loss_before, both.loss_after),
        ratio_before=words.share(both.loss_before, both.limit_before),
        ratio_after=words.share(both.loss_after, both.limit_after),
    )
    chart = Chart(
        title=words("risk.chart"),
        traces=(
            _losses(view, "before", {pool.name: pool.loss_before for pool in pools}),
            _losses(view, "after", {pool.name: pool.loss_after for pool in pools}),
        ),
        layout={**across(_widest(pools), room=1.35), "barmode": "group"},
        table=_losses_table(view, [*pools, both]),
        height=2 * 2 * ROW,
        keys=_keys(view, "before", "after"),
    )
    card = Card(
        title=words.titled("line.both"),
        says=(says,),
        blocks=(chart, Note(text=words("risk.note"))),
    )
    return Section(
        id="risk",
        title=words("risk.title"),
        short=words("risk.short"),
        says=(),
        blocks=(Cards(cards=(card,)),),
    )


class _Pool(NamedTuple):
    """One line, or both: limits and expected loss, before and after."""

    name: str
    limit_before: Decimal
    limit_after: Decimal
    loss_before: Decimal
    loss_after: Decimal


def _widest(pools: list[_Pool]) -> float:
    return float(max(Decimal(1), *(max(pool.loss_before, pool.loss_after) for pool in pools)))


def _losses_table(view: View, pools: list[_Pool]) -> Table:
    words = view.words
    heads = ("line", "limits_before", "limits_after", "before", "after", "ratio")
    return Table(
        head=tuple(words(f"risk.{head}") for head in heads),
        rows=tuple(
            (
                text(pool.name),
                *(number(view.money(amount)) for amount in pool[1:]),
                number(words.share(pool.loss_after, pool.limit_after)),
            )
            for pool in pools
        ),
    )


def _losses(view: View, key: str, losses: dict[str, Decimal]) -> Spec:
    return bars(
        list(losses),
        [float(loss) for loss in losses.values()],
        [view.words.short_amount(loss) for loss in losses.values()],
        [COLOURS[key]] * len(losses),
    )


def _keys(view: View, *keys: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, view.words(f"move.{key}")) for key in keys)


def tickets(view: View) -> Section:
    """Return how large the limits are and how much the largest hold."""
    return Section(
        id="tickets",
        title=view.words("ticket.title"),
        short=view.words("ticket.short"),
        says=(),
        blocks=(Cards(cards=tuple(_ticket(view, line) for line in view.lines())),),
    )


def _ticket(view: View, line: Line) -> Card:
    words, figures = view.words, line.figures
    held = sum(count for band, count in figures.limits_after.items() if Decimal(band))
    if not held:
        return Card(title=line.name, says=(words("ticket.says_none"),), blocks=())
    mean, largest = view.money(Decimal(figures.mean_limit)), view.money(figures.largest_limit)
    hundredth = words.ppm(figures.largest_hundredth_ppm)
    says = words(
        "ticket.says",
        held=words.lines(held),
        mean=mean,
        largest=largest,
        hundredth=hundredth,
    )
    tiles = Tiles(
        tiles=(
            Tile(value=mean, label=words("tile.mean")),
            Tile(value=largest, label=words("tile.largest")),
            Tile(value=hundredth, label=words("tile.hundredth")),
        )
    )
    return Card(title=line.name, says=(says,), blocks=(tiles, _sizes(view, line)))


def _sizes(view: View, line: Line) -> Chart:
    words, figures = view.words, line.figures
    before = {Decimal(band): count for band, count in figures.limits_before.items()}
    after = {Decimal(band): count for band, count in figures.limits_after.items()}
    bands = _bands(before.keys() | after.keys())
    names = {
        band: words.band(words.short_amount(band), words.short_amount(following(band)))
        if band
        else words("ticket.zero")
        for band in (Decimal(0), *bands)
    }
    told = [
        (key, counts)
        for key, counts in (("before", before), ("after", after))
        if any(counts.get(band) for band in bands)
    ]
    rows = tuple(
        (
            text(names[band]),
            number(words.count(before.get(band, 0))),
            number(words.count(after.get(band, 0))),
        )
        for band in (Decimal(0), *bands)
        if band or band in before or band in after
    )
    traces = [
        bars(
            [names[band] for band in bands],
            [counts.get(band, 0) for band in bands],
            [words.count(counts.get(band, 0)) for band in bands],
            [COLOURS[key]] * len(bands),
        )
        for key, counts in told
    ]
    most = max([1, *(counts.get(band, 0) for counts in (before, after) for band in bands)])
    return Chart(
        title=words("ticket.chart", line=line.name),
        traces=tuple(traces),
        layout={**across(most, room=1.2), "barmode": "group"},
        table=Table(
            head=(words("ticket.band"), words("ticket.before"), words("ticket.after")), rows=rows
        ),
        height=(24 * len(traces) + 10) * len(bands) + AROUND,
        keys=_keys(view, *(key for key, _ in told)),
    )


def _bands(found: set[Decimal]) -> list[Decimal]:
    """Return every band from the first to the last that is not zero, the empty ones too."""
    positive = sorted(band for band in found if band)
    if not positive:
        return []
    bands = [positive[0]]
    while bands[-1] < positive[-1]:
        bands.append(following(bands[-1]))
    return bands


def following(band: Decimal) -> Decimal:
    """Return the next of 1, 2, 5, 10, 20, 50, ..."""
    return band * (Decimal("2.5") if band.as_tuple().digits[0] == 2 else 2)  # noqa: PLR2004 - 2, 5
