"""The keys of names: whole and in parts, readings, Latin letters, companies."""

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orchestration.ingest.entities import load_entities
from orchestration.ingest.normalise.company import company_key
from orchestration.ingest.normalise.derived import derived_columns
from orchestration.ingest.normalise.name import loose, names, readable

_NAMES = st.text("髙山田太郎　 齋斎々ヤマダやまだﾔﾞabÀ・様さん株", min_size=1, max_size=8)


def _keys(**written: str | None) -> dict[str, str | None]:
    """The derived keys of one customer."""
    spec = load_entities()["customers"]
    columns = {
        column.name: pa.array([written.get(column.name)], column.arrow_type)
        for column in spec.columns
        if not column.derived
    }
    return {name: array.to_pylist()[0] for name, array in derived_columns(spec, columns).items()}


def _whole(family: str | None, given_name: str | None) -> pa.Array:
    columns = (readable(pa.array([part], pa.string())) for part in (family, given_name))
    return names(*columns).whole


@pytest.mark.parametrize(
    ("family", "given_name", "key", "family_key", "given_key"),
    [
        ("髙橋", "愼一", "高橋慎一", "高橋", "慎一"),
        ("ﾔﾏﾀﾞ", "ﾀﾛｳ", "ヤマダタロウ", "ヤマダ", "タロウ"),
        ("Ｓmith", "　JOHN", "smithjohn", "smith", "john"),
        ("葛\U000e0100城", "", "葛城", None, None),
        ("渡邉　太郎", None, "渡辺太郎", "渡辺", "太郎"),
        (None, "渡邉 太郎", "渡辺太郎", "渡辺", "太郎"),
        ("渡辺太郎", None, "渡辺太郎", None, None),
        ("渡辺 ジョン 太郎", None, "渡辺ジョン太郎", None, None),
        ("John Smith", None, "johnsmith", None, None),
        ("Smith", "John", "smithjohn", "smith", "john"),
        ("佐々木", "花子 様", "佐佐木花子", "佐佐木", "花子"),
        ("佐佐木", "花子", "佐佐木花子", "佐佐木", "花子"),
        ("山田様", None, "山田", None, None),
        ("山田 様", None, "山田", None, None),
        ("山田 花子 さん", None, "山田花子", "山田", "花子"),
        # 殿 and さん end names as well.
        ("鵜殿", "ゆうさん", "鵜殿ゆうさん", "鵜殿", "ゆうさん"),
        ("様", None, "様", None, None),
        ("三ヶ島", "エミ", "三ケ島エミ", "三ケ島", "エミ"),
        ("ジョン・スミス", None, "ジョンスミス", None, None),
        (None, None, None, None, None),
    ],
)
def test_name_has_its_keys(
    family: str | None,
    given_name: str | None,
    key: str | None,
    family_key: str | None,
    given_key: str | None,
) -> None:
    keys = _keys(family_name=family, given_name=given_name)

    assert (keys["name_key"], keys["family_name_key"], keys["given_name_key"]) == (
        key,
        family_key,
        given_key,
    )


def test_loose_key_folds_what_the_strict_key_keeps_apart() -> None:
    strict = [_keys(family_name=family)["name_key"] for family in ("齋藤", "齊藤", "斉藤", "斎藤")]

    assert strict == ["斎藤", "斉藤", "斉藤", "斎藤"]
    assert set(loose(pa.array(strict)).to_pylist()) == {"斉藤"}


@settings(deadline=None)
@given(_NAMES)
def test_name_key_of_a_key_is_the_key(name: str) -> None:
    once = _whole(name, None)
    key = once.to_pylist()[0]
    # A key has no blanks: 様 that stood inside may then stand at the end as an honorific.
    if key is not None and not key.endswith(("様", "御中")):
        assert _whole(key, None).to_pylist() == [key]
    assert loose(loose(once)).to_pylist() == loose(once).to_pylist()


@settings(deadline=None)
@given(st.text("髙山田太郎齋々ヤマダ", min_size=2, max_size=8), st.integers(1, 7))
def test_name_key_is_the_same_in_one_field_and_in_two(name: str, place: int) -> None:
    family, given_name = name[:place], name[place:] or None
    assume(not name[place:].startswith("々"))

    assert _whole(family, given_name).to_pylist() == _whole(name, None).to_pylist()


