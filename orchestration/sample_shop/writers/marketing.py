"""Marketing's files: the campaigns and what the ads cost each day."""

from orchestration.sample_shop.campaigns import ADS, swing_on
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing, header
from orchestration.sample_shop.world import World

SOURCE = "marketing"
CAMPAIGNS = header("campaign_code,name,channel,start_date,end_date,cost,currency,updated_at")
AD_COSTS = header("date,utm_source,utm_medium,utm_campaign,cost,impressions,clicks,currency")
IMPRESSIONS_PER_SWING = 11


class MarketingWriter:
    """Writes the campaigns and the daily costs of the ads."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feeds."""
        self._world = world
        self._campaigns = CsvFeed(landing, SOURCE, CAMPAIGNS, style=CsvStyle())
        self._ad_costs = CsvFeed(landing, SOURCE, AD_COSTS, style=CsvStyle(encoding="utf-8-sig"))

    def write_campaigns(self) -> None:
        """Write every campaign."""
        last_day = self._world.calendar.day_texts[-1]
        for campaign in self._world.campaigns:
            row = [
                campaign.code,
                campaign.name,
                campaign.channel,
                campaign.first_day.isoformat(),
                campaign.last_day.isoformat(),
                str(campaign.cost),
                "JPY",
                f"{last_day}T03:00:00+09:00",
            ]
            self._campaigns.write("campaigns.csv", row, yen=campaign.cost)

    def write_ad_costs(self) -> None:
        """Write each day's cost of each kind of ads."""
        for number, day in enumerate(self._world.calendar.day_texts):
            for ad in ADS:
                row = [
                    day,
                    ad.source,
                    ad.medium,
                    ad.campaign,
                    str(ad.cost_on(number)),
                    str(ad.impressions + IMPRESSIONS_PER_SWING * swing_on(number)),
                    str(ad.clicks + swing_on(number)),
                    "JPY",
                ]
                self._ad_costs.write(f"ad_costs_{day[:7]}.csv", row, yen=ad.cost_on(number))

    def close(self) -> None:
        """Finish every file."""
        self._campaigns.close()
        self._ad_costs.close()
