"""Which messages a sync would send now, against those that the ledger knows."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.channel import Operation
from reverse_etl.ledger.events import MessageRecord
from reverse_etl.ledger.messages import FINAL, SENT
from reverse_etl.planning.steps import SCHEMA, Steps
from reverse_etl.planning.target_table import Target, Targets

EVENT_WINDOW = timedelta(hours=24)
"""Providers tell of a message for so long; after it an owed one of unknown outcome goes again."""


def diff_messages(
    targets: Targets,
    known: Mapping[str, Sequence[MessageRecord]],
    held_back: frozenset[str],
    now: datetime,
    *,
    later_only: bool,
) -> tuple[Steps, Counter[str]]:
    """Give the messages that are due, in the order of person_id, and counts of the others.

    With `later_only` an occurrence before one that was sent is the same one, dated anew, and not
    sent; the occurrences of scenarios are names, of which each is sent once in any order.
    """
    counts: Counter[str] = Counter()
    left: list[str] = []
    for person, target in _in_doubt(targets.table, known.keys() | held_back, now).items():
        verdict = _verdict(target, known.get(person, ()), now, later_only=later_only)
        if person in held_back and verdict == "due":
            verdict = "held"
        if verdict != "due":
            counts[verdict] += 1
            left.append(person)
    due = targets.table
    if left:
        due = due.filter(pc.invert(pc.is_in(due["person_id"], pa.array(left, pa.string()))))
    counts["adds"] = due.num_rows
    return _steps(due.sort_by("person_id")), counts


def _in_doubt(table: pa.Table, people: Set[str], now: datetime) -> Targets:
    """Give those of whom something is known, or whose message is late; all others are due."""
    is_known = pc.is_in(table["person_id"], pa.array(list(people), pa.string()))
    instant = pa.scalar(now.astimezone(UTC).replace(tzinfo=None), pa.timestamp("us"))
    is_late = pc.fill_null(pc.less_equal(table["expires_at"], instant), False)
    return Targets(table.filter(pc.or_(is_known, is_late)))


def _steps(due: pa.Table) -> Steps:
    values = {
        "operation": pa.repeat(Operation.ADD.value, due.num_rows),
        "kind": pa.repeat("message", due.num_rows),
        "remote_id": pa.nulls(due.num_rows, pa.string()),
        "expires_at": pc.assume_timezone(due["expires_at"], "UTC"),
    }
    given = {name: due[name] for name in ("person_id", "payload_hash", "key_hash", "episode")}
    return Steps(pa.table(given | values).select(SCHEMA.names).cast(SCHEMA))


def _verdict(
    target: Target, known: Sequence[MessageRecord], now: datetime, *, later_only: bool
) -> str:
    """Give due, unchanged, expired or held."""
    has_later = any(row.occurrence > target.episode and row.state in FINAL for row in known)
    if later_only and has_later:
        return "unchanged"
    own = next((row for row in known if row.occurrence == target.episode), None)
    ends = own.expires_at if own else target.expires_at
    if own is not None and own.state == "claimed":
        return "held"
    if own is not None and own.state == "unknown":
        return _unknown(own, now)
    if own is not None and (own.state in FINAL or own.told is not None):
        return "unchanged"
    is_late = ends is not None and ends <= now
    return "expired" if is_late else "due"


def _unknown(own: MessageRecord, now: datetime) -> str:
    """Say whether an owed message of unknown outcome goes again: once, after its window."""
    is_over = own.claimed_at is not None and now - own.claimed_at >= EVENT_WINDOW
    is_owed = own.purpose == "transactional" and own.resent_at is None
    if own.told is not None or not (is_owed and is_over):
        return "held"
    return "expired" if own.expires_at <= now else "due"


def people_sent(known: Mapping[str, Sequence[MessageRecord]]) -> int:
    """Give how many people a sync has sent to."""
    return sum(any(row.state in SENT for row in rows) for rows in known.values())
