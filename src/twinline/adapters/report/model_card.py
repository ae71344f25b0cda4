"""The model card of a training, as a page and as Markdown: the same sections, tables and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.page import Cell, Note, Page, Section, Table, Tile, Tiles, render
from twinline.adapters.report.view import number, percent, text
from twinline.adapters.report.words import Words
from twinline.app.book import PROTECTED_PREFIX
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.adapters.report.page import Block
    from twinline.app.train_record import Band, CandidateFacts, Fit, ModelFacts, TrainRecord
    from twinline.portfolio.fairness import LineFairness

PPM = 1_000_000
NONE = "–"  # noqa: RUF001 - a dash for an empty cell
HTML, MARKDOWN = "model_card.html", "model_card.md"
MODEL_NAMES = {"scorecard": "Scorecard", "challenger": "Challenger"}


def model_card(record: TrainRecord) -> dict[str, bytes]:
    """Return the card's files by name."""
    page = _page(record)
    return {HTML: render(page, Words("en")), MARKDOWN: _markdown(page).encode()}


def _page(record: TrainRecord) -> Page:
    card, challenger = (record.models[name].unseen for name in MODEL_NAMES)
    return Page(
        title=f"Model card: {record.strategy} {record.strategy_version}",
        eyebrow="Twinline model card",
        heading=f"{record.strategy} {record.strategy_version}, learned from {record.book.path}",
        lead=(
            "A scorecard in whole points that decides, and a challenger of boosted trees that "
            "decides nothing. Figures are of customers a model has not seen, unless they say "
            "otherwise."
        ),
        split=(),
        facts=_facts(record),
        tiles=Tiles(
            tiles=(
                Tile(value=_digits(card.auc_ppm, 4), label="AUC, scorecard", note="not seen"),
                Tile(
                    value=_digits(challenger.auc_ppm, 4), label="AUC, challenger", note="not seen"
                ),
                Tile(value=_percent(record.defaulted, record.learned_from), label="bad rate"),
                Tile(value=f"{record.learned_from:,}", label="customers learned from"),
            )
        ),
        sections=tuple(_sections(record)),
        foot=f"Twinline {record.twinline_version}. The figures stand in training.json.",
    )


def _facts(record: TrainRecord) -> tuple[tuple[str, str], ...]:
    book = record.book
    return (
        ("book", f"{book.path}, {book.rows:,} customers, {book.currency}"),
        ("SHA-256 of the book", book.sha256),
        ("as of", book.as_of_on.isoformat()),
        ("outcome not known", f"{record.outcome_unknown:,}"),
        ("left out, a feature in doubt", f"{record.in_doubt:,}"),
        ("folds, seed", f"{record.folds}, {record.seed}"),
        ("logic of the strategy", record.logic_hash),
        ("SHA-256 of the trees", record.trees_sha256),
    )


def _sections(record: TrainRecord) -> Iterator[Section]:
    yield _section("worth", "What the models are worth", _worth_says(record), _worth(record))
    yield _section("folds", "The same everywhere in the book?", FOLD_SAYS, *_folds(record))
    yield _section("calibration", "Predicted and observed", BAND_SAYS, *_calibrations(record))
    yield _section("points", "The scorecard", POINT_SAYS, _points(record))
    yield _section("probability", "Probability of default by score", PD_SAYS, *_pds(record))
    yield _section("features", "Features", FEATURE_SAYS, _features(record), _left_out(record))
    yield _section("fairness", "Fairness", FAIR_SAYS, *_fairness(record))
    yield _section("use", "What it is for", _use_says(record))


FOLD_SAYS = (
    "AUC is of each fold by models learned from the others. PSI compares the final model's "
    "scores of the fold with those of the others, in tenths of the others, frozen. Two groups "
    "of this size drawn from one population stay below the bound 19 times in 20, so the bound "
    "and not a fixed 0.10 tells drift from chance."
)
BAND_SAYS = (
    "Tenths of the customers by score, worst first. The bar is what came, the mark what was "
    "predicted. If the prediction is right, what comes lies in the range 19 times in 20."
)
POINT_SAYS = (
    "Score = base + the points of one row for each feature. 600 points stand for 50 goods to "
    "1 bad, 20 more double the odds. Amounts are yuan."
)
PD_SAYS = "A band starts at its score. The table never rises with the score."
FEATURE_SAYS = (
    "Information value with the trend that was asked for, and with the trend optbinning chooses "
    "freely. Where the second is larger and the trend turns round, part of what the feature says "
    "is not used: a person must be able to tell which way is better."
)
AGAINST_SAYS = (
    "A feature is out as against its trend where, beside the others, more of what is worse would "
    "have brought points."
)
FAIR_SAYS = (
    "Protected attributes enter no feature; here alone they are looked at, after the whole "
    "book was decided by the new strategy. A share below four fifths of the best group's is "
    "marked. That is a screening, not a verdict: it says where to look. Groups under 100 "
    "people are shown and not compared."
)


