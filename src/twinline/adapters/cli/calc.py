"""The verb `calc`: JSON lines in, JSON lines out, in order and in bounded memory."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import argparse

    from twinline.adapters.cli.words import Verbs

OK, SOME_LINE_FAILED = 0, 1


def register(subparsers: Verbs) -> None:
    """Add the verb."""
    verb = subparsers.add_parser(
        "calc",
        help="answer schedules, rates and other figures, one JSON line each",
        description="Read JSON Lines on standard input and write one JSON line for each, in "
        "order. The exit code is 1 if any line failed. docs/reference/calc.md has every kind.",
    )
    verb.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of all kinds and stop"
    )
    verb.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    """Run the verb on the program's own input and output."""
    return run_calc(arguments, sys.stdin.buffer, sys.stdout.buffer)


def run_calc(arguments: argparse.Namespace, stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Answer every line of `stdin` on `stdout`; return 1 if any line failed, else 0.

    Each answer is flushed before the next line is read, so that a program can hold a
    conversation. What is not needed for `--help` is imported here.
    """
    if arguments.schema:
        return _print_schema(stdout)
    from twinline.app.calc.answering import answer_line, answer_too_long  # noqa: PLC0415
    from twinline.app.calc.reading import LINE_BYTES_MAX  # noqa: PLC0415

    code = OK
    while line := stdin.readline(LINE_BYTES_MAX + 1):
        if len(line) > LINE_BYTES_MAX:
            _skip_rest(line, stdin, LINE_BYTES_MAX)
            answered = answer_too_long()
        else:
            answered = answer_line(line)
        if not answered.ok:
            code = SOME_LINE_FAILED
        stdout.write(answered.line + b"\n")
        stdout.flush()
    return code


def _skip_rest(line: bytes, stdin: BinaryIO, bytes_max: int) -> None:
    """Read on to the end of a line that is too long, keeping none of it."""
    while line and not line.endswith(b"\n"):
        line = stdin.readline(bytes_max)


def _print_schema(stdout: BinaryIO) -> int:
    """Print the JSON Schema."""
    import json  # noqa: PLC0415

    from twinline.app.calc.schema import schema  # noqa: PLC0415

    stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False).encode() + b"\n")
    stdout.flush()
    return OK
