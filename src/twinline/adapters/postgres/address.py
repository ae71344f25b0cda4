"""What is told of a database's address: never its password, and the reason before all else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from psycopg import OperationalError

_REFUSED: Final = re.compile(
    r'connection to server (?:at|on socket) "(?P<where>[^"]+)"(?: \([^)]*\))?'
    r"(?:, port (?P<port>\d+))? failed: (?:FATAL: +)?(?P<why>.*)"
)


class AddressFault(InputFault):
    """What is no address of a database, and not shown: a password may be in it."""

    def __init__(self, place: str) -> None:
        """Say where it was given."""
        rule = "must be an address such as postgresql://USER:PASSWORD@db.example:5432/bank"
        super().__init__(place=place, value="not an address", rule=rule)


def reason(error: OperationalError) -> str:
    """Return where a connection was tried and why it failed, in a few words.

    >>> from psycopg import OperationalError
    >>> said = 'connection to server at "10.0.0.7", port 5432 failed: FATAL:  too many clients'
    >>> reason(OperationalError(said))
    '10.0.0.7:5432: too many clients'
    """
    first = (str(error).strip().splitlines() or ["nothing said"])[0]
    refused = _REFUSED.search(first)
    if refused is None:
        return first
    port = f":{refused['port']}" if refused["port"] else ""
    return f"{refused['where']}{port}: {refused['why']}"
