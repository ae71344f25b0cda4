"""The Idempotency-Key of a request that moves money or limits (I3).

The first answer to a key is kept by the store, which all processes share, and given again.
"""

from __future__ import annotations

import re
from typing import Final

from twinline.adapters.http.problem import Problem, Wrong
from twinline.app.bank.fields import NAME
from twinline.app.fault import shown

KEY_RULE: Final = (
    "1 to 64 letters, digits, '_', '.' and '-', the first a letter or digit; "
    "new for each new request"
)
"""Authorisations, refunds and repayments have their key as their id, which stands in paths."""


def required_key(text: str | None) -> str:
    """Return an Idempotency-Key. Raises `Problem` where it is absent or cannot be used."""
    if text is None:
        raise Problem(wrong=Wrong.IDEMPOTENCY_KEY_MISSING, field="Idempotency-Key", rule=KEY_RULE)
    if not re.fullmatch(NAME, text):
        raise Problem(
            wrong=Wrong.IDEMPOTENCY_KEY_INVALID,
            field="Idempotency-Key",
            value=shown(text),
            rule=KEY_RULE,
        )
    return text
