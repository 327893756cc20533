"""What providers tell about messages, and the log of messages for others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from reverse_etl.channel import Batch
from reverse_etl.clock import SystemClock
from reverse_etl.ledger import messages, settlement
from reverse_etl.ledger.batches import Batches, PlannedStep, StoredBatch
from reverse_etl.ledger.generation import advance
from reverse_etl.ledger.message_schema import MESSAGE
from reverse_etl.ledger.schema import BATCH
from reverse_etl.ledger.suppression import suppressed_hashes
from reverse_etl.send_rules import MessageTerms

ARRIVED = frozenset({"delivered", "opened", "clicked", "complained", "unsubscribed"})
FAILED = frozenset({"bounced", "dropped", "blocked", "undelivered", "failed", "rejected"})
TAKEN = frozenset({"accepted", "queued", "processed", "sent", "deferred"})
STATES = dict.fromkeys(ARRIVED, "delivered") | dict.fromkeys(FAILED, "rejected")
"""Kind of event → state; a kind of TAKEN says only that the provider has the message."""


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """What a provider tells about one message."""

    message_id: str
    kind: str
    """One of ARRIVED, FAILED or TAKEN; any other is not heard."""
    at: datetime
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message as others may know it: ids, states and instants."""

    message_id: str
    sync: str
    person_id: str
    occurrence: str
    medium: str
    purpose: str
    state: str
    code: str
    planned_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    goes_at: datetime | None
    """When it goes out, or went; a message that its channel holds back goes later than claimed."""
    accepted_at: datetime | None
    settled_at: datetime | None
    resent_at: datetime | None
    told: str | None
    told_at: datetime | None
    updated_at: datetime
    provider_ref: str | None


