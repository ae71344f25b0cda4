"""The model card of a training, as a page and as Markdown: the same sections, tables and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinline.adapters.report.page import (
    Card,
    Cards,
    Cell,
    Note,
    Page,
    Section,
    Table,
    Tile,
    Tiles,
    render,
)
from twinline.adapters.report.parity import in_order
from twinline.adapters.report.view import number, percent, text
from twinline.adapters.report.words import Words
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.adapters.report.page import Block
    from twinline.app.review_ports import Language
    from twinline.app.train_record import Band, CandidateFacts, Fit, ModelFacts, TrainRecord
    from twinline.portfolio.fairness import LineFairness

PPM = 1_000_000
HTML, MARKDOWN = "model_card.html", "model_card.md"
MODELS = ("scorecard", "challenger")
LINES = ("pay_later", "cash_loan")


def model_card(record: TrainRecord, lang: Language) -> dict[str, bytes]:
    """Return the card's files by name."""
    words = Words(lang)
    page = _CardPage(record=record, words=words).page()
    return {HTML: render(_carded(page), words), MARKDOWN: _markdown(page).encode()}


def _carded(page: Page) -> Page:
    """Return a page whose tables stand on cards, two beside each other where there is room."""
    return replace(page, sections=tuple(_on_cards(section) for section in page.sections))


def _on_cards(section: Section) -> Section:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    rest = tuple(block for block in section.blocks if not isinstance(block, Table))
    cards = [
        Card(title=each.caption, says=(), blocks=(replace(each, caption=""),)) for each in tables
    ]
    rows = [cards] if all(len(each.head) < WIDE for each in tables) else [[each] for each in cards]
    blocks = tuple(Cards(cards=tuple(row)) for row in rows if row)
    return replace(section, blocks=(*blocks, *rest))


