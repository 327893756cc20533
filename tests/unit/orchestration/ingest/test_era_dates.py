"""Era dates are read, and a day that its era does not have is refused."""

from datetime import date

import pyarrow as pa
import pytest

from orchestration.ingest.values import parse_date


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31/4/30", date(2019, 4, 30)),
        ("平成31年5月1日", None),
        ("H31.4.30", date(2019, 4, 30)),
        ("R1.4.30", None),
        ("R6.11.22", date(2024, 11, 22)),
        ("Ｒ６．１１．２２", date(2024, 11, 22)),
        ("S64.1.7", date(1989, 1, 7)),
        ("S64.1.8", None),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("大正15年12月25日", None),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治元年1月24日", None),
        ("昭和55年2月29日", date(1980, 2, 29)),
        ("昭和56年2月29日", None),
        ("昭和五十五年三月三日", date(1980, 3, 3)),
        ("s550303", date(1980, 3, 3)),
        ("㍻2年1月1日", date(1990, 1, 1)),
        ("昭和 55 年 3 月 3 日", date(1980, 3, 3)),
        ("R0.1.1", None),
        ("令和100年1月1日", None),
        ("1980/3/3", date(1980, 3, 3)),
        ("X1.1.1", None),
    ],
)
def test_era_date_is_read_within_its_era(written: str, day: date | None) -> None:
    typed, bad = parse_date(pa.array([written]), ("wareki", "%Y/%m/%d"))

    assert typed.to_pylist() == [day]
    assert bad.tolist() == [day is None]


def test_era_date_is_nothing_when_there_is_none() -> None:
    typed, bad = parse_date(pa.array([None], pa.string()), ("wareki",))

    assert (typed.to_pylist(), bad.tolist()) == ([None], [False])
