"""What is asked again when a message is about to go: caps, quiet hours, expiry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Tokyo")
DAY = timedelta(seconds=86_400)


@dataclass(frozen=True, slots=True)
class FrequencyRule:
    """At most so many messages on a medium, or on `all` together, in so many rolling days."""

    medium: str
    window_days: int
    max_messages: int

    def is_met(self, sent: Iterable[tuple[str, datetime]], medium: str, now: datetime) -> bool:
        """Say whether one more on a medium stays within the rule, after those sent.

        A message of exactly `window_days` × 86,400 seconds ago counts no more.
        """
        if self.medium not in ("all", medium):
            return True
        since = now - self.window_days * DAY
        counted = sum(at > since and self.medium in ("all", on) for on, at in sent)
        return counted < self.max_messages


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of a day, in the shop's zone, in which a medium must not reach anybody."""

    begin: time
    end: time

    def until(self, now: datetime) -> datetime | None:
        """Give the instant at which quiet hours end that hold now, or None outside of them."""
        local = now.astimezone(ZONE)
        clock = local.time().replace(tzinfo=None)
        ends_next_day = self.begin > self.end
        if ends_next_day:
            is_quiet = clock >= self.begin or clock < self.end
        else:
            is_quiet = self.begin <= clock < self.end
        if not is_quiet:
            return None
        day = local.date() + timedelta(days=1 if ends_next_day and clock >= self.begin else 0)
        return datetime.combine(day, self.end, ZONE).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class MessageRules:
    """What the policy publishes about a medium."""

    rules: Sequence[FrequencyRule] = ()
    counted_media: frozenset[str] = frozenset()
    """Media whose messages count towards the caps."""
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class MessageTerms:
    """What holds for every message of one run."""

    name: str
    """Under which a person gets one message of an occurrence; the arms of a holdout are its own."""
    medium: str
    purpose: str
    expires_after: timedelta
    rules: Sequence[FrequencyRule]
    counted_media: frozenset[str]
    quiet: QuietHours | None

    @property
    def is_marketing(self) -> bool:
        """Say whether caps, holdouts and every suppression hold."""
        return self.purpose == "marketing"

    @property
    def capping(self) -> Sequence[FrequencyRule]:
        """Give the caps that this message must keep."""
        return self.rules if self.is_marketing and self.medium in self.counted_media else ()
