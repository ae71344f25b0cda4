"""What is wrong with a strategy: findings with place, value and rule, raised all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def one_line(text: str) -> str:
    r"""Return a text with what no line can hold written as Python escapes it.

    >>> one_line("score >\n500")
    'score >\\n500'
    """
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a strategy: where it stands, what stands there, the rule it breaks."""

    place: str
    value: str
    rule: str

    def __str__(self) -> str:
        """Return the finding as one line for a person."""
        return one_line(f"{self.place}: {self.value}: {self.rule}")


class StrategyFault(ValueError):
    """A strategy that cannot be used, with every finding that says why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings and say them, one a line."""
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class ExpressionFault(ValueError):
    """An expression that breaks a rule; the loader adds the place."""

    def __init__(self, value: str, rule: str) -> None:
        """Name the part of the expression and the rule it breaks."""
        super().__init__(f"{value}: {rule}")
        self.value = value
        self.rule = rule
