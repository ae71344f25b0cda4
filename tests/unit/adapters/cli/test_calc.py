"""The verb `calc` as a program: streams, exit codes, schema."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys

from twinline.adapters.cli.calc import run_calc
from twinline.app.calc.reading import LINE_BYTES_MAX

GOOD = b'{"id":1,"kind":"roll","on":"2026-10-01"}\n'
BAD = b'{"id":2,"kind":"roll"}\n'
ARGUMENTS = argparse.Namespace(schema=False)


def run(lines: bytes) -> tuple[int, list[dict[str, object]]]:
    """Return the exit code and the answers to some lines."""
    out = io.BytesIO()
    code = run_calc(ARGUMENTS, io.BytesIO(lines), out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_answers_come_in_order() -> None:
    """Each line has one answer, in order, and a bad one does not stop the run."""
    code, answers = run(GOOD + BAD + GOOD)

    assert [answer["ok"] for answer in answers] == [True, False, True]
    assert answers[0]["on"] == "2026-10-08"
    assert code == 1


def test_the_exit_code_is_nothing_when_every_line_is_good() -> None:
    """Without a failure, or without a line, the code is 0."""
    assert run(GOOD)[0] == 0
    assert run(b"") == (0, [])


def test_a_last_line_needs_no_line_end() -> None:
    """The last line is answered whether it ends or not."""
    assert run(GOOD.strip())[0] == 0


def test_a_line_that_is_too_long_is_refused_and_skipped() -> None:
    """What is longer than lines may be is read past without being kept."""
    code, answers = run(b"x" * (3 * LINE_BYTES_MAX) + b"\n" + GOOD)

    assert code == 1
    assert [answer["ok"] for answer in answers] == [False, True]


def test_the_schema_knows_every_kind() -> None:
    """The schema is one of every kind's request, and says what else is in it."""
    out = io.BytesIO()
    assert run_calc(argparse.Namespace(schema=True), io.BytesIO(), out) == 0
    schema = json.loads(out.getvalue())
    kinds = {
        schema["$defs"][ref["$ref"].rsplit("/", 1)[1]]["properties"]["kind"]["enum"][0]
        for ref in schema["oneOf"]
    }

    assert kinds == {
        "schedule", "rate", "day_count", "roll", "worth", "allocate", "dpd", "minimum_payment",
        "points", "woe", "psi", "irb", "ecl", "headroom", "identifier",
    }  # fmt: skip


def test_the_program_holds_a_conversation() -> None:
    """An answer comes before the next question is asked."""
    command = [sys.executable, "-m", "twinline", "calc"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for _ in range(3):
            program.stdin.write(GOOD)
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["ok"]
        program.stdin.close()
        assert program.wait() == 0