WIDE = 6
"""A table of so many columns needs the page's whole width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CardPage:
    """A training to be shown."""

    record: TrainRecord
    words: Words

    def page(self) -> Page:
        """Return the card as a page of notes and tables."""
        words, record = self.words, self.record
        strategy = f"{record.strategy} {record.strategy_version}"
        unseen = {name: record.models[name].unseen for name in MODELS}
        return Page(
            title=words("card.title", strategy=strategy),
            eyebrow=words("card.eyebrow"),
            heading=words("card.heading", strategy=strategy, book=record.book.path),
            lead=words("card.lead"),
            split=(),
            facts=self._facts(),
            tiles=Tiles(
                tiles=(
                    *(
                        Tile(
                            value=_digits(fit.auc_ppm, 4),
                            label=words("card.tile_auc", model=words(f"card.{name}")),
                            note=words("card.not_seen"),
                        )
                        for name, fit in unseen.items()
                    ),
                    Tile(
                        value=words.share(record.defaulted, record.learned_from),
                        label=words("card.bad_rate"),
                    ),
                    Tile(value=words.count(record.learned_from), label=words("card.learned")),
                )
            ),
            sections=tuple(self._sections()),
            foot=words("card.foot", version=record.twinline_version),
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        words, record, book = self.words, self.record, self.record.book
        facts = {
            "book": words(
                "card.book_says",
                book=book.path,
                customers=words.customers(book.rows),
                currency=book.currency,
            ),
            "book_hash": book.sha256,
            "as_of": book.as_of_on.isoformat(),
            "unknown": words.count(record.outcome_unknown),
            "doubt": words.count(record.in_doubt),
            "folds": words("card.folds_says", folds=str(record.folds), seed=str(record.seed)),
            "logic": record.logic_hash,
            "trees": record.trees_sha256,
        }
        return tuple((words(f"card.{key}"), value) for key, value in facts.items())

    def _sections(self) -> Iterator[Section]:
        says = self.words
        yield self._section("worth", self._worth_says(), self._worth())
        yield self._section("same", says("card.same_says"), *self._folds())
        yield self._section("band", says("card.band_says"), *self._calibrations())
        yield self._section("points", says("card.points_says"), self._points())
        yield self._section("pd", says("card.pd_says"), *self._pds())
        yield self._section(
            "features", says("card.features_says"), self._features(), self._left_out()
        )
        yield self._section("fair", says("card.fair_says"), *self._fairness())
        yield self._section("use", tuple(self._use_says()))

    def _section(self, key: str, says: str | Sequence[str], *blocks: Block) -> Section:
        paragraphs = (says,) if isinstance(says, str) else tuple(says)
        return Section(
            id=key,
            title=self.words(f"card.{key}"),
            short=self.words(f"card.{key}_short"),
            says=paragraphs,
            blocks=blocks,
        )

    def _heads(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.words(f"card.{key}") for key in keys)

    def _worth_says(self) -> str:
        card, challenger = (self.record.models[name].unseen.auc_ppm for name in MODELS)
        key = "card.ahead" if challenger > card else "card.behind"
        apart = self.words(key, apart=_digits(abs(challenger - card), 4))
        return self.words.sentences(apart, self.words("card.flatter"))

    def _worth(self) -> Table:
        words = self.words
        rows = [
            (
                text(words("card.fit", model=words(f"card.{name}"), seen=words(f"card.{seen}"))),
                *_fit_cells(fit),
            )
            for name, facts in self.record.models.items()
            for seen, fit in (("not_seen", facts.unseen), ("seen", facts.seen))
        ]
        head = (words("card.customers"), "AUC", "KS", "Gini", "Brier")
        return Table(head=head, rows=tuple(rows))

    def _folds(self) -> Iterator[Table]:
        words = self.words
        for name, facts in self.record.models.items():
            rows = [
                (
                    text(str(place)),
                    number(words.count(fold.customers)),
                    number(_digits(fold.auc_ppm, 4)),
                    number(_digits(fold.psi_ppm, 4)),
                    number(_digits(fold.psi_by_chance_ppm, 4)),
                    text(
                        words(
                            "card.beyond"
                            if fold.psi_ppm > fold.psi_by_chance_ppm
                            else "card.alike"
                        )
                    ),
                )
                for place, fold in enumerate(facts.folds, 1)
            ]
            fold, customers, bound, told = self._heads("fold", "customers", "bound", "told")
            yield Table(
                head=(fold, customers, "AUC", "PSI", bound, told),
                rows=tuple(rows),
                caption=words(f"card.{name}"),
            )

    def _calibrations(self) -> Iterator[Table]:
        for name, facts in self.record.models.items():
            yield self._calibration(name, facts)

    def _calibration(self, name: str, facts: ModelFacts) -> Table:
        bands = facts.calibration
        most = max(max(band.observed_ppm, band.predicted_ppm) for band in bands) or 1
        return Table(
            head=self._heads("score", "customers", "predicted", "observed", "range", "told"),
            rows=tuple(self._band_row(band, most) for band in bands),
            caption=self.words(f"card.{name}"),
        )

    def _band_row(self, band: Band, most: int) -> tuple[Cell, ...]:
        words = self.words
        inside = band.least_ppm <= band.observed_ppm <= band.greatest_ppm
        seen = words.share(band.observed_ppm, PPM)
        observed = Cell(
            text=seen,
            number=True,
            parts=(("measure", percent(band.observed_ppm, most), seen),),
            mark=percent(band.predicted_ppm, most),
        )
        ends = [words.share(ppm, PPM) for ppm in (band.least_ppm, band.greatest_ppm)]
        return (
            text(words.band(str(band.score_least), str(band.score_greatest))),
            number(words.count(band.customers)),
            number(words.share(band.predicted_ppm, PPM)),
            observed,
            number(words.band(*ends)),
            text(words("card.inside" if inside else "card.outside")),
        )

    def _points(self) -> Table:
        names = {each.name: self.words.own(each.en, each.zh) for each in self.record.candidates}
        base = text(self.words("card.base"))
        rows = [(base, text(""), number(str(self.record.score_base)), text(""))]
        before = ""
        for feature, special, start, below, points, reason in self.record.scorecard:
            named = feature != before
            before = feature
            rows.append(
                (
                    Cell(text=names[feature], note=feature) if named else text(""),
                    text(self._span(special, start, below)),
                    number(points),
                    Cell(text=reason, code=bool(reason)),
                )
            )
        return Table(head=self._heads("feature", "value", "point", "reason"), rows=tuple(rows))

    def _span(self, special: str, start: str, below: str) -> str:
        """Return which values a row of the scorecard is for."""
        words = self.words
        if special:
            missing = special == "missing"
            return words("card.missing") if missing else words("card.exactly", value=special)
        if start and below:
            return words("card.between", start=start, below=below)
        if start:
            return words("card.from", start=start)
        return words("card.below", below=below) if below else words("card.any")

    def _pds(self) -> Iterator[Table]:
        words = self.words
        for name, facts in self.record.models.items():
            rows = [(text(str(score)), number(words.share(pd, PPM))) for score, pd in facts.pd]
            head = self._heads("from_score", "rate")
            yield Table(head=head, rows=tuple(rows), caption=words(f"card.{name}"))

    def _features(self) -> Table:
        keys = ("feature", "basis", "risk", "one_way", "freely", "lacking", "in_card")
        return Table(
            head=self._heads(*keys),
            rows=tuple(self._feature_row(each) for each in self.record.candidates),
        )

    def _feature_row(self, each: CandidateFacts) -> tuple[Cell, ...]:
        words, freely = self.words, number(_digits(each.iv_automatic_ppm, 3))
        if not each.monotone:
            freely = replace(freely, tag=words("card.turns"), tone="flag")
        used = words("card.used")
        if each.left_out:
            used = words("card.left_out", why=words(f"why_out.{each.left_out}"))
        return (
            Cell(text=words.own(each.en, each.zh), note=each.name),
            text(words(f"basis.{each.basis.value}")),
            text(words(f"trend.{each.risk}")),
            number(_digits(each.iv_fixed_ppm, 3)),
            freely,
            number(words.count(each.missing)),
            text(used),
        )

    def _left_out(self) -> Note:
        turned = any(each.left_out == "against its trend" for each in self.record.candidates)
        return Note(text=self.words("card.turned" if turned else "card.not_turned"))

    def _fairness(self) -> Iterator[Block]:
        words, record = self.words, self.record
        for attribute, groups in record.fairness.items():
            rows = [
                (
                    text(words.name(name)),
                    number(words.count(group.customers)),
                    number(words.share(group.defaulted, group.outcome_known)),
                    number(words.none if group.auc_ppm is None else _digits(group.auc_ppm, 3)),
                    *self._line_cells(group.pay_later, record.book.currency),
                    *self._line_cells(group.cash_loan, record.book.currency),
                )
                for name, group in in_order(groups).items()
            ]
            measures = ("favourable", "mean_limit", "mean_price")
            by_line = (
                words(f"card.{measure}", line=words.titled(f"line.{line}"))
                for line in LINES
                for measure in measures
            )
            yield Table(
                head=(*self._heads("group", "customers", "bad_rate"), "AUC", *by_line),
                rows=tuple(rows),
                caption=words.name(attribute),
            )
        if not record.fairness:
            yield Note(text=words("card.fair_none"))

    def _line_cells(self, line: LineFairness, currency: str) -> Iterator[Cell]:
        words, limit, price = self.words, line.limit_mean_minor, line.price_mean_ppm
        yield Cell(
            text=words.share(line.favourable_ppm, PPM),
            number=True,
            tag=words("card.fifths") if line.below_four_fifths else "",
            tone="flag",
        )
        yield number(words.none if limit is None else format_money(limit, currency, grouped=True))
        yield number(words.none if price is None else words.share(price, PPM))

    def _use_says(self) -> Iterator[str]:
        day = self.record.book.as_of_on.isoformat()
        yield self.words("card.use_says", day=day)
        yield self.words("card.use_known")
        if self.record.cases_left_out:
            yield self.words("card.use_cases")


def _fit_cells(fit: Fit) -> Iterator[Cell]:
    for ppm in (fit.auc_ppm, fit.ks_ppm, fit.gini_ppm, fit.brier_ppm):
        yield number(_digits(ppm, 4))


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
