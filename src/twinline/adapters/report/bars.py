"""Bars to the right with their words behind them, the chart that most sections show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.page import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.adapters.report.page import Spec

ROW = 34
"""The height of a bar with its room, in pixels."""

AROUND = 16
"""What the bars' axis needs besides, in pixels."""


def bars(
    names: Sequence[str], values: Sequence[float], labels: Sequence[str], colours: Sequence[str]
) -> Spec:
    """Return bars to the right, one for each name, with a label behind each."""
    return {
        "type": "bar",
        "orientation": "h",
        "y": [plain(name) for name in names],
        "x": list(values),
        "text": list(labels),
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "none",
        "marker": {"color": list(colours)},
    }


def across(most: float, *, room: float, least: float = 0.0, begin: float = 0.0) -> Spec:
    """Return the layout of bars from the first down; `room` is what their labels need besides.

    Where bars also go to the left, to `least`, a line stands at zero, with the same room. What
    lies before `begin` is cut off.
    """
    width = (most - least - begin) * (room - 1)
    begins = least - width if least else begin
    ends = most + width if most or not least else 0.0
    return {
        "xaxis": {
            "showticklabels": False,
            "showgrid": False,
            "zeroline": bool(least),
            "range": [begins, ends],
        },
        "yaxis": {"autorange": "reversed", "ticksuffix": "  ", "type": "category"},
    }
