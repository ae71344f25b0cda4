"""Licences of lenders in China; the law that binds depends on which one."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Licence(StrEnum):
    """Who lends."""

    BANK = "BK"
    CONSUMER_FINANCE = "CF"
    MICRO_LOAN = "ML"
