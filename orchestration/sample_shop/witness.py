"""Writes down the truth about each life beside the files."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.consenting import ConsentEvent
from orchestration.sample_shop.kiosk import KIOSK
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.purchasing import Order
from orchestration.sample_shop.shop_calendar import (
    GIFT_SEASON_FACTORS,
    NEW_YEAR_FACTOR,
    WEEKEND_FACTOR,
    ShopCalendar,
)
from orchestration.sample_shop.truth import Truth
from orchestration.sample_shop.writers.sendgrid import event_id


@dataclass(slots=True)
class DayTotal:
    """Orders of one source on one day; yen as the buyers pay, net sales of the purchases."""

    orders: int = 0
    yen: int = 0
    purchases: int = 0
    net_sales: int = 0


class Witness:
    """Sees every life and tells the truth tables."""

    def __init__(self, truth: Truth, calendar: ShopCalendar) -> None:
        """Take the open truth."""
        self._truth = truth
        self._calendar = calendar
        self._days: dict[tuple[str, date], DayTotal] = defaultdict(DayTotal)

    def see(self, life: Life) -> None:
        """Write everything true of one person."""
        self._person(life)
        self._records(life)
        for order in life.orders:
            self._order(order)
        self._consents(life)
        self._suppressions(life)
        self._messages(life)
        self._web_visits(life)

    def conclude(self, behaviour: Behaviour) -> None:
        """Write the totals of the days and the true parameters."""
        for (source, day), total in sorted(self._days.items()):
            self._truth.add(
                "daily_totals",
                source,
                day,
                total.orders,
                total.yen,
                total.purchases,
                total.net_sales,
            )
        seasons = {f"season_{name}": factor for name, factor in GIFT_SEASON_FACTORS.items()}
        others = {"season_new_year": NEW_YEAR_FACTOR, "season_weekend": WEEKEND_FACTOR}
        for name, value in (asdict(behaviour) | seasons | others).items():
            self._truth.add("effects", name, float(value))

    def _person(self, life: Life) -> None:
        person, utc = life.person, self._calendar.utc
        bought = [order for order in life.orders if order.fulfilment.is_purchase]
        delivered = [
            order.fulfilment.known_delivered
            for order in bought
            if order.fulfilment.known_delivered is not None
        ]
        subscription = life.subscription
        is_running = subscription is not None and subscription.updated == subscription.started
        accounts = life.access.accounts
        self._truth.add(
            "persons",
            person.true_id,
            person.household_no,
            person.household_kind.value,
            person.habit.value,
            utc(person.joined),
            person.purchase_rate if person.habit.buys else None,
            person.dropout if person.habit.buys else None,
            utc(life.dropped_out),
            person.open_chance,
            person.click_chance,
            person.has_machine_reader,
            person.has_link_scanner,
            utc(accounts[0].registered) if accounts else None,
            bool(accounts or life.orders),
            len(life.orders),
            len(bought),
            self._calendar.day(bought[0].ordered) if bought else None,
            self._calendar.day(bought[-1].ordered) if bought else None,
            utc(max(delivered)) if delivered else None,
            sum(order.goods_total - order.discount for order in bought),
            is_running,
            any(inquiry.settled is None for inquiry in life.inquiries),
            life.friendship.user_id if life.friendship is not None else None,
        )
        came_to_kiosk = any(
            visit.visitor_id == person.true_id and visit.events[0].device is KIOSK
            for visit in life.web_visits
        )
        for device in (*person.devices, KIOSK) if came_to_kiosk else person.devices:
            self._truth.add("devices", device.anonymous_id, person.true_id)

    def _records(self, life: Life) -> None:
        true_id = life.person.true_id
        for account in life.access.accounts:
            self._truth.add("records", "ec_cube", "customer", account.member_id, true_id)
        mall = life.access.mall
        if mall is not None and any(order.source == "mall" for order in life.orders):
            self._truth.add("records", "mall", "customer", mall.member_id, true_id)
        for order in life.orders:
            self._truth.add("records", order.source, "order", order.order_id, true_id)

    def _order(self, order: Order) -> None:
        utc, fulfilment = self._calendar.utc, order.fulfilment
        day = self._calendar.day(order.ordered)
        self._truth.add(
            "orders",
            order.source,
            order.order_id,
            order.person.true_id,
            order.customer_id or None,
            utc(order.ordered),
            day,
            fulfilment.status,
            fulfilment.is_purchase,
            order.goods_total,
            order.discount,
            order.shipping_fee,
            order.total,
            len(order.lines),
            utc(fulfilment.shipped),
            utc(fulfilment.known_delivered),
            utc(fulfilment.delivered),
            order.campaign.code if order.campaign is not None else None,
            order.subscription_id or None,
            order.is_by_telephone,
        )
        for number, line in enumerate(order.lines, start=1):
            self._truth.add(
                "order_lines",
                order.source,
                order.order_id,
                number,
                line.product.code,
                line.quantity,
                line.amount,
            )
        total = self._days[order.source, day]
        total.orders += 1
        total.yen += order.total
        if fulfilment.is_purchase:
            total.purchases += 1
            total.net_sales += order.goods_total - order.discount

    def _consents(self, life: Life) -> None:
        """One row per record and channel: the state after the last event."""
        histories: dict[tuple[str, ...], list[ConsentEvent]] = defaultdict(list)
        for event in sorted(life.consents, key=lambda event: event.moment):
            address = event.line_user_id or event.email
            histories[event.channel, event.member_id, address].append(event)
        for (channel, member_id, _), history in histories.items():
            moments = {event.action: event.moment for event in history}
            last = history[-1]
            self._truth.add(
                "consents",
                life.person.true_id,
                member_id or None,
                last.email or None,
                last.line_user_id or None,
                channel,
                "marketing",
                last.action != "withdraw" and last.legal_basis != "unproven",
                history[0].legal_basis,
                history[0].form_version or None,
                self._calendar.utc(moments.get("grant")),
                self._calendar.utc(moments.get("confirm")),
                self._calendar.utc(moments.get("withdraw")),
            )

    def _suppressions(self, life: Life) -> None:
        suppression, friendship = life.mail.suppression, life.friendship
        if suppression is not None:
            self._truth.add(
                "suppressions",
                "email",
                suppression.email,
                suppression.reason,
                self._calendar.utc(suppression.moment),
                life.person.true_id,
            )
        if friendship is not None and friendship.blocked is not None:
            self._truth.add(
                "suppressions",
                "line",
                friendship.user_id,
                "unfollow",
                self._calendar.utc(friendship.blocked),
                life.person.true_id,
            )

    def _messages(self, life: Life) -> None:
        for event in life.mail.events:
            if event.event in {"open", "click"}:
                self._truth.add(
                    "messages",
                    event_id(event),
                    life.person.true_id,
                    event.event,
                    self._calendar.utc(event.moment),
                    event.campaign.code,
                    event.is_machine_open,
                    event.is_bot_click,
                )

    def _web_visits(self, life: Life) -> None:
        """Who truly sat there, null for strangers; a forwarded mail's visit is not its reader's."""
        for visit in life.web_visits:
            first, last = visit.events[0], visit.events[-1]
            self._truth.add(
                "web_visits",
                first.device.anonymous_id,
                self._calendar.utc(first.moment),
                self._calendar.utc(last.moment),
                len(visit.events),
                visit.visitor_id or None,
                "eid=" in first.path and visit.visitor_id != life.person.true_id,
            )
