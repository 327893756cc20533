"""Households and who lives in them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.devices import Device, draw_device
from orchestration.sample_shop.name_lists import Name, NameLists
from orchestration.sample_shop.people import (
    MAIL_DOMAINS,
    Change,
    Habit,
    Home,
    HouseholdKind,
    Person,
    draw_email,
    draw_later_email,
    draw_mobile,
)
from orchestration.sample_shop.shop_calendar import DAY, ShopCalendar
from orchestration.sample_shop.weighted import Weighted

ORDINARY_SIZES = Weighted([(1, 0.72), (2, 0.17), (3, 0.07), (4, 0.04)])
"""Persons of one household who meet the shop."""
PLANTED_NOS = {
    20: HouseholdKind.FAMILY_OF_FIVE,
    40: HouseholdKind.NAMESAKES,
    60: HouseholdKind.FAMILY_OF_FIVE,
    80: HouseholdKind.NAMESAKES,
    100: HouseholdKind.FAMILY_OF_FIVE,
}
"""Households that are special in any shop that is large enough to have them."""
PLANTED_EVERY = {HouseholdKind.FAMILY_OF_FIVE: (1_000, 0), HouseholdKind.NAMESAKES: (1_000, 500)}
"""And of larger shops each of these."""
PLANTED_HABITS = {
    HouseholdKind.FAMILY_OF_FIVE: (
        Habit.MEMBER,
        Habit.MEMBER,
        Habit.GUEST,
        Habit.MEMBER_AND_MALL,
        Habit.GUEST,
    ),
    HouseholdKind.NAMESAKES: (Habit.MEMBER, Habit.MEMBER),
}
GENERATION_DAYS = 10_000
FOUNDING_DAYS = 90
GROWTH_SHARE = 0.35
"""Share of newcomers who come later rather than at any time."""
SAME_SURNAME_SHARE = 0.93
FEMALE_SHARE = 0.58
NO_BIRTHDAY_EVERY = 4
DUMMY_BIRTHDAY_EVERY = 50
"""Every nth person leaves the field empty, or at the first day the form offers."""
DUMMY_BIRTHDAY = date(1900, 1, 1)
DEVICE_COUNTS = Weighted([(1, 0.45), (2, 0.38), (3, 0.17)])
SHARED_DEVICE_SHARE = 0.15
TOWNS = ("中央町", "本町", "栄町", "緑町", "旭町", "若葉台", "桜木町", "大手町", "東町", "西町")
BUILDINGS = ("グリーンハイツ", "コーポ桜", "メゾン中央", "パークサイド", "ハイツ旭")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many persons a household has, and what is special about them."""

    size: int
    kind: HouseholdKind = HouseholdKind.ORDINARY


def plan_households(persons: int, rng: Random) -> list[Plan]:
    """Give households that hold exactly `persons` persons."""
    plans: list[Plan] = []
    left = persons
    while left > 0:
        drawn = Plan(min(ORDINARY_SIZES.pick(rng), left))
        kind = _planted_kind(len(plans) + 1)
        if kind is not None and len(PLANTED_HABITS[kind]) <= left:
            drawn = Plan(len(PLANTED_HABITS[kind]), kind)
        plans.append(drawn)
        left -= drawn.size
    return plans


def _planted_kind(household_no: int) -> HouseholdKind | None:
    for kind, (every, rest) in PLANTED_EVERY.items():
        if household_no % every == rest:
            return kind
    return PLANTED_NOS.get(household_no)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the members of one household have in common; None is each one's own."""

    household_no: int
    kind: HouseholdKind
    surname: Name
    home: Home
    mail: str | None
    phone: str | None
    device: Device | None


