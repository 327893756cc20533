"""Normalisation for advertising platforms, against hashes that the vendors publish."""

import pytest

from reverse_etl.addresses.audience_hash import (
    EMPTY_HASH,
    google_email,
    google_phone,
    meta_country,
    meta_email,
    meta_name,
    meta_phone,
    meta_postal_code,
    sha256_hex,
)


def test_hash_of_nothing_never_leaves() -> None:
    assert EMPTY_HASH == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_hex("") == ""


# The examples of Meta's Conversions API parameters, which share the rules of audiences.
@pytest.mark.parametrize(
    ("normalised", "published"),
    [
        (
            meta_email("John_Smith@gmail.com"),
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
        ),
        (
            meta_phone("(650)555-1212", country="US"),
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
        ),
        (meta_name("Mary"), "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        (meta_name("정"), "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        (meta_name("Valéry"), "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        (meta_country("US"), "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ],
    ids=["email", "phone", "name", "korean_name", "accented_name", "country"],
)
def test_meta_hash_is_the_published_one(normalised: str, published: str) -> None:
    assert sha256_hex(normalised) == published


def test_address_with_capitals_and_spaces_has_the_hash_of_the_plain_one() -> None:
    for address in (meta_email(" Foo@Example.com "), google_email(" Foo@Example.com ")):
        assert sha256_hex(address) == (
            "321ba197033e81286fedb719d60d4ed5cecaed170733cb4a92013811afc0e3b6"
        )


@pytest.mark.parametrize(
    ("given", "meta", "google"),
    [
        ("Jane.Doe@gmail.com", "jane.doe@gmail.com", "janedoe@gmail.com"),
        ("jane.doe@googlemail.com", "jane.doe@googlemail.com", "janedoe@googlemail.com"),
        ("jane.doe+shop@gmail.com", "jane.doe+shop@gmail.com", "janedoe+shop@gmail.com"),
        ("jane.doe@example.jp", "jane.doe@example.jp", "jane.doe@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "taro@example.jp"),
        ("..a@docomo.ne.jp", "..a@docomo.ne.jp", "..a@docomo.ne.jp"),
        ("no address", "", ""),
        ("a@b@example.jp", "", ""),
        ("", "", ""),
    ],
)
def test_address_follows_each_vendors_rule(given: str, meta: str, google: str) -> None:
    assert (meta_email(given), google_email(given)) == (meta, google)


def test_google_takes_spaces_out_of_the_middle() -> None:
    assert google_email("jane doe @example.jp") == "janedoe@example.jp"


@pytest.mark.parametrize(
    ("given", "google"),
    [
        ("+819012345678", "+819012345678"),
        ("090-1234-5678", "+819012345678"),
        ("０９０−１２３４−５６７８", "+819012345678"),
        ("03-1234-5678", "+81312345678"),
        ("+1 650 555 1212", "+16505551212"),
        ("12", ""),
        ("電話なし", ""),
        ("", ""),
    ],
)
def test_phone_is_e164_and_loses_its_plus_for_meta(given: str, google: str) -> None:
    assert google_phone(given, country="JP") == google
    assert meta_phone(given, country="JP") == google.removeprefix("+")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("山田", "山田"),
        (" ヤマダ ", "ヤマダ"),
        ("か\u3099", "が"),
        ("ﾔﾏﾀﾞ", "ﾔﾏﾀﾞ"),
        ("O'Brien, Jr.", "obrien jr"),
        ("マリア・ルイサ", "マリアルイサ"),
        ("セーラ", "セーラ"),
        ("...", ""),
    ],
)
def test_name_stays_japanese_and_loses_punctuation(given: str, wanted: str) -> None:
    assert meta_name(given) == wanted


@pytest.mark.parametrize(
    ("given", "country", "wanted"),
    [
        ("150-0001", "JP", "1500001"),
        ("１５０−０００１", "JP", "1500001"),
        ("1500001", "jp", "1500001"),
        ("150", "JP", ""),
        ("15000011", "JP", ""),
        ("WC2H 8LG", "GB", "wc2h8lg"),
        ("", "JP", ""),
    ],
)
def test_postal_code_keeps_all_seven_digits(given: str, country: str, wanted: str) -> None:
    assert meta_postal_code(given, country=country) == wanted


@pytest.mark.parametrize(("given", "wanted"), [("JP", "jp"), ("ＪＰ", "jp"), ("Japan", "")])
def test_country_is_two_letters(given: str, wanted: str) -> None:
    assert meta_country(given) == wanted
