"""Batches and what destinations hold: claimed before the call, settled after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from sqlalchemy import Connection, RowMapping, func, select

from reverse_etl.channel import Batch, Item, Operation
from reverse_etl.ledger import settlement
from reverse_etl.ledger.bulk import among
from reverse_etl.ledger.generation import Witness
from reverse_etl.ledger.schema import BATCH, ITEM, STATE
from reverse_etl.ledger.state_table import read_state
from reverse_etl.ledger.store import LedgerStore

OPEN_STATES = ("claimed", "accepted")


class PlannedStep(Protocol):
    """What the ledger notes of one planned step."""

    @property
    def payload_hash(self) -> str:
        """Give the keyed hash of the payload, empty for a removal."""
        ...

    @property
    def key_hash(self) -> str:
        """Give the keyed hash of the destination's key."""
        ...

    @property
    def episode(self) -> str:
        """Give the instant at which the person entered the segment."""
        ...

    @property
    def expires_at(self) -> datetime | None:
        """Give when a message of this step is of no use any more, where the row itself says so."""
        ...


@dataclass(frozen=True, slots=True)
class StateRow:
    """What the destination is known to hold of one person."""

    status: str
    """active or removed."""
    payload_hash: str
    """Empty while no payload was ever acknowledged."""
    key_hash: str
    mapping_version: int
    episode: str
    remote_id: str | None
    is_dirty: bool
    """An attempt was made whose outcome is not known."""


