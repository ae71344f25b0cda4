"""Capital by the internal-ratings formula for retail exposures (Basel Framework, CRE31)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from math import expm1, sqrt
from statistics import NormalDist
from typing import Final, assert_never

CONFIDENCE: Final = 0.999
_NORMAL: Final = NormalDist()


@unique
class AssetClass(Enum):
    """Retail classes by how their losses move together: CRE31.14 to 31.16."""

    QRRE = "qrre"
    """Qualifying revolving: correlation 0.04."""

    OTHER_RETAIL = "other_retail"
    """Correlation from 0.16 down to 0.03 as the probability of default rises."""

    MORTGAGE = "mortgage"
    """Secured by homes: correlation 0.15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capital:
    """Correlation, capital and risk weight (12.5 x capital) as fractions of the exposure."""

    correlation: float
    k: float

    @property
    def risk_weight(self) -> float:
        """12.5 x capital."""
        return 12.5 * self.k


def correlation(pd: float, asset_class: AssetClass) -> float:
    """Return the asset correlation of a class at a probability of default."""
    match asset_class:
        case AssetClass.QRRE:
            return 0.04
        case AssetClass.MORTGAGE:
            return 0.15
        case AssetClass.OTHER_RETAIL:
            weight = expm1(-35 * pd) / expm1(-35)
            return 0.03 * weight + 0.16 * (1 - weight)
    assert_never(asset_class)


def capital(pd: float, lgd: float, asset_class: AssetClass) -> Capital:
    """Return the capital for unexpected loss at 0.999 confidence, no floor on any input.

    `pd` lies strictly between 0 and 1; `lgd` between 0 and 1.
    """
    r = correlation(pd, asset_class)
    stressed = (_NORMAL.inv_cdf(pd) + sqrt(r) * _NORMAL.inv_cdf(CONFIDENCE)) / sqrt(1 - r)
    return Capital(correlation=r, k=lgd * (_NORMAL.cdf(stressed) - pd))
