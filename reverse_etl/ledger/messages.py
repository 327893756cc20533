"""The moves of messages in the ledger; each runs inside one transaction of its caller."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select

from reverse_etl.channel import Batch
from reverse_etl.ledger.bulk import among, write_rows
from reverse_etl.ledger.holdout import GLOBAL, HELD_OUT, arms
from reverse_etl.ledger.message_schema import MESSAGE
from reverse_etl.ledger.suppression import suppressed_hashes
from reverse_etl.send_rules import MessageTerms

if TYPE_CHECKING:
    from reverse_etl.ledger.batches import PlannedStep

SENT = frozenset({"claimed", "accepted", "delivered", "unknown"})
"""States in which somebody got the message, or may have."""
FINAL = SENT | {"recalled"}
"""States after which the message is not sent again; an owed one of unknown outcome may be, once."""
OPEN = "claimed"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a message is not sent now."""

    state: str
    """left_out and deferred come back with the next run, expired does not."""
    code: str
    not_before: datetime | None = None


class Gate:
    """Judges the messages of one batch by what the ledger knows inside the claim's transaction."""

    def __init__(
        self,
        connection: Connection,
        batch: Batch,
        hashes: Mapping[str, str],
        terms: MessageTerms,
        goes_at: datetime,
    ) -> None:
        """Read what was sent to these people and addresses, who is held out and suppressed."""
        people = list(hashes)
        self._terms, self._goes_at = terms, goes_at
        self._hashes = hashes
        self._suppressed = suppressed_hashes(
            connection, terms.medium, list(hashes.values()), is_marketing=terms.is_marketing
        )
        experiments = (GLOBAL, terms.name) if terms.is_marketing else ()
        self._held_out = {
            person
            for experiment in experiments
            for person, arm in arms(connection, experiment, people).items()
            if arm == HELD_OUT
        }
        self._ids = {item.person_id: item.message_id for item in batch.items}
        self.known = _known(connection, list(self._ids.values()))
        self._by_person: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        self._by_address: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        self._occurrences: set[tuple[str, str]] = set()
        for row in _sent(connection, people, sorted(set(hashes.values()))):
            self._count(row)

    def _count(self, row: Any) -> None:
        if row.sync == self._terms.name:
            self._occurrences.add((row.address_hash, row.occurrence))
        if row.purpose == "marketing" and row.medium in self._terms.counted_media:
            sent = (row.medium, row.goes_at)
            self._by_person[row.person_id].append(sent)
            self._by_address[row.address_hash].append(sent)

    def judge(self, person: str, occurrence: str, expires_at: datetime) -> LeftOut | None:
        """Give why a person is left out, or None; whoever is let in counts for the next ones."""
        hashed = self._hashes[person]
        is_again = self._may_go_again(self.known.get(self._ids[person]))
        if is_again is False or (is_again is None and (hashed, occurrence) in self._occurrences):
            return LeftOut("left_out", "already_sent")
        if expires_at <= self._goes_at:
            return LeftOut("expired", "expired")
        if hashed in self._suppressed:
            return LeftOut("left_out", "suppressed_since_plan")
        if person in self._held_out:
            return LeftOut("left_out", HELD_OUT)
        if not all(self._is_met(rule, person, hashed) for rule in self._terms.capping):
            return LeftOut("left_out", "frequency_cap")
        sent = (self._terms.medium, self._goes_at)
        self._occurrences.add((hashed, occurrence))
        self._by_person[person].append(sent)
        self._by_address[hashed].append(sent)
        return None

    def _may_go_again(self, known: Mapping[str, Any] | None) -> bool | None:
        """Say whether a message that went, or may have, may go again; None for one that did not."""
        if known is None or (known["state"] not in FINAL and known["told"] is None):
            return None
        is_owed = known["purpose"] == "transactional" and known["resent_at"] is None
        return is_owed and known["state"] == "unknown"

    def _is_met(self, rule: Any, person: str, hashed: str) -> bool:
        places = (self._by_person[person], self._by_address[hashed])
        return all(rule.is_met(sent, self._terms.medium, self._goes_at) for sent in places)


def claim(
    connection: Connection,
    batch: Batch,
    steps: Mapping[str, "PlannedStep"],
    hashes: Mapping[str, str],
    terms: MessageTerms,
    now: datetime,
    goes_at: datetime,
) -> dict[str, str]:
    """Note every message of a new batch as claimed or left out; give person_id → code of these."""
    gate = Gate(connection, batch, hashes, terms, goes_at)
    left_out: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    for item in batch.items:
        step, known = steps[item.person_id], gate.known.get(item.message_id)
        row = _row(batch, item, step, hashes[item.person_id], terms, known, now)
        verdict = gate.judge(item.person_id, step.episode, row["expires_at"])
        if verdict is not None:
            left_out[item.person_id] = verdict.code
            row |= {"state": verdict.state, "code": verdict.code, "batch_key": None}
        else:
            row |= {"batch_key": batch.key, "claimed_at": now, "goes_at": goes_at}
            if known is not None and known["state"] == "unknown":
                row["resent_at"] = now
        # Somebody else's claim of the same message stays as it is.
        if verdict is None or verdict.code != "already_sent" or known is None:
            rows.append(row)
    _store(connection, rows, gate.known)
    return left_out


