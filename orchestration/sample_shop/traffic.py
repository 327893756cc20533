"""Where visits come from, and visitors who are nobody we know: strangers and crawlers."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.campaigns import ADS, Ad, Campaign
from orchestration.sample_shop.weighted import Weighted


@dataclass(frozen=True, slots=True)
class Arrival:
    """Referrer and UTM parameters of a visit; empty where there are none."""

    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""


_REFERRERS = {"google": "https://www.google.com/", "facebook": "https://www.facebook.com/"}


def _ad_arrival(ad: Ad) -> Arrival:
    return Arrival(_REFERRERS[ad.source], ad.source, ad.medium, ad.campaign)


ARRIVALS = Weighted(
    [
        (Arrival(), 48.0),
        (Arrival("https://www.google.com/"), 24.0),
        (Arrival("https://search.yahoo.co.jp/"), 8.0),
        (Arrival("https://magazine.example.jp/"), 5.0),
        *((_ad_arrival(ad), 5.0) for ad in ADS),
    ]
)


def arrive(campaign: Campaign | None, rng: Random) -> Arrival:
    """Give where a visit comes from; from the mail when a campaign brought it."""
    if campaign is not None:
        return Arrival("", "newsletter", "email", campaign.code)
    return ARRIVALS.pick(rng)
