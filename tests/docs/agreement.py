"""Writes docs/reference/agreement.md: published figures beside ours.

`python -m tests.docs.agreement` writes it; a test compares it with what is there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.docs.figures import published_figures
from tests.docs.vectors import vectors
from twinline.app.calc.answering import answer_line

if TYPE_CHECKING:
    from tests.docs.figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "agreement.md"

HEAD = """# Agreement with published figures

Made by `python -m tests.docs.agreement`; change the figures there, not this page.

Each figure was read in its source, asked of `twinline calc`, and rounded half up to the source's
digits. Where the two differ the reason stands beside them. The vectors are the project's own,
worked out before the code was.

"""


@dataclass(frozen=True)
class Compared:
    """A figure beside ours, rounded as the source rounds."""

    figure: Figure
    ours: str

    @property
    def equal(self) -> bool:
        """Whether the two are the same to the source's last digit."""
        return Decimal(self.ours) == Decimal(self.figure.published)


def compared(figure: Figure) -> Compared:
    """Return a published figure beside ours."""
    answer: Any = json.loads(answer_line(json.dumps(figure.request).encode()).line)
    assert answer["ok"], (figure, answer)
    for step in figure.at.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    value = Decimal(answer) * (100 if figure.percent else 1)
    decimals = len(figure.published.partition(".")[2])
    digits = Decimal(1).scaleb(-decimals)
    return Compared(figure, str(value.quantize(digits, ROUND_HALF_UP)))


def page() -> str:
    """Return the whole page."""
    rows = [compared(figure) for figure in (*published_figures(), *vectors())]
    equal = sum(row.equal for row in rows)
    lines = [
        f"Read {len(rows)} figures: {equal} equal, {len(rows) - equal} different.",
        "",
        "| source | figure | published | ours | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        unit = " %" if row.figure.percent else ""
        verdict = "equal" if row.equal else f"**differs**: {row.figure.why}"
        lines.append(
            f"| {row.figure.source} | {row.figure.what} | {row.figure.published}{unit} "
            f"| {row.ours}{unit} | {verdict} |"
        )
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
