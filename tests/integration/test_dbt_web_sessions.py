"""The real access log must give the known number of visits when only silence ends a session."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.golden.building import rows_of, run_dbt
from tests.golden.canonical import write_empty_lake, write_rows

LOG = Path(__file__).parents[3] / "shared" / "data" / "weblogs" / "elastic_apache_logs"
LINE = re.compile(r'^(\S+) \S+ \S+ \[([^\]]+)\] "[^"]*" \S+ \S+ "[^"]*" "(.*?)"?$')
VARIABLES = {
    "as_of_date": "2015-05-31",
    "shop_time_zone": "UTC",
    "session_break_at_midnight": False,
    "session_break_on_campaign_change": False,
    "session_exclude_bots": False,
}

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the log is not beside the project")


def _event(place: int, line: str) -> dict[str, object]:
    match = LINE.match(line)
    assert match is not None
    address, written_at, agent = match.groups()
    occurred_at = datetime.strptime(written_at, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
    return {
        "event_id": f"{place:05}",
        "anonymous_id": hashlib.sha256(f"{address}|{agent}".encode()).hexdigest(),
        "occurred_at": occurred_at.replace(tzinfo=None),
        "event_type": "page_view",
        "user_agent": agent,
    }


def _build(workspace: Path, variables: dict[str, object]) -> list[tuple[int, int]]:
    kinds = ["--exclude-resource-type", "unit_test"]
    select = ["--select", "+int_web__session_events"]
    assert run_dbt(workspace, "build", *kinds, *select, variables=variables) == []
    return rows_of(
        workspace,
        """
        select count(*), count(distinct session_id) from intermediate.int_web__session_events
        """,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("log")
    lines = LOG.read_text(encoding="utf-8", errors="replace").splitlines()
    write_empty_lake(workspace / "lake")
    events = [_event(place, line) for place, line in enumerate(lines)]
    write_rows(workspace / "lake", "apache_log", "web_events", events)
    return workspace


def test_sessions_of_the_real_log_are_the_known_visits(workspace: Path) -> None:
    assert _build(workspace, VARIABLES) == [(10_000, 3_224)]


# A second parse and build; the switch itself is held by the model's unit tests.
@pytest.mark.slow
def test_there_are_fewer_events_and_visits_when_crawlers_are_left_out(workspace: Path) -> None:
    variables = {**VARIABLES, "session_exclude_bots": True}
    ((events_left, visits_left),) = _build(workspace, variables)
    assert 0 < events_left < 10_000
    assert 0 < visits_left < 3_224
