"""What the conventions of each kind mean, in the words of the calculator's reference."""

from __future__ import annotations

NOTES: dict[str, str] = {
    "schedule": """\
- A row's interest is the exact sum over its parts, rounded once by `rounding` to the
  currency's digits. The last row takes what is left.
- `least_last` finds the multiple of `instalment_step` that leaves the smallest
  difference in the last row, the smaller of two that leave the same; `annuity` is the
  closed formula on rate × months / 12; `period_factors` is solved from each row's own
  interest factor. The last two are rounded by `instalment_rounding`.
- A payment below a row's interest, or one that ends the loan before its last row, is
  refused with the rule `instalment_step`.
- `equal_principal`: what is owed over the rows left, rounded to the step; the last row
  takes the rest.
- A day belongs to the year in which it ends (`actual/actual`). `twelfth` makes a regular
  period of n months n/12; an odd first period is the whole months counted back from its
  due date and the days left over by the length of the month before them. `30/360` is the
  ISDA bond basis; parts of a row are counted by their own dates.
- Later due dates count from the first due date's day of the month if that date is given,
  else from the start's, always from the first: the 31st comes back after a short month.
  `last_day` makes it the month's last day, `next_first` the first of the next.
- A rate change binds from the day that ends on `on`, wherever that lies; a change after
  the last due date finds no day. A disbursement bears interest from `on`; on a due date
  it comes after that day's payment and is in that day's balance; on `start_on` it adds
  to the principal. Both solve the payment again from the row in which the day falls, over
  the rows left; earlier rows know nothing of later events.
- `grace` counts within `periods` from the first row: rows without principal pay interest,
  interest-free rows waive it for good.
- `flat_fee`: the fee is rounded once; principal and fee of each row are rounded down.
  With a step above the minor unit the payment is rounded to it and principal takes the
  difference. Rate, day count, events and grace are refused.
- `cost` with regular periods of n whole months is (1 + i)^(1/n) − 1 of the periodic rate
  i; otherwise (1 + xirr)^(1/12) − 1. `nominal` is twelve times it, `effective` is
  (1 + x)^12 − 1; each half to even at ten decimals.""",
    "rate": """\
- `xirr`: effective annual rate, time counted from the earliest flow by `day_count`.
- `irr_periodic`: equally spaced, in the order given, days not looked at.
- `us_reg_z`: 12 CFR part 1026, appendix J. Whole unit periods are counted back from each
  flow's date to the first flow's; odd days are over 30 of a month, 15 of a half-month,
  7n, n, or 365. A series on month ends is counted from month end to month end, and one on
  the 29th or 30th uses the end of February. `rate` is the unit rate times the unit
  periods of a year.
- `eu_aprc`: Directive 2008/48/EC. Whole intervals are counted back from each flow's date,
  month ends to month ends; days left over are divided by the length of the year that
  ends with them.
- Searched are all rates above −0.999999 and below 1000 (a unit period's, or a year's).
  Exactly one root is the answer, a root where the worth touches nothing counting as one;
  without one the rule is `no_rate` or `several_rates`, with the interval. Either sign
  convention is taken. Rates are given to fifteen significant digits.""",
    "day_count": """\
`days` are counted as the convention counts them: only `30/360` counts other than
calendar days.""",
    "roll": """\
`CN` knows the State Council's holidays and make-up working days. A date outside what is
known is refused with the rule `calendar_known`, never guessed.""",
    "worth": """\
The worth is rounded half up to two decimals.""",
    "allocate": """\
`standard` is fee, penalty, interest, principal; `principal_first` is principal,
interest, fee, penalty. Dues come oldest first; those of one day keep their order.""",
    "dpd": """\
Payments up to `as_of` go to the oldest due. The count is 0 on the due date and 1 on the
next day. Stage 2 is above 30 days, stage 3 above 90.""",
    "minimum_payment": """\
`minimum` is `rate` of purchases less refunds plus revolved, rounded half up and never
below nothing, and all of the rest; it is never above `full`.""",
    "points": """\
Give exactly one of `odds`, `score` and `pd`; the other two come back.""",
    "woe": """\
AUC counts ties half; Gini is 2 AUC − 1.""",
    "psi": """\
Each side is divided by its sum, so that counts and shares are taken alike.""",
    "irb": """\
Basel Framework CRE31: confidence 0.999, no floor; risk weight is 12.5 k.""",
    "ecl": """\
Default comes at the end of a period and is discounted from there. Each part and the sum
are rounded half up on their own. A `horizon` beyond the rows takes all of them.""",
    "headroom": """\
Exposure is plain + cash + weight × instalment, rounded up; a line's own use is
unweighted. Negative headroom leaves nothing available.""",
    "identifier": """\
Rules are `format`, `prefix` (mobile), `birth_date` (resident id) and `check_digit`. A
resident id's region code is not looked up.""",
}
