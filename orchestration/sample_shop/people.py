"""Persons as they truly are, before anything happens."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from random import Random

from orchestration.sample_shop.devices import Device
from orchestration.sample_shop.name_lists import Name, Prefecture
from orchestration.sample_shop.weighted import Weighted

MAIL_DOMAINS = Weighted(
    [("example.com", 5), ("example.net", 3), ("example.jp", 3), ("mail.example.com", 2)]
)
LEGACY_MAIL_SHARE = 0.015


class Habit(StrEnum):
    """How a person deals with the shop."""

    NEWSLETTER_LEAD = "newsletter_lead"
    MEMBER_LEAD = "member_lead"
    MEMBER = "member"
    GUEST = "guest"
    MALL = "mall"
    MEMBER_AND_MALL = "member_and_mall"

    @property
    def has_account(self) -> bool:
        """Whether such a person opens an account in the own shop."""
        return self in {Habit.MEMBER_LEAD, Habit.MEMBER, Habit.MEMBER_AND_MALL}

    @property
    def buys(self) -> bool:
        """Whether such a person ever buys."""
        return self not in {Habit.NEWSLETTER_LEAD, Habit.MEMBER_LEAD}


class HouseholdKind(StrEnum):
    """What is special about the people of one household."""

    ORDINARY = "ordinary"
    FAMILY_OF_FIVE = "family_of_five"
    """One telephone, one address and one mailbox; twins, and a father and son of one kanji."""
    NAMESAKES = "namesakes"
    """Two women with one telephone whose names read alike; only their birthdays differ."""


@dataclass(frozen=True, slots=True)
class Home:
    """The address and the landline of a household."""

    prefecture: Prefecture
    postal_code: str
    address_line1: str
    block: str
    building: str
    landline: str

    @property
    def address_line2(self) -> str:
        """Block and building, such as 1-2-3 コーポ桜203."""
        return f"{self.block} {self.building}".rstrip()


@dataclass(frozen=True, slots=True)
class Change:
    """A new address, number or mailbox from a moment on; None is as before."""

    moment: int
    home: Home | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as they truly are; moments are seconds of the shop's calendar."""

    person_no: int
    household_no: int
    household_kind: HouseholdKind
    family: Name
    given: Name
    female: bool
    birth_date: date
    told_birth_date: date | None
    """What the shop's form holds: the birth date, nothing, or the first day the form offers."""
    home: Home
    email: str
    phone: str
    habit: Habit
    joined: int
    purchase_rate: float
    dropout: float
    open_chance: float
    click_chance: float
    has_machine_reader: bool
    has_link_scanner: bool
    interest: float
    devices: tuple[Device, ...]
    changes: tuple[Change, ...] = ()

    def at(self, moment: int) -> "Person":
        """Give the person as they are at a moment, after what has changed by then."""
        person = self
        for change in self.changes:
            if change.moment <= moment:
                person = replace(
                    person,
                    home=change.home or person.home,
                    phone=change.phone or person.phone,
                    email=change.email or person.email,
                )
        return person

    @property
    def true_id(self) -> str:
        """The id by which the truth names the person."""
        return f"P{self.person_no:07d}"


def draw_email(person_no: int, family: Name, given: Name, rng: Random) -> str:
    """Give an address nobody else in the shop has, mostly at domains reserved for examples."""
    if rng.random() < LEGACY_MAIL_SHARE:
        return f"enishi-sample..{person_no}.@docomo.ne.jp"
    return f"{given.romaji}.{family.romaji}{person_no}@{MAIL_DOMAINS.pick(rng)}"


def draw_later_email(person: Person, rng: Random) -> str:
    """Give the address of a mailbox that the person opened later."""
    year = person.birth_date.year
    return f"{person.given.romaji}-{person.person_no}.{year}@{MAIL_DOMAINS.pick(rng)}"


def draw_mobile(rng: Random) -> str:
    """Give a mobile number of eleven digits."""
    return f"0{rng.choice('789')}0{rng.randint(10_000_000, 99_999_999)}"
