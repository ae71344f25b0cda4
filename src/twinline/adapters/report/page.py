"""A page: sections of charts, tables and tiles, put into one HTML file that loads nothing.

Which sections there are is another module's business; any report is a `Page`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from twinline.adapters.report.palette import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinline.adapters.report.words import Words

Spec = dict[str, object]
"""Part of a chart as Plotly's script reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in one place of a table.

    `note` is small print under the text, `tag` a word in a frame of the colour `tone`. `parts`
    make a bar: colour, width in percent and words of each; `mark` is where a mark stands on it,
    in percent. `heat` is how strongly the cell is filled, in percent.
    """

    text: str
    number: bool = False
    code: bool = False
    note: str = ""
    tag: str = ""
    tone: str = ""
    parts: tuple[tuple[str, str, str], ...] = ()
    mark: str = ""
    heat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a head; the first cell of a row names it, in many words where it is `wide`."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    wide: bool = False
    kind: str = "table"

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Return for each column whether it holds numbers."""
        first = self.rows[0] if self.rows else ()
        return tuple(cell.number for cell in first) or (False,) * len(self.head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, and the table that says the same where no chart can be drawn.

    `keys` say what its colours mean: colour and word.
    """

    title: str
    traces: tuple[Spec, ...]
    layout: Spec
    table: Table
    height: int
    keys: tuple[tuple[str, str], ...] = ()
    kind: str = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure, what it is, and a note."""

    value: str
    label: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Figures in a row."""

    tiles: tuple[Tile, ...]
    kind: str = "tiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What the colours mean: colour and word."""

    entries: tuple[tuple[str, str], ...]
    kind: str = "legend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Short texts in order under a heading."""

    title: str
    items: tuple[Cell, ...]
    kind: str = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Small print that belongs to a section."""

    text: str
    kind: str = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command to copy, and what it is for."""

    says: str
    command: str
    kind: str = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the bar in a page's head: how much, what, and its width in percent."""

    value: str
    label: str
    tone: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Things side by side where there is room; each card has a title."""

    cards: tuple[Card, ...]
    kind: str = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of them."""

    title: str
    says: tuple[str, ...]
    blocks: tuple[Block, ...]


Block = Chart | Table | Tiles | Legend | Items | Note | Command | Cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page: its anchor, a title, sentences that say what to see, and what to see."""

    id: str
    title: str
    short: str
    says: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page, in the language of its words."""

    title: str
    eyebrow: str
    heading: str
    lead: str
    split: tuple[Part, ...]
    facts: tuple[tuple[str, str], ...]
    tiles: Tiles
    sections: tuple[Section, ...]
    foot: str


def render(page: Page, words: Words) -> bytes:
    """Return the page as HTML that stands alone."""
    charts = [chart for section in page.sections for chart in _charts(section.blocks)]
    numbers = {id(chart): number for number, chart in enumerate(charts)}
    script, plotly = _own("page.js"), _plotly() if charts else None
    text = (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            words=words,
            colours=COLOURS,
            chart_number=lambda chart: numbers[id(chart)],
            specs=[{"data": chart.traces, "layout": chart.layout} for chart in charts],
            style=Markup(_own("page.css")),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            plotly=plotly.packed if plotly else "",
            allowed=" ".join([_digest(script), *([plotly.digest] if plotly else [])]),
        )
    )
    return f"{text.strip()}\n".encode()


def plain(text: str) -> str:
    """Return text for a chart, where Plotly would take tags for markup.

    >>> plain("<b>A & B</b>")
    '&lt;b&gt;A &amp; B&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _charts(blocks: Sequence[Block]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Chart):
            yield block
        elif isinstance(block, Cards):
            for card in block.cards:
                yield from _charts(card.blocks)


@dataclass(frozen=True, slots=True)
class _Script:
    """Plotly's script as a page carries it, and the digest by which a browser lets it run."""

    packed: str
    digest: str


@cache
def _plotly() -> _Script:
    """Return Plotly's script from the installed wheel, without importing the package."""
    spec = find_spec("plotly")
    assert spec is not None, "plotly is a dependency of this package"
    assert spec.origin is not None, "plotly is installed as files"
    script = (Path(spec.origin).parent / "package_data" / "plotly.min.js").read_bytes()
    packed = base64.b64encode(gzip.compress(script, mtime=0)).decode()
    return _Script(packed, _digest(script.decode()))


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _own(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("twinline.adapters.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    policies: Mapping[str, object] = {"json.dumps_kwargs": {"ensure_ascii": False}}
    environment.policies.update(policies)
    environment.policies["json.dumps_function"] = json.dumps
    return environment
