"""The inbound application over a real socket: who is believed, what is kept, what is told."""

import json
import logging
import random
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from orchestration.ingest.report import SourceReport
from reverse_etl.inbound.feedback import Facts
from reverse_etl.inbound.landing import land
from reverse_etl.inbound.line import LineReceiver
from reverse_etl.inbound.receiver import Delivery, Posted
from reverse_etl.inbound.sendgrid import SIGNATURE, TIMESTAMP, SendGridReceiver, read_events
from reverse_etl.inbound.twilio import TwilioReceiver
from reverse_etl.ledger.events import MessageEvent
from tests.contract.forgeries import forged
from tests.contract.inbound_world import PUBLIC_URL, TWILIO_TOKEN, Post, Vendor, serve_inbox
from tests.contract.sync_world import NOW, TurnedClock

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
needs_shared_data = pytest.mark.skipif(
    not SHARED.exists(), reason="the third-party data is not beside the project"
)
SECOND = int(NOW.timestamp())
MESSAGE = "a" * 32
STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+819012345678", "From": "+1500"}


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    return Vendor(TurnedClock())


@pytest.fixture
def post(vendor: Vendor, tmp_path: Path) -> Iterator[Post]:
    vendor.clock.instant = NOW
    with serve_inbox(vendor, tmp_path / "landing") as opened:
        yield opened


def _event(kind: str, **more: object) -> dict[str, object]:
    base = {"email": "Canary1@Example.jp", "timestamp": SECOND - 60, "event": kind}
    return (
        base
        | {"sg_event_id": f"id-{kind}", "sg_message_id": "sg1.filter", "enishi_message_id": MESSAGE}
        | more
    )


def _body(*events: dict[str, object]) -> bytes:
    return json.dumps(list(events)).encode()


def _posted(body: bytes, headers: dict[str, str], at: datetime = NOW, query: str = "") -> Posted:
    return Posted(body, headers, query, at)


def test_batch_is_kept_as_it_came_and_once_however_often_it_comes(
    post: Post, vendor: Vendor
) -> None:
    body = _body(_event("delivered"))
    for seconds_ago in (0, 3_600, 3_600):
        headers = vendor.sendgrid(body, seconds_ago=seconds_ago)
        assert post.send("/sendgrid", body, headers) == 200
    (file,) = post.files()
    assert file.parent == post.landing / "sendgrid_events"
    assert file.read_bytes() == body


@needs_shared_data
def test_published_sendgrid_signature_is_believed_and_the_forged_one_is_not() -> None:
    vector = json.loads((SHARED / "email_events" / "sendgrid_signed_vector.json").read_text())
    headers = {SIGNATURE: vector["signature"], TIMESTAMP: vector["timestamp"]}
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    posted = _posted(vector["payload"].encode(), headers, at)
    receiver = SendGridReceiver([vector["public_key"]])
    assert receiver.is_proven(posted)
    delivery = receiver.read(posted)
    assert delivery is not None
    assert [(s.address, s.reason) for s in delivery.facts.suppressions] == [
        ("hello@world.com", "hard_bounce")
    ]
    assert not SendGridReceiver([vector["negative_public_key"]]).is_proven(posted)
    forged = headers | {SIGNATURE: vector["negative_signature"]}
    assert not receiver.is_proven(_posted(posted.body, forged, at))
    both = SendGridReceiver([vector["negative_public_key"], vector["public_key"]])
    assert both.is_proven(posted)


@needs_shared_data
def test_line_body_of_the_vendor_is_kept_in_the_form_its_source_reads(
    post: Post, vendor: Vendor, tmp_path: Path
) -> None:
    body = (SHARED / "line_webhook" / "webhook.json").read_bytes()
    assert post.send("/line", body, vendor.line(body)) == 200
    blocked = [(medium, reason) for medium, _, reason, _ in post.heard.suppressed]
    assert blocked == [("line", "channel_block")]
    assert [medium for medium, _, _ in post.heard.lifted] == ["line"]
    (report,) = _ingest("line_events", tmp_path).entities
    assert (report.rows_read, report.quarantined) == (28, 0)


