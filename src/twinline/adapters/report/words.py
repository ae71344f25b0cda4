"""The words of a page in one language, and numbers as that language writes them."""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from twinline.app.vocabulary import vocabulary_text

if TYPE_CHECKING:
    from twinline.app.review_ports import Language

PPM = 1_000_000
SHORT_DIGITS = 3
MINUS = "−"  # noqa: RUF001 - a minus sign, as wide as a plus


class _Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    percent: str
    tiny: str
    unknown: str
    none: str
    money: str
    range: str
    change: str
    parts: str
    sentences: str
    customer_one: str
    customer_many: str
    line_one: str
    line_many: str
    units: list[tuple[int, str]]
    scaled: str


class Words:
    """One language: `word("section.key", place=...)`, and amounts, shares and counts as text."""

    def __init__(self, language: Language) -> None:
        """Read the language's table."""
        self.language = language
        table = tomllib.loads(table_text(language))
        self._format = msgspec.convert(table.pop("format"), _Format)
        self._names: dict[str, str] = table.pop("name")
        self._words: dict[str, dict[str, str]] = table

    def __call__(self, key: str, **places: str) -> str:
        """Return the words of "section.key" with its places filled."""
        section, _, name = key.partition(".")
        return self._words[section][name].format(**places)

    def titled(self, key: str) -> str:
        """Return words of the shared vocabulary as they stand alone, with a capital.

        >>> Words("en").titled("action.cut"), Words("zh").titled("action.cut")
        ('Cut', '降额')
        """
        return capital(self(key))

    def own(self, en: str, zh: str) -> str:
        """Return what a strategy says in two languages, in this one."""
        return zh if self.language == "zh" else en

    def name(self, own: str) -> str:
        """Return a name of a book in this language, as it is if it has none."""
        return self._names.get(own, own) or self._format.unknown

    @property
    def unknown(self) -> str:
        """Return what stands for a value that is not known."""
        return self._format.unknown

    @property
    def none(self) -> str:
        """Return what stands where there is nothing to say."""
        return self._format.none

    def count(self, number: int) -> str:
        """Return a whole number in groups of three.

        >>> Words("en").count(24000)
        '24,000'
        """
        return f"{number:,}".replace("-", MINUS)

    def customers(self, number: int) -> str:
        """Return a number of customers.

        >>> Words("en").customers(1), Words("zh").customers(24000)
        ('1 customer', '24,000 位客户')
        """
        form = self._format.customer_one if number == 1 else self._format.customer_many
        return form.format(number=self.count(number))

    def lines(self, number: int) -> str:
        """Return a number of credit lines."""
        form = self._format.line_one if number == 1 else self._format.line_many
        return form.format(number=self.count(number))

    def share(self, part: int | Decimal, whole: int | Decimal, *, signed: bool = False) -> str:
        """Return part of whole in percent with one decimal.

        >>> Words("en").share(1, 3), Words("en").share(1, 3000), Words("en").share(0, 3)
        ('33.3%', '<0.1%', '0.0%')
        """
        if not whole:
            return self._format.none
        percent = _tenths(Decimal(part) * 100 / Decimal(whole))
        if part and not percent:
            return self._format.tiny
        return self._format.percent.format(number=_signed(percent, ",f", signed=signed))

    def ppm(self, ppm: int | None) -> str:
        """Return parts per million as a percentage with up to two decimals.

        >>> Words("en").ppm(240_000), Words("en").ppm(162_964)
        ('24%', '16.3%')
        """
        if ppm is None:
            return self._format.none
        percent = _tenths(Decimal(ppm) * 100 / PPM)
        return self._format.percent.format(number=f"{percent:f}".removesuffix(".0"))

    def ratio(self, ppm: int | None) -> str:
        """Return parts per million as a ratio with three decimals, such as an AUC."""
        if ppm is None:
            return self._format.none
        return f"{(Decimal(ppm) / PPM).quantize(Decimal('0.001'), ROUND_HALF_UP)}"

    def money(self, amount: Decimal, currency: str) -> str:
        r"""Return an amount with its currency, whole from a thousand up.

        >>> words = Words("en")
        >>> words.money(Decimal("730000.00"), "TWD"), words.money(Decimal("9.5"), "CNY")
        ('TWD\xa0730,000', 'CNY\xa09.50')
        """
        return self._format.money.format(currency=currency, number=self.amount(amount))

    def amount(self, amount: Decimal) -> str:
        """Return an amount without its currency, whole where that loses nothing that shows."""
        whole = amount == amount.to_integral_value() or abs(amount) >= 1000  # noqa: PLR2004 - here
        digits = Decimal(1) if whole else Decimal("0.01")
        return f"{amount.quantize(digits, ROUND_HALF_UP):,f}".replace("-", MINUS)

    def short_money(self, amount: Decimal, currency: str) -> str:
        r"""Return an amount to three digits in the language's large units.

        >>> Words("en").short_money(Decimal("4011359680.00"), "TWD")
        'TWD\xa04.01\xa0bn'
        >>> Words("zh").short_money(Decimal("31942800.00"), "TWD")
        'TWD\xa03,194\xa0万'
        """
        number = self.short_amount(amount)
        return self._format.money.format(currency=currency, number=number)

    def short_amount(self, amount: Decimal) -> str:
        """Return an amount to three digits in the language's large units, no currency."""
        for power, unit in self._format.units:
            if abs(amount) >= 10**power:
                scaled = amount / 10**power
                rounded = scaled.quantize(_three_digits(scaled), ROUND_HALF_UP)
                if rounded == scaled:
                    rounded = rounded.quantize(_last_digit(rounded))
                number = f"{rounded:,f}".replace("-", MINUS)
                return self._format.scaled.format(number=number, unit=unit)
        return self.amount(amount)

    def change(self, before: Decimal, after: Decimal) -> str:
        """Return by how many percent an amount changed, with its sign."""
        return self.share(after - before, before, signed=True)

    def moves(self, before: str, after: str) -> str:
        """Return "before → after"."""
        return self._format.change.format(before=before, after=after)

    def band(self, least: str, most: str) -> str:
        """Return a band in words."""
        return self._format.range.format(least=least, most=most)

    def joined(self, parts: list[str]) -> str:
        """Return parts of a sentence in a row."""
        return self._format.parts.join(parts)

    def sentences(self, *sentences: str) -> str:
        """Return sentences as one paragraph."""
        return self._format.sentences.join(sentences)

    def dotted(self, parts: list[str]) -> str:
        """Return what stands side by side, with dots between."""
        return " · ".join(parts)


def capital(words: str) -> str:
    """Return words as they stand alone, with a capital."""
    return words[:1].upper() + words[1:]


def table_text(language: Language) -> str:
    """Return the files that hold a language's words, the shared vocabulary last."""
    names = [f"{own}{language}.toml" for own in ("", "comparison_", "monitor_", "card_")]
    folder = resources.files(__package__)
    own = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    return "\n".join([*own, vocabulary_text(language)])


def _tenths(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _signed(number: Decimal, form: str, *, signed: bool) -> str:
    text = format(number, f"+{form}" if signed and number else form)
    return text.replace("-", MINUS)


def _last_digit(number: Decimal) -> Decimal:
    """Return the unit of the last digit that is not a zero behind the point."""
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "an amount is finite"
    return Decimal(1).scaleb(min(exponent, 0))


def _three_digits(number: Decimal) -> Decimal:
    """Return the unit of the third digit, or of the last whole one."""
    return Decimal(1).scaleb(min(number.adjusted() - SHORT_DIGITS + 1, 0))
