from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from expectations.gate import validate
from expectations.limits import UNLIMITED_ROWS, outbound_parameters, row_limits
from expectations.results import GateResult
from expectations.suites import segment_suite

BatchMaker = Callable[..., pd.DataFrame]


def checked(
    frame: pd.DataFrame, previous: int | None = 10, suite: str = "outbound/segment"
) -> GateResult:
    limits = row_limits(previous, max_growth_ratio=0.5, max_shrink_ratio=0.5, floor=2)
    parameters = outbound_parameters(
        date(2026, 10, 31), "Asia/Tokyo", limits=limits, previous_rows=previous
    )
    return validate(frame, suite, parameters=parameters)


def names(result: GateResult) -> list[str]:
    return [check.name for check in result.failed_checks]


def test_segment_passes_when_it_is_sound(segment: BatchMaker) -> None:
    assert checked(segment(10)).failed_checks == ()


@pytest.mark.parametrize(
    ("changes", "check", "rows"),
    [
        ({"person_id": {3: None}}, "person_id_present", ("row 3",)),
        ({"person_id": {3: "p2"}}, "person_id_unique", ("p2", "p2")),
        ({"entered_at": {4: None}}, "entered_at_present", ("p4",)),
        ({"reason": {5: None}}, "reason_present", ("p5",)),
    ],
    ids=["no person", "twice", "no entry", "no reason"],
)
def test_segment_stops_when_a_row_is_not_sound(
    segment: BatchMaker, changes: dict[str, Any], check: str, rows: tuple[str, ...]
) -> None:
    result = checked(segment(10, **changes))
    assert names(result) == [check]
    assert result.failed_checks[0].rows == rows


@pytest.mark.parametrize(
    ("entered_at", "passes"),
    [(pd.Timestamp("2026-10-31 14:59:59"), True), (pd.Timestamp("2026-10-31 15:00"), False)],
    ids=["last second of the day in Tokyo", "next day in Tokyo"],
)
def test_segment_entry_ends_with_the_as_of_day_when_the_shop_is_in_tokyo(
    segment: BatchMaker, entered_at: pd.Timestamp, passes: bool
) -> None:
    assert checked(segment(10, entered_at={1: entered_at})).passed is passes


@pytest.mark.parametrize(
    ("size", "passes"), [(4, False), (5, True), (15, True), (16, False), (20, False)]
)
def test_segment_stops_when_its_size_leaves_the_limits(
    segment: BatchMaker, size: int, passes: bool
) -> None:
    result = checked(segment(size))
    assert result.passed is passes
    if not passes:
        assert names(result) == ["size_in_limits"]
        assert "between 5 and 15 people; the last publication held 10" in result.message()
        assert f"{size} rows in all" in result.message()


def test_segment_passes_at_any_size_when_nothing_was_published_before(segment: BatchMaker) -> None:
    assert checked(segment(50), previous=None).passed
    assert checked(segment(0), previous=None).passed


PAYLOADS: dict[str, dict[str, Any]] = {
    "seg_first_purchase": {
        "registered_date": date(2026, 10, 1),
        "days_since_registration": 30,
        "cart_adds_14d": 0,
    },
    "seg_second_purchase": {
        "first_purchase_date": date(2026, 10, 1),
        "first_delivered_date": date(2026, 10, 1),
        "days_since_delivery": 30,
    },
    "seg_winback": {
        "last_purchase_date": date(2026, 1, 1),
        "recency_days": 303,
        "purchase_count": 1,
    },
}


@pytest.mark.parametrize(
    ("name", "column", "value", "check"),
    [
        ("seg_first_purchase", "registered_date", date(2026, 11, 1), "registered_date_by_as_of"),
        ("seg_first_purchase", "cart_adds_14d", -1, "cart_adds_14d_plausible"),
        ("seg_second_purchase", "first_delivered_date", None, "first_delivered_date_present"),
        ("seg_second_purchase", "days_since_delivery", -1, "days_since_delivery_plausible"),
        ("seg_winback", "recency_days", 0, "recency_days_plausible"),
        ("seg_winback", "purchase_count", 0, "purchase_count_plausible"),
    ],
)
def test_segment_with_its_own_suite_stops_when_its_payload_is_wrong(
    segment: BatchMaker, name: str, column: str, value: object, check: str
) -> None:
    frame = segment(10).assign(**{key: [sound] * 10 for key, sound in PAYLOADS[name].items()})
    assert checked(frame, suite=segment_suite(name)).failed_checks == ()
    frame[column] = [value, *[PAYLOADS[name][column]] * 9]
    result = checked(frame, suite=segment_suite(name))
    assert [found.startswith(check) for found in names(result)] == [True]
    assert result.failed_checks[0].rows == ("p1",)
    assert not result.passed


@pytest.mark.parametrize(
    ("previous", "limits"),
    [
        (None, (0, UNLIMITED_ROWS)),
        (0, (0, 20)),
        (10, (0, 30)),
        (100, (70, 150)),
        (101, (71, 151)),
    ],
)
def test_row_limits_follow_the_previous_count_when_given(
    previous: int | None, limits: tuple[int, int]
) -> None:
    assert row_limits(previous, max_growth_ratio=0.5, max_shrink_ratio=0.3, floor=20) == limits