def test_line_trial_without_events_is_answered_and_nothing_is_kept(
    post: Post, vendor: Vendor
) -> None:
    body = b'{"destination":"U1","events":[]}'
    assert post.send("/line", body, vendor.line(body)) == 200
    assert post.files() == []


def test_old_and_new_line_secret_are_both_believed_while_a_key_changes(vendor: Vendor) -> None:
    body = b'{"events":[]}'
    posted = _posted(body, vendor.line(body))
    assert LineReceiver(["new", "line-canary-secret-8c1f"]).is_proven(posted)
    assert not LineReceiver(["new"]).is_proven(posted)


@pytest.mark.parametrize(
    ("seconds_ago", "status"),
    [(87_000, 200), (87_001, 401), (-600, 200), (-601, 401)],
    ids=["24 h 10 min", "a second older", "10 min ahead", "a second further"],
)
def test_signature_holds_as_long_as_the_vendor_tries_again(
    post: Post, vendor: Vendor, seconds_ago: int, status: int
) -> None:
    body = _body(_event("open"))
    assert post.send("/sendgrid", body, vendor.sendgrid(body, seconds_ago=seconds_ago)) == status


@pytest.mark.parametrize(
    ("event", "suppression", "kind"),
    [
        (_event("processed"), None, "processed"),
        (_event("deferred"), None, "processed"),
        (_event("delivered"), None, "delivered"),
        (_event("open"), None, "delivered"),
        (_event("bounce", type="bounce"), "hard_bounce", "bounced"),
        (_event("bounce"), "hard_bounce", "bounced"),
        (_event("bounce", type="blocked"), None, "bounced"),
        (_event("dropped", reason="Bounced Address"), "hard_bounce", "dropped"),
        (_event("dropped", reason="Invalid"), "invalid", "dropped"),
        (_event("dropped", reason="Unsubscribed Address"), "unsubscribed", "dropped"),
        (_event("dropped", reason="Spam Reporting Address"), "spam_complaint", "dropped"),
        (_event("dropped", reason="Recipient List over Package Quota"), None, "dropped"),
        (_event("dropped", reason="Invalid SMTPAPI header"), None, "dropped"),
        (_event("spamreport"), "spam_complaint", "delivered"),
        (_event("unsubscribe"), "unsubscribed", "delivered"),
        (_event("group_unsubscribe"), "topic_unsubscribe", "delivered"),
        (_event("group_resubscribe"), None, None),
        (_event("a word of tomorrow"), None, None),
    ],
)
def test_event_says_of_address_and_message_what_it_means(
    event: dict[str, object], suppression: str | None, kind: str | None
) -> None:
    facts = read_events([event], NOW)
    at = NOW - timedelta(seconds=60)
    told = [(s.medium, s.address, s.reason, s.at) for s in facts.suppressions]
    assert told == ([("email", "canary1@example.jp", suppression, at)] if suppression else [])
    assert facts.messages == ((MessageEvent(MESSAGE, kind, at, "sg1.filter"),) if kind else ())


@pytest.mark.parametrize(
    "stamp", [SECOND + 900, 4_102_444_800, 10**30, -(10**30), float("nan"), "soon", None, True, []]
)
def test_instant_that_is_none_or_lies_ahead_is_that_of_receipt(stamp: object) -> None:
    (suppression,) = read_events([_event("unsubscribe", timestamp=stamp)], NOW).suppressions
    assert suppression.at == NOW


def test_event_with_fields_of_another_shape_says_nothing_and_breaks_nothing() -> None:
    odd: list[object] = [None, 7, [], {}, "\ud800", "a b@example.jp", "ｔａｒｏ@example.jp"]
    for value in odd:
        event = _event("unsubscribe", email=value, enishi_message_id=value)
        assert read_events([event], NOW) == Facts()


