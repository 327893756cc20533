"""The record of what third parties were given of whom; kept for three years, as the law asks.

Act on the Protection of Personal Information, article 29: who provides personal data to a third
party records when, what, of whom and to whom, and that the person agreed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, select

from reverse_etl.channel import Operation, Provision
from reverse_etl.ledger.bulk import write_rows
from reverse_etl.ledger.provision_schema import PROVISION, TERMS
from reverse_etl.ledger.schema import RUN
from reverse_etl.ledger.store import LedgerStore

KEPT = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """One person given to one third party once."""

    provided_at: datetime
    recipient: str
    country: str
    items: tuple[str, ...]
    person_id: str
    purpose: str
    consent_reference: str | None
    """The publication whose policy found the person's consent."""
    outcome: str
    """delivered, or unknown: it may have arrived."""
    sync: str
    run_id: str


def record(
    connection: Connection,
    batch: RowMapping,
    person_ids: Sequence[str],
    outcome: str,
    now: datetime,
) -> None:
    """Note people of a batch as provided, in the transaction that closes the batch.

    Does nothing for a removal, and for a sync whose channel is no third party.
    """
    terms = connection.execute(select(TERMS).where(TERMS.c.sync == batch["sync"])).mappings()
    found = terms.one_or_none()
    if found is None or batch["operation"] == Operation.REMOVE.value or not person_ids:
        return
    connection.execute(PROVISION.delete().where(PROVISION.c.provided_at < now - KEPT))
    source = select(RUN.c.publication_id).where(
        RUN.c.run_id == batch["run_id"], RUN.c.sync == batch["sync"]
    )
    publication = connection.scalar(source)
    values = {
        **found,
        "batch_key": batch["batch_key"],
        "run_id": batch["run_id"],
        "consent_reference": f"publication:{publication}" if publication else None,
        "outcome": outcome,
        "provided_at": now,
    }
    rows = [{**values, "person_id": person} for person in person_ids]
    write_rows(connection, PROVISION.insert(), rows)


class Provisions(LedgerStore):
    """What third parties were given."""

    def state_provision(self, sync: str, provision: Provision, *, purpose: str) -> None:
        """Note what a sync is about to give to whom; batches that are settled refer to it."""
        values = {
            "recipient": provision.recipient,
            "country": provision.country,
            "items": json.dumps(provision.items),
            "purpose": purpose,
        }
        with self._engine.begin() as connection:
            known = TERMS.update().where(TERMS.c.sync == sync)
            if connection.execute(known.values(**values)).rowcount == 0:
                connection.execute(TERMS.insert().values(sync=sync, **values))

    def provisions(
        self, *, since: datetime | None = None, person_id: str | None = None
    ) -> Iterator[ProvisionRecord]:
        """Give the records in the order of their time, of all people or one."""
        names = ProvisionRecord.__dataclass_fields__
        query = select(*(PROVISION.c[name] for name in names)).order_by(
            PROVISION.c.provided_at, PROVISION.c.batch_key, PROVISION.c.person_id
        )
        if since is not None:
            query = query.where(PROVISION.c.provided_at >= since)
        if person_id is not None:
            query = query.where(PROVISION.c.person_id == person_id)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                values = {**row, "items": tuple(json.loads(row["items"]))}
                yield ProvisionRecord(**values)
