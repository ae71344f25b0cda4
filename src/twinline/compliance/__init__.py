"""The law as dated data, and the checks that read it."""