@dataclass(frozen=True, slots=True)
class Population:
    """Draws households out of the name lists and the true parameters."""

    names: NameLists
    behaviour: Behaviour
    calendar: ShopCalendar

    def household(
        self, household_no: int, first_person_no: int, plan: Plan, rng: Random
    ) -> list[Person]:
        """Give the persons of one household, drawn from `rng` alone."""
        shared = self._shared(household_no, first_person_no, plan, rng)
        members: list[Person] = []
        for person_no in range(first_person_no, first_person_no + plan.size):
            taken = {member.given.kana for member in members}
            members.append(self._person(person_no, shared, taken, rng))
        if plan.kind is HouseholdKind.FAMILY_OF_FIVE:
            members = self._as_family(members, rng)
        elif plan.kind is HouseholdKind.NAMESAKES:
            members = self._as_namesakes(members, rng)
        return members

    def _shared(self, household_no: int, first_person_no: int, plan: Plan, rng: Random) -> _Shared:
        home = self._home(rng)
        surname = self.names.surnames.pick(rng)
        is_family = plan.kind is HouseholdKind.FAMILY_OF_FIVE
        several = plan.size > 1
        shares_phone = several and rng.random() < self.behaviour.household_phone_share
        shares_mail = several and rng.random() < self.behaviour.household_mail_share
        shares_device = several and rng.random() < SHARED_DEVICE_SHARE
        mail = f"{surname.romaji}.family{first_person_no}@{MAIL_DOMAINS.pick(rng)}"
        return _Shared(
            household_no=household_no,
            kind=plan.kind,
            surname=surname,
            home=home,
            mail=mail if shares_mail or is_family else None,
            phone=home.landline if shares_phone or plan.kind in PLANTED_HABITS else None,
            device=draw_device(rng) if shares_device or is_family else None,
        )

    def _person(self, person_no: int, shared: _Shared, taken: set[str], rng: Random) -> Person:
        """Give a person; nobody at home has a given name of the readings `taken`."""
        family = shared.surname
        if shared.kind is HouseholdKind.ORDINARY and rng.random() > SAME_SURNAME_SHARE:
            family = self.names.surnames.pick(rng)
        female = rng.random() < FEMALE_SHARE
        given = (self.names.female if female else self.names.male).pick(rng)
        while given.kana in taken:
            given = (self.names.female if female else self.names.male).pick(rng)
        own_mail = draw_email(person_no, family, given, rng)
        own_phone = draw_mobile(rng)
        devices = [draw_device(rng) for _ in range(DEVICE_COUNTS.pick(rng))]
        if shared.device is not None:
            devices.append(shared.device)
        birth_date = date(1940, 1, 1) + timedelta(days=int(rng.triangular(0, 24_000, 13_000)))
        true = self.behaviour
        scale = true.purchase_rate_mean / true.purchase_rate_shape
        person = Person(
            person_no=person_no,
            household_no=shared.household_no,
            household_kind=shared.kind,
            family=family,
            given=given,
            female=female,
            birth_date=birth_date,
            told_birth_date=_told(person_no, birth_date),
            home=shared.home,
            email=shared.mail or own_mail,
            phone=shared.phone or own_phone,
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
        if shared.kind is not HouseholdKind.ORDINARY:
            return person
        return replace(person, changes=self._changes(person, rng))

    def _changes(self, person: Person, rng: Random) -> tuple[Change, ...]:
        """Give what changes after the person is known; who moves leaves the landline behind."""
        true, end = self.behaviour, self.calendar.end
        drawn = []
        if rng.random() < true.moving_share:
            mobile = draw_mobile(rng) if person.phone == person.home.landline else None
            drawn.append(Change(rng.randrange(end), home=self._home(rng), phone=mobile))
        if rng.random() < true.new_phone_share:
            drawn.append(Change(rng.randrange(end), phone=draw_mobile(rng)))
        if rng.random() < true.new_mail_share:
            drawn.append(Change(rng.randrange(end), email=draw_later_email(person, rng)))
        later = [change for change in drawn if change.moment > person.joined]
        return tuple(sorted(later, key=lambda change: change.moment))

    def _as_family(self, members: list[Person], rng: Random) -> list[Person]:
        """Parents, a son named after his father, and twin daughters with one kanji in common."""
        father, son = rng.choice(self.names.alike_men)
        one, other = rng.choice(self.names.alike_women)
        mother = self.names.female.pick(rng)
        while mother.kana in {one.kana, other.kana}:
            mother = self.names.female.pick(rng)
        parents_born = members[0].birth_date
        children_born = parents_born + timedelta(days=GENERATION_DAYS)
        roles = (
            (father, False, parents_born),
            (mother, True, parents_born + timedelta(days=400)),
            (son, False, children_born - timedelta(days=700)),
            (one, True, children_born),
            (other, True, children_born),
        )
        return [
            self._planted(member, place, given, born, female=female)
            for place, (member, (given, female, born)) in enumerate(
                zip(members, roles, strict=True)
            )
        ]

    def _as_namesakes(self, members: list[Person], rng: Random) -> list[Person]:
        """A woman and her daughter-in-law, whose names sound the same."""
        born = members[0].birth_date
        return [
            self._planted(
                member, place, given, born + place * timedelta(days=GENERATION_DAYS), female=True
            )
            for place, (member, given) in enumerate(
                zip(members, rng.choice(self.names.same_sounding_women), strict=True)
            )
        ]

    def _planted(
        self, member: Person, place: int, given: Name, born: date, *, female: bool
    ) -> Person:
        """Give the member another name, age and habit; planted people come in the first half."""
        told = born if member.household_kind is HouseholdKind.NAMESAKES else None
        return replace(
            member,
            given=given,
            female=female,
            birth_date=born,
            told_birth_date=told or _told(member.person_no, born),
            habit=PLANTED_HABITS[member.household_kind][place],
            joined=member.joined // 2 // DAY * DAY + member.joined % DAY,
        )

    def _home(self, rng: Random) -> Home:
        prefecture = self.names.prefectures.pick(rng)
        block = f"{rng.randint(1, 6)}-{rng.randint(1, 28)}-{rng.randint(1, 20)}"
        building = ""
        if rng.random() < 0.45:
            building = f"{rng.choice(BUILDINGS)}{rng.randint(1, 9)}0{rng.randint(1, 9)}"
        local = 10 - len(prefecture.area_code) - 4
        exchange = rng.randint(10 ** (local - 1) * 2, 10**local - 1)
        return Home(
            prefecture=prefecture,
            postal_code=f"{prefecture.postal_prefix}{rng.randint(1, 9999):04d}",
            address_line1=prefecture.city + rng.choice(TOWNS),
            block=block,
            building=building,
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


def _told(person_no: int, birth_date: date) -> date | None:
    if person_no % NO_BIRTHDAY_EVERY == 0:
        return None
    return DUMMY_BIRTHDAY if person_no % DUMMY_BIRTHDAY_EVERY == 1 else birth_date
