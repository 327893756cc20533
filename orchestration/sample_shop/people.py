"""Households and the persons who live in them, before anything happens."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.devices import Device, draw_device
from orchestration.sample_shop.name_lists import Name, NameLists, Prefecture
from orchestration.sample_shop.shop_calendar import DAY, ShopCalendar
from orchestration.sample_shop.weighted import Weighted

HOUSEHOLD_SIZES = Weighted([(1, 0.72), (2, 0.17), (3, 0.07), (4, 0.04)])
"""Persons of one household who meet the shop."""

MAIL_DOMAINS = Weighted(
    [("example.com", 5), ("example.net", 3), ("example.jp", 3), ("mail.example.com", 2)]
)
LEGACY_MAIL_SHARE = 0.015
FOUNDING_DAYS = 90
GROWTH_SHARE = 0.35
"""Share of newcomers who come later rather than at any time."""
SAME_SURNAME_SHARE = 0.93
FEMALE_SHARE = 0.58
DEVICE_COUNTS = Weighted([(1, 0.45), (2, 0.38), (3, 0.17)])
SHARED_DEVICE_SHARE = 0.15
TOWNS = ("中央町", "本町", "栄町", "緑町", "旭町", "若葉台", "桜木町", "大手町", "東町", "西町")
BUILDINGS = ("グリーンハイツ", "コーポ桜", "メゾン中央", "パークサイド", "ハイツ旭")


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


@dataclass(frozen=True, slots=True)
class Home:
    """The address and the landline of a household."""

    prefecture: Prefecture
    postal_code: str
    address_line1: str
    address_line2: str
    landline: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as they truly are; moments are seconds of the shop's calendar."""

    person_no: int
    household_no: int
    family: Name
    given: Name
    female: bool
    birth_date: date
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

    @property
    def true_id(self) -> str:
        """The id by which the truth names the person."""
        return f"P{self.person_no:07d}"


def draw_household_sizes(persons: int, rng: Random) -> list[int]:
    """Give the sizes of households that hold exactly `persons` persons."""
    sizes: list[int] = []
    left = persons
    while left > 0:
        size = min(HOUSEHOLD_SIZES.pick(rng), left)
        sizes.append(size)
        left -= size
    return sizes


