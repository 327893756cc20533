"""Subscriptions (定期購入) and inquiries to the shop's service."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access
from orchestration.sample_shop.catalogue import Product
from orchestration.sample_shop.purchasing import Order, OrderLine, Purchase
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.weighted import Weighted
from orchestration.sample_shop.world import World

CYCLES = (15, 30, 45, 60)
PAUSED_SHARE = 0.15
DELIVERY_HOUR = 6
CANCEL_REASONS = ("使い切れない", "価格", "効果を感じない", "他社に変更", "その他")
TOPICS = Weighted([("配送", 4), ("商品", 3), ("返品", 2), ("解約", 1)])
CHANNELS = Weighted([("メール", 5), ("電話", 3), ("LINE", 1), ("チャット", 1)])
SETTLED_MEAN_DAYS = 1.6
KNOWN_MEMBER_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as it stands at the end; moments None when not reached."""

    subscription_id: str
    member_id: str
    product: Product
    cycle_days: int
    started: int
    paused: int | None
    cancelled: int | None
    cancel_reason: str

    @property
    def updated(self) -> int:
        """When the contract last changed."""
        return self.cancelled or self.paused or self.started


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One inquiry; `settled` None while it is open at the end."""

    inquiry_id: str
    member_id: str
    email: str
    channel: str
    topic: str
    opened: int
    settled: int | None


def subscribe(
    access: Access, purchases: list[Purchase], world: World, rng: Random
) -> tuple[Subscription | None, list[Purchase]]:
    """Give the first subscription the purchases lead to, and the deliveries it brings."""
    for purchase in purchases:
        account = access.accounts[0] if access.accounts else None
        if account is None or purchase.moment < account.registered:
            continue
        product = _consumable(purchase)
        if product is not None and rng.random() < world.behaviour.subscription_share:
            return _run(account.member_id, product, purchase.moment, world, rng)
    return None, []


def _consumable(purchase: Purchase) -> Product | None:
    for line in purchase.lines:
        if line.product.pack_days >= CYCLES[0]:
            return line.product
    return None


def _run(
    member_id: str, product: Product, started: int, world: World, rng: Random
) -> tuple[Subscription, list[Purchase]]:
    subscription_id = f"S{next(world.numbers.subscriptions):06d}"
    cycle = min(CYCLES, key=lambda days: abs(days - product.pack_days))
    deliveries: list[Purchase] = []
    stopped: int | None = None
    moment = (started // DAY + cycle) * DAY + DELIVERY_HOUR * 3600
    while moment < world.calendar.end:
        line = OrderLine(product, 1)
        deliveries.append(Purchase(moment, (line,), subscription_id=subscription_id))
        if rng.random() < world.behaviour.subscription_churn:
            stopped = moment + rng.randint(1, cycle - 1) * DAY
            break
        moment += cycle * DAY
    if stopped is not None and stopped >= world.calendar.end:
        stopped = None
    is_pause = rng.random() < PAUSED_SHARE
    reason = rng.choice(CANCEL_REASONS)
    is_cancelled = stopped is not None and not is_pause
    subscription = Subscription(
        subscription_id=subscription_id,
        member_id=member_id,
        product=product,
        cycle_days=cycle,
        started=started,
        paused=stopped if is_pause else None,
        cancelled=stopped if is_cancelled else None,
        cancel_reason=reason if is_cancelled else "",
    )
    return subscription, deliveries


def inquire(orders: list[Order], world: World, rng: Random) -> list[Inquiry]:
    """Give the inquiries that follow the orders of the own shop."""
    inquiries = []
    for order in orders:
        if order.source != "ec_cube" or rng.random() >= world.behaviour.inquiry_share:
            continue
        opened = order.ordered + rng.randint(3_600, 12 * DAY)
        settled = opened + 600 + int(rng.expovariate(1 / SETTLED_MEAN_DAYS) * DAY)
        is_forgotten = rng.random() < world.behaviour.forgotten_inquiry_share
        if is_forgotten:
            settled = world.calendar.end
        if opened < world.calendar.end:
            is_known = rng.random() < KNOWN_MEMBER_SHARE
            inquiries.append(
                Inquiry(
                    inquiry_id=f"Q{next(world.numbers.inquiries):06d}",
                    member_id=order.customer_id if is_known else "",
                    email=order.written.email,
                    channel=CHANNELS.pick(rng),
                    topic=TOPICS.pick(rng),
                    opened=opened,
                    settled=settled if settled < world.calendar.end else None,
                )
            )
    return inquiries
