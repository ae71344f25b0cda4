"""Licences of lenders in China; the law that binds depends on which one."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Licence(Enum):
    """Who lends."""

    BANK = "BK"
    CONSUMER_FINANCE = "CF"
    MICRO_LOAN = "ML"
