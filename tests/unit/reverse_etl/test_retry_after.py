from datetime import UTC, datetime

import pytest

from reverse_etl.vendors.retry_after import asked_wait, clamp_wait

NOW = datetime(2026, 10, 21, 7, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "-5"}, -5.0),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 7)}, 7.0),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) - 7)}, -7.0),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"Retry-After": "x", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 1)}, 1.0),
        ({}, None),
    ],
)
def test_asked_wait_reads_what_the_headers_say(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_wait(headers, now=NOW) == seconds


@pytest.mark.parametrize(
    ("asked", "wait"), [(-1.0, 0.0), (0.0, 0.0), (300.0, 300.0), (1e9, 300.0), (None, 2.0)]
)
def test_wait_is_clamped(asked: float | None, wait: float) -> None:
    assert clamp_wait(asked, 2.0) == wait
