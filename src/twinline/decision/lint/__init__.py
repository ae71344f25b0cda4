"""Mistakes in a strategy that loads: found before a customer finds them.

`checks.lint` runs every check over a `Subject`: the strategy, its files with the place of each
row, and the `Worlds` its declared ranges allow. A check accuses only where it has a proof.
"""
