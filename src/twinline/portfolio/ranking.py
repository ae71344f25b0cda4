"""How well a score ranks: AUC, KS and Gini, exact, from counts by score."""

from __future__ import annotations

from collections import Counter

from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.figures import ScoreFigures

PPM = 1_000_000


class Ranking:
    """Goods and bads by score; a higher score should mean fewer bads."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.goods: Counter[int] = Counter()
        self.bads: Counter[int] = Counter()

    def add(self, score: int, *, bad: bool) -> None:
        """Add one customer whose outcome is known."""
        (self.bads if bad else self.goods)[score] += 1

    def merge(self, other: Ranking) -> None:
        """Add another ranking's customers."""
        self.goods.update(other.goods)
        self.bads.update(other.bads)

    def figures(self) -> ScoreFigures:
        """Return AUC (ties count half), KS and Gini in ppm; None without goods or bads."""
        goods, bads = self.goods.total(), self.bads.total()
        auc = ks = gini = None
        if goods and bads:
            above_twice = goods_below = bads_below = greatest = 0
            for score in sorted({*self.goods, *self.bads}):
                good, bad = self.goods[score], self.bads[score]
                above_twice += good * (2 * bads_below + bad)
                goods_below += good
                bads_below += bad
                greatest = max(greatest, abs(bads_below * goods - goods_below * bads))
            pairs = goods * bads
            auc = divide(above_twice * PPM, 2 * pairs, Rounding.HALF_UP)
            ks = divide(greatest * PPM, pairs, Rounding.HALF_UP)
            gini = divide((above_twice - pairs) * PPM, pairs, Rounding.HALF_UP)
        return ScoreFigures(
            outcome_known=goods + bads, defaulted=bads, auc_ppm=auc, ks_ppm=ks, gini_ppm=gini
        )
