"""The bank's book kept in memory: for tests of whoever builds on Twinline, and for simulation."""
