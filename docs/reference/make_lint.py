"""Write lint.md, the reference page of lint's checks, from their own docstrings.

Run `python docs/reference/make_lint.py` after a change of a check; a test holds the page to what
this would write.
"""

from __future__ import annotations

import inspect
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.decision.lint.checks import CHECKS, LOAD
from twinline.decision.lint.features import FORBIDDEN
from twinline.decision.lint.reasons import BLAME, VAGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.lint.checks import Check, Level

PAGE = Path(__file__).with_name("lint.md")

HEAD = """\
# What lint finds

    twinline strategy lint DIR [--strict] [--on DATE]

finds mistakes in a strategy's tables before customers do. Each finding is one line: how grave,
file and row, what stands there, what is wrong with it and what to do, and the check's name.

    warning: gates.csv row 3 'three months late': never holds: late_now >= 300, and late_now is
    0 to 99: mend the condition or remove the row [never_holds]

| level | means | exit code |
|---|---|---|
| error | must not decide anyone | 2 |
| warning | almost surely a mistake | 0; 1 with `--strict` |
| note | worth knowing, may be meant | 0 |

What the loader refuses (gaps and overlaps of bins, unknown names, missing texts, a restriction
without its end, division by zero, overflow) comes in the same form, as an error of `{load}`; the
checks below run once a strategy loads. `--on` is the day from which it is to be used; without it,
the day on which the law's table was last checked.

**No false accusation.** A condition "never holds" and a term "never binds" only where that is
proven from the declared ranges: every name is followed to what defines it, through `and`, `or`,
choices, tables and the scorecard. Where lint cannot prove, it is silent; so silence is no proof
that a row matters.

This page is made by `make_lint.py` from the checks themselves; edit those.
"""

GROUPS = {
    "features": "What is looked at, and what is used",
    "card": "The scorecard",
    "tables": "Tables",
    "prices": "Prices",
    "limits": "Limits",
    "rules": "Segments, gates and linkage",
    "reasons": "Reasons",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD.replace("{load}", LOAD), *_groups(), *_words()]) + "\n"


def _groups() -> Iterator[str]:
    for module, checks in groupby(CHECKS, key=lambda each: each[1].__module__):
        yield f"## {GROUPS[module.rpartition('.')[2]]}"
        yield ""
        yield "| check | level | finds |"
        yield "|---|---|---|"
        yield from (_row(level, check) for level, check in checks)
        yield ""


def _row(level: Level, check: Check) -> str:
    doc = inspect.getdoc(check)
    assert doc is not None
    return f"| `{check.__name__}` | {level} | {' '.join(doc.split())} |"


def _words() -> Iterator[str]:
    yield "## What no decision may look at"
    yield ""
    yield "`forbidden_feature` goes by the words of a feature's name, column and texts."
    yield ""
    yield "| what | words | ground |"
    yield "|---|---|---|"
    for what, english, chinese, ground in FORBIDDEN:
        yield f"| {what} | {_listed(english)}, {_listed(chinese)} | {ground} |"
    yield ""
    yield "## Words of blame, and words that say nothing"
    yield ""
    yield f"`blame_without_conduct`: {', '.join(BLAME)}"
    yield ""
    yield f"`reason_vague`: {', '.join(VAGUE)}"


def _listed(words: str) -> str:
    return ", ".join(words.split("|"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
