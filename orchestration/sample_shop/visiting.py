"""Why people come to the site: to buy, to sign up, out of a mail, at the kiosk, or for nothing."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access
from orchestration.sample_shop.browsing import Browser, Form, Visit, WebVisit
from orchestration.sample_shop.consenting import ConsentEvent
from orchestration.sample_shop.crowd import strangers_and_crawlers
from orchestration.sample_shop.devices import draw_device
from orchestration.sample_shop.kiosk import KIOSK, STRANGER_SHARE
from orchestration.sample_shop.line_friends import Friendship
from orchestration.sample_shop.messaging import MailEvent, MailHistory
from orchestration.sample_shop.people import Habit, Person
from orchestration.sample_shop.purchasing import Order, waking_moment
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

LOOKS_AROUND_BEFORE_DAYS = 60
LEAD_INTEREST_DAYS = 240.0
INTEREST_AFTER_DROPOUT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Occasions:
    """What happened in a person's life that brings them to the site."""

    access: Access
    orders: list[Order]
    mail: MailHistory
    consents: list[ConsentEvent]
    friendship: Friendship | None
    dropped_out: int | None


def visits_of(
    person: Person, at_home: list[Person], occasions: Occasions, world: World, rng: Random
) -> list[WebVisit]:
    """Give the visits that fall on a person, those of others included; `at_home` live with them."""
    own, passed_on = _own_visits(person, occasions, world, rng)
    browser = Browser(person.devices, world, rng)
    made = [browser.visit(visit, person.true_id) for visit in own]
    made += [_follow_forwarded(visit, at_home, world, rng) for visit in passed_on]
    made += _at_kiosk(person, occasions.access, world, rng)
    made += strangers_and_crawlers(world, rng)
    return [visit for visit in made if visit.events]


def _own_visits(
    person: Person, occasions: Occasions, world: World, rng: Random
) -> tuple[list[Visit], list[Visit]]:
    """Give the person's visits in the order of time, and those that a forwarded mail brings."""
    access, mail = occasions.access, occasions.mail
    visits = [Visit(account.registered, signs_up=account) for account in access.accounts]
    bought, answered = _buying(occasions)
    visits += bought
    passed_on: list[Visit] = []
    for click in mail.clicks:
        if click.event_no in answered:
            continue
        is_forwarded = rng.random() < world.behaviour.forwarded_mail_share
        visit = Visit(click.moment, click.campaign, send_id=click.send_id)
        (passed_on if is_forwarded else visits).append(visit)
    visits += _forms(person, occasions, world, rng)
    friendship = occasions.friendship
    if friendship is not None and friendship.linked is not None:
        account = access.accounts[0]
        user_id = friendship.user_id
        visits.append(Visit(friendship.linked, account=account, line_user_id=user_id))
    visits += _looking_around(person, occasions.dropped_out, world, rng)
    visits = [visit for visit in visits if visit.moment < world.calendar.end]
    return sorted(visits, key=lambda visit: visit.moment), passed_on


def _buying(occasions: Occasions) -> tuple[list[Visit], set[int]]:
    """Give the visits that end with an order, and the clicks that led to one."""
    accounts = {account.member_id: account for account in occasions.access.accounts}
    visits = []
    answered = set()
    for order in occasions.orders:
        if order.source != "ec_cube" or order.subscription_id or order.is_by_telephone:
            continue
        account = accounts.get(order.customer_id)
        click = _click_before(order, occasions.mail)
        if click is None:
            visits.append(Visit(order.ordered, order.campaign, order, account=account))
        else:
            answered.add(click.event_no)
            visits.append(
                Visit(click.moment, order.campaign, order, account=account, send_id=click.send_id)
            )
    return visits, answered


def _click_before(order: Order, mail: MailHistory) -> MailEvent | None:
    if order.campaign is None:
        return None
    clicks = [click for click in mail.clicks if click.campaign is order.campaign]
    return clicks[0] if clicks else None


def _forms(person: Person, occasions: Occasions, world: World, rng: Random) -> list[Visit]:
    """Give the visits in which an address is left without an account."""
    visits = []
    if person.habit is Habit.NEWSLETTER_LEAD:
        # The register of consents holds the same address, slips included.
        typed = [event.email for event in occasions.consents if event.moment == person.joined]
        visits += [Visit(person.joined, form=Form("/newsletter", email)) for email in typed]
    elif person.habit is not Habit.MALL and rng.random() < world.behaviour.restock_form_share:
        day = rng.randint(person.joined // DAY, world.calendar.days - 1)
        moment = waking_moment(day, rng)
        visits.append(Visit(moment, form=Form("/restock", person.at(moment).email)))
    return visits


def _follow_forwarded(visit: Visit, at_home: list[Person], world: World, rng: Random) -> WebVisit:
    """Somebody at home reads the forwarded mail on their own browser, else a stranger."""
    if at_home:
        reader = rng.choice(at_home)
        return Browser(reader.devices[:1], world, rng).visit(visit, reader.true_id)
    return Browser((draw_device(rng),), world, rng).visit(visit)


def _at_kiosk(person: Person, access: Access, world: World, rng: Random) -> list[WebVisit]:
    """The visitor logs in and out; now and then somebody uses the kiosk without logging in."""
    if not access.accounts or not world.kiosk.welcomes():
        return []
    account = access.accounts[0]
    made = []
    known_from = account.registered // DAY + 1
    moment = world.kiosk.free_moment(known_from, world.calendar.days, rng)
    if moment is not None:
        browser = Browser((KIOSK,), world, rng)
        made.append(browser.visit(Visit(moment, account=account), person.true_id))
    if rng.random() < STRANGER_SHARE:
        moment = world.kiosk.free_moment(0, world.calendar.days, rng)
        if moment is not None:
            made.append(Browser((KIOSK,), world, rng).visit(Visit(moment)))
    return made


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
