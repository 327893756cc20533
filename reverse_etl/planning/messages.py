"""Which messages a sync would send now, against those that the ledger knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from reverse_etl.channel import Operation
from reverse_etl.ledger.events import MessageRecord
from reverse_etl.ledger.messages import FINAL, SENT
from reverse_etl.planning.steps import PlanItem
from reverse_etl.planning.target_table import Target

EVENT_WINDOW = timedelta(hours=24)
"""Providers tell of a message for so long; after it an owed one of unknown outcome goes again."""


def diff_messages(
    targets: Mapping[str, Target],
    known: Mapping[str, Sequence[MessageRecord]],
    held_back: frozenset[str],
    now: datetime,
    *,
    later_only: bool,
) -> tuple[list[PlanItem], Counter[str]]:
    """Give the messages that are due, in the order of person_id, and counts of the others.

    With `later_only` an occurrence before one that was sent is the same one, dated anew, and not
    sent; the occurrences of scenarios are names, of which each is sent once in any order.
    """
    counts: Counter[str] = Counter()
    items: list[PlanItem] = []
    for person in sorted(targets):
        target = targets[person]
        verdict = _verdict(target, known.get(person, ()), now, later_only=later_only)
        if person in held_back and verdict == "due":
            verdict = "held"
        counts["adds" if verdict == "due" else verdict] += 1
        if verdict == "due":
            items.append(
                PlanItem(
                    person,
                    Operation.ADD,
                    "message",
                    target.payload_hash,
                    target.key_hash,
                    target.episode,
                    expires_at=target.expires_at,
                )
            )
    return items, counts


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
