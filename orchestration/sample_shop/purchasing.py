"""When people buy and what: purchase rate, dropout, refills, gift seasons."""

from dataclasses import dataclass, replace
from random import Random

from orchestration.sample_shop.accounts import Access, Account
from orchestration.sample_shop.campaigns import Campaign
from orchestration.sample_shop.catalogue import Product
from orchestration.sample_shop.handwriting.written import (
    Written,
    write_by_hand,
    write_by_staff,
    write_exactly,
)
from orchestration.sample_shop.people import Habit, Person
from orchestration.sample_shop.shipping import Fulfilment, fulfil
from orchestration.sample_shop.shop_calendar import DAY, PEAK_SEASON
from orchestration.sample_shop.weighted import Weighted
from orchestration.sample_shop.world import World

DAYS_PER_YEAR = 365.0
FREE_SHIPPING_FROM = 5_000
SHIPPING_FEE = 550
BUYS_AT_SIGN_UP_SHARE = 0.7
SIGN_UP_SECONDS = (120, 900)
FIRST_PURCHASE_DAYS = 25.0
MALL_ORDER_SHARE = 0.5
LINE_COUNTS = Weighted([(1, 0.55), (2, 0.3), (3, 0.15)])
QUANTITIES = Weighted([(1, 0.8), (2, 0.15), (3, 0.05)])
COUPON_SHARE = 0.12
MAIL_COUPON_SHARE = 0.5
EXACT_ON_MALL_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Pieces of one article."""

    product: Product
    quantity: int

    @property
    def amount(self) -> int:
        """Yen of the line, tax included."""
        return self.product.price * self.quantity


@dataclass(frozen=True, slots=True)
class Purchase:
    """A wish to buy, before the shop has given it a number."""

    moment: int
    lines: tuple[OrderLine, ...]
    campaign: Campaign | None = None
    subscription_id: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands at the end of the shop's days."""

    source: str
    order_id: str
    person: Person
    ordered: int
    lines: tuple[OrderLine, ...]
    discount: int
    shipping_fee: int
    fulfilment: Fulfilment
    written: Written
    customer_id: str
    shipment_id: str
    tracking_number: str
    campaign: Campaign | None
    subscription_id: str
    is_by_telephone: bool

    @property
    def goods_total(self) -> int:
        """Yen of the goods before discount, tax included."""
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        """Yen the buyer pays."""
        return self.goods_total - self.discount + self.shipping_fee


def waking_moment(day: int, rng: Random) -> int:
    """Give a moment of that day when people are up, most often in the evening."""
    return day * DAY + int(rng.triangular(6.5 * 3600, 23.9 * 3600, 21 * 3600))