@pytest.mark.parametrize(
    ("fields", "suppression", "lifts", "kind"),
    [
        ({}, None, False, "delivered"),
        ({"MessageStatus": "sent"}, None, False, "processed"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, None, False, "bounced"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30005"}, "hard_bounce", False, "bounced"),
        ({"MessageStatus": "failed", "ErrorCode": "21610"}, "unsubscribed", False, "dropped"),
    ],
)
def test_sms_status_says_what_its_code_means(
    post: Post,
    vendor: Vendor,
    fields: dict[str, str],
    suppression: str | None,
    lifts: bool,
    kind: str,
) -> None:
    query = f"enishi_message_id={MESSAGE}"
    body, headers = vendor.twilio(STATUS | fields, query)
    assert post.send(f"/twilio?{query}", body, headers) == 204
    told = [(medium, address, reason) for medium, address, reason, _ in post.heard.suppressed]
    assert told == ([("sms", "+819012345678", suppression)] if suppression else [])
    assert post.heard.messages == [MessageEvent(MESSAGE, kind, NOW, "SM1")]


@pytest.mark.parametrize(
    ("reply", "event_type"),
    [
        ({"Body": " Stop "}, "unsubscribe"),
        ({"Body": "ことば", "OptOutType": "STOP"}, "unsubscribe"),
        ({"Body": "「停止」"}, "unsubscribe"),
        ({"Body": "ＳＴＯＰ"}, "unsubscribe"),
        ({"Body": "Start"}, "resubscribe"),
        ({"Body": "please stop by on monday"}, "message_received"),
    ],
)
def test_sms_reply_is_kept_without_its_text(
    post: Post, vendor: Vendor, tmp_path: Path, reply: dict[str, str], event_type: str
) -> None:
    fields = {"MessageSid": "SM2", "SmsStatus": "received", "From": "+819012345678", "To": "+1500"}
    body, headers = vendor.twilio(fields | reply)
    assert post.send("/twilio", body, headers) == 204
    vendor.clock.sleep(90)
    assert post.send("/twilio", body, headers) == 204
    (file,) = post.files()
    assert reply["Body"] not in json.loads(file.read_text())[0].values()
    assert len(post.heard.suppressed) == (2 if event_type == "unsubscribe" else 0)
    assert len(post.heard.lifted) == (2 if event_type == "resubscribe" else 0)
    assert _ingest("twilio_events", tmp_path).entities[0].accepted == 1
    rows = _events(tmp_path)
    assert [row[1:5] for row in rows] == [
        ("sms", event_type, NOW.replace(tzinfo=None), fields["From"])
    ]


def test_start_that_twilio_repeats_does_not_come_after_the_stop_between(
    post: Post, vendor: Vendor
) -> None:
    reply = {"SmsStatus": "received", "From": "+819012345678", "To": "+1500"}
    start = vendor.twilio(reply | {"MessageSid": "SM1", "Body": "START"})
    stop = vendor.twilio(reply | {"MessageSid": "SM2", "Body": "STOP"})
    for body, headers in (start, stop, start):
        assert post.send("/twilio", body, headers) == 204
        vendor.clock.sleep(10)
    assert [at for _, _, at in post.heard.lifted] == [NOW, NOW]
    assert [at for *_, at in post.heard.suppressed] == [NOW + timedelta(seconds=10)]


def test_twilio_signature_is_of_the_public_address_and_its_query(
    post: Post, vendor: Vendor
) -> None:
    body, headers = vendor.twilio(STATUS, f"enishi_message_id={MESSAGE}")
    assert post.send("/twilio", body, headers) == 401
    assert post.send(f"/twilio?enishi_message_id={MESSAGE[:-1]}b", body, headers) == 401
    other = TwilioReceiver([TWILIO_TOKEN], "https://elsewhere.example.jp")
    query = f"enishi_message_id={MESSAGE}"
    assert not other.is_proven(_posted(body, headers, query=query))
    old_and_new = TwilioReceiver(["new", TWILIO_TOKEN], PUBLIC_URL + "/")
    assert old_and_new.is_proven(_posted(body, headers, query=query))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sendgrid", 405),
        ("PUT", "/line", 405),
        ("POST", "/", 404),
        ("POST", "/sendgrid/x", 404),
        ("POST", "/../../etc/passwd", 404),
    ],
)
def test_other_methods_and_paths_are_refused(
    post: Post, method: str, path: str, status: int
) -> None:
    assert post.send(path, b"[]", {}, method=method) == status
    assert post.files() == []


