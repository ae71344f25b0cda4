"""The catalogue as a page to browse: no script, nothing fetched from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from twinline.adapters.http.reference import by_scope, transport_refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.app.bank.command import Command

_HERE: Final = Path(__file__).parent
_QUOTED: Final = re.compile(r"`([^`]+)`")


def reference_page(commands: Sequence[Command[Any, Any]], version: str) -> str:
    """Return the page of commands as HTML."""
    templates = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["coded"] = coded
    return templates.get_template("page.html").render(
        version=version,
        css=(_HERE / "page.css").read_text(encoding="utf-8"),
        scopes=tuple(by_scope(commands)),
        transport=transport_refusals(),
    )


def coded(text: str) -> Markup:
    """Return text as HTML, in which what stands between backquotes is code.

    >>> coded("`a` < b")
    Markup('<code>a</code> &lt; b')
    """
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
