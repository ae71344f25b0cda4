"""How many examples a property test tries: `pytest --hypothesis-profile nightly` tries most."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.load_profile("ci" if "CI" in os.environ else "dev")
