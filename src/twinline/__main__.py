"""`python -m twinline`."""

from __future__ import annotations

import sys

from twinline.wiring import main

if __name__ == "__main__":
    sys.exit(main())
