"""Twinline runs two linked consumer-credit lines, pay-later and cash-loan, on one risk core.

The packages and their import direction stand in ARCHITECTURE.md.
"""

from __future__ import annotations

__version__ = "0.1.0"
