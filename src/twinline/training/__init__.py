"""Models learned from a book with outcomes: a scorecard in points, and trees to challenge it.

The only package besides `portfolio` and the column executor that may use arrays. What it returns
are whole numbers and text, so that nothing learned here decides by a float.
"""
