"""What it costs: accrual, amortisation, payoff, minimum payment, all-in cost. Pure."""