def test_proven_body_that_is_no_batch_is_refused(post: Post, vendor: Vendor) -> None:
    for body in (b"", b"{}", b"[1]", b"\xff\xfe[]", b"[" * 50_000, '[{"a":1}]'.encode("utf-16")):
        assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 400
        assert post.send("/line", body, vendor.line(body)) == 400
    body, headers = vendor.twilio({"Digits": "1"})
    assert post.send("/twilio", body, headers) == 400
    assert post.files() == []


def test_body_past_the_limit_is_refused_with_and_without_a_stated_length(
    post: Post, vendor: Vendor
) -> None:
    body = b"x" * 5_000_001
    headers = vendor.sendgrid(body)
    assert post.send("/sendgrid", body, headers | {"Content-Length": str(len(body))}) == 413
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert post.send("/sendgrid", chunked, headers | {"Transfer-Encoding": "chunked"}) == 413
    assert post.files() == []


def test_disk_that_takes_nothing_is_503_and_the_retry_is_kept(post: Post, vendor: Vendor) -> None:
    body = _body(_event("unsubscribe"))
    post.landing.write_text("in the way")
    assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 503
    assert post.heard.suppressed == []
    post.landing.unlink()
    assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 200
    assert len(post.heard.suppressed) == 1


def test_disk_that_fills_up_while_writing_keeps_nothing_half(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            land(tmp_path / "x", Delivery(b"y" * 5_000, b"y", Facts()), received_at=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "x").iterdir()) == []


def test_ledger_that_is_away_is_503_and_hears_it_from_the_retry(
    post: Post, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    body = _body(_event("spamreport"))
    post.heard.is_broken = True
    assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 503
    assert "canary" not in caplog.text.lower()
    post.heard.is_broken = False
    assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 200
    assert [reason for _, _, reason, _ in post.heard.suppressed] == ["spam_complaint"]
    assert len(post.files()) == 1


def test_forged_stale_and_broken_posts_are_never_believed_and_never_break_anything(
    post: Post, vendor: Vendor, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = Vendor(vendor.clock)
    chance = random.Random(20261101)  # noqa: S311 - the same forgeries in every run
    statuses = [post.send(*forged(chance, number, vendor, stranger)) for number in range(1_000)]
    assert set(statuses) <= {401, 413}
    assert statuses.count(413) == 10
    assert post.files() == []
    assert (post.heard.suppressed, post.heard.messages) == ([], [])
    out = capfd.readouterr()
    for text in (caplog.text, out.out, out.err):
        assert "canary" not in text.lower()
        assert "Traceback" not in text


def _ingest(source: str, root: Path) -> SourceReport[Any]:
    mapping = load_mapping(ROOT / "orchestration" / "ingest" / "sources" / f"{source}.yml")
    return ingest_source(
        mapping,
        landing=root / "landing",
        lake=Lake(root / "lake"),
        loaded_at=datetime.fromisoformat("2026-11-22 03:00:00"),
        gate=None,
        shop_time_zone="Asia/Tokyo",
        click_key=None,
    )


def _events(root: Path) -> list[tuple[object, ...]]:
    """Give every event of the lake once, in the order of its id."""
    with duckdb.connect() as connection:
        connection.read_parquet(
            Lake(root / "lake").raw_glob("message_events"), union_by_name=True
        ).create_view("rows")
        return connection.sql(
            "select distinct provider_event_id, channel, event_type, occurred_at, recipient, "
            "send_id, reason, bounce_type from rows order by all"
        ).fetchall()


def test_of_refusals_of_one_kind_in_a_batch_the_latest_is_told(post: Post, vendor: Vendor) -> None:
    ages = (300, 60, 600)
    events = [_event("unsubscribe", timestamp=SECOND - age) for age in ages]
    body = _body(*events, _event("spamreport"))
    assert post.send("/sendgrid", body, vendor.sendgrid(body)) == 200
    assert [(reason, at) for _, _, reason, at in post.heard.suppressed] == [
        ("unsubscribed", NOW - timedelta(seconds=60)),
        ("spam_complaint", NOW - timedelta(seconds=60)),
    ]
