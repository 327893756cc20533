"""The shop's campaigns: newsletters, seasonal mails and ads that run all the time."""

from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.sample_shop.shop_calendar import (
    DAY,
    GIFT_SEASON_FACTORS,
    ShopCalendar,
    gift_season,
)

MAIL_COST_YEN = 9_000
SEASON_MAIL_COST_YEN = 24_000
SEND_HOUR = 11
SWING_YEN = 150


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; `sent` is the moment its mails go out, None for ads."""

    code: str
    name: str
    channel: str
    first_day: date
    last_day: date
    cost: int
    sent: int | None


@dataclass(frozen=True, slots=True)
class Ad:
    """One kind of ads that runs every day; cost in yen a day."""

    source: str
    medium: str
    campaign: str
    name: str
    cost: int
    clicks: int
    impressions: int

    def cost_on(self, day_number: int) -> int:
        """Give the yen spent on the nth day; it swings with the day of the week."""
        return self.cost + SWING_YEN * swing_on(day_number)


def swing_on(day_number: int) -> int:
    """Give how far the nth day lies from the middle of its week: -3 to 3."""
    return day_number % 7 - 3


ADS = (
    Ad("google", "cpc", "AD_BRAND", "指名検索広告", 1_800, 24, 310),
    Ad("google", "cpc", "AD_GENERIC", "一般検索広告", 5_200, 31, 1_450),
    Ad("facebook", "paid_social", "AD_SOCIAL", "SNS広告", 3_600, 27, 5_800),
)


def plan_campaigns(calendar: ShopCalendar) -> tuple[Campaign, ...]:
    """Give the campaigns of the shop's days, the mailings in the order of sending."""
    mailings = sorted([*_newsletters(calendar), *_season_mails(calendar)], key=_sending_order)
    ads = [
        Campaign(
            code=ad.campaign,
            name=ad.name,
            channel="ads",
            first_day=calendar.start,
            last_day=calendar.start + timedelta(days=calendar.days - 1),
            cost=sum(ad.cost_on(number) for number in range(calendar.days)),
            sent=None,
        )
        for ad in ADS
    ]
    return (*mailings, *ads)


def _sending_order(campaign: Campaign) -> tuple[int, str]:
    return (campaign.sent or 0, campaign.code)


def _newsletters(calendar: ShopCalendar) -> list[Campaign]:
    """One newsletter on each 5th of a month."""
    found = []
    for offset, text in enumerate(calendar.day_texts):
        if text.endswith("-05"):
            day = date.fromisoformat(text)
            found.append(
                Campaign(
                    code=f"NL{day:%Y%m}",
                    name=f"メールマガジン {day.year}年{day.month}月号",
                    channel="email",
                    first_day=day,
                    last_day=day + timedelta(days=13),
                    cost=MAIL_COST_YEN,
                    sent=offset * DAY + SEND_HOUR * 3600,
                )
            )
    return found


def _season_mails(calendar: ShopCalendar) -> list[Campaign]:
    """One mail on the second day of each gift season."""
    codes = {name: f"GIFT{number}" for number, name in enumerate(GIFT_SEASON_FACTORS, start=1)}
    found = []
    for offset in range(2, calendar.days):
        day = calendar.start + timedelta(days=offset)
        season = calendar.gift_seasons[offset - 1]
        is_second_day = season is not None and calendar.gift_seasons[offset - 2] != season
        if season is not None and is_second_day and gift_season(day) == season:
            found.append(
                Campaign(
                    code=f"{codes[season]}_{day.year}",
                    name=f"{season} {day.year}",
                    channel="email",
                    first_day=day,
                    last_day=day + timedelta(days=20),
                    cost=SEASON_MAIL_COST_YEN,
                    sent=offset * DAY + SEND_HOUR * 3600,
                )
            )
    return found
