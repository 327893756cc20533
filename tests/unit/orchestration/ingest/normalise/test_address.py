"""The keys of places and births: postal codes, addresses, dates."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from orchestration.ingest.normalise.address import address_key
from orchestration.ingest.normalise.birth import birth_key
from orchestration.ingest.normalise.numerals import number_of
from orchestration.ingest.normalise.postal import postal_key


def _text(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


def _address(postal: str | None, line1: str | None, line2: str | None = None) -> str | None:
    found: list[str | None] = address_key(_text(postal), _text(line1), _text(line2)).to_pylist()
    return found[0]


@pytest.mark.parametrize(
    ("written", "country", "key"),
    [
        ("150-0001", "JP", "1500001"),
        ("〒１５０－０００１", None, "1500001"),
        ("150ー0001", "日本", "1500001"),
        ("600001", "JP", "0600001"),
        ("0600001", "Japan", "0600001"),
        ("150-001", "JP", "0150001"),
        ("15000", "JP", None),
        ("15000011", "JP", None),
        ("1500001", "US", None),
        ("SW1A 1AA", None, None),
        ("000-0000", "JP", None),
        (None, "JP", None),
    ],
)
def test_postal_code_is_seven_digits_of_japan(
    written: str | None, country: str | None, key: str | None
) -> None:
    assert postal_key(_text(written), _text(country)).to_pylist() == [key]


@pytest.mark.parametrize(
    ("line1", "line2"),
    [
        ("東京都中央区八丁堀２丁目１－３", "グリーンハイツ305号室"),
        ("中央区八丁堀二丁目一番三号", "グリーンハイツ３０５"),
        ("八丁堀2-1-3-305", None),
        ("八丁堀２ー１ー３　３０５号", None),
        ("東京都 中央区 八丁堀2丁目1番地3", "305"),
        ("八丁堀二－一－三", "第２グリーンハイツ 305"),
        ("八丁堀2の1の3", "ハイツ　０３０５"),
        ("大字八丁堀 2丁目 1番 3号", "コーポ21 305号室"),
        ("東京都中央区八丁堀", "2-1-3 305"),
        ("〒104-0032 中央区八丁堀2-1-3", "305"),
    ],
)
def test_address_is_one_for_all_spellings(line1: str, line2: str | None) -> None:
    assert _address("1040032", line1, line2) == "1040032|2-1-3|305"


@pytest.mark.parametrize(
    ("postal", "line1", "key"),
    [
        # 浦和市 became さいたま市浦和区 in 2001, 大宮 and 与野 likewise.
        ("3300061", "埼玉県浦和市常盤1-2-3", "3300061|1-2-3|"),
        ("3300061", "埼玉県さいたま市浦和区常盤１丁目２番３号", "3300061|1-2-3|"),
        ("1000013", "千代田区霞ヶ関3-2-1", "1000013|3-2-1|"),
        ("1000013", "千代田区霞が関三丁目二番一号", "1000013|3-2-1|"),
        ("0600001", "札幌市中央区北1条西５丁目２", "0600001|5-2|"),
        ("0600001", "札幌市 中央区北一条西五丁目二番地", "0600001|5-2|"),
        ("9550061", "新潟県三条市林町１丁目２２", "9550061|1-22|"),
        ("5100001", "三重県四日市市八田二丁目3-4", "5100001|2-3-4|"),
        ("6048001", "京都市中京区木屋町通三条上る上大阪町521", "6048001|521|"),
        ("6040000", "京都市中京区五条2-1", "6040000|2-1|"),
        ("1020075", "千代田区三番町1-2", "1020075|1-2|"),
        ("1020075", "千代田区3番町1-2", "1020075|1-2|"),
        ("9999999", "どこか市三番町1-2", "9999999|1-2|"),
        ("1040032", "八丁堀2-1 ビル3F", "1040032|2-1|3f"),
        ("1040032", "八丁堀2-1 ビル3階", "1040032|2-1|3f"),
        ("1040032", "八丁堀2-1 第二メゾンＡ－201", "1040032|2-1|a201"),
        ("1040032", "八丁堀2-1 A棟201", "1040032|2-1|a201"),
        ("1040032", "八丁堀2-1 MAISON201", "1040032|2-1|201"),
        ("1040032", "八丁堀2-1 2号棟201", "1040032|2-1|2-201"),
        ("1040032", "八丁堀2-1-3-4 501", "1040032|2-1-3-4|501"),
        ("1040032", "八丁堀1番2号 305", "1040032|1-2|305"),
        ("1040032", "八丁堀", None),
        ("1040032", None, None),
        (None, "八丁堀2-1", None),
    ],
)
def test_address_counts_only_the_numbers_of_the_block_and_the_room(
    postal: str | None, line1: str | None, key: str | None
) -> None:
    assert _address(postal, line1) == key


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("二十三", 23),
        ("二三", 23),
        ("百五", 105),
        ("千二百", 1200),
        ("十", 10),
        ("〇", 0),
        ("三百二十", 320),
    ],
)
def test_number_in_kanji_is_read_by_power_or_by_place(written: str, number: int) -> None:
    assert number_of(written) == number


_MADE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("born", "made", "key"),
    [
        (date(1985, 3, 4), _MADE, date(1985, 3, 4)),
        (date(1985, 3, 4), None, date(1985, 3, 4)),
        (date(2026, 11, 22), _MADE, date(2026, 11, 22)),
        (date(2026, 11, 23), _MADE, None),
        (date(1906, 1, 1), _MADE, date(1906, 1, 1)),
        (date(1905, 12, 31), _MADE, None),
        (date(1899, 12, 31), None, None),
        (date(1900, 1, 1), None, None),
        (date(1900, 1, 2), None, date(1900, 1, 2)),
        (date(1970, 1, 1), _MADE, None),
        (date(1980, 1, 1), _MADE, None),
        (date(2000, 1, 1), _MADE, None),
        (None, _MADE, None),
    ],
)
def test_birth_is_a_key_unless_it_cannot_be_one(
    born: date | None, made: datetime | None, key: date | None
) -> None:
    nothing = pa.nulls(1, pa.timestamp("us"))
    moments = pa.array([made], pa.timestamp("us"))

    assert birth_key(pa.array([born], pa.date32()), nothing, moments).to_pylist() == [key]
    assert birth_key(pa.array([born], pa.date32()), moments, nothing).to_pylist() == [key]
