"""SendGrid's own lists of addresses, pulled once a day: what a webhook missed is heard too."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reverse_etl.addresses.mailbox import mailbox
from reverse_etl.canonical import keyed_hash
from reverse_etl.channel import ChannelSettings
from reverse_etl.inbound.feedback import Facts, Feedback, tell
from reverse_etl.inbound.landing import land
from reverse_etl.inbound.receiver import Delivery, instant
from reverse_etl.ledger.suppression import Suppression
from reverse_etl.vendors.sendgrid import SendGridApi, raise_unless_read

API_KEY = "SENDGRID_API_KEY"
SOURCE = "sendgrid_suppressions"
PAGE_ROWS = 500
MAX_PAGES = 20_000
OVERLAP = timedelta(hours=48)
"""Asked for again each time: rows that moved between two pages, clocks that differ."""
PLACES = {
    "bounces": ("suppression", "bounces"),
    "blocks": ("suppression", "blocks"),
    "invalid_emails": ("suppression", "invalid_emails"),
    "spam_reports": ("suppression", "spam_reports"),
    "unsubscribes": ("suppression", "unsubscribes"),
}
GROUPS = "group_unsubscribes"
REASONS = {
    "bounces": "hard_bounce",
    "invalid_emails": "invalid",
    "spam_reports": "spam_complaint",
    "unsubscribes": "unsubscribed",
    GROUPS: "topic_unsubscribe",
}
"""List → reason of the contact policy; a block is a soft bounce of the day and bars nobody."""
KEPT = ("email", "created", "reason", "status", "group_id")


@dataclass(frozen=True, slots=True)
class PullReport:
    """How a pull ended."""

    counts: Mapping[str, int]
    """List → rows; empty when nothing was asked."""
    missing: str | None = None
    """The setting without which nothing was asked, in words."""


def pull_suppressions(
    settings: ChannelSettings,
    landing: Path,
    state: Path,
    feedback: Feedback,
    *,
    secret: bytes,
    now: datetime,
) -> PullReport:
    """Land what the account's lists have gained since the last pull, and tell the ledger.

    `state` is the file that says until when lists were pulled; without it everything is asked
    for. `secret` keys the ids of the rows. Raises TransientError, TerminalError, OSError; then
    the next pull asks for the same again.
    """
    key = settings.secrets.get(API_KEY, "")
    if not key:
        return PullReport({}, f"{API_KEY} is not set; nothing was asked")
    base_url = settings.base_urls.get("sendgrid_mail")
    api = SendGridApi(key, base_url=base_url, timeout_seconds=settings.timeout_seconds)
    since = _since(state)
    counts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for name, row in _all_rows(api, since):
        counts[name] = counts.get(name, 0) + 1
        rows.append(_kept(name, row, secret))
    if rows:
        content = json.dumps(rows, ensure_ascii=False).encode()
        facts = Facts(suppressions=tuple(_suppressions(rows, now)))
        land(landing / SOURCE, Delivery(content, content, facts), received_at=now)
        tell(feedback, facts)
    _remember(state, now)
    return PullReport({name: counts.get(name, 0) for name in (*PLACES, GROUPS)})


def _all_rows(api: SendGridApi, since: datetime | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    start = {"start_time": str(int((since - OVERLAP).timestamp()))} if since else {}
    for name, place in PLACES.items():
        for row in _pages(api, place, start):
            yield name, row
    answer = api.call("get", ("asm", "suppressions"), success=200, gives="list")
    raise_unless_read(answer)
    for row in answer.rows:
        if isinstance(row, dict):
            yield GROUPS, {**row, "created": row.get("created_at")}


def _pages(
    api: SendGridApi, place: tuple[str, ...], start: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    for page in range(MAX_PAGES):
        query = {**start, "limit": str(PAGE_ROWS), "offset": str(page * PAGE_ROWS)}
        answer = api.call("get", place, success=200, query=query, gives="list")
        raise_unless_read(answer)
        yield from (row for row in answer.rows if isinstance(row, dict))
        if len(answer.rows) < PAGE_ROWS:
            return


def _kept(name: str, row: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
    """Give a row with an id that is the same in every pull and shows no address."""
    identity = json.dumps([name, *(row.get(key) for key in ("email", "created", "group_id"))])
    kept = {key: row[key] for key in KEPT if row.get(key) is not None}
    return {"id": keyed_hash(identity, secret=secret)[:32], "list": name, **kept}


def _suppressions(rows: list[dict[str, Any]], now: datetime) -> Iterator[Suppression]:
    for row in rows:
        address = mailbox(str(row.get("email", "")).strip())
        reason = REASONS.get(row["list"])
        if address and reason:
            at = instant(row.get("created"), per_second=1, received_at=now)
            yield Suppression("email", address, reason, at)


def _since(state: Path) -> datetime | None:
    """Give until when lists were pulled; None when nobody knows, and everything is asked for."""
    try:
        return datetime.fromisoformat(json.loads(state.read_text(encoding="utf-8"))["pulled_until"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _remember(state: Path, now: datetime) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    fresh = state.with_suffix(".tmp")
    fresh.write_text(json.dumps({"pulled_until": now.isoformat()}), encoding="utf-8")
    fresh.replace(state)
