"""What is counted of all buildings while a person types or draws: rows that fit, and what a zone holds."""

from __future__ import annotations

from pathlib import Path

import bench
import numpy as np
import shapely


def counting(folder: Path) -> list[bench.Row]:
    """The rows of the table that fit a rule, and what a zone in the middle of the city holds."""
    from vidbudova.model.zone_statistics import statistics as holds
    from vidbudova.session import zones
    from vidbudova.ui import table_rows

    session = bench.opened(folder)
    loaded, stock = table_rows.load(session, "buildings"), zones.stock(session)
    found = [bench.timed(lambda: table_rows.find(loaded, "levels>4"))[0] for _ in range(20)]
    words = [bench.timed(lambda: table_rows.find(loaded, "school"))[0] for _ in range(20)]
    middle = shapely.Point(*np.median(stock.xy, axis=0)).buffer(500)
    zone = [bench.timed(lambda: holds(middle, stock))[0] for _ in range(20)]
    session.close()
    return [
        ("table: rows by a rule", bench.ms(found)),
        ("table: rows by words", bench.ms(words)),
        ("what a zone holds", bench.ms(zone)),
    ]
