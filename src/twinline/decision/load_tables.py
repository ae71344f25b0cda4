"""Tables by band, and by band and segment, from CSV."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from twinline.decision.reading import NAME
from twinline.decision.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.reading import Reading
    from twinline.decision.sheet import TableSheet

UNITS = ("yuan", "ppm", "number")


def read_tables(
    reading: Reading, sheets: Mapping[str, TableSheet], segments: Sequence[str]
) -> dict[str, Table]:
    """Return the tables that strategy.toml lists."""
    tables = {}
    for name, sheet in sheets.items():
        table = read_table(reading, name, sheet.file, sheet.unit, segments)
        if table is None:
            reading.findings.broken.add(name)
        elif name in reading.names or name == "pd" or NAME.fullmatch(name) is None:
            rule = "a table needs a name of its own, of small letters, digits and _"
            reading.findings.add(sheet.file, name, rule)
        else:
            tables[name] = table
    return tables


def read_table(
    reading: Reading, name: str, file: str, unit: str, segments: Sequence[str]
) -> Table | None:
    """Return one table, or None with findings.

    The first column holds the lower ends of the bands, ascending; the others are one column for
    all, or one for each segment in any order.
    """
    if unit not in UNITS:
        reading.findings.add(f"strategy.toml tables.{name}", unit, f"is one of {', '.join(UNITS)}")
        return None
    grid = reading.sheets.grid(file)
    if not grid[1:]:
        return None
    before = len(reading.findings.found)
    heads = grid[0][1][1:]
    if not heads:
        rule = "a table has its bands in the first column and values beside them"
        reading.findings.add(f"{file} row 1", ",".join(grid[0][1]), rule)
        return None
    order = [0] if len(heads) == 1 else _columns(reading, file, heads, segments)
    edges = [reading.whole(place, cells[0]) for place, cells in grid[1:]]
    cells = [
        reading.minor(place, row[1 + column])
        if unit == "yuan"
        else reading.whole(place, row[1 + column])
        for place, row in grid[1:]
        for column in order
    ]
    known_edges = [edge for edge in edges if edge is not None]
    if any(low >= high for low, high in pairwise(known_edges)):
        reading.findings.add(file, "the first column", "bands ascend, each from its lower end")
    if len(reading.findings.found) > before:
        return None
    known_cells = tuple(cell for cell in cells if cell is not None)
    return Table(name=name, edges=tuple(known_edges), columns=len(order), cells=known_cells)


def _columns(
    reading: Reading, file: str, heads: Sequence[str], segments: Sequence[str]
) -> list[int]:
    """Return for each segment the place of its column."""
    if sorted(heads) != sorted(segments):
        rule = f"the columns are the segments: {', '.join(segments) or 'none'}"
        reading.findings.add(f"{file} row 1", ",".join(heads), rule)
        return []
    return [heads.index(segment) for segment in segments]