def _section(anchor: str, title: str, says: str | Sequence[str], *blocks: Block) -> Section:
    paragraphs = (says,) if isinstance(says, str) else tuple(says)
    return Section(
        id=anchor, title=title, short=anchor.capitalize(), says=paragraphs, blocks=blocks
    )


def _worth_says(record: TrainRecord) -> str:
    card, challenger = (record.models[name].unseen.auc_ppm for name in MODEL_NAMES)
    apart = _digits(abs(challenger - card), 4)
    word = "ahead of" if challenger > card else "behind"
    return (
        f"On customers not seen, the challenger is {apart} of AUC {word} the scorecard. Figures "
        "of customers seen flatter a model; they stand here for comparison."
    )


def _worth(record: TrainRecord) -> Table:
    rows = [
        (text(f"{MODEL_NAMES[name]}, {word}"), *_fit_cells(fit))
        for name, facts in record.models.items()
        for word, fit in (("not seen", facts.unseen), ("seen", facts.seen))
    ]
    return Table(head=("customers", "AUC", "KS", "Gini", "Brier"), rows=tuple(rows))


def _fit_cells(fit: Fit) -> Iterator[Cell]:
    for ppm in (fit.auc_ppm, fit.ks_ppm, fit.gini_ppm, fit.brier_ppm):
        yield number(_digits(ppm, 4))


def _folds(record: TrainRecord) -> Iterator[Table]:
    for name, facts in record.models.items():
        rows = [
            (
                text(str(place)),
                number(f"{fold.customers:,}"),
                number(_digits(fold.auc_ppm, 4)),
                number(_digits(fold.psi_ppm, 4)),
                number(_digits(fold.psi_by_chance_ppm, 4)),
                text("above chance" if fold.psi_ppm > fold.psi_by_chance_ppm else "alike"),
            )
            for place, fold in enumerate(facts.folds, 1)
        ]
        yield Table(
            head=("fold", "customers", "AUC", "PSI", "bound", ""),
            rows=tuple(rows),
            caption=MODEL_NAMES[name],
        )


def _calibrations(record: TrainRecord) -> Iterator[Table]:
    for name, facts in record.models.items():
        yield _calibration(MODEL_NAMES[name], facts)


def _calibration(name: str, facts: ModelFacts) -> Table:
    most = max(max(band.observed_ppm, band.predicted_ppm) for band in facts.calibration) or 1
    return Table(
        head=("score", "customers", "predicted", "observed", "range", ""),
        rows=tuple(_band_row(band, most) for band in facts.calibration),
        caption=name,
    )


def _band_row(band: Band, most: int) -> tuple[Cell, ...]:
    inside = band.least_ppm <= band.observed_ppm <= band.greatest_ppm
    observed = Cell(
        text=_percent(band.observed_ppm),
        number=True,
        parts=(("accent", percent(band.observed_ppm, most), _percent(band.observed_ppm)),),
        mark=percent(band.predicted_ppm, most),
    )
    return (
        text(f"{band.score_least} to {band.score_greatest}"),
        number(f"{band.customers:,}"),
        number(_percent(band.predicted_ppm)),
        observed,
        number(f"{_percent(band.least_ppm)} to {_percent(band.greatest_ppm)}"),
        text("" if inside else "outside"),
    )


def _points(record: TrainRecord) -> Table:
    words = {each.name: each.en for each in record.candidates}
    rows = [(text("base"), text(""), number(str(record.score_base)), text(""))]
    before = ""
    for feature, special, start, below, points, reason in record.scorecard:
        named = feature != before
        before = feature
        rows.append(
            (
                Cell(text=words[feature], note=feature) if named else text(""),
                text(_span(special, start, below)),
                number(points),
                Cell(text=reason, code=bool(reason)),
            )
        )
    return Table(head=("feature", "value", "points", "reason"), rows=tuple(rows))


def _span(special: str, start: str, below: str) -> str:
    """Return which values a row of the scorecard is for."""
    if special:
        return special if special == "missing" else f"exactly {special}"
    if start and below:
        return f"{start} to below {below}"
    return f"{start} and more" if start else f"below {below}" if below else "any"


def _pds(record: TrainRecord) -> Iterator[Table]:
    for name, facts in record.models.items():
        rows = [(text(str(score)), number(_percent(pd))) for score, pd in facts.pd]
        yield Table(head=("score from", "PD"), rows=tuple(rows), caption=MODEL_NAMES[name])


