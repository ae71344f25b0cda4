"""Colours by what they mean, told apart with every colour vision, legible on light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COLOURS: Mapping[str, str] = {
    # actions, after Okabe and Ito
    "invite": "#2b84c6",
    "raise": "#14997a",
    "keep": "#8f99a8",
    "cut": "#d9921a",
    "stop": "#d0552b",
    "refer": "#b06aa6",
    "decline": "#66707f",
    # before and after, and what moved between
    "before": "#9aa4b3",
    "after": "#2b84c6",
    "held": "#d0552b",
    # causes
    "behaviour": "#d9921a",
    "portfolio": "#2b84c6",
    "policy": "#8f99a8",
    "regulatory": "#b06aa6",
    "funding": "#14997a",
    # a single measure
    "measure": "#4a7fb5",
    "flag": "#d0552b",
}
