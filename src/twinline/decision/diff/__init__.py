"""What changed between two strategies, in words a credit committee reads.

`compare.diff` returns `Change`s ordered by consequence; `change.told` puts them on a page.
"""