@pytest.mark.parametrize(
    ("family_kana", "given_kana", "kana", "given_key"),
    [
        ("ﾔﾏﾀﾞ", "ﾀﾛｳ", "やまだたろう", "たろう"),
        ("やまだ", "たろう", "やまだたろう", "たろう"),
        ("ヤマダ　タロウ", None, "やまだたろう", "たろう"),
        ("ヤマダタロウ", None, "やまだたろう", None),
        ("サイトウ", "ショーコ", "さいとうしよこ", "しよこ"),
        ("サイトウ", "シヨコ", "さいとうしよこ", "しよこ"),
        ("ミカヅキ", "ヲサム", "みかずきおさむ", "おさむ"),
        ("ハナヂ", "みすゞ", "はなじみすず", "みすず"),
        ("ヴァン", "ヴ", "ばんぶ", "ぶ"),
        ("ジョン・スミス", None, "じよんすみす", None),
        ("山田", "タロウ", None, "たろう"),
        ("山田太郎", None, None, None),
        ("YAMADA", "TARO", None, None),
        ("ー", None, None, None),
        (None, None, None, None),
    ],
)
def test_reading_has_its_keys(
    family_kana: str | None, given_kana: str | None, kana: str | None, given_key: str | None
) -> None:
    keys = _keys(
        family_name="山田",
        given_name="太郎",
        family_name_kana=family_kana,
        given_name_kana=given_kana,
    )

    assert (keys["kana_key"], keys["given_kana_key"]) == (kana, given_key)


@pytest.mark.parametrize(
    ("family", "given_name", "kana"),
    [
        ("さとう", "ハナ", "さとうはな"),
        ("ヤマダ ハナ", None, "やまだはな"),
        ("山田", "ハナ", None),
        ("山田", "花", None),
        ("Sato", "Hana", None),
    ],
)
def test_reading_comes_from_the_name_only_when_all_of_it_is_kana(
    family: str, given_name: str | None, kana: str | None
) -> None:
    assert _keys(family_name=family, given_name=given_name)["kana_key"] == kana


@settings(deadline=None)
@given(st.text("アカガサザタダチヂツヅッャュョーヴヲンヰパ", min_size=1, max_size=8))
def test_kana_key_of_a_key_is_the_key(kana: str) -> None:
    key = _keys(family_name_kana=kana)["kana_key"]

    assert _keys(family_name_kana=key)["kana_key"] == key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ({"family_name_kana": "ヤマダ", "given_name_kana": "タロウ"}, "taro yamada"),
        ({"family_name_kana": "やまだ たろう"}, "taro yamada"),
        ({"family_name": "YAMADA", "given_name": "Tarō"}, "taro yamada"),
        ({"family_name": "Taro Yamada"}, "taro yamada"),
        ({"family_name": "YAMADA, Taroh"}, "taro yamada"),
        ({"family_name_kana": "オオノ", "given_name_kana": "シンイチ"}, "ono shinichi"),
        ({"family_name": "Ohno", "given_name": "Shin'ichi"}, "ono shinichi"),
        ({"family_name": "Ôno", "given_name": "Sin-iti"}, "ono shinichi"),
        ({"family_name_kana": "ホンマ", "given_name_kana": "ジュンペイ"}, "honma junpei"),
        ({"family_name": "Homma", "given_name": "Zyumpei"}, "honma junpei"),
        ({"family_name_kana": "ハットリ", "given_name_kana": "リュウイチ"}, "hattori ryuichi"),
        ({"family_name": "Hattori", "given_name": "Ryuuichi"}, "hattori ryuichi"),
        ({"family_name_kana": "ハッチョウ", "given_name_kana": "フヅキ"}, "fuzuki haccho"),
        ({"family_name": "Hatcho", "given_name": "Huduki"}, "fuzuki haccho"),
        ({"family_name": "山田", "family_name_kana": "YAMADA TARO"}, "taro yamada"),
        ({"family_name": "山田", "given_name": "太郎"}, None),
        ({}, None),
    ],
)
def test_romaji_key_is_one_for_all_spellings(written: dict[str, str], key: str | None) -> None:
    assert _keys(**written)["romaji_key"] == key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("㈱サンプル", "サンプル"),
        ("サンプル（株）", "サンプル"),
        ("株式会社　サンプル", "サンプル"),
        ("サンプル株式会社 御中", "サンプル"),
        ("ｻﾝﾌﾟﾙ有限会社", "サンプル"),
        ("合同会社Ｓａｍｐｌｅ", "sample"),
        ("Sample Co., Ltd.", "sample"),
        ("SAMPLE K.K.", "sample"),
        ("一般社団法人櫻会", "桜会"),
        # A short form without brackets is part of the name.
        ("株の窓", "株の窓"),
        ("株式会社", None),
        (None, None),
    ],
)
def test_company_key_has_no_legal_form(written: str | None, key: str | None) -> None:
    assert company_key(pa.array([written], pa.string())).to_pylist() == [key]


def test_company_comes_from_the_name_only_when_it_says_so() -> None:
    assert _keys(family_name="（株）サンプル")["company_key"] == "サンプル"
    assert _keys(family_name="山田", given_name="株夫")["company_key"] is None
    assert _keys(family_name="山田", company_name="㈲見本")["company_key"] == "見本"
