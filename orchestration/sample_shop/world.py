"""What every part of the generator shares: the shop's days, goods, rates and numbers."""

from dataclasses import dataclass, field
from itertools import count

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.campaigns import Campaign
from orchestration.sample_shop.catalogue import Catalogue
from orchestration.sample_shop.kiosk import Kiosk
from orchestration.sample_shop.shop_calendar import ShopCalendar


@dataclass(frozen=True, slots=True)
class Numbers:
    """The shop's number series; persons draw from them in their order, whatever the blocks."""

    members: "count[int]" = field(default_factory=lambda: count(1001))
    mall_members: "count[int]" = field(default_factory=lambda: count(70_000_001))
    orders: "count[int]" = field(default_factory=lambda: count(10_001))
    mall_orders: "count[int]" = field(default_factory=lambda: count(1))
    lines: "count[int]" = field(default_factory=lambda: count(20_001))
    shipments: "count[int]" = field(default_factory=lambda: count(10_001))
    parcels: "count[int]" = field(default_factory=lambda: count(400_000_000_001))
    web_events: "count[int]" = field(default_factory=lambda: count(1))
    messages: "count[int]" = field(default_factory=lambda: count(1))
    message_events: "count[int]" = field(default_factory=lambda: count(1))
    line_events: "count[int]" = field(default_factory=lambda: count(1))
    consents: "count[int]" = field(default_factory=lambda: count(1))
    inquiries: "count[int]" = field(default_factory=lambda: count(1))
    subscriptions: "count[int]" = field(default_factory=lambda: count(1))


@dataclass(frozen=True, slots=True)
class World:
    """One generated shop."""

    calendar: ShopCalendar
    catalogue: Catalogue
    behaviour: Behaviour
    campaigns: tuple[Campaign, ...]
    numbers: Numbers
    kiosk: Kiosk
    click_key: str
    """Signs the links in the mails."""
