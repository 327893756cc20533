"""The shop's days: clock seconds to the texts that files hold, and the season of a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

DAY = 86_400
JAPAN = timezone(timedelta(hours=9))
PEAK_SEASON = 2.2
"""No day's season factor is above this."""

_MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class ShopCalendar:
    """The days a generated shop has lived.

    Moments are whole seconds since the first day 00:00 Japan time, so that they compare and
    add as integers; the methods give the texts that each kind of file writes.
    """

    start: date
    days: int
    epoch: int
    day_texts: tuple[str, ...]
    log_day_texts: tuple[str, ...]
    seasons: tuple[float, ...]
    gift_seasons: tuple[str | None, ...]
    clock_texts: tuple[str, ...]
    """The time of day at each second of a day; looked up millions of times."""

    @classmethod
    def ending(cls, end_date: date, *, days: int) -> "ShopCalendar":
        """Give the calendar of `days` days whose last day is `end_date`."""
        start = end_date - timedelta(days=days - 1)
        every_day = [start + timedelta(days=n) for n in range(days)]
        return cls(
            start=start,
            days=days,
            epoch=int(datetime(start.year, start.month, start.day, tzinfo=JAPAN).timestamp()),
            day_texts=tuple(day.isoformat() for day in every_day),
            log_day_texts=tuple(
                f"{day.day:02d}/{_MONTH_NAMES[day.month - 1]}/{day.year}" for day in every_day
            ),
            seasons=tuple(season_of(day) for day in every_day),
            gift_seasons=tuple(gift_season(day) for day in every_day),
            clock_texts=tuple(clock(second) for second in range(DAY)),
        )

    @property
    def end(self) -> int:
        """The first second after the last day."""
        return self.days * DAY

    def day(self, moment: int) -> date:
        """Give the day of a moment in Japan."""
        return self.start + timedelta(days=moment // DAY)

    def day_text(self, moment: int) -> str:
        """Give the day as 2026-10-31."""
        return self.day_texts[moment // DAY]

    def month(self, moment: int) -> str:
        """Give the month as 2026-10."""
        return self.day_texts[moment // DAY][:7]

    def stamp(self, moment: int) -> str:
        """Give the moment as 2026-10-31 23:59:59."""
        return f"{self.day_texts[moment // DAY]} {self.clock_texts[moment % DAY]}"

    def slashed(self, moment: int) -> str:
        """Give the moment as 2026/10/31 23:59:59."""
        return f"{self.day_texts[moment // DAY].replace('-', '/')} {self.clock_texts[moment % DAY]}"

    def iso(self, moment: int) -> str:
        """Give the moment as 2026-10-31T23:59:59+09:00."""
        return f"{self.day_texts[moment // DAY]}T{self.clock_texts[moment % DAY]}+09:00"

    def log(self, moment: int) -> str:
        """Give the moment as an Apache log writes it."""
        return f"{self.log_day_texts[moment // DAY]}:{self.clock_texts[moment % DAY]} +0900"

    def unix(self, moment: int) -> int:
        """Give the moment as seconds since 1970 in UTC."""
        return self.epoch + moment

    def utc(self, moment: int | None) -> datetime | None:
        """Give the moment as a naive UTC time, None for None."""
        if moment is None:
            return None
        return datetime.fromtimestamp(self.epoch + moment, tz=UTC).replace(tzinfo=None)


def clock(moment: int) -> str:
    """Give the second of a day as 23:59:59."""
    minutes, seconds = divmod(moment, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def nth_sunday(year: int, month: int, nth: int) -> date:
    """Give the nth Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))


def gift_season(day: date) -> str | None:
    """Give the name of the gift season a day lies in, or None."""
    mothers_day = nth_sunday(day.year, 5, 2)
    fathers_day = nth_sunday(day.year, 6, 3)
    windows = (
        ("バレンタイン", date(day.year, 2, 1), date(day.year, 2, 13)),
        ("母の日", mothers_day - timedelta(days=14), mothers_day - timedelta(days=2)),
        ("父の日", fathers_day - timedelta(days=10), fathers_day - timedelta(days=2)),
        ("お中元", date(day.year, 6, 20), date(day.year, 7, 15)),
        ("敬老の日", date(day.year, 9, 5), date(day.year, 9, 17)),
        ("お歳暮", date(day.year, 11, 20), date(day.year, 12, 20)),
    )
    for name, first, last in windows:
        if first <= day <= last:
            return name
    return None


GIFT_SEASON_FACTORS = {
    "バレンタイン": 1.3,
    "母の日": 1.7,
    "父の日": 1.25,
    "お中元": 1.6,
    "敬老の日": 1.3,
    "お歳暮": 1.8,
}
QUIET_MONTH_FACTORS = {2: 0.9, 8: 0.85}
NEW_YEAR_FACTOR = 0.6
WEEKEND_FACTOR = 1.12


def season_of(day: date) -> float:
    """Give the factor on the purchase rate of a day; 1 is an ordinary weekday."""
    factor = QUIET_MONTH_FACTORS.get(day.month, 1.0)
    factor *= GIFT_SEASON_FACTORS.get(gift_season(day) or "", 1.0)
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        factor *= NEW_YEAR_FACTOR
    return factor * (WEEKEND_FACTOR if day.weekday() >= _SUNDAY - 1 else 1.0)
