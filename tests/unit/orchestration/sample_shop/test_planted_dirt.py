"""The dirt that identity resolution must cope with is really in the files, and the truth knows."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.click_token import click_token
from orchestration.sample_shop.handwriting.placeholders import SHOP_PHONE, STAFF_MAILBOX
from orchestration.sample_shop.households import Population, plan_households
from orchestration.sample_shop.kiosk import KIOSK, Kiosk
from orchestration.sample_shop.name_lists import NameLists
from orchestration.sample_shop.people import HouseholdKind, Person
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import ShopCalendar
from tests.unit.orchestration.sample_shop.conftest import CLICK_KEY

Truth = Callable[[str], list[dict[str, Any]]]
PLACEHOLDERS = (SHOP_PHONE, "000-0000-0000", "090-0000-0000", "0120-000-000", "03-0000-0000")


@pytest.fixture(scope="module")
def planted() -> dict[HouseholdKind, list[list[Person]]]:
    """The special households among the first 1,500."""
    days = ShopCalendar.ending(date(2026, 10, 31), days=184)
    population = Population(NameLists.load(), Behaviour(), days)
    found: dict[HouseholdKind, list[list[Person]]] = defaultdict(list)
    person_no = 1
    plans = plan_households(2_200, number_series(4, "households"))
    for household_no, plan in enumerate(plans, start=1):
        if plan.kind is not HouseholdKind.ORDINARY:
            rng = number_series(4, f"household/{household_no}")
            found[plan.kind].append(population.household(household_no, person_no, plan, rng))
        person_no += plan.size
    return found


def test_family_of_five_has_one_address_one_telephone_and_one_mailbox(
    planted: dict[HouseholdKind, list[list[Person]]],
) -> None:
    families = planted[HouseholdKind.FAMILY_OF_FIVE]
    assert len(families) >= 4
    for family in families:
        assert len(family) == len({person.given.kana for person in family}) == 5
        assert len({(person.home, person.phone, person.email) for person in family}) == 1
        father, _, son, *twins = family
        assert father.given.kanji[0] == son.given.kanji[0]
        assert len({twin.birth_date for twin in twins}) == 1


def test_namesakes_differ_in_their_kanji_and_birthdays_alone(
    planted: dict[HouseholdKind, list[list[Person]]],
) -> None:
    assert len(planted[HouseholdKind.NAMESAKES]) >= 3
    for one, other in planted[HouseholdKind.NAMESAKES]:
        assert (one.family, one.given.kana, one.phone, one.home) == (
            other.family,
            other.given.kana,
            other.phone,
            other.home,
        )
        assert one.given.kanji != other.given.kanji
        assert one.email != other.email
        assert None is not one.told_birth_date != other.told_birth_date is not None


def test_nobody_at_home_has_the_name_of_another() -> None:
    days = ShopCalendar.ending(date(2026, 10, 31), days=184)
    population = Population(NameLists.load(), Behaviour(), days)
    plans = [plan for plan in plan_households(3_000, number_series(4, "x")) if plan.size > 2]
    assert len(plans) > 100
    for number, plan in enumerate(plans, start=1):
        if plan.kind is not HouseholdKind.NAMESAKES:
            members = population.household(number, 1, plan, number_series(4, f"{number}"))
            assert len({member.given.kana for member in members}) == plan.size


def test_kiosk_never_gives_a_slot_twice_and_gives_up_when_it_is_crowded() -> None:
    kiosk = Kiosk()
    rng = number_series(1, "test")
    moments = [kiosk.free_moment(5, 8, rng) for _ in range(200)]
    given = sorted(moment for moment in moments if moment is not None)
    # Three days of eight slots of an hour and a half, each entered within its first ten minutes.
    assert 12 < len(given) <= 24
    gaps = [later - earlier for earlier, later in pairwise(given)]
    assert min(gaps) >= 80 * 60
    assert kiosk.free_moment(8, 8, rng) is None


def test_kiosk_welcomes_many_in_a_small_shop_and_a_share_in_a_large_one() -> None:
    kiosk = Kiosk()
    first = sum(kiosk.welcomes() for _ in range(150))
    later = sum(kiosk.welcomes() for _ in range(13_000 - 150))
    assert first == 10
    assert 190 < later < 205


def test_many_log_in_at_the_kiosk_and_some_only_look(truth: Truth) -> None:
    visits = [row for row in truth("web_visits") if row["anonymous_id"] == KIOSK.anonymous_id]
    visitors = {row["true_person_id"] for row in visits}
    owners = {
        row["true_person_id"]
        for row in truth("devices")
        if row["anonymous_id"] == KIOSK.anonymous_id
    }
    assert None in visitors
    assert owners == visitors - {None}
    assert len(owners) >= 8


def test_visits_in_the_truth_hold_every_event_of_the_site(shop: Path, truth: Truth) -> None:
    broken = {(row["file"], row["row"]) for row in truth("broken_rows")}
    seen: Counter[str] = Counter()
    for path in (shop / "landing/web").iterdir():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if (f"web/{path.name}", number) not in broken:
                seen[json.loads(line)["anonymous_id"]] += 1
    told: Counter[str] = Counter()
    for row in truth("web_visits"):
        assert row["started_at"] <= row["ended_at"]
        told[row["anonymous_id"]] += row["event_count"]
    assert seen == told


def web_events(shop: Path) -> list[dict[str, Any]]:
    """Events of the site that are whole."""
    lines = [
        line
        for path in sorted((shop / "landing/web").iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.endswith("}")
    ]
    return [json.loads(line) for line in lines]


def test_clicks_land_with_a_token_that_the_key_signed(shop: Path) -> None:
    landed = [
        event["url"].partition("eid=")[2]
        for event in web_events(shop)
        if isinstance(event["url"], str) and "eid=" in event["url"]
    ]
    assert len(landed) > 20
    for token in landed:
        assert token == click_token(token.partition(".")[0], CLICK_KEY)


def test_click_token_is_the_head_of_an_hmac_with_sha_256() -> None:
    # HMAC-SHA256 of this key and message as RFC 4231, test case 2, gives it.
    token = click_token("what do ya want for nothing?", "Jefe")
    assert token == "what do ya want for nothing?.5bdcc146bf60754e"


def test_forms_carry_the_address_and_linking_the_line_account(shop: Path) -> None:
    events = web_events(shop)
    forms = [event for event in events if event["type"] == "form_submit"]
    linking = [event for event in events if event["line_user_id"]]
    assert forms
    assert linking
    assert all("@" in event["email"] for event in forms)
    assert all(event["type"] == "login" and event["user_id"] for event in linking)
    assert not any(event["email"] for event in events if event["type"] != "form_submit")


def test_some_orders_come_by_telephone_and_some_numbers_are_nobodys(
    tmp_path: Path, write_shop: Callable[..., Path]
) -> None:
    shop = write_shop(tmp_path, persons=600)
    mails: Counter[str] = Counter()
    phones: Counter[str] = Counter()
    for path in (shop / "landing/ec_cube").glob("orders_*.csv"):
        for line in path.read_text(encoding="cp932").splitlines():
            fields = line.split('","')
            mails[fields[13]] += 1
            phones[fields[14]] += 1
    assert mails[STAFF_MAILBOX] > 0
    assert sum(phones[number] for number in PLACEHOLDERS) > 0
