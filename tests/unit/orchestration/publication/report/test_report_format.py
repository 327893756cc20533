"""Numbers as readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.style import round_ticks
from orchestration.publication.report.texts import Text


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234567", "JPY", "¥1,234,567"),
        ("0.5", "JPY", "¥1"),
        ("0.499", "JPY", "¥0"),
        ("-4200", "JPY", "-¥4,200"),
        ("8911407.904", "GBP", "£8,911,407.90"),
        ("0.005", "GBP", "£0.01"),
        ("12", "CHF", "CHF 12.00"),
    ],
)
def test_money_has_the_digits_of_its_currency(amount: str, currency: str, shown: str) -> None:
    assert show.money(Decimal(amount), currency) == Text(shown, shown)


@pytest.mark.parametrize(
    ("amount", "japanese", "english"),
    [
        ("0", "¥0", "¥0"),
        ("999", "¥999", "¥999"),
        ("9999", "¥9,999", "¥10K"),
        ("10000", "¥1万", "¥10K"),
        ("25000", "¥2.5万", "¥25K"),
        ("12345678", "¥1,235万", "¥12.3M"),
        ("150000000", "¥1.5億", "¥150M"),
        ("-20000", "-¥2万", "-¥20K"),
    ],
)
def test_short_money_counts_in_the_units_of_the_language(
    amount: str, japanese: str, english: str
) -> None:
    assert show.money_short(Decimal(amount), "JPY") == Text(japanese, english)


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.6138, "61.4%"), (0.0005, "0.1%"), (0, "0.0%"), (1, "100.0%")]
)
def test_percent_has_one_decimal_rounded_half_up(ratio: float, shown: str) -> None:
    assert show.percent(ratio).ja == shown


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.75, "+75.0%"), (-0.125, "-12.5%"), (0.0004, "±0.0%")]
)
def test_change_carries_its_sign(ratio: float, shown: str) -> None:
    assert show.change(ratio).en == shown


def test_days_and_persons_read_naturally_in_both_languages() -> None:
    assert show.day(date(2026, 2, 3)) == Text("2026年2月3日", "3 Feb 2026")
    assert show.month(date(2026, 2, 3)) == Text("2026年2月", "Feb 2026")
    assert show.persons(1234) == Text("1,234人", "1,234")


def test_instant_is_shown_in_utc_whatever_its_zone() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert show.instant(datetime(2026, 11, 1, 8, 30, tzinfo=tokyo)).ja == "2026-10-31 23:30 UTC"
    assert show.instant(datetime(2026, 11, 1, 8, 30, tzinfo=UTC)).ja == "2026-11-01 08:30 UTC"


@pytest.mark.parametrize(
    ("maximum", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (76, [0, 20, 40, 60, 80]),
        (100, [0, 20, 40, 60, 80, 100]),
        (3, [0, 1, 2, 3]),
        (11, [0, 2, 4, 6, 8, 10, 12]),
    ],
)
def test_ticks_are_whole_and_round_and_reach_the_maximum(
    maximum: float, ticks: list[object]
) -> None:
    assert round_ticks(maximum) == [Decimal(str(tick)) for tick in ticks]


def test_ticks_of_a_share_may_be_fractions() -> None:
    ticks = round_ticks(1.0, least_step=Decimal("0.1"))
    assert [str(tick) for tick in ticks] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
