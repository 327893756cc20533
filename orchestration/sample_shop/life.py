"""One person's time with the shop, from the first visit to the last day."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access, open_accounts
from orchestration.sample_shop.browsing import WebVisit
from orchestration.sample_shop.consenting import (
    ConsentEvent,
    MailAgreement,
    agree,
    agree_on_line,
    withdraw_by_mail,
)
from orchestration.sample_shop.crowd import LogLine, magazine_lines
from orchestration.sample_shop.line_friends import Friendship, befriend
from orchestration.sample_shop.messaging import MailHistory, mail_history
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.purchasing import (
    Order,
    Purchase,
    draw_basket,
    own_purchases,
    place_order,
)
from orchestration.sample_shop.service import Inquiry, Subscription, inquire, subscribe
from orchestration.sample_shop.visiting import Occasions, visits_of
from orchestration.sample_shop.world import World

WITHDRAWAL_AFTER_UNSUBSCRIBE_SHARE = 0.7
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
    web_visits: tuple[WebVisit, ...]
    """The person's and those that came along: of readers of forwarded mails and of strangers."""
    log_lines: tuple[LogLine, ...]


def live(
    person: Person, household: list[Person], mailed: set[str], world: World, rng: Random
) -> Life:
    """Give the life of a person; `mailed` holds the household's mailboxes already on the list."""
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
    at_home = [member for member in household if member is not person]
    occasions = Occasions(access, orders, mail, consents, friendship, dropped_out)
    web_visits = visits_of(person, at_home, occasions, world, rng)
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
        web_visits=tuple(web_visits),
        log_lines=tuple(magazine_lines(person, world, rng)),
    )


def _moment(purchase: Purchase) -> int:
    return purchase.moment


def _mail(
    person: Person,
    agreement: MailAgreement | None,
    mailed: set[str],
    world: World,
    rng: Random,
) -> MailHistory:
    """One address gets each mail once, whoever of the household agreed."""
    if agreement is None or agreement.email.lower() in mailed:
        return MailHistory()
    mailed.add(agreement.email.lower())
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
