from datetime import date

import pytest

from orchestration.sample_shop.devices import draw_device
from orchestration.sample_shop.name_lists import Name, Prefecture
from orchestration.sample_shop.people import Habit, Home, HouseholdKind, Person
from orchestration.sample_shop.series import number_series


@pytest.fixture
def person() -> Person:
    tokyo = Prefecture(13, "東京都", "新宿区", "160", "03")
    return Person(
        person_no=1,
        household_no=1,
        household_kind=HouseholdKind.ORDINARY,
        family=Name("高橋", "タカハシ", "takahashi"),
        given=Name("恵子", "ケイコ", "keiko"),
        female=True,
        birth_date=date(1980, 1, 1),
        told_birth_date=date(1980, 1, 1),
        home=Home(tokyo, "1600022", "新宿区本町", "1-2-3", "コーポ桜203", "0352345678"),
        email="keiko.takahashi1@example.com",
        phone="09012345678",
        habit=Habit.GUEST,
        joined=0,
        purchase_rate=1.0,
        dropout=0.3,
        open_chance=0.3,
        click_chance=0.1,
        has_machine_reader=False,
        has_link_scanner=False,
        interest=1.0,
        devices=(draw_device(number_series(1, "test")),),
    )
