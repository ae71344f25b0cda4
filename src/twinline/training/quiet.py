"""The libraries of the extra `train`, kept from talking on standard error while they load."""

from __future__ import annotations

import logging
import warnings

_solvers = logging.getLogger("__cvxpy__")
_solvers.disabled = True  # it reports solvers nobody asked for
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what they deprecate among themselves is their affair
    import lightgbm
    from optbinning import OptimalBinning
_solvers.disabled = False

__all__ = ["OptimalBinning", "lightgbm"]
