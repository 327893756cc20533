"""The ledger's tables about messages: what was sent, who must not be, who is held out."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from reverse_etl.ledger.schema import METADATA, UtcInstant

MESSAGE = Table(
    "message",
    METADATA,
    Column("message_id", String(32), primary_key=True),
    Column("sync", String(63), nullable=False),
    Column("person_id", String(80), nullable=False),
    Column("occurrence", String(80), nullable=False),
    Column("medium", String(16), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("code", String(80), nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("batch_key", String(160)),
    Column("provider_ref", String(200)),
    Column("planned_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("not_before", UtcInstant),
    Column("claimed_at", UtcInstant),
    Column("goes_at", UtcInstant),
    Column("accepted_at", UtcInstant),
    Column("settled_at", UtcInstant),
    Column("resent_at", UtcInstant),
    Column("told", String(12)),
    Column("told_at", UtcInstant),
    Column("updated_at", UtcInstant, nullable=False),
    UniqueConstraint("sync", "person_id", "occurrence", name="uq_message_occurrence"),
    Index("ix_message_person", "person_id", "claimed_at"),
    Index("ix_message_address", "address_hash", "claimed_at"),
    Index("ix_message_batch", "batch_key"),
    Index("ix_message_updated", "updated_at"),
)
SUPPRESSION = Table(
    "suppression",
    METADATA,
    Column("medium", String(16), primary_key=True),
    Column("address_hash", String(64), primary_key=True),
    Column("reason", String(24), primary_key=True),
    Column("since", UtcInstant, nullable=False),
    Column("lifted_at", UtcInstant),
)
HOLDOUT = Table(
    "holdout_assignment",
    METADATA,
    Column("experiment", String(63), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("bucket", Integer, nullable=False),
    Column("arm", String(12), nullable=False),
    Column("salt", String(63), nullable=False),
    Column("assigned_at", UtcInstant, nullable=False),
)
GENERATION = Table(
    "generation",
    METADATA,
    Column("token", String(32), primary_key=True),
    Column("changes", Integer, nullable=False),
    Column("rebased_at", UtcInstant),
)
