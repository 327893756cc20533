"""The daily pull of SendGrid's lists over a real socket: pages, overlap, what is told."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest

from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from reverse_etl.channel import ChannelSettings
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.inbound.suppression_pull import PullReport, pull_suppressions
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.inbound_world import Heard
from tests.contract.loopback import Reply, Request, answer_json, serve
from tests.contract.sync_world import CANARY_KEY, NOW

ROOT = Path(__file__).parents[2]
SECOND = int(NOW.timestamp())
NONE = {
    "bounces": 0,
    "blocks": 0,
    "invalid_emails": 0,
    "spam_reports": 0,
    "unsubscribes": 0,
    "group_unsubscribes": 0,
}


class FakeLists(FakeSendGrid):
    """An account with lists, read by pages and by the time of a row."""

    description: ClassVar[Path] = ROOT / "tests" / "data" / "sendgrid" / "suppressions.json"

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in NONE}

    def put(self, name: str, email: str, *, seconds_ago: int = 60, **more: object) -> None:
        self.lists[name].append({"email": email, "created": SECOND - seconds_ago, **more})

    def act(self, call: Request) -> Reply:
        if call.path == "/v3/asm/suppressions":
            groups = self.lists["group_unsubscribes"]
            rows = [{**row, "created_at": row["created"], "group_name": "News"} for row in groups]
            return answer_json(200, rows)
        start, limit, offset = (
            int(call.query.get(name, 0)) for name in ("start_time", "limit", "offset")
        )
        rows = [r for r in self.lists[call.path.rpartition("/")[2]] if r["created"] >= start]
        return answer_json(200, rows[offset : offset + limit])


class World:
    """An account with the shop's folders."""

    def __init__(self, fake: FakeLists, folder: Path) -> None:
        self.fake = fake
        self.folder = folder
        self.heard = Heard()
        self.secrets = {"SENDGRID_API_KEY": CANARY_KEY}

    def pull(self, *, now: datetime = NOW) -> PullReport:
        settings = ChannelSettings(
            secrets=self.secrets,
            base_urls={"sendgrid_mail": self.fake.base_url},
            timeout_seconds=5.0,
        )
        return pull_suppressions(
            settings,
            self.folder / "landing",
            self.folder / "state" / "pull.json",
            self.heard,
            secret=b"k" * 32,
            now=now,
        )

    def files(self) -> list[Path]:
        return sorted((self.folder / "landing").rglob("*.*"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with serve(FakeLists()) as fake:
        yield World(fake, tmp_path)


def test_every_list_is_told_and_landed_with_its_meaning(world: World) -> None:
    world.fake.put("bounces", "Canary1@example.jp", reason="550 5.1.1", status="5.1.1")
    world.fake.put("blocks", "canary2@example.jp", reason="busy", status="4.0.0")
    world.fake.put("invalid_emails", "canary3@example.jp", reason="unknown domain")
    world.fake.put("spam_reports", "canary4@example.jp", ip="10.0.0.1")
    world.fake.put("unsubscribes", "canary5@example.jp")
    world.fake.put("group_unsubscribes", "canary6@example.jp", group_id=7)

    assert world.pull().counts == dict.fromkeys(NONE, 1)

    at = NOW - timedelta(seconds=60)
    assert world.heard.suppressed == [
        ("email", "canary1@example.jp", "hard_bounce", at),
        ("email", "canary3@example.jp", "invalid", at),
        ("email", "canary4@example.jp", "spam_complaint", at),
        ("email", "canary5@example.jp", "unsubscribed", at),
        ("email", "canary6@example.jp", "topic_unsubscribe", at),
    ]
    assert _event_types(world.folder) == [
        ("Canary1@example.jp", "dropped", "550 5.1.1"),
        ("canary2@example.jp", "other", "busy"),
        ("canary3@example.jp", "dropped", "unknown domain"),
        ("canary4@example.jp", "spam_report", None),
        ("canary5@example.jp", "unsubscribe", None),
        ("canary6@example.jp", "topic_unsubscribe", None),
    ]


@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (499, 1), (500, 2), (501, 2), (1_001, 3)])
def test_list_is_read_to_its_last_page(world: World, rows: int, calls: int) -> None:
    for number in range(rows):
        world.fake.put("bounces", f"canary{number}@example.jp", reason="x", status="5.1.1")
    assert world.pull().counts == NONE | {"bounces": rows}
    asked = [call for call in world.fake.requests if call.path.endswith("/bounces")]
    assert len(asked) == calls
    assert len({address for _, address, _, _ in world.heard.suppressed}) == rows


