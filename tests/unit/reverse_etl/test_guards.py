from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reverse_etl.planning.guards import Load, trip_breakers
from reverse_etl.source import Source
from reverse_etl.spec import Limits

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = Limits(
    max_removed_ratio=0.2,
    max_changed_ratio=0.5,
    max_refused_ratio=0.3,
    max_publication_age_hours=36,
    max_as_of_age_days=4,
)
SECOND = timedelta(seconds=1)
YESTERDAY = NOW - timedelta(hours=36)
OLDEST = Source(date(2026, 10, 28), YESTERDAY)
QUIET = Load(
    source=OLDEST,
    last_source=OLDEST,
    source_rows=100,
    refused=30,
    active=100,
    adds=25,
    changes=25,
    removals=20,
)


def test_breakers_stay_closed_when_every_figure_is_at_its_limit() -> None:
    assert trip_breakers(LIMITS, QUIET, now=NOW) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": None}, "publication_missing"),
        (
            {"source": replace(OLDEST, published_at=YESTERDAY - SECOND), "last_source": None},
            "publication_stale",
        ),
        ({"last_source": replace(OLDEST, published_at=YESTERDAY + SECOND)}, "older_publication"),
        ({"last_source": replace(OLDEST, as_of_date=date(2026, 10, 29))}, "older_publication"),
        ({"source": Source(date(2026, 10, 27), NOW), "last_source": None}, "stale_data"),
        ({"source_rows": 0, "refused": 0}, "empty_source"),
        ({"active": 0, "removals": 0}, "first_sync"),
        ({"removals": 21}, "too_many_removals"),
        ({"adds": 26}, "too_many_changes"),
        ({"refused": 31}, "too_many_refusals"),
    ],
)
def test_breaker_trips_when_a_figure_passes_its_limit(change: dict[str, Any], code: str) -> None:
    tripped = trip_breakers(LIMITS, replace(QUIET, **change), now=NOW)
    assert [breaker.code for breaker in tripped] == [code]


def test_breakers_allow_what_the_spec_allows() -> None:
    limits = LIMITS.model_copy(update={"first_sync": "allow", "empty_source": "allow"})
    first = replace(QUIET, active=0, removals=0)
    empty = replace(QUIET, source_rows=0, refused=0)
    assert trip_breakers(limits, first, now=NOW) == ()
    assert trip_breakers(limits, empty, now=NOW) == ()


def test_breaker_message_says_count_base_and_limit() -> None:
    (breaker,) = trip_breakers(LIMITS, replace(QUIET, removals=60), now=NOW)
    assert breaker.message == "removals: 60 of 100 is 60% (limit 20%)"


def test_breaker_trips_without_a_share_when_the_base_is_nobody() -> None:
    limits = LIMITS.model_copy(update={"first_sync": "allow"})
    (breaker,) = trip_breakers(limits, replace(QUIET, active=0, removals=1), now=NOW)
    assert breaker.message == "removals: 1 of 0 (limit 20%)"


def test_breaker_leaves_the_age_of_data_alone_when_no_limit_is_set() -> None:
    limits = LIMITS.model_copy(update={"max_as_of_age_days": None})
    old = replace(QUIET, source=Source(date(2011, 12, 9), NOW), last_source=None)
    assert trip_breakers(limits, old, now=NOW) == ()


def _messages(**changes: object) -> Load:
    values: dict[str, object] = {
        "source": Source(NOW.date(), NOW),
        "last_source": None,
        "source_rows": 500,
        "refused": 0,
        "active": 100,
        "adds": 151,
        "changes": 0,
        "removals": 0,
        "is_message": True,
        "usual": 100,
    }
    return Load(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["too_many_messages"]),
        ({"adds": 150}, []),
        ({"usual": None}, []),
        ({"adds": 400, "active": 0, "usual": 0}, ["first_sync"]),
    ],
    ids=["above", "edge", "few_more_than_usual", "first"],
)
def test_messages_wait_when_they_are_many_more_than_in_the_largest_run(
    changes: dict[str, object], codes: list[str]
) -> None:
    tripped = trip_breakers(Limits(), _messages(**changes), now=NOW)
    assert [breaker.code for breaker in tripped] == codes


@pytest.mark.parametrize(("adds", "waits"), [(33, False), (34, True)], ids=["edge", "above"])
def test_plan_waits_when_it_costs_more_than_its_budget(adds: int, waits: bool) -> None:
    limits = Limits(price_jpy=3.0, max_cost_jpy=99.0)
    tripped = trip_breakers(limits, _messages(adds=adds, usual=None), now=NOW)
    assert [breaker.code for breaker in tripped] == (["over_budget"] if waits else [])
