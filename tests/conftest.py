"""How many examples a property test tries: `pytest --hypothesis-profile nightly` tries most.

And what is dear to make is made once for the whole run: a database server.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.load_profile("ci" if "CI" in os.environ else "dev")


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Yield the address of a PostgreSQL server of this run's own."""
    from tests.databases import server  # noqa: PLC0415 - for the tests that ask for it

    with server() as url:
        yield url


@pytest.fixture(scope="session")
def book(database_server: str) -> str:
    """Return the address of a book; whoever uses it empties it first."""
    from tests.databases import new_book  # noqa: PLC0415 - as above

    return new_book(database_server, "book")
