from dataclasses import asdict, replace

import pytest

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.handwriting.placeholders import STAFF_MAILBOX
from orchestration.sample_shop.handwriting.written import (
    mistype,
    write_by_hand,
    write_by_staff,
    write_exactly,
)
from orchestration.sample_shop.name_lists import NameLists
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.series import number_series

NEVER = replace(
    Behaviour(),
    variant_share=0.0,
    given_name_variant_share=0.0,
    capital_mail_share=0.0,
    tagged_mail_share=0.0,
    mistyped_mail_share=0.0,
    placeholder_phone_share=0.0,
    other_kanji_share=0.0,
    other_reading_share=0.0,
)
ALWAYS = replace(NEVER, variant_share=1.0, given_name_variant_share=1.0, mistyped_mail_share=1.0)


def test_handwriting_varies_everything_when_it_always_varies(person: Person) -> None:
    written = write_by_hand(person, ALWAYS, number_series(3, "test"))
    exact = asdict(write_exactly(person))
    # The city of this address never had another name.
    same = {key for key, value in asdict(written).items() if value == exact[key]}
    assert same == {"address_line1", "prefecture", "is_unreachable"}
    assert (written.family_name, written.given_name) == ("髙橋", "惠子")
    assert written.email.rpartition(".")[2] in {"con", "cpm"}


def test_handwriting_is_exact_when_it_never_varies(person: Person) -> None:
    assert write_by_hand(person, NEVER, number_series(3, "test")) == write_exactly(person)


def test_mail_address_gets_a_capital_or_a_tag(person: Person) -> None:
    capital = write_by_hand(
        person, replace(NEVER, capital_mail_share=1.0), number_series(1, "test")
    )
    tagged = write_by_hand(person, replace(NEVER, tagged_mail_share=1.0), number_series(1, "test"))
    assert capital.email == "Keiko.takahashi1@example.com"
    assert tagged.email == "keiko.takahashi1+shop@example.com"


def test_mail_address_keeps_its_form_when_the_carrier_knows_no_tags(person: Person) -> None:
    old = replace(person, email="enishi-sample..1.@docomo.ne.jp")
    tagging = replace(NEVER, tagged_mail_share=1.0)
    assert write_by_hand(old, tagging, number_series(1, "test")).email == old.email


def test_telephone_is_nobodys_when_it_is_a_placeholder(person: Person) -> None:
    careless = replace(NEVER, placeholder_phone_share=1.0)
    found = {
        write_by_hand(person, careless, number_series(seed, "test")).phone for seed in range(60)
    }
    assert found == {
        "03-5550-0142",
        "000-0000-0000",
        "090-0000-0000",
        "0120-000-000",
        "03-0000-0000",
    }


def test_staff_type_their_own_mailbox(person: Person) -> None:
    written = write_by_staff(person, ALWAYS, number_series(1, "test"))
    assert written.email == STAFF_MAILBOX
    assert (written.family_name, written.given_name) == ("タカハシ", "ケイコ")
    assert not written.is_mistyped


@pytest.mark.parametrize("label", ["com", "net", "jp"])
def test_mistyped_address_has_no_real_top_level_label(label: str) -> None:
    real = {"com", "net", "jp", "org"}
    for seed in range(8):
        address = mistype(f"a@example.{label}", number_series(seed, "test"))
        assert address.rpartition(".")[2] not in real


def test_name_lists_are_writable_in_cp932_and_read_in_katakana() -> None:
    names = NameLists.load()
    assert (len(names.surnames.items), len(names.prefectures.items)) == (400, 47)
    assert len(names.male.items) == len(names.female.items) == 300
    for name in [*names.surnames.items, *names.male.items, *names.female.items]:
        assert name.kanji.encode("cp932")
        assert all("ァ" <= letter <= "ー" for letter in name.kana)
        assert name.romaji.isascii()
