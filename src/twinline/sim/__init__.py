"""The simulated world: a seeded population that drives the real code."""
