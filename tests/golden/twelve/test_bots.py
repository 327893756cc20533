"""What machines do with a message moves no lead score; what the reader does moves it exactly."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.identity.resolve import resolve_identities
from tests.golden.building import DBT_PROJECT, rows_of, run_dbt
from tests.golden.canonical import write_rows
from tests.golden.twelve.world import VARIABLES, names, write_twelve

pytestmark = pytest.mark.slow

LINKS = tuple(f"https://shop.example/p/{number}" for number in range(6))
KENTA, LISA, JUNKO = "11", "12", "10"
SCORES = "select * from marts.rpt_lead_scores order by person_id"

Row = dict[str, Any]


def _message(member: str, name: str, hour: str) -> Row:
    """A mail to a member and when it arrived, an hour of Tokyo."""
    address = f"person{member}@example.jp"
    return {
        "provider_event_id": f"{name}-delivered",
        "provider_message_id": name,
        "channel": "email",
        "event_type": "delivered",
        "recipient": address,
        "email_key": address,
        "occurred_at": datetime.fromisoformat(hour) - timedelta(hours=9),
        "campaign_code": "news0624",
    }


def _reaction(message: Row, name: str, *, after: float, **columns: Any) -> Row:
    """What happened to a message so many seconds after it arrived."""
    return message | {
        "provider_event_id": f"{message['provider_message_id']}-{name}",
        "occurred_at": message["occurred_at"] + timedelta(seconds=after),
        **columns,
    }


def _robots() -> Iterable[Row]:
    """Opens by machines and people; scanners that follow every link, on arrival or later."""
    for member in (KENTA, LISA, JUNKO):
        message = _message(member, f"m{member}", "2026-06-29 09:00:00")
        yield message
        yield _reaction(message, "proxy", after=600, event_type="open", is_machine_open=True)
        yield _reaction(message, "prefetch", after=1, event_type="open", is_machine_open=False)
        yield _reaction(message, "reader", after=3600, event_type="open", is_machine_open=False)
        for place, link in enumerate(LINKS):
            # The whole mail within the two seconds that no reader is quick enough for.
            name, after = f"scan{place}", place * 0.4
            yield _reaction(message, name, after=after, event_type="click", url=link)
            yield _reaction(message, f"re{name}", after=60 + after, event_type="click", url=link)


def _reader() -> Iterable[Row]:
    """Lisa clicks once, fourteen days before the end of as_of_date."""
    message = _message(LISA, "read", "2026-06-16 12:00:00")
    yield message
    yield _reaction(message, "click", after=12 * 3600, event_type="click", url=LINKS[0])


def _build(workspace: Path, events: Iterable[Row] = ()) -> Path:
    """The twelve persons' lead scores, with more events of messages."""
    write_twelve(workspace / "lake")
    write_rows(
        workspace / "lake", "sendgrid_events", "message_events", events, file="more/events.json"
    )
    build = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert run_dbt(workspace, *build, "--select", "tag:stage1", variables=VARIABLES) == []
    resolve_identities(workspace / "warehouse.duckdb", workspace / "lake", "run-1")
    chosen = ("--select", "+rpt_lead_scores", "--exclude", "tag:stage1")
    assert run_dbt(workspace, *build, *chosen, variables=VARIABLES) == []
    return workspace


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("plain"))


def _person_names(workspace: Path) -> dict[str, str]:
    known = names()
    records = rows_of(workspace, "select record_key, person_id from staging.stg_person_map")
    return {person: known[record] for record, person in records if record in known}


def test_lead_scores_are_equal_row_for_row_when_only_machines_react(
    plain: Path, tmp_path: Path
) -> None:
    scanned = _build(tmp_path, _robots())
    # They did arrive, each with its person, and were told from people.
    assert rows_of(
        scanned,
        """
        select event_type, is_machine_open, is_bot_click, count(*), count(person_id)
        from marts.fct_message_events where provider_message_id in ('m10', 'm11', 'm12')
        group by all order by all
        """,
    ) == [
        ("click", False, True, 36, 36),
        ("delivered", False, False, 3, 3),
        ("open", False, False, 3, 3),
        ("open", True, False, 6, 6),
    ]
    before = rows_of(plain, SCORES)
    assert len(before) == 2
    assert rows_of(scanned, SCORES) == before


def test_lead_score_rises_by_the_points_of_the_seed_when_the_reader_clicks(
    plain: Path, tmp_path: Path
) -> None:
    clicked = _build(tmp_path, _reader())
    with (DBT_PROJECT / "seeds/lead_score_rules.csv").open(encoding="utf-8") as lines:
        (rule,) = (row for row in csv.DictReader(lines) if row["event"] == "mail_click")
    # One half-life old: half of its points are left.
    assert (rule["points"], rule["half_life_days"]) == ("5", "14")
    scores = "select person_id, score from marts.rpt_lead_scores"
    rises = {
        _person_names(clicked)[person]: score - dict(rows_of(plain, scores))[person]
        for person, score in rows_of(clicked, scores)
    }
    assert rises == {"kenta": 0, "lisa": pytest.approx(2.5, abs=1e-9)}
