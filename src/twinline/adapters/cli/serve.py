"""`twinline serve`: the bank over HTTP."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.adapters.cli.keyring import add_keyring
from twinline.adapters.cli.place import add_place, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.words import Verbs

PORT: Final = 8000
_PORT_MAX: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a server is asked to be, and where it keeps what it has.

    That is the database that `place` names, whose personal data is under the keys of `keyring`;
    in memory, `folder` may hold keys and the record of accesses. `strategy` is the folder of what
    decides on applications that bring no decision.
    """

    host: str
    port: int
    in_memory: bool
    folder: Path | None
    place: Place
    keyring: Path
    cut_off: time
    requests_per_second: int
    strategy: Path | None = None


def register(subparsers: Verbs, serve: Callable[[Serving], int]) -> None:
    """Add the verb."""
    verb = subparsers.add_parser(
        "serve",
        help="serve the bank over HTTP",
        description="Ends on SIGTERM or an interruption, once what has begun is answered, and "
        "stops the database that it started.",
    )
    add_place(verb)
    add_keyring(verb)
    verb.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    verb.add_argument(
        "--port", type=_port, default=PORT, help="the port (%(default)s); 0 finds a free one"
    )
    verb.add_argument(
        "--strategy",
        type=Path,
        metavar="DIR",
        help="decide by it on applications that bring no decision of their own",
    )
    verb.add_argument(
        "--cut-off",
        type=_time,
        default=time(),
        metavar="HH:MM",
        help="from when on in Asia/Shanghai it is the next business day (00:00: calendar days)",
    )
    verb.add_argument(
        "--rate",
        type=_rate,
        default=1_000,
        metavar="N",
        help="requests a second that a client may make (%(default)s)",
    )
    verb.set_defaults(run=lambda arguments: serve(_serving(arguments)))


def _serving(arguments: argparse.Namespace) -> Serving:
    return Serving(
        host=arguments.host,
        port=arguments.port,
        in_memory=arguments.memory,
        folder=arguments.folder,
        place=place_of(arguments),
        keyring=arguments.keyring,
        cut_off=arguments.cut_off,
        requests_per_second=arguments.rate,
        strategy=arguments.strategy,
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _PORT_MAX:
        message = f"{text!r} is not a port, 0 to {_PORT_MAX}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _rate(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        message = f"{text!r} is not a number of requests, 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _time(text: str) -> time:
    try:
        cut_off = time.fromisoformat(text)
    except ValueError:
        cut_off = None
    if cut_off is None or cut_off.tzinfo is not None:
        message = f"{text!r} is not a time such as 23:00"
        raise argparse.ArgumentTypeError(message)
    return cut_off
