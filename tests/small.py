"""The smallest strategy that has one of everything, for tests to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.decide import Decider
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.decision.outcome import Outcome

COLUMNS = ("now", "cap", "floor", "hard", "late")
LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)
SKIPPED = 'reason = "RULE", if_missing = "skip"'

FILES = {
    "strategy.toml": """
name = "small"
version = "1"
owner = "tests"
score_base = 500
[experiment]
salt = "small"
challenger_ppm = 0
""",
    "features.toml": "".join(
        f"""
[{name}]
type = "{kind}"
range = [0, {greatest}]
reads = "{name}"
missing = "{missing}"
basis = "contract"
zh = "{name}"
en = "{name}"
"""
        for name, kind, greatest, missing in (
            ("now", "amount", 100_000, "value 0"),
            ("cap", "amount", 100_000, "bin"),
            ("floor", "amount", 100_000, "bin"),
            ("hard", "amount", 100_000, "bin"),
            ("late", "count", 9, "refer"),
        )
    ),
    "scorecard.csv": """
feature,special,from,below,points,reason
late,,0,1,100,
late,,1,,0,LATE
""",
    "pd.csv": """
score,pd_ppm
0,200000
600,20000
""",
    "segments.csv": """
segment,when,reason,zh,en
everyone,else,,所有人,everyone
""",
    "values.toml": "",
    "limits.toml": """
[joint]
step = "1"
terms = [{ name = "all", zh = "全部", amount = "law_person_cap_minor", reason = "RULE" }]
"""
    + "".join(
        f"""
[{line}]
now = "now"
step = "1"
cut_at_least_ppm = 50_000
terms = [
  {{ name = "law", zh = "法定", amount = "law_person_cap_minor", reason = "RULE" }},
  {{ name = "cap", zh = "盖", amount = "cap", {SKIPPED} }},
  {{ name = "floor", zh = "底", amount = "floor", role = "floor", {SKIPPED} }},
  {{ name = "hard", zh = "顶", amount = "hard", role = "hard", {SKIPPED} }},
]
"""
        for line in ("pay_later", "cash_loan")
    ),
    "prices.toml": "".join(
        f"""
[{line}]
step_ppm = 1_000
floor = "pd_ppm"
ceiling = "law_price_ceiling_ppm"
parts = {{ base = "30_000", risk = "pd_ppm" }}
"""
        for line in ("pay_later", "cash_loan")
    ),
    "gates.csv": "gate,when,lines,action,reason\n",
    "linkage.csv": "edge,when,lines,effect,size,reason\n",
    "reasons.toml": "".join(
        f"""
[{code}]
cause = "policy"
zh = "{code}"
en = "{code}"
"""
        for code in ("DATA_MISSING", "LATE", "RULE")
    ),
}


def small_files(**changed: str) -> dict[str, bytes]:
    """Return the small strategy's files, some of them changed."""
    return {name: text.encode() for name, text in (FILES | changed).items()}


def decide_small(
    row: Mapping[str, int | None], day: date, files: Mapping[str, bytes] | None = None
) -> Outcome:
    """Return what the small strategy decides of a row; columns not named are empty."""
    strategy = load_strategy(files or small_files(), columns=set(COLUMNS))
    cells = tuple(row.get(name) for name in COLUMNS)
    return Decider(strategy, day).decide("C1", cells, LAW, 0)
