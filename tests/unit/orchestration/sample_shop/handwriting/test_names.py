import pytest

from orchestration.sample_shop.handwriting.kana import (
    Form,
    half_width,
    hiragana,
    large,
    long_mark,
    other_z,
    unvoiced,
)
from orchestration.sample_shop.handwriting.kanji import VARIANTS, same_sounding, vary_kanji
from orchestration.sample_shop.name_lists import Name
from orchestration.sample_shop.series import number_series


def test_variants_exist_in_cp932_but_one() -> None:
    lacking = {
        variant
        for usual, variants in VARIANTS.items()
        for variant in variants
        if (usual + variant).encode("cp932", "replace").decode("cp932") != usual + variant
    }
    assert lacking == {"𠮷"}


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("渡辺", {"渡邊", "渡邉"}),
        ("斎藤", {"齋藤", "斉藤", "齊藤"}),
        ("吉沢", {"𠮷澤"}),
        ("田中", {"田中"}),
    ],
    ids=["two forms", "three forms", "two characters", "no other form"],
)
def test_name_is_written_in_every_form(name: str, forms: set[str]) -> None:
    assert {vary_kanji(name, number_series(seed, "test")) for seed in range(40)} == forms


@pytest.mark.parametrize(
    ("form", "kana", "written"),
    [
        (half_width, "ワタナベ", "ﾜﾀﾅﾍﾞ"),
        (hiragana, "サトウ", "さとう"),
        (large, "ショウコ", "シヨウコ"),
        (other_z, "ミズキ", "ミヅキ"),
        (other_z, "シヅカ", "シズカ"),
        (long_mark, "サトウ", "サトー"),
        (long_mark, "オオタ", "オータ"),
        (long_mark, "イトウユウコ", "イトーユウコ"),
        (unvoiced, "ヤマザキ", "ヤマサキ"),
        (unvoiced, "ゴトウ", "ゴトウ"),
    ],
)
def test_reading_is_written_in_the_form(form: Form, kana: str, written: str) -> None:
    assert form(kana) == written


def test_given_name_is_written_in_kanji_that_sound_like_it() -> None:
    name = Name("愛佳", "アイカ", "aika")
    found = {same_sounding(name, number_series(seed, "test")) for seed in range(40)}
    assert found == {"愛佳", "愛香"}


def test_given_name_stays_when_no_other_kanji_are_known() -> None:
    name = Name("無名", "ナシナ", "nashina")
    assert same_sounding(name, number_series(1, "test")) == "無名"
