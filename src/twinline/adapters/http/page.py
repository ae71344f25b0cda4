"""The catalogue as a page to browse: no script, nothing fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from twinline.adapters.http.reference import by_scope, transport_refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.app.bank.command import Command

_HERE = Path(__file__).parent


def reference_page(commands: Sequence[Command[Any, Any]], version: str) -> str:
    """Return the page of commands as HTML."""
    templates = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html").render(
        version=version,
        css=(_HERE / "page.css").read_text(encoding="utf-8"),
        scopes=tuple(by_scope(commands)),
        transport=transport_refusals(),
    )