def own_purchases(
    person: Person, access: Access, world: World, rng: Random
) -> tuple[list[Purchase], int | None]:
    """Give what the person buys of their own accord, and when they drop out (None: not yet)."""
    if not person.habit.buys:
        return [], None
    end = world.calendar.end
    moment = person.joined + rng.randint(*SIGN_UP_SECONDS)
    waits = not access.buys_first_as_guest and person.habit.has_account
    if waits and rng.random() > BUYS_AT_SIGN_UP_SHARE:
        delay = 1 + int(rng.expovariate(1 / FIRST_PURCHASE_DAYS))
        moment = waking_moment(moment // DAY + delay, rng)
    purchases: list[Purchase] = []
    refill = None
    while moment < end:
        lines = draw_basket(moment, world, rng, is_first=not purchases, refill=refill)
        purchases.append(Purchase(moment, lines))
        if rng.random() < person.dropout:
            return purchases, moment
        refill = _wanted_refill(purchases[-1], world, rng)
        moment = _next_moment(person, purchases[-1], refill, world, rng)
    return purchases, None


def _wanted_refill(last: Purchase, world: World, rng: Random) -> OrderLine | None:
    """Give the line that lasts longest, when the person comes back for more of it."""
    line = max(last.lines, key=_days_of_use)
    returns = _days_of_use(line) > 0 and rng.random() < world.behaviour.refill_share
    return line if returns else None


def _days_of_use(line: OrderLine) -> int:
    return line.product.pack_days * line.quantity


def _next_moment(
    person: Person, last: Purchase, refill: OrderLine | None, world: World, rng: Random
) -> int:
    """Give the next purchase: when the pack is empty, or at the person's rate and the season."""
    day = last.moment // DAY
    if refill is not None:
        wait = _days_of_use(refill) * rng.lognormvariate(0.0, world.behaviour.refill_spread)
        return waking_moment(day + max(1, round(wait)), rng)
    exact = day + 1.0
    fastest = max(person.purchase_rate, 0.01) * PEAK_SEASON / DAYS_PER_YEAR
    while True:
        exact += rng.expovariate(fastest)
        if exact >= world.calendar.days:
            return world.calendar.end
        if rng.random() * PEAK_SEASON < world.calendar.seasons[int(exact)]:
            return waking_moment(int(exact), rng)


def draw_basket(
    moment: int, world: World, rng: Random, *, is_first: bool, refill: OrderLine | None = None
) -> tuple[OrderLine, ...]:
    """Give one to three different articles, the wanted refill among them, and companions."""
    season = world.calendar.gift_seasons[moment // DAY]
    chosen: dict[int, OrderLine] = {}
    if refill is not None and not refill.product.is_trial:
        chosen[refill.product.product_id] = refill
    for _ in range(LINE_COUNTS.pick(rng) - len(chosen)):
        product = world.catalogue.pick(rng, season=season, is_first=is_first)
        quantity = 1 if product.is_trial else QUANTITIES.pick(rng)
        chosen.setdefault(product.product_id, OrderLine(product, quantity))
    for line in list(chosen.values()):
        companion = world.catalogue.companion_of(line.product)
        if companion is not None and rng.random() < world.behaviour.companion_share:
            chosen.setdefault(companion.product_id, OrderLine(companion, 1))
    return tuple(chosen.values())


def place_order(
    person: Person, purchase: Purchase, access: Access, world: World, rng: Random
) -> Order:
    """Give the order the shop or the mall makes of a purchase."""
    person = person.at(purchase.moment)
    fulfilment = fulfil(purchase.moment, world.calendar.end, world.behaviour, rng)
    account = access.account_at(purchase.moment, rng)
    goods_total = sum(line.amount for line in purchase.lines)
    mall = access.mall if _goes_to_mall(person, purchase, rng) else None
    numbers = world.numbers
    is_by_telephone = False
    if mall is not None:
        order_id = f"{world.calendar.day_text(purchase.moment)}-{next(numbers.mall_orders):08d}"
        customer_id = mall.member_id
        written = _written_on_mall(person, mall.relay_email, world, rng)
        fulfilment = replace(fulfilment, status=_mall_status(fulfilment.status))
    else:
        order_id = str(next(numbers.orders))
        customer_id = account.member_id if account is not None else ""
        is_by_telephone = account is None and _rings_up(purchase, world, rng)
        written = _written_in_shop(person, account, world, rng, is_by_telephone=is_by_telephone)
    return Order(
        source="mall" if mall is not None else "ec_cube",
        order_id=order_id,
        person=person,
        ordered=purchase.moment,
        lines=purchase.lines,
        discount=_discount(goods_total, purchase, rng),
        shipping_fee=0 if goods_total >= FREE_SHIPPING_FROM else SHIPPING_FEE,
        fulfilment=fulfilment,
        written=written,
        customer_id=customer_id,
        shipment_id=str(next(numbers.shipments)) if mall is None else "",
        tracking_number=str(next(numbers.parcels)) if fulfilment.shipped is not None else "",
        campaign=purchase.campaign,
        subscription_id=purchase.subscription_id,
        is_by_telephone=is_by_telephone,
    )


def _rings_up(purchase: Purchase, world: World, rng: Random) -> bool:
    return purchase.campaign is None and rng.random() < world.behaviour.telephone_order_share


def _written_in_shop(
    person: Person, account: Account | None, world: World, rng: Random, *, is_by_telephone: bool
) -> Written:
    if account is not None:
        return account.written
    write = write_by_staff if is_by_telephone else write_by_hand
    return write(person, world.behaviour, rng)


def _goes_to_mall(person: Person, purchase: Purchase, rng: Random) -> bool:
    if person.habit is Habit.MALL:
        return True
    is_free = purchase.campaign is None and not purchase.subscription_id
    return person.habit is Habit.MEMBER_AND_MALL and is_free and rng.random() < MALL_ORDER_SHARE


def _mall_status(status: str) -> str:
    """Give the nearest state the mall knows: it has neither paid nor pending."""
    return {"paid": "processing", "pending": "new"}.get(status, status)


def _written_on_mall(person: Person, relay_email: str, world: World, rng: Random) -> Written:
    if rng.random() < EXACT_ON_MALL_SHARE:
        return replace(write_exactly(person), email=relay_email)
    return replace(
        write_by_hand(person, world.behaviour, rng), email=relay_email, is_mistyped=False
    )


def _discount(goods_total: int, purchase: Purchase, rng: Random) -> int:
    share = COUPON_SHARE if purchase.campaign is None else MAIL_COUPON_SHARE
    if rng.random() >= share:
        return 0
    return min(500, goods_total // 10) if rng.random() < 0.4 else goods_total // 10
