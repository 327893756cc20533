from dataclasses import replace
from datetime import date

import pytest

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.devices import draw_device
from orchestration.sample_shop.name_lists import Name, NameLists, Prefecture
from orchestration.sample_shop.people import Habit, Home, Person
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.spelling import KANJI_VARIANTS, mistype, write_by_hand, write_exactly

ALWAYS = replace(Behaviour(), variant_share=1.0, mistyped_mail_share=1.0)
NEVER = replace(Behaviour(), variant_share=0.0, mistyped_mail_share=0.0)


@pytest.fixture
def person() -> Person:
    tokyo = Prefecture(13, "東京都", "新宿区", "160", "03")
    return Person(
        person_no=1,
        household_no=1,
        family=Name("高橋", "タカハシ", "takahashi"),
        given=Name("恵子", "ケイコ", "keiko"),
        female=True,
        birth_date=date(1980, 1, 1),
        home=Home(tokyo, "1600022", "新宿区本町", "1-2-3", "0352345678"),
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


def test_variants_exist_in_cp932() -> None:
    for usual, variant in KANJI_VARIANTS.items():
        assert usual != variant
        assert (usual + variant).encode("cp932").decode("cp932") == usual + variant


def test_handwriting_uses_every_variant_when_it_always_varies(person: Person) -> None:
    written = write_by_hand(person, ALWAYS, number_series(3, "test"))
    assert written.family_name == "髙橋"
    assert written.given_name == "恵子"
    assert (written.family_kana, written.given_kana) == ("ﾀｶﾊｼ", "ｹｲｺ")
    assert (written.phone, written.address_line2) in {
        ("090-1234-5678", "１－２－３"),
        ("０９０－１２３４－５６７８", "1-2-3"),
    }
    assert written.is_mistyped
    assert written.email.rpartition(".")[2] in {"con", "cpm"}


def test_landline_is_split_after_its_area_code(person: Person) -> None:
    at_home = replace(person, phone=person.home.landline)
    phones = {
        write_by_hand(at_home, ALWAYS, number_series(seed, "test")).phone for seed in range(9)
    }
    assert phones == {"03-5234-5678", "０３－５２３４－５６７８"}


def test_handwriting_is_exact_when_it_never_varies(person: Person) -> None:
    assert write_by_hand(person, NEVER, number_series(3, "test")) == write_exactly(person)


@pytest.mark.parametrize("label", ["com", "net", "jp"])
def test_mistyped_address_has_no_real_top_level_label(label: str) -> None:
    for seed in range(8):
        assert mistype(f"a@example.{label}", number_series(seed, "test")).rpartition(".")[
            2
        ] not in {
            "com",
            "net",
            "jp",
            "org",
        }


def test_name_lists_are_writable_in_cp932_and_read_in_katakana() -> None:
    names = NameLists.load()
    assert (len(names.surnames.items), len(names.prefectures.items)) == (400, 47)
    assert len(names.male.items) == len(names.female.items) == 300
    for name in [*names.surnames.items, *names.male.items, *names.female.items]:
        assert name.kanji.encode("cp932")
        assert all("ァ" <= letter <= "ー" for letter in name.kana)
        assert name.romaji.isascii()
