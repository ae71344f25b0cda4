"""A short run of the fuzzer; `python tests/fuzz/calc.py 100000` is the long one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.calc import run
from twinline.app.calc.answering import answer_line


def test_random_lines_are_all_answered() -> None:
    """Whatever a line holds, it has an answer or a problem, and no traceback."""
    good, _ = run(2_000, seed=20260115)

    assert 0 < good < 2_000


@given(st.binary(max_size=300))
def test_random_bytes_are_all_answered(line: bytes) -> None:
    """Bytes of any kind are answered."""
    assert answer_line(line).line.startswith(b'{"id":')
