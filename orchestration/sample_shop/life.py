"""One person's time with the shop, from the first visit to the last day."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access, open_accounts
from orchestration.sample_shop.browsing import Browser, Visit, WebEvent
from orchestration.sample_shop.consenting import (
    ConsentEvent,
    MailAgreement,
    agree,
    agree_on_line,
    withdraw_by_mail,
)
from orchestration.sample_shop.crowd import LogLine, magazine_lines, strangers_and_crawlers
from orchestration.sample_shop.line_friends import Friendship, befriend
from orchestration.sample_shop.messaging import MailEvent, MailHistory, mail_history
from orchestration.sample_shop.people import Habit, Person
from orchestration.sample_shop.purchasing import (
    Order,
    Purchase,
    draw_basket,
    own_purchases,
    place_order,
    waking_moment,
)
from orchestration.sample_shop.service import Inquiry, Subscription, inquire, subscribe
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

WITHDRAWAL_AFTER_UNSUBSCRIBE_SHARE = 0.7
LOOKS_AROUND_BEFORE_DAYS = 60
LEAD_INTEREST_DAYS = 240.0
INTEREST_AFTER_DROPOUT_DAYS = 90
MAIL_ORDER_SECONDS = (240, 1_500)


@dataclass(frozen=True, slots=True)
class Life:
    """Everything the shop's files hold of one person, and the truth about it."""

    person: Person
    access: Access
    dropped_out: int | None
    orders: tuple[Order, ...]
    subscription: Subscription | None
    inquiries: tuple[Inquiry, ...]
    consents: tuple[ConsentEvent, ...]
    mail: MailHistory
    friendship: Friendship | None
    web_events: tuple[WebEvent, ...]
    log_lines: tuple[LogLine, ...]


def live(person: Person, mailed: set[str], world: World, rng: Random) -> Life:
    """Give the life of a person; `mailed` holds the household's addresses already on the list."""
    access = open_accounts(person, world, rng)
    purchases, dropped_out = own_purchases(person, access, world, rng)
    subscription, deliveries = subscribe(access, purchases, world, rng)
    first_purchase = purchases[0].moment if purchases else None
    consents, agreement = agree(person, access, first_purchase, world, rng)
    mail = _mail(person, agreement, mailed, world, rng)
    consents += _consents_from_mail(agreement, mail, rng)
    friendship = befriend(person, access, world, rng)
    consents += _consents_from_line(friendship)
    prompted = _prompted(mail, purchases, dropped_out, world, rng)
    wanted = sorted([*purchases, *deliveries, *prompted.values()], key=_moment)
    orders = [place_order(person, purchase, access, world, rng) for purchase in wanted]
    visits = _visits(person, access, orders, mail, dropped_out, world, rng)
    browser = Browser(person.devices, world, rng)
    web_events = [event for visit in visits for event in browser.visit(visit)]
    return Life(
        person=person,
        access=access,
        dropped_out=dropped_out,
        orders=tuple(orders),
        subscription=subscription,
        inquiries=tuple(inquire(orders, world, rng)),
        consents=tuple(consents),
        mail=mail,
        friendship=friendship,
        web_events=(*web_events, *strangers_and_crawlers(world, rng)),
        log_lines=tuple(magazine_lines(person, world, rng)),
    )


def _moment(thing: Purchase | Visit | MailEvent) -> int:
    return thing.moment


def _mail(
    person: Person,
    agreement: MailAgreement | None,
    mailed: set[str],
    world: World,
    rng: Random,
) -> MailHistory:
    """One address gets each mail once, whoever of the household agreed."""
    if agreement is None or agreement.email in mailed:
        return MailHistory()
    mailed.add(agreement.email)
    return mail_history(person, agreement, world, rng)


def _consents_from_mail(
    agreement: MailAgreement | None, mail: MailHistory, rng: Random
) -> list[ConsentEvent]:
    suppression = mail.suppression
    if agreement is None or suppression is None or suppression.reason != "unsubscribe":
        return []
    if rng.random() >= WITHDRAWAL_AFTER_UNSUBSCRIBE_SHARE:
        return []
    return [withdraw_by_mail(suppression.moment, agreement)]


def _consents_from_line(friendship: Friendship | None) -> list[ConsentEvent]:
    if friendship is None:
        return []
    linked = [event.member_id for event in friendship.events if event.kind == "accountLink"]
    consents = [agree_on_line(friendship.followed, friendship.user_id, "")]
    if linked and friendship.linked is not None:
        consents.append(agree_on_line(friendship.linked, friendship.user_id, linked[0]))
    return consents


def _prompted(
    mail: MailHistory,
    purchases: list[Purchase],
    dropped_out: int | None,
    world: World,
    rng: Random,
) -> dict[int, Purchase]:
    """Give the purchases that clicks in mails bring about, by the event number of the click."""
    prompted: dict[int, Purchase] = {}
    for click in mail.clicks:
        if not purchases or click.moment < purchases[0].moment:
            continue
        has_left = dropped_out is not None and dropped_out < click.moment
        true = world.behaviour
        chance = true.mail_click_order_after_dropout if has_left else true.mail_click_order
        moment = click.moment + rng.randint(*MAIL_ORDER_SECONDS)
        if rng.random() < chance and moment < world.calendar.end:
            lines = draw_basket(moment, world, rng, is_first=False)
            prompted[click.event_no] = Purchase(moment, lines, click.campaign)
    return prompted


def _visits(
    person: Person,
    access: Access,
    orders: list[Order],
    mail: MailHistory,
    dropped_out: int | None,
    world: World,
    rng: Random,
) -> list[Visit]:
    """Give the person's visits in the order of time."""
    visits = [Visit(account.registered, signs_up=account) for account in access.accounts]
    if person.habit is Habit.NEWSLETTER_LEAD:
        visits.append(Visit(person.joined, is_newsletter_form=True))
    accounts = {account.member_id: account for account in access.accounts}
    answered = set()
    for order in orders:
        if order.source != "ec_cube" or order.subscription_id:
            continue
        click = _click_before(order, mail)
        moment = order.ordered if click is None else click.moment
        if click is not None:
            answered.add(click.event_no)
        account = accounts.get(order.customer_id)
        visits.append(Visit(moment, order.campaign, order, account=account))
    visits += [
        Visit(click.moment, click.campaign)
        for click in mail.clicks
        if click.event_no not in answered
    ]
    visits += _looking_around(person, dropped_out, world, rng)
    return sorted(visits, key=_moment)


def _click_before(order: Order, mail: MailHistory) -> MailEvent | None:
    if order.campaign is None:
        return None
    clicks = [click for click in mail.clicks if click.campaign is order.campaign]
    return clicks[0] if clicks else None


def _looking_around(
    person: Person, dropped_out: int | None, world: World, rng: Random
) -> list[Visit]:
    """Visits without a purpose, from before the person is known until interest ends."""
    first = max(0, person.joined - rng.randint(0, LOOKS_AROUND_BEFORE_DAYS) * DAY)
    last = world.calendar.end
    if not person.habit.buys:
        last = person.joined + int(rng.expovariate(1 / LEAD_INTEREST_DAYS) * DAY)
    elif dropped_out is not None:
        last = dropped_out + INTEREST_AFTER_DROPOUT_DAYS * DAY
    last = min(last, world.calendar.end)
    rate = world.behaviour.visits_per_year * max(person.interest, 0.02) / 365
    visits = []
    day = first / DAY + rng.expovariate(rate)
    while day * DAY < last:
        visits.append(Visit(waking_moment(int(day), rng)))
        day += rng.expovariate(rate)
    return visits
