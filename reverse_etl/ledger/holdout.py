"""Who is held out of an experiment: drawn by a hash, kept for ever from the first draw on."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from reverse_etl.ledger.bulk import among, write_rows
from reverse_etl.ledger.generation import advance
from reverse_etl.ledger.message_schema import HOLDOUT
from reverse_etl.ledger.store import LedgerStore

BUCKETS = 10_000
GLOBAL = "global"
HELD_OUT = "holdout"
TREATED = "treatment"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person's place in an experiment."""

    experiment: str
    person_id: str
    bucket: int
    arm: str
    salt: str
    assigned_at: datetime


def bucket_of(salt: str, person_id: str) -> int:
    """Give the bucket of a person, 0 to 9,999.

    The first 15 hexadecimal digits of sha256(salt + ':' + person_id), modulo 10,000: the same in
    Python and in the warehouse's SQL.
    """
    digest = hashlib.sha256(f"{salt}:{person_id}".encode()).hexdigest()
    return int(digest[:15], 16) % BUCKETS


class Holdouts(LedgerStore):
    """The assignments of every experiment."""

    def assign(
        self, experiment: str, person_ids: Collection[str], percent: float, *, now: datetime
    ) -> dict[str, str]:
        """Give person_id → arm, drawing for those who have none; a stored arm wins for ever."""
        people = sorted(set(person_ids))
        salt = experiment
        with self._engine.begin() as connection:
            advance(connection)
            known = arms(connection, experiment, people)
            fresh = [
                _drawn(experiment, salt, person, percent, now)
                for person in people
                if person not in known
            ]
            write_rows(connection, HOLDOUT.insert(), fresh)
        return dict(known) | {str(row["person_id"]): str(row["arm"]) for row in fresh}

    def assignments(self) -> list[Assignment]:
        """Give every assignment, in the order of experiment and person."""
        query = select(HOLDOUT).order_by(HOLDOUT.c.experiment, HOLDOUT.c.person_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [Assignment(**row) for row in rows]


def arms(connection: Connection, experiment: str, people: Sequence[str]) -> Mapping[str, str]:
    """Give person_id → stored arm."""
    query = select(HOLDOUT.c.person_id, HOLDOUT.c.arm).where(
        HOLDOUT.c.experiment == experiment, among(HOLDOUT.c.person_id, people)
    )
    return {row.person_id: row.arm for row in connection.execute(query)}


def _drawn(
    experiment: str, salt: str, person_id: str, percent: float, now: datetime
) -> dict[str, object]:
    bucket = bucket_of(salt, person_id)
    return {
        "experiment": experiment,
        "person_id": person_id,
        "bucket": bucket,
        "arm": HELD_OUT if bucket < percent * BUCKETS / 100 else TREATED,
        "salt": salt,
        "assigned_at": now,
    }
