"""Numbers, money and days as a Japanese and as an English reader write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from orchestration.publication.report.texts import Text, same

_SYMBOLS = {"JPY": "¥", "GBP": "£", "USD": "$", "EUR": "€"}
_WITHOUT_MINOR_UNIT = {"JPY", "KRW"}
_LARGE_JA = ((Decimal(10**8), "億"), (Decimal(10**4), "万"))
_LARGE_EN = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**3), "K"))

NOTHING = same("–")


def count(number: int) -> Text:
    """Give a whole number with thousands separated."""
    return same(f"{number:,}")


def persons(number: int) -> Text:
    """Give a number of persons, with the Japanese counter."""
    return Text(f"{number:,}人", f"{number:,}")


def percent(ratio: float) -> Text:
    """Give a ratio of 0 to 1 as percent with one decimal."""
    return same(f"{_half_up(Decimal(repr(ratio)) * 100, 1)}%")


def percent_if_known(ratio: float | None) -> Text:
    """Give a ratio of 0 to 1 as percent, or a dash where it is not known."""
    return NOTHING if ratio is None else percent(ratio)


def percent_short(ratio: float) -> Text:
    """Give a ratio of 0 to 1 as percent, without decimals that say nothing; for axes."""
    return same(f"{_half_up(Decimal(repr(ratio)) * 100, 1)}".removesuffix(".0") + "%")


def number(value: float, digits: int = 1) -> Text:
    """Give a number with so many decimals and thousands separated."""
    return same(f"{_half_up(Decimal(repr(value)), digits):,}")


def days(value: float) -> Text:
    """Give a length of time in whole days."""
    whole = _half_up(Decimal(repr(value)), 0)
    return Text(f"{whole:,}日", f"{whole:,} {'day' if whole == 1 else 'days'}")


def times(value: float) -> Text:
    """Give a factor, such as a lift, with two decimals."""
    shown = _half_up(Decimal(repr(value)), 2)
    return Text(f"{shown:,}倍", f"{shown:,}×")


def change(ratio: float) -> Text:
    """Give a relative change as percent with its sign."""
    rounded = _half_up(Decimal(repr(ratio)) * 100, 1)
    return same(f"{rounded:+}%" if rounded else "±0.0%")


def money(amount: Decimal, currency: str) -> Text:
    """Give an amount in full, in the smallest unit that the currency has."""
    digits = 0 if currency in _WITHOUT_MINOR_UNIT else 2
    return same(_signed(amount, currency, f"{_half_up(abs(amount), digits):,}"))


def money_short(amount: Decimal, currency: str) -> Text:
    """Give an amount short enough for an axis: 万 and 億 in Japanese, K and M in English."""
    return Text(
        _signed(amount, currency, _short(abs(amount), _LARGE_JA)),
        _signed(amount, currency, _short(abs(amount), _LARGE_EN)),
    )


def day(value: date) -> Text:
    """Give a day."""
    return Text(f"{value.year}年{value.month}月{value.day}日", f"{value.day} {value:%b %Y}")


def month(value: date) -> Text:
    """Give the month of a day."""
    return Text(f"{value.year}年{value.month}月", f"{value:%b %Y}")


def instant(value: datetime) -> Text:
    """Give an instant to the minute, in UTC; an instant without a zone is UTC already."""
    utc = value.astimezone(UTC) if value.tzinfo else value
    return same(f"{utc:%Y-%m-%d %H:%M} UTC")


def _signed(amount: Decimal, currency: str, digits: str) -> str:
    symbol = _SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{'-' if amount < 0 else ''}{symbol}{digits}"


def _short(amount: Decimal, units: tuple[tuple[Decimal, str], ...]) -> str:
    for size, unit in units:
        if amount >= size:
            return f"{_trimmed(amount / size)}{unit}"
    return _trimmed(amount)


def _trimmed(amount: Decimal) -> str:
    digits = 0 if amount >= 100 else 1
    return f"{_half_up(amount, digits):,}".removesuffix(".0")


def _half_up(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
