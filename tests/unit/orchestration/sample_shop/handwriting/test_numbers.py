from collections.abc import Callable
from dataclasses import replace
from random import Random

from orchestration.sample_shop.handwriting.numbers import (
    vary_block,
    vary_city,
    vary_phone,
    vary_postal_code,
)
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.series import number_series


def forms(write: Callable[[Random], str]) -> set[str]:
    return {write(number_series(seed, "test")) for seed in range(300)}


def test_mobile_number_is_written_in_every_form(person: Person) -> None:
    assert forms(lambda rng: vary_phone(person.phone, person.home, rng)) == {
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "090(1234)5678",
        "+81-90-1234-5678",
        "+819012345678",
        "9012345678",
    }


def test_landline_is_split_after_its_area_code(person: Person) -> None:
    found = forms(lambda rng: vary_phone(person.home.landline, person.home, rng))
    assert {"03-5234-5678", "03(5234)5678", "352345678"} <= found


def test_postal_code_loses_its_zero_only_when_it_has_one() -> None:
    in_tokyo = forms(lambda rng: vary_postal_code("1600022", rng))
    in_sapporo = forms(lambda rng: vary_postal_code("0600042", rng))
    assert in_tokyo == {"160-0022", "１６０－００２２", "〒160-0022", "1600022"}
    assert in_sapporo == {"060-0042", "０６０－００４２", "〒060-0042", "600042"}


def test_block_is_written_in_every_form_when_there_is_no_building(person: Person) -> None:
    house = replace(person.home, building="")
    assert forms(lambda rng: vary_block(house, rng)) == {
        "１－２－３",
        "1丁目2番3号",
        "一丁目2-3",
        "1丁目2番地3",
        "1-2-3号",
    }


def test_building_is_left_out_now_and_then(person: Person) -> None:
    found = {
        text for text in forms(lambda rng: vary_block(person.home, rng)) if "丁目2番3号" in text
    }
    assert found == {
        "1丁目2番3号",
        "1丁目2番3号 コーポ桜203",
        "1丁目2番3号　コーポ桜２０３",
        "1丁目2番3号 コーポ桜203号室",
    }


def test_city_has_its_old_name_now_and_then(person: Person) -> None:
    urawa = replace(
        person.home, prefecture=replace(person.home.prefecture, city="さいたま市浦和区")
    )
    found = forms(lambda rng: vary_city("さいたま市浦和区本町", urawa, rng))
    assert found == {"さいたま市浦和区本町", "浦和市本町"}


def test_city_keeps_its_name_when_it_never_had_another(person: Person) -> None:
    assert forms(lambda rng: vary_city("新宿区本町", person.home, rng)) == {"新宿区本町"}
