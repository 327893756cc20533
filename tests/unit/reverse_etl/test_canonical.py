from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from reverse_etl.canonical import canonical_payload, payload_hash
from reverse_etl.errors import TerminalError

SECRET = b"a secret of this test"


def test_payload_text_is_sorted_and_typed() -> None:
    payload = {
        "name": "が",
        "amount": Decimal("1200.500"),
        "day": date(2026, 10, 31),
        "count": 3,
        "is_member": True,
        "note": None,
    }
    assert canonical_payload(payload) == (
        '{"amount":"1200.5","count":3,"day":"2026-10-31","is_member":true,"name":"が","note":null}'
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Decimal("1.000"), Decimal("1")),
        (Decimal("0.00"), Decimal("-0")),
        (Decimal("1E+3"), Decimal("1000")),
        ("が", "か\u3099"),
        (
            datetime(2026, 11, 1, 9, tzinfo=timezone(timedelta(hours=9))),
            datetime(2026, 11, 1, 0, tzinfo=UTC),
        ),
    ],
    ids=["scale", "zero", "exponent", "composition", "zone"],
)
def test_payload_hash_is_equal_when_only_the_form_differs(left: Any, right: Any) -> None:
    hashes = {payload_hash({"x": value}, secret=SECRET) for value in (left, right)}
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": "1"}, {"a": 1}),
        ({"a": "x|y", "b": "z"}, {"a": "x", "b": "y|z"}),
        ({"a": None}, {"a": ""}),
        ({"a": None}, {}),
        ({"a": 1}, {"a": True}),
    ],
    ids=["type", "separator", "null_or_empty", "null_or_absent", "number_or_boolean"],
)
def test_payload_hash_differs_when_the_content_differs(
    left: dict[str, str | int | None], right: dict[str, str | int | None]
) -> None:
    assert payload_hash(left, secret=SECRET) != payload_hash(right, secret=SECRET)


def test_payload_hash_differs_when_the_ledger_is_another() -> None:
    assert payload_hash({"a": 1}, secret=SECRET) != payload_hash({"a": 1}, secret=b"another")


def test_payload_refuses_what_json_cannot_hold() -> None:
    with pytest.raises(TerminalError, match="field ratio: a payload number must be finite"):
        canonical_payload({"ratio": float("nan")})
