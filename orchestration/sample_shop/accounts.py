"""Accounts in the own shop and on the mall, and when a person opens them."""

from dataclasses import dataclass, replace
from random import Random

from orchestration.sample_shop.handwriting.written import (
    Written,
    break_address,
    mask,
    write_by_hand,
)
from orchestration.sample_shop.people import (
    Habit,
    HouseholdKind,
    Person,
    draw_email,
    draw_mobile,
)
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

GUEST_FIRST_DAYS = 30.0
SECOND_ACCOUNT_DAYS = (15, 240)
SECOND_ACCOUNT_NEW_PHONE_SHARE = 0.4
LEFT_SHARE = 0.01
UNCONFIRMED_SHARE = 0.01
MASKED_ADDRESS_SHARE = 0.03
"""Share of members with one account and no other address whom a mall's relay address stands for."""
BROKEN_ADDRESS_SHARE = 0.03
"""Share of them whose only address is not one."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the own shop; `state` is provisional, active or left."""

    member_id: str
    registered: int
    written: Written
    state: str = "active"


@dataclass(frozen=True, slots=True)
class MallAccount:
    """A person's number and masked mail address on the mall."""

    member_id: str
    relay_email: str


@dataclass(frozen=True, slots=True)
class Access:
    """Every way a person is known to the shops; accounts in the order of opening."""

    accounts: tuple[Account, ...]
    mall: MallAccount | None
    buys_first_as_guest: bool

    def account_at(self, moment: int, rng: Random) -> Account | None:
        """Give the account an order at `moment` is placed with: the newer one, mostly."""
        opened = [account for account in self.accounts if account.registered <= moment]
        if not opened:
            return None
        return opened[-1] if len(opened) == 1 or rng.random() < 0.7 else opened[0]


def open_accounts(person: Person, world: World, rng: Random) -> Access:
    """Give the accounts the person opens before the shop's days end."""
    end = world.calendar.end
    true = world.behaviour
    accounts: list[Account] = []
    is_guest_first = False
    if person.habit.has_account:
        registered = person.joined
        is_plain = person.household_kind is not HouseholdKind.NAMESAKES
        if person.habit.buys and is_plain and rng.random() < true.guest_first_share:
            is_guest_first = True
            registered += int((1 + rng.expovariate(1 / GUEST_FIRST_DAYS)) * DAY)
        written = write_by_hand(person.at(registered), true, rng)
        second_opened = registered + rng.randint(*SECOND_ACCOUNT_DAYS) * DAY
        has_second = rng.random() < true.second_account_share
        if not (is_guest_first or has_second):
            written = _perhaps_unreachable(person, written)
        state = _state(rng) if not person.habit.buys else "active"
        if registered < end:
            member_id = str(next(world.numbers.members))
            accounts.append(Account(member_id, registered, written, state))
        if has_second and second_opened < end:
            accounts.append(
                Account(
                    str(next(world.numbers.members)),
                    second_opened,
                    _second_particulars(person.at(second_opened), world, rng),
                )
            )
    return Access(tuple(accounts), _mall_account(person, world, rng), is_guest_first)


def _perhaps_unreachable(person: Person, written: Written) -> Written:
    rng = number_series(person.joined, f"unreachable/{person.person_no}")
    place = rng.random()
    if place < MASKED_ADDRESS_SHARE:
        return mask(written, rng)
    if place < MASKED_ADDRESS_SHARE + BROKEN_ADDRESS_SHARE:
        return break_address(written, rng)
    return written


def _state(rng: Random) -> str:
    place = rng.random()
    if place < UNCONFIRMED_SHARE:
        return "provisional"
    return "left" if place < UNCONFIRMED_SHARE + LEFT_SHARE else "active"


def _second_particulars(person: Person, world: World, rng: Random) -> Written:
    email = draw_email(person.person_no, person.family, person.given, rng)
    local, _, domain = email.partition("@")
    written = replace(write_by_hand(person, world.behaviour, rng), email=f"{local}.2@{domain}")
    if rng.random() < SECOND_ACCOUNT_NEW_PHONE_SHARE:
        written = replace(written, phone=draw_mobile(rng))
    return written


def _mall_account(person: Person, world: World, rng: Random) -> MallAccount | None:
    if person.habit not in {Habit.MALL, Habit.MEMBER_AND_MALL}:
        return None
    return MallAccount(
        member_id=f"R{next(world.numbers.mall_members)}",
        relay_email=f"{rng.getrandbits(72):018x}@pc.fw.rakuten.ne.jp",
    )
