from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reverse_etl.guards import Load, trip_breakers
from reverse_etl.spec import Limits

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = Limits(
    max_removed_ratio=0.2,
    max_changed_ratio=0.5,
    max_refused_ratio=0.3,
    max_publication_age_hours=36,
)
QUIET = Load(
    published_at=NOW - timedelta(hours=36),
    source_rows=100,
    refused=30,
    active=100,
    is_first=False,
    adds=25,
    changes=25,
    removals=20,
)


def test_breakers_stay_closed_when_every_figure_is_at_its_limit() -> None:
    assert trip_breakers(LIMITS, QUIET, now=NOW) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"published_at": None}, "publication_missing"),
        ({"published_at": NOW - timedelta(hours=36, seconds=1)}, "publication_stale"),
        ({"source_rows": 0, "refused": 0}, "empty_source"),
        ({"is_first": True, "active": 0}, "first_sync"),
        ({"removals": 21}, "too_many_removals"),
        ({"adds": 26}, "too_many_changes"),
        ({"refused": 31}, "too_many_refusals"),
    ],
)
def test_breaker_trips_when_a_figure_passes_its_limit(change: dict[str, object], code: str) -> None:
    tripped = trip_breakers(LIMITS, replace(QUIET, **change), now=NOW)  # type: ignore[arg-type]
    assert [breaker.code for breaker in tripped] == [code]


def test_breakers_allow_what_the_spec_allows() -> None:
    limits = LIMITS.model_copy(update={"first_sync": "allow", "empty_source": "allow"})
    first = replace(QUIET, is_first=True, active=0)
    empty = replace(QUIET, source_rows=0, refused=0)
    assert trip_breakers(limits, first, now=NOW) == ()
    assert trip_breakers(limits, empty, now=NOW) == ()


def test_breaker_message_says_count_base_and_limit() -> None:
    (breaker,) = trip_breakers(LIMITS, replace(QUIET, removals=60), now=NOW)
    assert breaker.message == "removals: 60 of 100 is 60% (limit 20%)"
