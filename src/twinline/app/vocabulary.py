"""The words for a decision that command line and pages share, in both languages."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.review_ports import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def vocabulary_text(language: Language) -> str:
    """Return the file that holds a language's words."""
    name = f"vocabulary_{language}.toml"
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def vocabulary(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Return a language's words by section and key.

    >>> vocabulary("en")["action"]["cut"], vocabulary("zh")["line"]["cash_loan"]
    ('cut', '信用贷款')
    """
    return tomllib.loads(vocabulary_text(language))
