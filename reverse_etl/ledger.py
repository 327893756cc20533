"""The ledger: what was claimed, sent and acknowledged; ids and keyed hashes only."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, RowMapping, create_engine, event, func, select

from reverse_etl import ledger_lease as leases
from reverse_etl import ledger_settlement as settlement
from reverse_etl.channels.base import Batch, Item, Operation
from reverse_etl.ledger_schema import APPROVAL, BATCH, ITEM, KEY, RUN, STATE, migrate
from reverse_etl.publication import Source

OPEN_STATES = ("claimed", "accepted")
WAITING = "awaiting_approval"


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
    claimed_at: datetime
    steps: tuple[StoredStep, ...]

    def batch(self, items: Sequence[Item]) -> Batch:
        """Give the batch to send again under its first key."""
        return Batch(self.key, self.sync, self.run_id, self.run_date, self.operation, items)


class Ledger:
    """The state of all syncs in one database, addressed by URL."""

    def __init__(self, url: str, *, plans: Path | None = None) -> None:
        """Open the database and bring it to the newest version; plans are written to `plans`."""
        self.plans = plans
        self._engine = _open_engine(url)
        with self._engine.begin() as connection:
            migrate(connection)
            if connection.scalar(select(KEY.c.secret)) is None:
                connection.execute(KEY.insert().values(secret=secrets.token_bytes(32)))
            self.secret: bytes = connection.scalars(select(KEY.c.secret)).one()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def state(self, sync: str) -> dict[str, StateRow]:
        """Give what the destination of a sync holds, by person_id."""
        columns = [STATE.c[name] for name in ("person_id", *StateRow.__dataclass_fields__)]
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(STATE.c.sync == sync))
            return {person: StateRow(*values) for person, *values in rows}

    def active(self, sync: str) -> dict[str, StateRow]:
        """Give those the destination may hold now."""
        return {p: row for p, row in self.state(sync).items() if row.status == "active"}

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
    ) -> None:
        """Note a batch as delivered, but for the rows named in `rejected`."""
        with self._engine.begin() as connection:
            settlement.settle(connection, key, rejected or {}, code, now)

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

    def start_run(
        self,
        *,
        run_id: str,
        summary: Mapping[str, Any],
        source: Source | None,
        is_dry_run: bool,
        now: datetime,
    ) -> None:
        """Note a run with its plan; the same run of the same sync is noted once."""
        values = {
            "plan_id": summary["plan_id"],
            "publication_id": summary["publication_id"],
            "published_at": source.published_at if source else None,
            "as_of_date": source.as_of_date if source else None,
            "status": summary["status"],
            "is_dry_run": is_dry_run,
            "started_at": now,
            "finished_at": None,
            "summary": _text(summary),
        }
        sync = summary["sync"]
        with self._engine.begin() as connection:
            known = RUN.update().where(RUN.c.run_id == run_id, RUN.c.sync == sync)
            if connection.execute(known.values(**values)).rowcount == 0:
                connection.execute(RUN.insert().values(run_id=run_id, sync=sync, **values))

    def finish_run(self, run_id: str, summary: Mapping[str, Any], *, now: datetime) -> None:
        """Note how a run ended."""
        change = RUN.update().where(RUN.c.run_id == run_id, RUN.c.sync == summary["sync"])
        values = {"status": summary["status"], "finished_at": now, "summary": _text(summary)}
        with self._engine.begin() as connection:
            connection.execute(change.values(**values))

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

    def recent_publications(self, sync: str, *, limit: int = 5) -> list[str]:
        """Give the publications that the last runs of a sync read, newest first."""
        query = (
            select(RUN.c.publication_id)
            .where(RUN.c.sync == sync)
            .group_by(RUN.c.publication_id)
            .order_by(func.max(RUN.c.started_at).desc())
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query.limit(limit)))

    def last_source(self, sync: str) -> Source | None:
        """Give of when the data last delivered were; None for none that the ledger knows.

        Removals that went ahead of a waiting plan make newer data count, never older ones.
        """
        sent = select(BATCH.c.batch_key).where(BATCH.c.run_id == RUN.c.run_id, BATCH.c.sync == sync)
        query = (
            select(RUN.c.as_of_date, RUN.c.published_at, RUN.c.status)
            .where(RUN.c.sync == sync, RUN.c.is_dry_run.is_(False), RUN.c.published_at.is_not(None))
            .where((RUN.c.status != WAITING) | sent.exists())
            .order_by(RUN.c.started_at.desc())
        )
        seen: list[Source] = []
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                seen.append(Source(row.as_of_date, row.published_at))
                if row.status != WAITING:
                    break
        if not seen:
            return None
        days, instants = [s.as_of_date for s in seen], [s.published_at for s in seen]
        return Source(max(days), max(instants))

    def latest_summaries(self) -> list[dict[str, Any]]:
        """Give the summary of the last live run of every sync, or of its last plan without any."""
        query = select(RUN.c.sync, RUN.c.summary).order_by(
            RUN.c.is_dry_run.desc(), RUN.c.started_at, RUN.c.run_id
        )
        with self._engine.connect() as connection:
            newest = {row.sync: row.summary for row in connection.execute(query)}
        return [json.loads(newest[sync]) for sync in sorted(newest)]

    def approve(self, plan_id: str, *, by: str, now: datetime) -> bool:
        """Note who approved a waiting plan; False when no such plan waits."""
        waiting = select(RUN.c.sync).where(RUN.c.plan_id == plan_id, RUN.c.status == WAITING)
        with self._engine.begin() as connection:
            sync = connection.scalar(waiting.limit(1))
            if sync is None:
                return False
            known = APPROVAL.update().where(APPROVAL.c.plan_id == plan_id)
            if connection.execute(known.values(approved_by=by, approved_at=now)).rowcount == 0:
                row = {"plan_id": plan_id, "sync": sync, "approved_by": by, "approved_at": now}
                connection.execute(APPROVAL.insert().values(**row))
        return True

    def approver(self, plan_id: str) -> str | None:
        """Give who approved a plan, if anybody did."""
        query = select(APPROVAL.c.approved_by).where(APPROVAL.c.plan_id == plan_id)
        with self._engine.connect() as connection:
            return connection.scalar(query)

    @contextmanager
    def lease(self, sync: str, *, now: datetime, seconds: float) -> Iterator[str]:
        """Hold a sync alone and give the holder's name.

        Raises TransientError when another process holds it.
        """
        owner = leases.new_owner()
        leases.take(self._engine, sync, owner, now, now + timedelta(seconds=seconds))
        try:
            yield owner
        finally:
            leases.give_back(self._engine, sync, owner)

    def extend_lease(self, sync: str, *, owner: str, until: datetime) -> None:
        """Hold the lease of a sync for longer; raises TransientError when another took it."""
        leases.extend(self._engine, sync, owner, until)


def _open_engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode = wal", "synchronous = full", "busy_timeout = 30000"):
        connection.execute(f"pragma {pragma}")


def _text(summary: Mapping[str, Any]) -> str:
    return json.dumps(dict(summary), ensure_ascii=False, sort_keys=True)


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
        claimed_at=row["claimed_at"],
        steps=tuple(StoredStep(*values) for values in connection.execute(query)),
    )