class Messages(Batches):
    """Every message: claimed once, left out by name, told about by its provider."""

    def claim_messages(
        self,
        batch: Batch,
        steps: Mapping[str, PlannedStep],
        terms: MessageTerms,
        *,
        mapping_version: int,
        now: datetime,
        goes_at: datetime,
    ) -> dict[str, str]:
        """Note, and commit, who of a batch is about to be sent to; give person_id → code of others.

        Caps are asked of the instant at which the messages go out. One claim at a time, in all
        processes: what one lets in, the next one counts.
        """
        hashes = {item.person_id: self.address_hash(item.key) for item in batch.items}
        with self._engine.begin() as connection:
            advance(connection)
            left_out: dict[str, str] = {}
            if not settlement.claim_again(connection, batch, now):
                left_out = messages.claim(connection, batch, steps, hashes, terms, now, goes_at)
                kept = [item for item in batch.items if item.person_id not in left_out]
                rest = _with_items(batch, kept)
                settlement.claim_messages(connection, rest, steps, mapping_version, now)
        self.witness.note()
        return left_out

    def suppressed_people(self, stored: StoredBatch, terms: MessageTerms) -> frozenset[str]:
        """Give the people of a batch whose address must not be sent to any more."""
        with self._engine.connect() as connection:
            query = select(MESSAGE.c.person_id, MESSAGE.c.address_hash)
            rows = connection.execute(query.where(MESSAGE.c.batch_key == stored.key)).all()
            hashes = [row.address_hash for row in rows]
            found = suppressed_hashes(
                connection, terms.medium, hashes, is_marketing=terms.is_marketing
            )
        return frozenset(row.person_id for row in rows if row.address_hash in found)

    def defer_messages(
        self,
        batch: Batch,
        steps: Mapping[str, PlannedStep],
        terms: MessageTerms,
        *,
        not_before: datetime,
        now: datetime,
    ) -> dict[str, str]:
        """Note that a batch waits for an instant; give person_id → code."""
        hashes = {item.person_id: self.address_hash(item.key) for item in batch.items}
        with self._engine.begin() as connection:
            advance(connection)
            return messages.defer(connection, batch, steps, hashes, terms, not_before, now)

    def messages_of(self, sync: str) -> dict[str, list[MessageRecord]]:
        """Give person_id → every message of a sync that the ledger knows, oldest first."""
        query = _records().where(MESSAGE.c.sync == sync).order_by(MESSAGE.c.planned_at)
        found: dict[str, list[MessageRecord]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.person_id, []).append(MessageRecord(*row))
        return found

    def export_messages(self, since: datetime | None = None) -> list[MessageRecord]:
        """Give the messages that changed at or after an instant, in the order of the change."""
        query = _records().order_by(MESSAGE.c.updated_at, MESSAGE.c.message_id)
        if since is not None:
            query = query.where(MESSAGE.c.updated_at >= since)
        with self._engine.connect() as connection:
            return [MessageRecord(*row) for row in connection.execute(query)]

    def unknown_messages(self, sync: str) -> list[str]:
        """Give the ids of messages of which nobody knows whether they arrived."""
        query = select(MESSAGE.c.message_id).where(
            MESSAGE.c.sync == sync, MESSAGE.c.state == "unknown"
        )
        with self._engine.connect() as connection:
            return sorted(connection.scalars(query))

    def largest_run(self, sync: str, since: datetime) -> int:
        """Give the most messages that one run of a sync has sent since an instant."""
        query = (
            select(func.count().label("messages"))
            .where(MESSAGE.c.sync == sync, MESSAGE.c.claimed_at >= since)
            .where(MESSAGE.c.state.in_(messages.SENT))
            .group_by(MESSAGE.c.run_id)
        )
        with self._engine.connect() as connection:
            return max(connection.scalars(query), default=0)

    def reconcile(self, events: Iterable[MessageEvent], *, now: datetime | None = None) -> int:
        """Bring what providers tell into the messages; give how many events named one of ours.

        Events may come in any order and more than once: of those that decide, the latest does,
        and a failure does at the same instant.
        """
        known, heard_at = 0, now or SystemClock().now()
        with self._engine.begin() as connection:
            advance(connection)
            for event in events:
                known += _hear(connection, event, heard_at)
        return known

    def last_handles(self, sync: str) -> list[tuple[str, str]]:
        """Give batch key → handle of what the last run of a sync sent that can be called back."""
        sent = select(MESSAGE.c.batch_key).where(
            MESSAGE.c.state.in_(("accepted", "claimed", "unknown"))
        )
        query = (
            select(BATCH.c.batch_key, BATCH.c.handle, BATCH.c.run_id)
            .where(BATCH.c.sync == sync, BATCH.c.batch_key.in_(sent), BATCH.c.handle != "")
            .order_by(BATCH.c.claimed_at.desc(), BATCH.c.batch_key)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(row.batch_key, row.handle) for row in rows if row.run_id == rows[0].run_id]

    def recalled(self, key: str, *, now: datetime) -> int:
        """Note that a batch was called back for good; give how many messages."""
        rows = MESSAGE.update().where(
            MESSAGE.c.batch_key == key, MESSAGE.c.state.in_(("accepted", "claimed", "unknown"))
        )
        with self._engine.begin() as connection:
            advance(connection)
            change = rows.values(state="recalled", settled_at=now, updated_at=now)
            return connection.execute(change).rowcount


def _with_items(batch: Batch, items: Sequence[Any]) -> Batch:
    return Batch(
        batch.key,
        batch.sync,
        batch.run_id,
        batch.run_date,
        batch.operation,
        items,
        batch.handle,
    )


def _records() -> Any:
    return select(*(MESSAGE.c[name] for name in MessageRecord.__dataclass_fields__))


def _hear(connection: Connection, event: MessageEvent, now: datetime) -> bool:
    query = select(MESSAGE).where(MESSAGE.c.message_id == event.message_id)
    row = connection.execute(query).mappings().first()
    if row is None or event.kind not in STATES.keys() | TAKEN:
        return False
    state = STATES.get(event.kind)
    change: dict[str, Any] = {"updated_at": now}
    if event.provider_ref:
        change["provider_ref"] = event.provider_ref
    if state is None:
        # Whoever has taken it has it: it is neither lost nor free to be sent again.
        if row["told"] is None and row["state"] in ("claimed", "unknown", "released"):
            change |= {"state": "accepted", "accepted_at": event.at, "code": ""}
    elif row["told"] is None or (event.at, state) >= (row["told_at"], row["told"]):
        code = event.kind if state == "rejected" else ""
        change |= {"state": state, "told": state, "told_at": event.at, "code": code}
        change["settled_at"] = event.at
    connection.execute(
        MESSAGE.update().where(MESSAGE.c.message_id == event.message_id).values(**change)
    )
    return True
