"""How long the other side asks us to wait."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_WAIT_SECONDS = 300.0


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Give the seconds that Retry-After or X-RateLimit-Reset names, or None when neither does.

    Retry-After is a number of seconds or an HTTP date, X-RateLimit-Reset an epoch second. The
    result may be negative when the other clock is ahead of ours or behind.
    """
    fields = {name.lower(): value.strip() for name, value in headers.items()}
    for name, is_epoch in (("retry-after", False), ("x-ratelimit-reset", True)):
        value = fields.get(name)
        seconds = None if value is None else _seconds(value, is_epoch=is_epoch, now=now)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: str, *, is_epoch: bool, now: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None if is_epoch else _seconds_to_date(value, now)
    if not math.isfinite(number):
        return None
    return number - now.timestamp() if is_epoch else number


def _seconds_to_date(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()


def clamp_wait(asked: float | None, default: float) -> float:
    """Give the seconds to wait: what was asked within [0, 300], else the default."""
    return min(max(default if asked is None else asked, 0.0), MAX_WAIT_SECONDS)