@dataclass(frozen=True, slots=True)
class Population:
    """Draws households out of the name lists and the true parameters."""

    names: NameLists
    behaviour: Behaviour
    calendar: ShopCalendar

    def household(
        self, household_no: int, first_person_no: int, size: int, rng: Random
    ) -> list[Person]:
        """Give the persons of one household, drawn from `rng` alone."""
        home = self._home(rng)
        surname = self.names.surnames.pick(rng)
        shares_phone = size > 1 and rng.random() < self.behaviour.household_phone_share
        shares_mail = size > 1 and rng.random() < self.behaviour.household_mail_share
        shared_device = (
            draw_device(rng) if size > 1 and rng.random() < SHARED_DEVICE_SHARE else None
        )
        mail = f"{surname.romaji}.family{first_person_no}@{MAIL_DOMAINS.pick(rng)}"
        members = []
        for person_no in range(first_person_no, first_person_no + size):
            family = surname
            if size > 1 and rng.random() > SAME_SURNAME_SHARE:
                family = self.names.surnames.pick(rng)
            members.append(
                self._person(
                    person_no,
                    household_no,
                    family=family,
                    home=home,
                    mail=mail if shares_mail else None,
                    phone=home.landline if shares_phone else None,
                    shared_device=shared_device,
                    rng=rng,
                )
            )
        return members

    def _person(  # noqa: PLR0913 - the traits a household gives its members
        self,
        person_no: int,
        household_no: int,
        *,
        family: Name,
        home: Home,
        mail: str | None,
        phone: str | None,
        shared_device: Device | None,
        rng: Random,
    ) -> Person:
        female = rng.random() < FEMALE_SHARE
        given = (self.names.female if female else self.names.male).pick(rng)
        own_mail = draw_email(person_no, family, given, rng)
        own_phone = draw_mobile(rng)
        devices = [draw_device(rng) for _ in range(DEVICE_COUNTS.pick(rng))]
        if shared_device is not None:
            devices.append(shared_device)
        true = self.behaviour
        scale = true.purchase_rate_mean / true.purchase_rate_shape
        return Person(
            person_no=person_no,
            household_no=household_no,
            family=family,
            given=given,
            female=female,
            birth_date=date(1940, 1, 1) + timedelta(days=int(rng.triangular(0, 24_000, 13_000))),
            home=home,
            email=mail or own_mail,
            phone=phone or own_phone,
            habit=self._habit(rng),
            joined=self._joined(rng),
            purchase_rate=rng.gammavariate(true.purchase_rate_shape, scale),
            dropout=rng.betavariate(true.dropout_a, true.dropout_b),
            open_chance=rng.betavariate(2.0, 4.0),
            click_chance=rng.betavariate(1.5, 7.0),
            has_machine_reader=rng.random() < true.machine_reader_share,
            has_link_scanner=rng.random() < true.link_scanner_share,
            interest=rng.gammavariate(1.2, 1 / 1.2),
            devices=tuple(devices),
        )

    def _home(self, rng: Random) -> Home:
        prefecture = self.names.prefectures.pick(rng)
        block = f"{rng.randint(1, 6)}-{rng.randint(1, 28)}-{rng.randint(1, 20)}"
        building = ""
        if rng.random() < 0.45:
            building = f" {rng.choice(BUILDINGS)}{rng.randint(1, 9)}0{rng.randint(1, 9)}"
        local = 10 - len(prefecture.area_code) - 4
        exchange = rng.randint(10 ** (local - 1) * 2, 10**local - 1)
        return Home(
            prefecture=prefecture,
            postal_code=f"{prefecture.postal_prefix}{rng.randint(1, 9999):04d}",
            address_line1=prefecture.city + rng.choice(TOWNS),
            address_line2=block + building,
            landline=f"{prefecture.area_code}{exchange}{rng.randint(0, 9999):04d}",
        )

    def _habit(self, rng: Random) -> Habit:
        true = self.behaviour
        if rng.random() < true.lead_share:
            is_newsletter = rng.random() < true.newsletter_lead_share
            return Habit.NEWSLETTER_LEAD if is_newsletter else Habit.MEMBER_LEAD
        place = rng.random()
        for habit, share in (
            (Habit.GUEST, true.guest_share),
            (Habit.MALL, true.mall_share),
            (Habit.MEMBER_AND_MALL, true.both_share),
        ):
            if place < share:
                return habit
            place -= share
        return Habit.MEMBER

    def _joined(self, rng: Random) -> int:
        """Give when the person first shows up: more as the shop grows, never in the night."""
        if rng.random() < self.behaviour.founding_share:
            day = rng.randrange(min(FOUNDING_DAYS, self.calendar.days))
        else:
            day = rng.randrange(self.calendar.days)
            if rng.random() < GROWTH_SHARE:
                day = max(day, rng.randrange(self.calendar.days))
        return day * DAY + rng.randint(9 * 3600, 22 * 3600)


def draw_email(person_no: int, family: Name, given: Name, rng: Random) -> str:
    """Give an address nobody else in the shop has, mostly at domains reserved for examples."""
    if rng.random() < LEGACY_MAIL_SHARE:
        return f"enishi-sample..{person_no}.@docomo.ne.jp"
    return f"{given.romaji}.{family.romaji}{person_no}@{MAIL_DOMAINS.pick(rng)}"


def draw_mobile(rng: Random) -> str:
    """Give a mobile number of eleven digits."""
    return f"0{rng.choice('789')}0{rng.randint(10_000_000, 99_999_999)}"
