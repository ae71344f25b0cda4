from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.example import BESIDE, example_files, load
from twinline.decision.fault import StrategyFault

if TYPE_CHECKING:
    from twinline.decision.fault import Finding


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One thing made wrong in the standard strategy, and the first finding that must say so."""

    name: str
    file: str
    old: str
    new: str
    place: str
    value: str
    rule: str


PLANTED = (
    Planted(
        name="an unknown name",
        file="values.toml",
        old='severe              = "late_now >= 2"',
        new='severe              = "late_nwo >= 2"',
        place="values.toml severe",
        value="late_nwo",
        rule=(
            "unknown name: no feature, amount, value or earlier result; did you mean "
            "lateness_1 or lateness_2 or lateness_3 or lateness_4?"
        ),
    ),
    Planted(
        name="a protected attribute",
        file="features.toml",
        old='reads = "months_inactive"',
        new='reads = "protected_sex"',
        place="features.toml months_inactive",
        value="protected_sex",
        rule="is a protected attribute; it serves the fairness report and never a decision",
    ),
    Planted(
        name="an unknown column",
        file="features.toml",
        old='reads = "months_inactive"',
        new='reads = "months_asleep"',
        place="features.toml months_inactive",
        value="months_asleep",
        rule="is no column of the standard book",
    ),
    Planted(
        name="a division without rounding",
        file="values.toml",
        old='"funding_base_ppm + 20_000',
        new='"funding_base_ppm / 2 + 20_000',
        place="values.toml cost_floor_ppm",
        value="funding_base_ppm / 2",
        rule="a division names its rounding: div_down, div_up, div_half_up or div_half_even",
    ),
    Planted(
        name="an overflow",
        file="values.toml",
        old='"pay_later_limit_minor + cash_loan_limit_minor"',
        new='"pay_later_limit_minor * cash_loan_limit_minor * 10_000"',
        place="values.toml lines_now_minor",
        value="(pay_later_limit_minor * cash_loan_limit_minor) * 10_000",
        rule=(
            "a product can be 0 to 10000000000000000000000, which overflows 64 bits; "
            "narrow a range or clamp"
        ),
    ),
    Planted(
        name="a divisor that can be 0",
        file="values.toml",
        old='"div_up(pay_later_instalment_minor * 15, 10)"',
        new='"div_up(pay_later_instalment_minor * 15, late_now)"',
        place="values.toml instalment_weighted_minor",
        value="div_up(pay_later_instalment_minor * 15, late_now)",
        rule="a division has a divisor that can be 0 (it is 0 to 99); write max(…, 1)",
    ),
    Planted(
        name="a gap between bins",
        file="scorecard.csv",
        old="late_now,,1,2,30,LATE_NOW\n",
        new="",
        place="scorecard.csv row 2",
        value="late_now",
        rule="no bin holds 1 to 1",
    ),
    Planted(
        name="bins that overlap",
        file="scorecard.csv",
        old="late_now,,1,2,30,LATE_NOW\n",
        new="late_now,,0,2,30,LATE_NOW\n",
        place="scorecard.csv row 2",
        value="late_now",
        rule="two bins hold 0; its range is 0 to 99",
    ),
    Planted(
        name="a bin past the range",
        file="scorecard.csv",
        old="late_now,,3,,0,",
        new="late_now,,3,200,0,",
        place="scorecard.csv row 2",
        value="late_now",
        rule="a bin ends above the range 0 to 99",
    ),
    Planted(
        name="a missing value without a bin",
        file="scorecard.csv",
        old="months_on_book,missing,,,6,\n",
        new="",
        place="scorecard.csv row 34",
        value="months_on_book",
        rule="can be missing and has no bin for it (special = missing)",
    ),
    Planted(
        name="a bin for what is never missing",
        file="scorecard.csv",
        old="late_now,,0,1,52,\n",
        new="late_now,,0,1,52,\nlate_now,missing,,,5,\n",
        place="scorecard.csv row 3",
        value="missing",
        rule="is one row, for a feature with missing = bin",
    ),
    Planted(
        name="a feature of the card that is none",
        file="scorecard.csv",
        old="worst_before,,0,2,8,",
        new="worst_ever,,0,2,8,",
        place="scorecard.csv row 11",
        value="worst_ever",
        rule="unknown feature",
    ),
    Planted(
        name="bins that stand apart",
        file="scorecard.csv",
        old="used_ppm,,0,300000,10,",
        new="late_now,,0,1,52,\nused_ppm,,0,300000,10,",
        place="scorecard.csv row 24",
        value="late_now",
        rule="the bins of a feature stand together",
    ),
    Planted(
        name="a reason without text",
        file="reasons.toml",
        old='en = "two months or more are past due now"',
        new='en = " "',
        place="reasons.toml LATE_NOW_LONG",
        value="zh, en",
        rule="both languages are needed",
    ),
    Planted(
        name="a reason that is not there",
        file="gates.csv",
        old="both,stop,LATE_THREE",
        new="both,stop,LATE_FOUR",
        place="gates.csv row 3",
        value="LATE_FOUR",
        rule="is not a reason of reasons.toml",
    ),
    Planted(
        name="referrals without their reason",
        file="reasons.toml",
        old="[DATA_MISSING]",
        new="[DATA_LOST]",
        place="reasons.toml",
        value="DATA_MISSING",
        rule="is not a reason of reasons.toml",
    ),
    Planted(
        name="a restriction without end",
        file="reasons.toml",
        old='ends_en = "when the line is used or kept on request"\n',
        new="",
        place="linkage.csv row 6",
        value="DORMANT",
        rule="restricts a line, so reasons.toml must say when it ends (ends_zh, ends_en)",
    ),
    Planted(
        name="a stop without end",
        file="gates.csv",
        old="both,stop,LATE_THREE",
        new="both,stop,LATE_NOW",
        place="gates.csv row 3",
        value="LATE_NOW",
        rule="restricts a line, so reasons.toml must say when it ends (ends_zh, ends_en)",
    ),
    Planted(
        name="an unknown segment as a column",
        file="limits/pay_later_start.csv",
        old="score,late,dormant",
        new="score,late,asleep",
        place="limits/pay_later_start.csv row 1",
        value="late,asleep,starter,strained,revolving,transacting",
        rule=(
            "the columns are the segments: late, dormant, starter, strained, revolving, "
            "transacting"
        ),
    ),
    Planted(
        name="a last segment that is not else",
        file="segments.csv",
        old="transacting,else,",
        new="transacting,late_now == 0,",
        place="segments.csv row 7",
        value="late_now == 0",
        rule="the last segment, and no other, takes everyone left: its condition is else",
    ),
    Planted(
        name="bands that do not ascend",
        file="pd.csv",
        old="450,752700",
        new="430,752700",
        place="pd.csv",
        value="the first column",
        rule="bands ascend, each from its lower end",
    ),
    Planted(
        name="a PD above one",
        file="pd.csv",
        old="450,752700",
        new="450,1752700",
        place="pd.csv",
        value="1752700",
        rule="a probability is 0 to 1_000_000 ppm",
    ),
    Planted(
        name="scores below the first band",
        file="pd.csv",
        old="0,896000\n",
        new="",
        place="pd.csv",
        value="430",
        rule="the least score is 424; the first band starts above it",
    ),
    Planted(
        name="a cell that is no number",
        file="pd.csv",
        old="450,752700",
        new="450,7_",
        place="pd.csv row 5",
        value="7_",
        rule="must be a whole number of 64 bits",
    ),
    Planted(
        name="an amount with three decimals",
        file="strategy.toml",
        old='"200000"',
        new='"200000.123"',
        place="strategy.toml amounts.cash_loan_ticket_minor",
        value="200000.123",
        rule="must be an amount in yuan with two decimals at most",
    ),
    Planted(
        name="a table with the name of another thing",
        file="strategy.toml",
        old="joint_multiple   =",
        new="pd =",
        place="limits/joint_multiple.csv",
        value="pd",
        rule="a table needs a name of its own, of small letters, digits and _",
    ),
    Planted(
        name="a date in another spelling",
        file="strategy.toml",
        old="2020-01-01 = 36_000",
        new="20200101 = 36_000",
        place="strategy.toml dated.funding_base_ppm",
        value="20200101",
        rule="must be a date as 2026-01-31",
    ),
    Planted(
        name="a dated value out of its bounds",
        file="strategy.toml",
        old="2020-01-01 = 36_000",
        new="2020-01-01 = 360_000",
        place="strategy.toml dated.funding_base_ppm",
        value="360000",
        rule="is outside 0 to 200000",
    ),
    Planted(
        name="a score out of bounds",
        file="strategy.toml",
        old="score_base = 424",
        new="score_base = 9_000_000_000",
        place="strategy.toml score_base",
        value="9000000000",
        rule="the score can be 9000000000 to 9000000158, outside ±1000000000",
    ),
    Planted(
        name="a share above one",
        file="strategy.toml",
        old="challenger_ppm = 100_000",
        new="challenger_ppm = 1_100_000",
        place="strategy.toml experiment.challenger_ppm",
        value="1100000",
        rule="is a share: 0 to 1_000_000 ppm",
    ),
    Planted(
        name="a key nobody knows",
        file="strategy.toml",
        old="owner   =",
        new="ownr =",
        place="strategy.toml",
        value="the file",
        rule="Object contains unknown field ownr",
    ),
    Planted(
        name="a number as text",
        file="strategy.toml",
        old="score_base = 424",
        new='score_base = "424"',
        place="strategy.toml",
        value="score_base",
        rule="Expected int, got str",
    ),
    Planted(
        name="a feature out of its range",
        file="features.toml",
        old='range = [0, 6]\nvalue = "count',
        new='range = [0, 5]\nvalue = "count',
        place="features.toml late_months_6",
        value=(
            "count(lateness_1 >= 1 or cash_lateness_1 >= 1, lateness_2 >= 1 or "
            "cash_lateness_2 >= 1, lateness_3 >= 1 or cash_lateness_3 >= 1, lateness_4 >= "
            "1 or cash_lateness_4 >= 1, lateness_5 >= 1 or cash_lateness_5 >= 1, "
            "lateness_6 >= 1 or cash_lateness_6 >= 1)"
        ),
        rule="can be 0 to 6, outside its range 0 to 5; widen the range or clamp()",
    ),
    Planted(
        name="a default out of range",
        file="features.toml",
        old='missing = "value 0"                # no line yet',
        new='missing = "value -1"',
        place="features.toml pay_later_limit_minor",
        value="-100",
        rule="the value for missing is outside 0 to 1000000000",
    ),
    Planted(
        name="a rule for missing that is none",
        file="features.toml",
        old='missing = "value 0"                # no line yet',
        new='missing = "ignore"',
        place="features.toml pay_later_limit_minor",
        value="ignore",
        rule="missing is refer, bin or value N",
    ),
    Planted(
        name="a range turned round",
        file="features.toml",
        old="range = [0, 1_000_000]\nreads",
        new="range = [1_000_000, 0]\nreads",
        place="features.toml income_minor",
        value="range = [1000000, 0]",
        rule="starts above its end",
    ),
    Planted(
        name="a range past 64 bits",
        file="features.toml",
        old="range = [0, 1_000]\nreads",
        new="range = [0, 9_300_000_000_000_000_000]\nreads",
        place="features.toml lenders_elsewhere",
        value="range = [0, 9300000000000000000]",
        rule="does not fit 64 bits",
    ),
    Planted(
        name="advice on what feeds another",
        file="features.toml",
        old='missing = "value 0"\nbasis = "contract"\nzh = "先用后付欠款"',
        new='missing = "value 0"\nact = "down"\nbasis = "contract"\nzh = "先用后付欠款"',
        place="features.toml pay_later_balance_minor",
        value="act",
        rule="feeds used_ppm; only a feature that no other reads can have act",
    ),
    Planted(
        name="a condition that can be missing",
        file="gates.csv",
        old='"coalesce(lenders_elsewhere, 0) >= 6"',
        new="lenders_elsewhere >= 6",
        place="gates.csv row 4",
        value="lenders_elsewhere >= 6",
        rule="can be missing here; say what then, with known() or coalesce()",
    ),
    Planted(
        name="a condition that is a number",
        file="gates.csv",
        old="on_time_streak < 6,",
        new="on_time_streak,",
        place="gates.csv row 6",
        value="on_time_streak",
        rule="is a number where true or false is needed",
    ),
    Planted(
        name="a truth where a number is needed",
        file="limits.toml",
        old='"law_person_cap_minor"',
        new='"severe"',
        place="limits.toml joint term 'legal cap'",
        value="severe",
        rule="is true or false where a number is needed",
    ),
    Planted(
        name="a number and a truth mixed",
        file="values.toml",
        old='"funding_base_ppm + 20_000',
        new='"funding_base_ppm + severe + 20_000',
        place="values.toml cost_floor_ppm",
        value="funding_base_ppm + severe",
        rule="severe is true or false where a number is needed",
    ),
    Planted(
        name="a gate that does what gates do not",
        file="gates.csv",
        old="both,stop,LATE_THREE",
        new="both,raise,LATE_THREE",
        place="gates.csv row 3",
        value="raise",
        rule="the action is stop, refer or decline",
    ),
    Planted(
        name="a line that is none",
        file="gates.csv",
        old="both,stop,LATE_THREE",
        new="overdraft,stop,LATE_THREE",
        place="gates.csv row 3",
        value="overdraft",
        rule="the line is pay_later, cash_loan or both",
    ),
    Planted(
        name="a factor above one",
        file="linkage.csv",
        old="cash_loan,factor,500_000",
        new="cash_loan,factor,1_500_000",
        place="linkage.csv row 2",
        value="1_500_000",
        rule="can be 1500000 to 1500000; a factor is 0 to 1000000",
    ),
    Planted(
        name="an effect that is none",
        file="linkage.csv",
        old="cash_loan,factor,500_000",
        new="cash_loan,shrink,500_000",
        place="linkage.csv row 2",
        value="shrink",
        rule="the effect is stop, factor or cap",
    ),
    Planted(
        name="a term that can be missing",
        file="limits.toml",
        old='"None if bears_its_cost else pay_later_limit_minor", if_missing = "skip"',
        new='"None if bears_its_cost else pay_later_limit_minor"',
        place="limits.toml pay_later term 'price'",
        value="None if bears_its_cost else pay_later_limit_minor",
        rule="can be missing; say if_missing = 'skip' or 'refer'",
    ),
    Planted(
        name="a term that is never missing",
        file="limits.toml",
        old='amount = "law_person_cap_minor",',
        new='amount = "law_person_cap_minor", if_missing = "skip",',
        place="limits.toml joint term 'legal cap'",
        value="law_person_cap_minor",
        rule="is never missing; leave if_missing out",
    ),
    Planted(
        name="a term too large",
        file="limits.toml",
        old='"law_person_cap_minor"',
        new='"law_person_cap_minor * 100"',
        place="limits.toml joint term 'legal cap'",
        value="law_person_cap_minor * 100",
        rule="can be 0 to 100000000000000, outside ±9000000000000; clamp it",
    ),
    Planted(
        name="a term without its name in Chinese",
        file="limits.toml",
        old='name = "legal cap",     zh = "法定上限", amount = "law_person_cap_minor", ',
        new='name = "legal cap", amount = "law_person_cap_minor", ',
        place="limits.toml joint term 'legal cap'",
        value="nothing",
        rule="needs its name in Chinese: zh",
    ),
    Planted(
        name="two terms of one name",
        file="limits.toml",
        old='name = "affordability", zh = "偿债能力", amount = "max(annuity_principal',
        new='name = "score", zh = "评分额度", amount = "max(annuity_principal',
        place="limits.toml joint terms",
        value="score",
        rule="each row needs a name of its own",
    ),
    Planted(
        name="today's limit that is no feature",
        file="limits.toml",
        old='now   = "pay_later_limit_minor"',
        new='now   = "law_person_cap_minor"',
        place="limits.toml pay_later.now",
        value="law_person_cap_minor",
        rule="must be the feature that holds today's limit",
    ),
    Planted(
        name="today's limit that can be below 0",
        file="limits.toml",
        old='now   = "pay_later_limit_minor"',
        new='now   = "pay_later_balance_minor"',
        place="limits.toml pay_later.now",
        value="pay_later_balance_minor",
        rule="today's limit can be -1000000000 to 1000000000, outside 0 to 9000000000000",
    ),
    Planted(
        name="a step of nothing",
        file="limits.toml",
        old='[joint]\nstep  = "100"',
        new='[joint]\nstep  = "0"',
        place="limits.toml joint.step",
        value="0",
        rule="is 1 to 9000000000000 minor units",
    ),
    Planted(
        name="a price without parts",
        file="prices.toml",
        old=(
            'funding         = "funding_base_ppm"\noperation       = "20_000"\n"expected '
            'loss" = "expected_loss_ppm"\ncapital         = "capital_charge_ppm"\nmargin     '
            '     = "pay_later_margin[segment, score]"'
        ),
        new="",
        place="prices.toml pay_later.parts",
        value="no parts",
        rule="a price is made of parts",
    ),
    Planted(
        name="a table looked up by the wrong keys",
        file="limits.toml",
        old="joint_multiple[segment, score]",
        new="joint_multiple[score]",
        place="limits.toml joint term 'score'",
        value="joint_multiple[score]",
        rule="is looked up as joint_multiple[segment, band]",
    ),
    Planted(
        name="a number of months that is no number",
        file="limits.toml",
        old="cash_loan_price_ppm, 24)",
        new="cash_loan_price_ppm, late_now)",
        place="limits.toml joint term 'affordability'",
        value="annuity_principal(service_minor, cash_loan_price_ppm, late_now)",
        rule="the third argument is a number of months, 1 to 60",
    ),
    Planted(
        name="a call of what is not there",
        file="values.toml",
        old='"funding_base_ppm + 20_000',
        new='"open(20_000)',
        place="values.toml cost_floor_ppm",
        value="open()",
        rule=(
            "unknown function; there are abs, annuity_principal, clamp, coalesce, count, "
            "div_down, div_half_even, div_half_up, div_up, known, max, min"
        ),
    ),
    Planted(
        name="a text in an expression",
        file="values.toml",
        old='"7_088"',
        new="\"'7_088'\"",
        place="values.toml capital_charge_ppm",
        value="'7_088'",
        rule="only whole numbers are allowed",
    ),
    Planted(
        name="an attribute",
        file="values.toml",
        old='"7_088"',
        new='"score.real"',
        place="values.toml capital_charge_ppm",
        value="score.real",
        rule="is not part of the strategy language (docs/reference/strategy.md)",
    ),
    Planted(
        name="a name used twice",
        file="values.toml",
        old="severe ",
        new="late_now ",
        place="values.toml late_now",
        value="late_now",
        rule="is already the name of something else",
    ),
    Planted(
        name="a feature that reads the law",
        file="features.toml",
        old="as_of_day - bureau_score_day <= 90",
        new="law_price_ceiling_ppm > 0",
        place="features.toml fresh_bureau_score",
        value="law_price_ceiling_ppm",
        rule="unknown name: no feature, amount, value or earlier result",
    ),
)


def findings(files: dict[str, bytes]) -> tuple[Finding, ...]:
    """Return what is wrong with a strategy's files."""
    with pytest.raises(StrategyFault) as caught:
        load(files)
    assert str(caught.value) == "\n".join(map(str, caught.value.findings))
    return caught.value.findings


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_fault_is_found(planted: Planted) -> None:
    """The first finding names the place, the value and the rule of what was made wrong."""
    files = example_files()
    text = files[planted.file].decode()
    assert planted.old in text
    files[planted.file] = text.replace(planted.old, planted.new, 1).encode()

    first = findings(files)[0]

    assert (first.place, first.value, first.rule) == (planted.place, planted.value, planted.rule)


