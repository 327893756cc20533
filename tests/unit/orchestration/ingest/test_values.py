"""Text becomes the declared type, or is refused; nothing is guessed or rounded."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from orchestration.ingest.values import (
    parse_boolean,
    parse_date,
    parse_decimal,
    parse_epoch,
    parse_integer,
    parse_timestamp,
)


def _text(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("-3", -3),
        ("+7", 7),
        ("0012", 12),
        ("1,234,567", 1_234_567),
        ("１２", 12),
        ("3.00", 3),
        ("9" * 18, int("9" * 18)),
        ("1.5", None),
        ("1,23", None),
        ("0x1F", None),
        ("1e3", None),
        ("9" * 19, None),
        ("二", None),
        ("-", None),
    ],
)
def test_integer_reads_or_refuses(text: str, expected: int | None) -> None:
    typed, bad = parse_integer(_text(text, None))

    assert typed.to_pylist() == [expected, None]
    assert bad.tolist() == [expected is None, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.5", "2.5"),
        ("-11062.060", "-11062.06"),
        ("1,200", "1200"),
        ("2.500000", "2.5"),
        ("100.00", "100"),
        ("１．５", "1.5"),
        ("9" * 15 + ".999", "9" * 15 + ".999"),
        ("2.0005", None),
        ("9" * 16, None),
        ("1.2.3", None),
        ("￥100", None),
        (".", None),
    ],
)
def test_decimal_reads_or_refuses(text: str, expected: str | None) -> None:
    typed, bad = parse_decimal(_text(text, None))

    assert typed.to_pylist() == [None if expected is None else Decimal(expected), None]
    assert bad.tolist() == [expected is None, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-31 12:00:00", datetime.fromisoformat("2026-10-31 03:00:00")),
        ("2026-10-31T12:00:00+09:00", datetime.fromisoformat("2026-10-31 03:00:00")),
        ("2026-10-31T12:00:00Z", datetime.fromisoformat("2026-10-31 12:00:00")),
        ("2026-10-31 12:00:00.25-0330", datetime.fromisoformat("2026-10-31 15:30:00.250000")),
        ("2026-10-31", datetime.fromisoformat("2026-10-30 15:00:00")),
        ("2024-02-29 00:00:00", datetime.fromisoformat("2024-02-28 15:00:00")),
        ("2026-02-29 00:00:00", None),
        ("2026-13-01 00:00:00", None),
        ("2026-10-31 24:00:00", None),
        ("2026-10-31 12:60:00", None),
        ("2026/10/31 12:00:00", None),
        ("2026-1-5", None),
        ("0", None),
    ],
)
def test_timestamp_reads_iso_8601_in_the_feeds_zone(text: str, expected: datetime | None) -> None:
    typed, bad = parse_timestamp(_text(text, None), (), "Asia/Tokyo")

    assert typed.to_pylist() == [expected, None]
    assert bad.tolist() == [expected is None, False]


def test_timestamp_tries_the_formats_in_turn() -> None:
    formats = ("%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M")
    text = _text("2026/1/5 9:05:00", "202610311200", "2026-10-31 12:00:00", "2026/02/30 00:00:00")

    typed, bad = parse_timestamp(text, formats, "Asia/Tokyo")

    assert typed.to_pylist() == [
        datetime.fromisoformat("2026-01-05 00:05:00"),
        datetime.fromisoformat("2026-10-31 03:00:00"),
        None,
        None,
    ]
    assert bad.tolist() == [False, False, True, True]


def test_timestamp_takes_the_first_of_two_when_summer_time_ends() -> None:
    # 2011-10-30 01:30 occurs in British summer time (00:30 UTC) and again an hour later.
    typed, _ = parse_timestamp(_text("2011-10-30 01:30:00"), (), "Europe/London")

    assert typed.to_pylist() == [datetime.fromisoformat("2011-10-30 00:30:00")]


def test_date_drops_the_clock_and_knows_the_calendar() -> None:
    formats = ("%Y-%m-%d %H:%M:%S", "%Y年%m月%d日")
    text = _text("1980-01-02 23:59:59", "1985年3月1日", "1985年2月29日", None)

    typed, bad = parse_date(text, formats)

    assert typed.to_pylist() == [date(1980, 1, 2), date(1985, 3, 1), None, None]
    assert bad.tolist() == [False, False, True, False]


def test_epoch_counts_seconds_or_milliseconds() -> None:
    seconds, _ = parse_epoch(_text("1461095246"), "seconds")
    milliseconds, bad = parse_epoch(_text("1462629479859", "soon", "9" * 17), "milliseconds")

    assert seconds.to_pylist() == [datetime.fromisoformat("2016-04-19 19:47:26")]
    assert milliseconds.to_pylist() == [
        datetime.fromisoformat("2016-05-07 13:57:59.859000"),
        None,
        None,
    ]
    assert bad.tolist() == [False, True, True]


def test_boolean_reads_only_true_and_false() -> None:
    typed, bad = parse_boolean(_text("TRUE", "0", "1", "false", "yes", None))

    assert typed.to_pylist() == [True, False, True, False, None, None]
    assert bad.tolist() == [False, False, False, False, True, False]
