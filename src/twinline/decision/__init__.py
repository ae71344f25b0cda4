"""Who gets what and why: features, expressions, scorecard, tables, strategy, outcome.

A decision is a pure function of features, strategy, law values and date. All arithmetic is on
64-bit integers whose bounds are proven when the strategy is compiled.
"""
