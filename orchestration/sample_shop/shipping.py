"""What becomes of an order: paid, shipped, delivered, or not."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.weighted import Weighted

PAYMENTS = Weighted(
    [("クレジットカード", 0.6), ("コンビニ決済", 0.2), ("代金引換", 0.12), ("銀行振込", 0.08)]
)
PAID_AT_ONCE = "クレジットカード"
PAID_AT_THE_DOOR = "代金引換"
RETURN_AFTER_DAYS = 4

PURCHASE_STATUSES = frozenset({"paid", "processing", "shipped", "delivered"})


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The state of an order at the end of the shop's days; moments None when not reached.

    `delivered` is when the parcel truly arrived, `known_delivered` what the carrier's record
    says of it.
    """

    status: str
    payment: str
    paid: int | None = None
    shipped: int | None = None
    delivered: int | None = None
    has_carrier_record: bool = False

    @property
    def known_delivered(self) -> int | None:
        """When the carrier's record says it arrived, None without a record."""
        return self.delivered if self.has_carrier_record else None

    @property
    def is_purchase(self) -> bool:
        """Whether the order counts as a purchase."""
        return self.status in PURCHASE_STATUSES


def fulfil(ordered: int, end: int, behaviour: Behaviour, rng: Random) -> Fulfilment:
    """Give the state at `end` of an order placed at `ordered`."""
    fate = rng.random()
    payment = PAYMENTS.pick(rng)
    paid = _paid(ordered, payment, rng)
    ready = ordered if paid is None else paid
    shipped = (ready // DAY + rng.randint(1, 2)) * DAY + rng.randint(9 * 3600, 18 * 3600)
    delivered = (shipped // DAY + rng.randint(1, 4)) * DAY + rng.randint(9 * 3600, 20 * 3600)
    has_record = rng.random() >= behaviour.carrier_gap_share
    is_processing = rng.random() < 0.5
    if fate < behaviour.unfinished_share:
        return Fulfilment("pending", payment)
    if fate < behaviour.unfinished_share + behaviour.cancel_share:
        return Fulfilment("cancelled", payment)
    if ready >= end:
        return Fulfilment("new", payment)
    if shipped >= end:
        waiting = "paid" if paid is not None else "new"
        return Fulfilment("processing" if is_processing else waiting, payment, paid=paid)
    arrived = delivered if delivered < end else None
    is_back = fate > 1 - behaviour.return_share and delivered + RETURN_AFTER_DAYS * DAY < end
    return Fulfilment(
        status="returned" if is_back else "shipped",
        payment=payment,
        paid=paid if payment != PAID_AT_THE_DOOR else arrived,
        shipped=shipped,
        delivered=arrived,
        has_carrier_record=has_record,
    )


def _paid(ordered: int, payment: str, rng: Random) -> int | None:
    delay = rng.randint(2 * 3600, 4 * DAY)
    if payment == PAID_AT_ONCE:
        return ordered
    return None if payment == PAID_AT_THE_DOOR else ordered + delay
