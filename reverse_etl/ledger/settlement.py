"""The moves of a batch in the ledger; each runs inside one transaction of its caller."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select

from reverse_etl.channel import Batch, Operation
from reverse_etl.ledger import failures, messages
from reverse_etl.ledger import provision as provisions
from reverse_etl.ledger.bulk import among, write_rows
from reverse_etl.ledger.generation import advance
from reverse_etl.ledger.schema import BATCH, ITEM, STATE

if TYPE_CHECKING:
    from reverse_etl.ledger.batches import PlannedStep

GONE: Mapping[str, Any] = {
    "status": "removed",
    "payload_hash": "",
    "remote_id": None,
    "is_dirty": False,
}
"""What the state holds of somebody whom the destination no longer holds."""
UPDATE_STATE = STATE.update().where(
    STATE.c.sync == bindparam("b_sync"), STATE.c.person_id == bindparam("b_person")
)


def claim(
    connection: Connection,
    batch: Batch,
    steps: Mapping[str, "PlannedStep"],
    mapping_version: int,
    now: datetime,
) -> None:
    """Insert a batch or claim it again, and mark its people as being sent to."""
    advance(connection)
    if claim_again(connection, batch, now):
        return
    connection.execute(BATCH.insert().values(**_batch_row(batch, now)))
    remote_ids = {item.person_id: item.remote_id for item in batch.items}
    people = list(remote_ids)
    held = _state_rows(connection, batch.sync, people)
    items: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    marked: list[dict[str, Any]] = []
    for person in people:
        step, row = steps[person], held.get(person)
        items.append(_item_row(batch, person, step, row, mapping_version))
        mark = _mark(step, row, remote_ids[person], now)
        if row is None:
            fresh.append({"sync": batch.sync, "person_id": person, "mapping_version": 0, **mark})
        else:
            marked.append({"b_sync": batch.sync, "b_person": person, **mark})
    write_rows(connection, ITEM.insert(), items)
    write_rows(connection, STATE.insert(), fresh)
    _update_states(connection, marked)


def claim_again(connection: Connection, batch: Batch, now: datetime) -> bool:
    """Claim a batch that the ledger knows, under the handle it has now; say whether it does."""
    known = BATCH.update().where(BATCH.c.batch_key == batch.key)
    values: dict[str, Any] = {"state": "claimed", "handle": batch.handle}
    if any(item.message_id for item in batch.items):
        # A server knows a key from its first use on.
        return bool(connection.execute(known.values(**values)).rowcount)
    return bool(connection.execute(known.values(**values, claimed_at=now)).rowcount)


def claim_messages(
    connection: Connection,
    batch: Batch,
    steps: Mapping[str, "PlannedStep"],
    mapping_version: int,
    now: datetime,
) -> None:
    """Insert a batch of messages that were let in; no destination holds people by them."""
    if batch.items:
        connection.execute(BATCH.insert().values(**_batch_row(batch, now)))
        items = [
            _item_row(batch, item.person_id, steps[item.person_id], None, mapping_version)
            for item in batch.items
        ]
        write_rows(connection, ITEM.insert(), items)


def _batch_row(batch: Batch, now: datetime) -> dict[str, Any]:
    return {
        "batch_key": batch.key,
        "sync": batch.sync,
        "run_id": batch.run_id,
        "run_date": batch.run_date.isoformat(),
        "operation": batch.operation.value,
        "row_count": len(batch.items),
        "state": "claimed",
        "code": "",
        "claimed_at": now,
        "handle": batch.handle,
    }


def _item_row(
    batch: Batch, person: str, step: "PlannedStep", row: Any, mapping_version: int
) -> dict[str, Any]:
    if row is None:
        prior = "absent"
    elif row["status"] == "removed":
        prior = "removed"
    else:
        prior = "dirty" if row["is_dirty"] else "clean"
    return {
        "batch_key": batch.key,
        "person_id": person,
        "sync": batch.sync,
        "state": "claimed",
        "payload_hash": step.payload_hash,
        "key_hash": step.key_hash,
        "episode": step.episode,
        "mapping_version": mapping_version,
        "prior": prior,
        "prior_key_hash": "" if row is None else row["key_hash"],
        "code": "",
    }


def _mark(step: "PlannedStep", row: Any, remote_id: str | None, now: datetime) -> dict[str, Any]:
    """Give the state of a person while an attempt is under way."""
    is_held = row is not None and row["status"] == "active"
    same_key = is_held and row["key_hash"] == step.key_hash
    return {
        "status": "active",
        "payload_hash": row["payload_hash"] if is_held else "",
        "key_hash": step.key_hash,
        "episode": row["episode"] if is_held else "",
        "remote_id": remote_id or (row["remote_id"] if same_key else None),
        "is_dirty": True,
        "updated_at": now,
    }


def _state_rows(connection: Connection, sync: str, people: Sequence[str]) -> dict[str, Any]:
    query = select(STATE).where(STATE.c.sync == sync, among(STATE.c.person_id, people))
    return {row["person_id"]: row for row in connection.execute(query).mappings()}


def _update_states(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns: dict[str, Any] = {
        name: bindparam(name) for name in rows[0] if not name.startswith("b_")
    }
    write_rows(connection, UPDATE_STATE.values(**columns), rows)


def accept(connection: Connection, key: str, job: str, now: datetime) -> None:
    """Note that the destination works on a batch."""
    connection.execute(
        BATCH.update()
        .where(BATCH.c.batch_key == key)
        .values(state="accepted", job=job, settled_at=now)
    )
    connection.execute(
        ITEM.update()
        .where(ITEM.c.batch_key == key, ITEM.c.state == "claimed")
        .values(state="accepted")
    )


def settle(
    connection: Connection,
    key: str,
    rejected: Mapping[str, str],
    code: str,
    now: datetime,
    goes_at: datetime | None = None,
) -> None:
    """Close a batch: delivered rows become what the destination holds, others fall back."""
    batch = connection.execute(select(BATCH).where(BATCH.c.batch_key == key)).mappings().one()
    rows = _open_items(connection, key)
    is_removal = batch["operation"] == Operation.REMOVE.value
    good = [row for row in rows if row["person_id"] not in rejected]
    if good and not messages.are_in(connection, key):
        # No destination holds people by messages: there is no state to move.
        marks = [_removed(row, now) if is_removal else _acknowledged(row, now) for row in good]
        _update_states(connection, marks)
    bad = [row for row in rows if row["person_id"] in rejected]
    _fall_back(connection, bad, now)
    _close_items(connection, key, rejected)
    if good and batch["operation"] == Operation.REPLACE.value:
        _forget_others(connection, batch["sync"], key, now)
    failures.forgive(connection, batch["sync"], [row["person_id"] for row in good])
    if good or len(bad) == 1:
        # A batch that failed as a whole says nothing about any one of its rows.
        codes = {row["person_id"]: rejected[row["person_id"]] for row in bad}
        failures.count(connection, batch["sync"], codes, now)
    messages.settle(connection, key, rejected, now, goes_at)
    provisions.record(connection, batch, [row["person_id"] for row in good], "delivered", now)
    state = "rejected" if bad and not good else "delivered"
    _close_batch(connection, key, state, code, now)


def empty(connection: Connection, key: str, code: str, now: datetime) -> None:
    """Close a list that was refused by a destination that holds nobody any more."""
    rows = _open_items(connection, key)
    settle(connection, key, {row["person_id"]: code for row in rows}, code, now)
    sync = select(BATCH.c.sync).where(BATCH.c.batch_key == key).scalar_subquery()
    connection.execute(STATE.update().where(STATE.c.sync == sync).values(**GONE, updated_at=now))


def release(connection: Connection, key: str, code: str, now: datetime) -> None:
    """Close a batch of which the destination took nothing; its rows come back next run."""
    _fall_back(connection, _open_items(connection, key), now)
    items = ITEM.update().where(ITEM.c.batch_key == key, ITEM.c.state.in_(("claimed", "accepted")))
    connection.execute(items.values(state="released", code=code))
    messages.move(connection, key, "released", code, now)
    _close_batch(connection, key, "released", code, now)


def doubt(connection: Connection, key: str, code: str, now: datetime) -> None:
    """Close a batch whose outcome is not known; its people stay marked."""
    batch = connection.execute(select(BATCH).where(BATCH.c.batch_key == key)).mappings().one()
    people = [row["person_id"] for row in _open_items(connection, key)]
    provisions.record(connection, batch, people, "unknown", now)
    items = ITEM.update().where(ITEM.c.batch_key == key, ITEM.c.state.in_(("claimed", "accepted")))
    connection.execute(items.values(state="unknown", code=code))
    messages.move(connection, key, "unknown", code, now)
    _close_batch(connection, key, "unknown", code, now)


def drop(connection: Connection, key: str, person_ids: Sequence[str], now: datetime) -> None:
    """Leave the outcome of some rows of an open batch unknown, and close it when none is left."""
    batch = connection.execute(select(BATCH).where(BATCH.c.batch_key == key)).mappings().one()
    provisions.record(connection, batch, person_ids, "unknown", now)
    items = ITEM.update().where(ITEM.c.batch_key == key, among(ITEM.c.person_id, person_ids))
    connection.execute(items.values(state="unknown", code="superseded"))
    messages.supersede(connection, key, person_ids, now)
    if not _open_items(connection, key):
        _close_batch(connection, key, "unknown", "superseded", now)


def split(connection: Connection, parent: Batch, halves: Sequence[Batch], now: datetime) -> None:
    """Move the rows of a claimed batch to its parts."""
    for half in halves:
        connection.execute(BATCH.insert().values(**_batch_row(half, now)))
        people = [item.person_id for item in half.items]
        moved = ITEM.update().where(ITEM.c.batch_key == parent.key, among(ITEM.c.person_id, people))
        connection.execute(moved.values(batch_key=half.key))
    messages.regroup(connection, parent.key, halves)
    _close_batch(connection, parent.key, "split", "", now)


def forget(connection: Connection, sync: str, person_ids: Sequence[str], now: datetime) -> None:
    """Take people off the state without any call."""
    rows = STATE.update().where(STATE.c.sync == sync, among(STATE.c.person_id, person_ids))
    connection.execute(rows.values(**GONE, updated_at=now))


def _forget_others(connection: Connection, sync: str, key: str, now: datetime) -> None:
    """Take everybody off the state who is not in the list that took the place of the last one."""
    listed = select(ITEM.c.person_id).where(ITEM.c.batch_key == key, ITEM.c.state == "delivered")
    rows = STATE.update().where(
        STATE.c.sync == sync, STATE.c.status == "active", STATE.c.person_id.not_in(listed)
    )
    connection.execute(rows.values(**GONE, updated_at=now))


def _open_items(connection: Connection, key: str) -> Sequence[Any]:
    query = select(ITEM).where(ITEM.c.batch_key == key, ITEM.c.state.in_(("claimed", "accepted")))
    return connection.execute(query).mappings().all()


def _acknowledged(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "b_sync": row["sync"],
        "b_person": row["person_id"],
        "status": "active",
        "payload_hash": row["payload_hash"],
        "key_hash": row["key_hash"],
        "episode": row["episode"],
        "mapping_version": row["mapping_version"],
        "is_dirty": False,
        "updated_at": now,
    }


def _removed(row: Any, now: datetime) -> dict[str, Any]:
    return {"b_sync": row["sync"], "b_person": row["person_id"], **GONE, "updated_at": now}


def _fall_back(connection: Connection, rows: Sequence[Any], now: datetime) -> None:
    """Put people back to what was known before the attempt."""
    clean = [row for row in rows if row["prior"] == "clean"]
    gone = [row for row in rows if row["prior"] == "removed"]
    absent = [row["person_id"] for row in rows if row["prior"] == "absent"]
    marks = [
        {
            "b_sync": row["sync"],
            "b_person": row["person_id"],
            "key_hash": row["prior_key_hash"],
            "is_dirty": False,
            "updated_at": now,
        }
        for row in clean
    ]
    _update_states(connection, marks)
    _update_states(connection, [_removed(row, now) for row in gone])
    if absent:
        known = STATE.c.sync == rows[0]["sync"]
        connection.execute(STATE.delete().where(known, among(STATE.c.person_id, absent)))


def _close_items(connection: Connection, key: str, rejected: Mapping[str, str]) -> None:
    if rejected:
        change = ITEM.update().where(
            ITEM.c.batch_key == key, ITEM.c.person_id == bindparam("b_person")
        )
        rows = [{"b_person": person, "b_code": code} for person, code in rejected.items()]
        write_rows(connection, change.values(state="rejected", code=bindparam("b_code")), rows)
    rest = ITEM.update().where(ITEM.c.batch_key == key, ITEM.c.state.in_(("claimed", "accepted")))
    connection.execute(rest.values(state="delivered"))


def _close_batch(connection: Connection, key: str, state: str, code: str, now: datetime) -> None:
    change = BATCH.update().where(BATCH.c.batch_key == key)
    connection.execute(change.values(state=state, code=code, settled_at=now))