WHOLE_FILES = {
    "a table of one column": (
        "pd.csv",
        "score\n0\n",
        "pd.csv row 1: score: a table has its bands in the first column and values beside them",
    ),
    "a table whose rows are all cut short": (
        "pd.csv",
        "score,pd_ppm\n0\n",
        "pd.csv row 2: 1 cells: 2 cells wanted, each at most 2000 characters",
    ),
    "a table without rows": (
        "pd.csv",
        "score,pd_ppm\n",
        "pd.csv: the file: needs a header and at least one row",
    ),
    "columns in another order": (
        "gates.csv",
        "when,gate,lines,action,reason\n",
        (
            "gates.csv row 1: when,gate,lines,action,reason: "
            "the columns are gate,when,lines,action,reason"
        ),
    ),
    "an empty file": (
        "gates.csv",
        "",
        "gates.csv: the file: is empty; its columns are gate, when, lines, action, reason",
    ),
    "no segments": (
        "segments.csv",
        "segment,when,reason,zh,en\n",
        "segments.csv: no rows: at least one segment is needed: else",
    ),
    "no TOML": (
        "prices.toml",
        "[pay_later",
        (
            "prices.toml: Expected ']' at the end of a table declaration (at end of document): "
            "must be TOML"
        ),
    ),
    "a number of five thousand digits": (
        "prices.toml",
        f"step = {'9' * 5_000}",
        "prices.toml: a number: has too many digits",
    ),
    "brackets without end": (
        "prices.toml",
        f"step = {'[' * 100_000}",
        "prices.toml: nesting: is too deep",
    ),
    "an unclosed quote": (
        "gates.csv",
        'gate,when,lines,action,reason\n"x,late_now >= 1,both,stop,OVERDUE\n',
        "gates.csv row 2: unexpected end of data: must be CSV",
    ),
    "too deep an expression": (
        "values.toml",
        f'deep = "{"-" * 900}1"\n',
        "values.toml deep: a part of it: nested more than 60 deep",
    ),
    "too long an expression": (
        "values.toml",
        f'long = "1{" + 1" * 600}"\n',
        (
            "values.toml long: 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + …: "
            "an expression has at most 2000 characters"
        ),
    ),
    "a limit that nothing caps": (
        "limits.toml",
        (
            '[joint]\nstep = "100"\n'
            'terms = [{ name = "least", amount = "0", reason = "DRAWN", role = "floor" }]\n'
        ),
        (
            "limits.toml joint: terms: "
            "at least one cap or hard term is needed that is never missing"
        ),
    ),
    "a limit whose only cap may not apply": (
        "limits.toml",
        (
            '[joint]\nstep = "100"\n'
            'terms = [{ name = "odd", amount = "None", reason = "STEP", if_missing = "skip" }]\n'
        ),
        (
            "limits.toml joint: terms: "
            "at least one cap or hard term is needed that is never missing"
        ),
    ),
    "a line without limit": (
        "limits.toml",
        "",
        "limits.toml: pay_later: needs its terms",
    ),
    "a limit of no line": (
        "limits.toml",
        '[overdraft]\nstep = "100"\nterms = []\n',
        "limits.toml: overdraft: is no line: joint, pay_later or cash_loan",
    ),
    "a line without price": (
        "prices.toml",
        "",
        "prices.toml: cash_loan: each line needs a price",
    ),
}


