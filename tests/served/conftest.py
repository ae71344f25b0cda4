"""One bank for these tests, served from PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.served.bank import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.served.bank import Served


@pytest.fixture(scope="session")
def bank() -> Iterator[Served]:
    """Yield a bank that every test adds customers to."""
    with served() as one:
        yield one