def test_next_pull_asks_from_two_days_before_the_last_one_and_counts_a_row_once(
    world: World,
) -> None:
    world.fake.put("unsubscribes", "canary1@example.jp", seconds_ago=172_800 + 1)
    world.fake.put("unsubscribes", "canary2@example.jp", seconds_ago=172_800)
    assert world.pull().counts["unsubscribes"] == 2
    assert "start_time" not in world.fake.requests[0].query
    world.fake.requests.clear()
    assert world.pull(now=NOW + timedelta(days=1)).counts["unsubscribes"] == 1
    assert world.fake.requests[0].query["start_time"] == str(SECOND - 172_800)
    assert len(world.files()) == 2
    assert len(_event_types(world.folder)) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(401), TerminalError),
        (Reply(403), TerminalError),
        (Reply(429), TransientError),
        (Reply(500), TransientError),
        (Reply(200, b'{"errors":[]}'), TransientError),
        (Reply(200, b"[{"), TransientError),
        (Reply(cut=True), TransientError),
    ],
)
def test_pull_that_breaks_off_is_asked_for_again_whole(
    world: World, reply: Reply, error: type[Exception]
) -> None:
    world.fake.put("bounces", "canary1@example.jp", reason="x", status="5.1.1")
    world.fake.before = lambda call: reply if "spam" in call.path else None
    with pytest.raises(error, match="SendGrid answered"):
        world.pull()
    assert (world.files(), world.heard.suppressed) == ([], [])
    world.fake.before = lambda _call: None
    assert world.pull().counts["bounces"] == 1


def test_ledger_that_is_away_hears_it_from_the_next_pull(world: World) -> None:
    world.fake.put("spam_reports", "canary1@example.jp", seconds_ago=10**7, ip="10.0.0.1")
    world.heard.is_broken = True
    with pytest.raises(RuntimeError):
        world.pull()
    world.heard.is_broken = False
    assert world.pull().counts["spam_reports"] == 1
    assert len(world.heard.suppressed) == 1


def test_state_that_cannot_be_read_asks_for_everything(world: World) -> None:
    world.fake.put("bounces", "canary1@example.jp", seconds_ago=10**7, reason="x", status="5")
    state = world.folder / "state" / "pull.json"
    state.parent.mkdir()
    for text in ("", "[]", '{"pulled_until": 7}', '{"pulled_until": "soon"}'):
        state.write_text(text)
        assert world.pull().counts["bounces"] == 1


def test_pull_names_the_missing_setting_and_asks_nothing(world: World) -> None:
    world.secrets = {}
    report = world.pull()
    assert report == PullReport({}, "SENDGRID_API_KEY is not set; nothing was asked")
    assert world.fake.requests == []


def test_row_with_fields_of_another_shape_says_nothing_and_breaks_nothing(world: World) -> None:
    odd = [7, None, {"email": 7, "created": "soon"}, {"email": "ｔａｒｏ@example.jp"}, {}]
    world.fake.after = lambda call: (
        Reply(200, json.dumps(odd).encode()) if call.path.endswith("bounces") else None
    )
    assert world.pull().counts["bounces"] == 3
    assert world.heard.suppressed == []


def _event_types(folder: Path) -> list[tuple[object, ...]]:
    """Give recipient, event and reason of each row that ingest takes, once."""
    mapping = ROOT / "orchestration" / "ingest" / "sources" / "sendgrid_suppressions.yml"
    lake = Lake(folder / "lake")
    ingest_source(
        load_mapping(mapping),
        landing=folder / "landing",
        lake=lake,
        loaded_at=datetime.fromisoformat("2026-11-22 03:00:00"),
        gate=None,
        shop_time_zone="Asia/Tokyo",
        click_key=None,
    )
    with duckdb.connect() as connection:
        connection.read_parquet(lake.raw_glob("message_events"), union_by_name=True).create_view(
            "rows"
        )
        return connection.sql(
            "select recipient, event_type, any_value(reason) from rows "
            "group by provider_event_id, recipient, event_type order by lower(recipient)"
        ).fetchall()
