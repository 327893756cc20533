"""What people agree to and take back, as the shop's CRM writes it."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access
from orchestration.sample_shop.handwriting.written import write_by_hand
from orchestration.sample_shop.people import Habit, Person
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

CHECKOUT_CONSENT_SHARE = 0.3
UNPROVEN_SHARE = 0.04
PRINT_CONSENT_SHARE = 0.25
PHONE_CONSENT_SHARE = 0.08
WITHDRAWAL_SHARE = 0.04
OFFLINE_WITHDRAWAL_SHARE = 0.06
"""Share of members who refuse letters, and as many who refuse calls, agreed to or not."""
OFFLINE_WITHDRAWAL_DAYS = (1, 90)
CONFIRM_SECONDS = (40, 1_800)


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One row of the consent register."""

    moment: int
    member_id: str
    email: str
    line_user_id: str
    channel: str
    action: str
    legal_basis: str
    form_version: str
    collected_by: str


@dataclass(frozen=True, slots=True)
class MailAgreement:
    """The address a person may be mailed at, and since when; `until` is a withdrawal or None."""

    email: str
    is_mistyped: bool
    member_id: str
    since: int
    until: int | None


def agree(
    person: Person, access: Access, first_purchase: int | None, world: World, rng: Random
) -> tuple[list[ConsentEvent], MailAgreement | None]:
    """Give the person's consent events up to the end, and what they allow for mail."""
    if person.habit is Habit.NEWSLETTER_LEAD:
        events, agreement = _by_newsletter_form(person, world, rng)
    elif access.accounts:
        events, agreement = _at_sign_up(access, world, rng)
    elif person.habit is Habit.GUEST and first_purchase is not None:
        events, agreement = _at_checkout(person, first_purchase, rng)
    else:
        return [], None
    return [event for event in events if event.moment < world.calendar.end], agreement


def _by_newsletter_form(
    person: Person, world: World, rng: Random
) -> tuple[list[ConsentEvent], MailAgreement | None]:
    """Double opt-in: the address counts once the link in the first mail is clicked."""
    written = write_by_hand(person, world.behaviour, rng)
    granted = person.joined
    confirmed = granted + rng.randint(*CONFIRM_SECONDS)
    events = [_event(granted, email=written.email, form_version="newsletter-2")]
    if written.is_mistyped:
        return events, None
    events.append(
        _event(confirmed, email=written.email, form_version="newsletter-2", action="confirm")
    )
    return events, MailAgreement(written.email, False, "", confirmed, None)


def _at_sign_up(
    access: Access, world: World, rng: Random
) -> tuple[list[ConsentEvent], MailAgreement | None]:
    account = access.accounts[0]
    member_id, email, since = account.member_id, account.written.email, account.registered
    events = []
    agreement = None
    if rng.random() < world.behaviour.email_consent_share:
        is_proven = rng.random() >= UNPROVEN_SHARE
        events.append(
            _event(
                since,
                member_id=member_id,
                email=email,
                form_version="signup-3" if is_proven else "",
                legal_basis="consent" if is_proven else "unproven",
                collected_by="signup" if is_proven else "import",
            )
        )
        withdrawn = since + rng.randint(20, 500) * DAY
        until = withdrawn if rng.random() < WITHDRAWAL_SHARE else None
        if until is not None and is_proven:
            events.append(_withdrawal(until, member_id, email, "support"))
        is_mailed = account.state == "active" and not account.written.is_unreachable
        if is_proven and is_mailed:
            agreement = MailAgreement(email, account.written.is_mistyped, member_id, since, until)
    for channel, share in (("print", PRINT_CONSENT_SHARE), ("phone", PHONE_CONSENT_SHARE)):
        if rng.random() < share:
            events.append(
                _event(since, member_id=member_id, channel=channel, form_version="signup-3")
            )
        events += _refusal(channel, member_id, since)
    return events, agreement


def _refusal(channel: str, member_id: str, since: int) -> list[ConsentEvent]:
    """Give the withdrawal of a member who wants no letters, or no calls."""
    rng = number_series(since, f"refusal/{channel}/{member_id}")
    if rng.random() >= OFFLINE_WITHDRAWAL_SHARE:
        return []
    moment = since + rng.randint(*OFFLINE_WITHDRAWAL_DAYS) * DAY
    return [_withdrawal(moment, member_id, "", "support", channel=channel)]


def _at_checkout(
    person: Person, first_purchase: int, rng: Random
) -> tuple[list[ConsentEvent], MailAgreement | None]:
    if rng.random() >= CHECKOUT_CONSENT_SHARE:
        return [], None
    email = person.at(first_purchase).email
    event = _event(first_purchase, email=email, form_version="checkout-1", collected_by="checkout")
    return [event], MailAgreement(email, False, "", first_purchase, None)


def withdraw_by_mail(moment: int, agreement: MailAgreement) -> ConsentEvent:
    """Give the row the CRM writes when somebody unsubscribes from the mails."""
    return _withdrawal(moment, agreement.member_id, agreement.email, "support")


def agree_on_line(moment: int, line_user_id: str, member_id: str) -> ConsentEvent:
    """Give the row written when a LINE friend accepts the shop's messages."""
    return _event(
        moment,
        member_id=member_id,
        line_user_id=line_user_id,
        channel="line",
        form_version="line-1",
        collected_by="line_follow",
    )


def _withdrawal(
    moment: int, member_id: str, email: str, collected_by: str, *, channel: str = "email"
) -> ConsentEvent:
    return _event(
        moment,
        member_id=member_id,
        email=email,
        channel=channel,
        action="withdraw",
        form_version="",
        collected_by=collected_by,
    )


def _event(  # noqa: PLR0913 - a row of the register has that many columns
    moment: int,
    *,
    form_version: str,
    member_id: str = "",
    email: str = "",
    line_user_id: str = "",
    channel: str = "email",
    action: str = "grant",
    legal_basis: str = "consent",
    collected_by: str = "signup",
) -> ConsentEvent:
    return ConsentEvent(
        moment=moment,
        member_id=member_id,
        email=email,
        line_user_id=line_user_id,
        channel=channel,
        action=action,
        legal_basis=legal_basis,
        form_version=form_version,
        collected_by=collected_by,
    )
