"""`twinline decide`: one customer, JSON in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from twinline.adapters.cli.explanation import LANGUAGES, explanation_text
from twinline.adapters.cli.words import day
from twinline.app.customer_request import read_customer
from twinline.app.decide import answer_of, decide_customer
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.review_ports import Shelf

BYTES_MAX = 1_000_000


def register(subparsers: Verbs, shelf: Callable[[], Shelf]) -> None:
    """Add the verb."""
    verb = subparsers.add_parser("decide", help="decide one customer: JSON in, JSON out")
    verb.add_argument("customer", nargs="?", default="-", help="a JSON file; - is standard input")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument("--decided-on", type=day, metavar="DATE", help="the day whose law binds")
    verb.add_argument("--text", action="store_true", help="answer as text for a person")
    verb.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of the text")
    verb.set_defaults(run=lambda arguments: _decide(arguments, shelf()))


def _decide(arguments: argparse.Namespace, shelf: Shelf) -> int:
    request = read_customer(_read(arguments.customer))
    explanation = decide_customer(request, arguments.strategy, arguments.decided_on, shelf)
    if arguments.text:
        print(explanation_text(explanation, arguments.lang), end="")
    else:
        answer = msgspec.json.encode(answer_of(explanation))
        print(msgspec.json.format(answer, indent=2).decode())
    return 0


def _read(name: str) -> bytes:
    if name == "-":
        content = sys.stdin.buffer.read(BYTES_MAX + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                content = file.read(BYTES_MAX + 1)
        except OSError as error:
            rule = "must be a file that can be read"
            raise InputFault(place=name, value=error.strerror, rule=rule) from error
    if len(content) > BYTES_MAX:
        rule = f"a customer has at most {BYTES_MAX:,} bytes"
        raise InputFault(place=name, value="larger", rule=rule)
    return content