@pytest.mark.parametrize(("file", "text", "said"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_is_wrong_as_a_whole_is_found(file: str, text: str, said: str) -> None:
    """Among the findings stands the one that says what is wrong with the file."""
    files = example_files() | {file: text.encode()}

    assert said in map(str, findings(files))


@pytest.mark.parametrize("file", sorted(example_files().keys() - BESIDE))
def test_a_file_that_is_not_there_is_found(file: str) -> None:
    """A strategy lacks no file."""
    files = {name: content for name, content in example_files().items() if name != file}

    assert f"{file}: is not there: a strategy needs this file" in map(str, findings(files))


def test_bytes_that_are_no_text_are_found() -> None:
    """A finding says at which byte a file stops being UTF-8."""
    files = example_files() | {"segments.csv": b"segment,\xff"}

    assert "segments.csv: byte 8: is not UTF-8 text" in map(str, findings(files))


def test_all_faults_are_found_at_once() -> None:
    """What is wrong in one file does not hide what is wrong in another."""
    files = example_files()
    for planted in (
        each for each in PLANTED if each.name in {"an overflow", "a gap between bins"}
    ):
        text = files[planted.file].decode()
        files[planted.file] = text.replace(planted.old, planted.new, 1).encode()

    assert [each.place for each in findings(files)] == [
        "scorecard.csv row 2",
        "values.toml lines_now_minor",
    ]


def test_what_follows_from_a_fault_is_not_told_again() -> None:
    """A feature that cannot be used is one finding, however many expressions read it."""
    files = example_files()
    text = files["features.toml"].decode()
    files["features.toml"] = text.replace('reads = "months_inactive"', 'reads = "x"').encode()

    assert len(findings(files)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'severe = "late_now >\\n= 2"',
        'severe = "late_now ; \\u001b[2J"',
        '"late\\nnow" = "1"',
    ],
)
def test_a_finding_is_one_line_whatever_was_written(line: str) -> None:
    """A newline or a terminal's control character in a cell is shown, never printed."""
    files = example_files()
    text = files["values.toml"].decode()
    files["values.toml"] = text.replace('severe              = "late_now >= 2"', line).encode()

    found = findings(files)

    assert found
    assert all(str(finding).isprintable() for finding in found)