@dataclass(frozen=True, slots=True)
class StoredStep:
    """One row of a batch as the ledger noted it."""

    person_id: str
    payload_hash: str
    key_hash: str
    episode: str
    remote_id: str | None


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch that an earlier run left open."""

    key: str
    sync: str
    run_id: str
    run_date: date
    operation: Operation
    job: str | None
    handle: str
    claimed_at: datetime
    steps: tuple[StoredStep, ...]

    def batch(self, items: Sequence[Item]) -> Batch:
        """Give the batch to send again under its first key."""
        return Batch(
            self.key, self.sync, self.run_id, self.run_date, self.operation, items, self.handle
        )


class Batches(LedgerStore):
    """The batches of every sync, and the state of every destination."""

    def __init__(self, url: str, *, witness: Path | None = None) -> None:
        """Open the database; `witness` is the file that knows how far it has come."""
        super().__init__(url)
        self.witness = Witness(self._engine, witness)
        self.witness.begin()

    def state(self, sync: str) -> dict[str, StateRow]:
        """Give what the destination of a sync holds, by person_id."""
        columns = [STATE.c[name] for name in ("person_id", *StateRow.__dataclass_fields__)]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(STATE.c.sync == sync))
            return {person: StateRow(*values) for person, *values in rows}

    def state_table(self, sync: str) -> pa.Table:
        """Give the same as columns, of `state_table.SCHEMA`."""
        with self._engine.connect() as connection:
            return read_state(connection, sync)

    def active(self, sync: str) -> dict[str, StateRow]:
        """Give those the destination may hold now."""
        return {p: row for p, row in self.state(sync).items() if row.status == "active"}

    def held_keys(self, sync: str, person_ids: Sequence[str]) -> dict[str, str]:
        """Give person_id → key hash of those of some people whom the destination may hold now."""
        query = select(STATE.c.person_id, STATE.c.key_hash).where(
            STATE.c.sync == sync, STATE.c.status == "active", among(STATE.c.person_id, person_ids)
        )
        with self._engine.connect() as connection:
            return {row.person_id: row.key_hash for row in connection.execute(query)}

    def in_flight(self, sync: str) -> frozenset[str]:
        """Give the people whose last step waits for a job of the destination."""
        query = select(ITEM.c.person_id).where(ITEM.c.sync == sync, ITEM.c.state == "accepted")
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def open_batches(self, sync: str, state: str) -> list[StoredBatch]:
        """Give the batches left `claimed` or `accepted`, oldest first."""
        query = select(BATCH).where(BATCH.c.sync == sync, BATCH.c.state == state)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(BATCH.c.claimed_at, BATCH.c.batch_key))
            return [_stored(connection, row) for row in rows.mappings().all()]

    def claim(
        self, batch: Batch, steps: Mapping[str, PlannedStep], *, mapping_version: int, now: datetime
    ) -> None:
        """Note, and commit, that these rows are about to be sent."""
        with self._engine.begin() as connection:
            settlement.claim(connection, batch, steps, mapping_version, now)
        self.witness.note()

    def accept(self, key: str, job: str, *, now: datetime) -> None:
        """Note the job that a batch waits for."""
        with self._engine.begin() as connection:
            settlement.accept(connection, key, job, now)

    def settle(
        self,
        key: str,
        *,
        now: datetime,
        rejected: Mapping[str, str] | None = None,
        code: str = "",
        goes_at: datetime | None = None,
    ) -> None:
        """Note a batch as delivered, but for the rows named in `rejected`.

        `goes_at` is when its messages go out, where the channel holds them back.
        """
        with self._engine.begin() as connection:
            settlement.settle(connection, key, rejected or {}, code, now, goes_at)

    def empty(self, key: str, *, code: str, now: datetime) -> None:
        """Note that the destination refused a list and holds nobody of its sync any more."""
        with self._engine.begin() as connection:
            settlement.empty(connection, key, code, now)

    def last_replaced(self, sync: str) -> datetime | None:
        """Give when a whole list of a sync was last taken, as far back as the log goes."""
        query = select(func.max(BATCH.c.settled_at)).where(
            BATCH.c.sync == sync,
            BATCH.c.operation == Operation.REPLACE.value,
            BATCH.c.state == "delivered",
        )
        with self._engine.connect() as connection:
            at: datetime | None = connection.scalar(query)
        return at

    def release(self, key: str, *, code: str, now: datetime) -> None:
        """Note that the destination certainly took nothing of a batch."""
        with self._engine.begin() as connection:
            settlement.release(connection, key, code, now)

    def doubt(self, key: str, *, code: str, now: datetime) -> None:
        """Note that a batch may or may not have been taken."""
        with self._engine.begin() as connection:
            settlement.doubt(connection, key, code, now)

    def drop(self, key: str, person_ids: Sequence[str], *, now: datetime) -> None:
        """Take people out of an open batch that will not be sent to them again."""
        with self._engine.begin() as connection:
            settlement.drop(connection, key, person_ids, now)

    def batch_count(self, run_id: str, sync: str) -> int:
        """Give how many batches a run of a sync has made."""
        query = select(func.count()).where(BATCH.c.run_id == run_id, BATCH.c.sync == sync)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def split(self, parent: Batch, halves: Sequence[Batch], *, now: datetime) -> None:
        """Replace a claimed batch by its claimed parts."""
        with self._engine.begin() as connection:
            settlement.split(connection, parent, halves, now)

    def forget(self, sync: str, person_ids: Sequence[str], *, now: datetime) -> None:
        """Note that the destination no longer holds these people for themselves."""
        with self._engine.begin() as connection:
            settlement.forget(connection, sync, person_ids, now)

    def learn_remote_ids(self, sync: str, remote_ids: Mapping[str, str]) -> None:
        """Note the destination's own ids of people."""
        with self._engine.begin() as connection:
            for person, remote_id in remote_ids.items():
                connection.execute(
                    STATE.update()
                    .where(STATE.c.sync == sync, STATE.c.person_id == person)
                    .values(remote_id=remote_id)
                )

    def people_counts(self, run_id: str, sync: str) -> dict[str, int]:
        """Give how many people of a run stand in each state."""
        query = (
            select(ITEM.c.state, func.count(ITEM.c.person_id.distinct()).label("people"))
            .join(BATCH, ITEM.c.batch_key == BATCH.c.batch_key)
            .where(BATCH.c.run_id == run_id, BATCH.c.sync == sync)
            .group_by(ITEM.c.state)
        )
        with self._engine.connect() as connection:
            return {row.state: row.people for row in connection.execute(query)}


def _stored(connection: Connection, row: RowMapping) -> StoredBatch:
    query = (
        select(
            ITEM.c.person_id,
            ITEM.c.payload_hash,
            ITEM.c.key_hash,
            ITEM.c.episode,
            STATE.c.remote_id,
        )
        .outerjoin(STATE, (STATE.c.sync == ITEM.c.sync) & (STATE.c.person_id == ITEM.c.person_id))
        .where(ITEM.c.batch_key == row["batch_key"], ITEM.c.state.in_(OPEN_STATES))
        .order_by(ITEM.c.person_id)
    )
    return StoredBatch(
        key=row["batch_key"],
        sync=row["sync"],
        run_id=row["run_id"],
        run_date=date.fromisoformat(row["run_date"]),
        operation=Operation(row["operation"]),
        job=row["job"],
        handle=row["handle"],
        claimed_at=row["claimed_at"],
        steps=tuple(StoredStep(*values) for values in connection.execute(query)),
    )
