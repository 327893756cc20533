"""The limits that a batch brings to its gate: landing day, as-of day, size of the last edition."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from expectations.suites import Parameter

UNLIMITED_ROWS = 10**12
"""More rows than any segment has: the upper limit where nothing was published before."""
CLOCK_TOLERANCE = timedelta(days=2)
"""How far a source's clock or time zone may run ahead of the landing day."""


def row_limits(
    previous: int | None, *, max_growth_ratio: float, max_shrink_ratio: float, floor: int
) -> tuple[int, int]:
    """Give the fewest and the most rows that may follow `previous` rows.

    A ratio is the change over the previous count (0.5 is half as many more, or half fewer). A
    change of up to `floor` rows is always fine, so small segments may breathe.
    """
    if previous is None:
        return 0, UNLIMITED_ROWS
    fewest = min(math.ceil(previous * (1 - max_shrink_ratio)), previous - floor)
    most = max(math.floor(previous * (1 + max_growth_ratio)), previous + floor)
    return max(fewest, 0), most


def inbound_parameters(landed_on: date) -> dict[str, Parameter]:
    """Give the parameters of an inbound suite for files that landed on that day."""
    return {"latest": (landed_on + CLOCK_TOLERANCE).isoformat()}


def outbound_parameters(
    as_of_date: date, time_zone: str, *, limits: tuple[int, int], previous_rows: int | None
) -> dict[str, Parameter]:
    """Give the parameters of an outbound suite for a segment built as of that day."""
    fewest, most = limits
    end = datetime.combine(as_of_date + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone))
    return {
        "as_of_date": as_of_date.isoformat(),
        "as_of_end": end.astimezone(UTC).replace(tzinfo=None).isoformat(),
        "min_rows": fewest,
        "max_rows": most,
        "previous_rows": "nothing" if previous_rows is None else previous_rows,
    }