def _features(record: TrainRecord) -> Table:
    return Table(
        head=("feature", "lawful basis", "risk", "IV one way", "IV freely", "missing", "card"),
        rows=tuple(_feature_row(each) for each in record.candidates),
    )


def _feature_row(each: CandidateFacts) -> tuple[Cell, ...]:
    turns = Cell(text=_digits(each.iv_automatic_ppm, 3), number=True, tag="turns", tone="worse")
    freely = number(_digits(each.iv_automatic_ppm, 3)) if each.monotone else turns
    return (
        Cell(text=each.en, note=f"{each.name} · {each.zh}"),
        text(each.basis.value.replace("_", " ")),
        text(each.risk),
        number(_digits(each.iv_fixed_ppm, 3)),
        freely,
        number(f"{each.missing:,}"),
        text("in" if not each.left_out else f"out: {each.left_out}"),
    )


def _left_out(record: TrainRecord) -> Note:
    if any(each.left_out == "against its trend" for each in record.candidates):
        return Note(text=AGAINST_SAYS)
    return Note(text="No feature was turned round by the others.")


def _fairness(record: TrainRecord) -> Iterator[Block]:
    for attribute, groups in record.fairness.items():
        rows = [
            (
                text(name),
                number(f"{group.customers:,}"),
                number(_percent(group.defaulted, group.outcome_known)),
                number(NONE if group.auc_ppm is None else _digits(group.auc_ppm, 3)),
                *_line_cells(group.pay_later, record.book.currency),
                *_line_cells(group.cash_loan, record.book.currency),
            )
            for name, group in groups.items()
        ]
        yield Table(
            head=(
                *("group", "people", "bad rate", "AUC"),
                *("pay-later kept or better", "mean limit", "mean price"),
                *("cash loan kept or better", "mean limit", "mean price"),
            ),
            rows=tuple(rows),
            caption=attribute.removeprefix(PROTECTED_PREFIX).replace("_", " "),
        )
    if not record.fairness:
        yield Note(text="The book holds no protected attribute, so nothing could be compared.")


def _line_cells(line: LineFairness, currency: str) -> Iterator[Cell]:
    yield Cell(
        text=_percent(line.favourable_ppm),
        number=True,
        tag="below four fifths" if line.below_four_fifths else "",
        tone="worse",
    )
    limit = line.limit_mean_minor
    yield number(NONE if limit is None else format_money(limit, currency, grouped=True))
    yield number(NONE if line.price_mean_ppm is None else _percent(line.price_mean_ppm))


KNOWN_SAYS = (
    "Outcomes are known only of customers who had a line. Who was declined before is not in the "
    "book, and the models know nothing of them."
)
CASES_SAYS = "The old strategy's cases.jsonl was left out: its outcomes were the old card's."


def _use_says(record: TrainRecord) -> tuple[str, ...]:
    rank = (
        f"The models rank customers like those of the book on {record.book.as_of_on} by whether "
        "they default in the months that followed. They were not tried on another time, place or "
        "lender; hold the next book against this one before trusting them there."
    )
    return rank, KNOWN_SAYS, *([CASES_SAYS] if record.cases_left_out else [])


def _markdown(page: Page) -> str:
    lines = [f"# {page.title}", "", page.lead, ""]
    lines += [f"- {name}: {value}" for name, value in page.facts]
    for section in page.sections:
        lines += ["", f"## {section.title}", ""]
        lines += ["\n\n".join(section.says)]
        for block in section.blocks:
            lines += ["", *_block_lines(block)]
    return "\n".join([*lines, "", page.foot, ""])


def _block_lines(block: Block) -> list[str]:
    if isinstance(block, Note):
        return [block.text]
    assert isinstance(block, Table), "a model card is made of tables and notes"
    head = [f"**{block.caption}**", ""] if block.caption else []
    rules = ["---:" if right else "---" for right in block.numbers]
    rows = [[_cell_text(cell) for cell in row] for row in block.rows]
    return head + [f"| {' | '.join(row)} |" for row in (list(block.head), rules, *rows)]


def _cell_text(cell: Cell) -> str:
    words = [cell.text, f"({cell.note})" if cell.note else "", f"({cell.tag})" if cell.tag else ""]
    return " ".join(filter(None, words)).replace("|", "\\|")


def _digits(ppm: int, digits: int) -> str:
    return f"{ppm / PPM:.{digits}f}"


def _percent(part: int, whole: int = PPM) -> str:
    return f"{part / whole:.1%}" if whole else NONE
