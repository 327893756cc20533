from datetime import UTC, date, datetime

import pytest

from orchestration.sample_shop.shop_calendar import (
    DAY,
    PEAK_SEASON,
    ShopCalendar,
    gift_season,
    nth_sunday,
    season_of,
)


def test_calendar_writes_one_moment_in_every_form() -> None:
    calendar = ShopCalendar.ending(date(2026, 3, 2), days=61)
    moment = 60 * DAY + 8 * 3600 + 5 * 60 + 9
    assert calendar.start == date(2026, 1, 1)
    assert calendar.end == 61 * DAY
    assert calendar.stamp(moment) == "2026-03-02 08:05:09"
    assert calendar.slashed(moment) == "2026/03/02 08:05:09"
    assert calendar.iso(moment) == "2026-03-02T08:05:09+09:00"
    assert calendar.log(moment) == "02/Mar/2026:08:05:09 +0900"
    assert calendar.month(moment) == "2026-03"
    assert calendar.day(moment) == date(2026, 3, 2)


def test_calendar_counts_utc_from_japans_midnight() -> None:
    calendar = ShopCalendar.ending(date(2026, 3, 2), days=61)
    # 2026-01-01 00:00 in Japan is 15:00 of the day before in UTC.
    expected = datetime(2025, 12, 31, 15, tzinfo=UTC)
    assert calendar.unix(0) == int(expected.timestamp())
    assert calendar.utc(0) == expected.replace(tzinfo=None)
    assert calendar.utc(None) is None


@pytest.mark.parametrize(
    ("year", "month", "nth", "day"),
    [(2026, 5, 2, 10), (2025, 5, 2, 11), (2026, 6, 3, 21), (2026, 2, 1, 1)],
    ids=["mothers day 2026", "mothers day 2025", "fathers day 2026", "month starts on a Sunday"],
)
def test_nth_sunday_gives_the_day(year: int, month: int, nth: int, day: int) -> None:
    assert nth_sunday(year, month, nth) == date(year, month, day)


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2026, 4, 25), None),
        (date(2026, 4, 26), "母の日"),
        (date(2026, 5, 8), "母の日"),
        (date(2026, 5, 9), None),
        (date(2026, 6, 19), "父の日"),
        (date(2026, 6, 20), "お中元"),
        (date(2026, 7, 15), "お中元"),
        (date(2026, 7, 16), None),
        (date(2026, 11, 20), "お歳暮"),
        (date(2026, 12, 21), None),
    ],
    ids=str,
)
def test_gift_season_holds_on_its_first_and_last_day(day: date, season: str | None) -> None:
    assert gift_season(day) == season


def test_season_multiplies_what_holds_on_a_day() -> None:
    assert season_of(date(2026, 10, 14)) == 1.0  # a Wednesday in October
    assert season_of(date(2026, 10, 17)) == pytest.approx(1.12)  # a Saturday
    assert season_of(date(2026, 12, 5)) == pytest.approx(1.8 * 1.12)  # a Saturday in お歳暮
    assert season_of(date(2026, 1, 1)) == pytest.approx(0.6)
    assert season_of(date(2026, 8, 5)) == pytest.approx(0.85)


def test_season_never_passes_its_peak() -> None:
    calendar = ShopCalendar.ending(date(2028, 12, 31), days=3 * 366)
    assert max(calendar.seasons) <= PEAK_SEASON