def defer(
    connection: Connection,
    batch: Batch,
    steps: Mapping[str, "PlannedStep"],
    hashes: Mapping[str, str],
    terms: MessageTerms,
    not_before: datetime,
    now: datetime,
) -> dict[str, str]:
    """Note every message of a batch as waiting for an instant, or as expired by then."""
    known = _known(connection, [item.message_id for item in batch.items])
    rows, codes = [], {}
    for item in batch.items:
        before = known.get(item.message_id)
        if before is not None and (before["state"] in FINAL or before["told"] is not None):
            codes[item.person_id] = "already_sent"
            continue
        row = _row(batch, item, steps[item.person_id], hashes[item.person_id], terms, before, now)
        is_late = row["expires_at"] <= not_before
        state, code = ("expired", "expired") if is_late else ("deferred", "quiet_hours")
        codes[item.person_id] = code
        rows.append(row | {"state": state, "code": code, "not_before": not_before})
    _store(connection, rows, known)
    return codes


def move(
    connection: Connection, key: str, state: str, code: str, now: datetime, **more: object
) -> None:
    """Move the messages of a batch that are still claimed to a state."""
    rows = MESSAGE.update().where(MESSAGE.c.batch_key == key, MESSAGE.c.state == OPEN)
    values = {"state": state, "code": code, "settled_at": now, "updated_at": now}
    connection.execute(rows.values(**values, **more))


def are_in(connection: Connection, key: str) -> bool:
    """Say whether a batch is one of messages."""
    first = select(MESSAGE.c.message_id).where(MESSAGE.c.batch_key == key).limit(1)
    return connection.scalar(first) is not None


def settle(
    connection: Connection,
    key: str,
    rejected: Mapping[str, str],
    now: datetime,
    goes_at: datetime | None = None,
) -> None:
    """Note the messages of a batch as taken, but for those of the people in `rejected`.

    `goes_at` is when they go out, where the channel says so; else it stays as it was claimed.
    """
    if rejected:
        change = MESSAGE.update().where(
            MESSAGE.c.batch_key == key,
            MESSAGE.c.person_id == bindparam("b_person"),
            MESSAGE.c.state == OPEN,
        )
        values = {"state": "rejected", "settled_at": now, "updated_at": now}
        rows = [{"b_person": person, "b_code": code} for person, code in rejected.items()]
        write_rows(connection, change.values(code=bindparam("b_code"), **values), rows)
    departure = {} if goes_at is None else {"goes_at": goes_at}
    move(connection, key, "accepted", "", now, accepted_at=now, **departure)


def regroup(connection: Connection, parent: str, halves: Sequence[Batch]) -> None:
    """Move the messages of a claimed batch to its parts."""
    for half in halves:
        people = [item.person_id for item in half.items]
        moved = MESSAGE.update().where(
            MESSAGE.c.batch_key == parent, among(MESSAGE.c.person_id, people)
        )
        connection.execute(moved.values(batch_key=half.key))


def supersede(connection: Connection, key: str, person_ids: Sequence[str], now: datetime) -> None:
    """Note that of some messages of an open batch it will never be known what became of them."""
    rows = MESSAGE.update().where(
        MESSAGE.c.batch_key == key,
        among(MESSAGE.c.person_id, person_ids),
        MESSAGE.c.state == OPEN,
    )
    connection.execute(
        rows.values(state="unknown", code="superseded", settled_at=now, updated_at=now)
    )


def _row(
    batch: Batch,
    item: Any,
    step: "PlannedStep",
    hashed: str,
    terms: MessageTerms,
    known: Mapping[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    planned_at = now if known is None else known["planned_at"]
    ends = planned_at + terms.expires_after
    expires_at = ends if step.expires_at is None else min(ends, step.expires_at)
    return {
        "message_id": item.message_id,
        "sync": terms.name,
        "person_id": item.person_id,
        "occurrence": step.episode,
        "medium": terms.medium,
        "purpose": terms.purpose,
        "address_hash": hashed,
        "state": "claimed",
        "code": "",
        "run_id": batch.run_id,
        "batch_key": None,
        "planned_at": planned_at,
        "expires_at": expires_at,
        "not_before": None,
        "claimed_at": None,
        "goes_at": None,
        "settled_at": None,
        "resent_at": None if known is None else known["resent_at"],
        "updated_at": now,
    }


def _store(
    connection: Connection, rows: Sequence[dict[str, Any]], known: Mapping[str, Any]
) -> None:
    fresh = [row for row in rows if row["message_id"] not in known]
    again = [row for row in rows if row["message_id"] in known]
    write_rows(connection, MESSAGE.insert(), fresh)
    if again:
        names = [name for name in again[0] if name != "message_id"]
        change = MESSAGE.update().where(MESSAGE.c.message_id == bindparam("b_message_id"))
        change = change.values({name: bindparam(f"b_{name}") for name in names})
        bound = [{f"b_{name}": value for name, value in row.items()} for row in again]
        write_rows(connection, change, bound)


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    query = select(MESSAGE).where(among(MESSAGE.c.message_id, ids))
    return {row["message_id"]: dict(row) for row in connection.execute(query).mappings()}


def _sent(connection: Connection, people: Sequence[str], hashes: Sequence[str]) -> Iterator[Any]:
    """Give each message once that went, or may have gone, to one of these people or addresses."""
    seen: set[str] = set()
    places = ((MESSAGE.c.person_id, people), (MESSAGE.c.address_hash, hashes))
    for column, values in places:
        query = select(
            MESSAGE.c.message_id,
            MESSAGE.c.sync,
            MESSAGE.c.person_id,
            MESSAGE.c.occurrence,
            MESSAGE.c.medium,
            MESSAGE.c.purpose,
            MESSAGE.c.address_hash,
            MESSAGE.c.goes_at,
        ).where(among(column, values), MESSAGE.c.state.in_(SENT))
        for row in connection.execute(query):
            if row.message_id not in seen:
                seen.add(row.message_id)
                yield row
