"""The calculator: the core's figures, one JSON line in and one JSON line out.

Each module serves a family of kinds: a request type, an answer type and the function between.
Main name: `answering.answer_line`.
"""
