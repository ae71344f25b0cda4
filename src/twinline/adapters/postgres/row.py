"""Rows of the database as values of the ledger."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import msgspec

from twinline.app.bank.store import Entry, Hold, Snapshot
from twinline.adapters.postgres.shape import CONTRACT, CUSTOMER, FACT, LINE
from twinline.ledger.account import account_named
from twinline.ledger.admission import Accepted, Refusal
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, Held, Resolution, Transfer
