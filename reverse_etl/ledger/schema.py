"""The ledger's tables about runs, batches and what destinations hold."""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

METADATA = MetaData()


class UtcInstant(TypeDecorator[datetime]):
    """An instant in UTC, kept naive so that every database compares it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Store UTC without its zone."""
        if value is None:
            return None
        aware = value if value.tzinfo is UTC else value.astimezone(UTC)
        return aware.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


SCHEMA_VERSION = Table("ledger_version", METADATA, Column("version", Integer, primary_key=True))
KEY = Table("ledger_key", METADATA, Column("secret", LargeBinary, nullable=False))
RUN = Table(
    "sync_run",
    METADATA,
    Column("run_id", String(80), primary_key=True),
    Column("sync", String(63), primary_key=True),
    Column("plan_id", String(80), nullable=False),
    Column("publication_id", String(120), nullable=False),
    Column("published_at", UtcInstant),
    Column("as_of_date", Date),
    Column("status", String(24), nullable=False),
    Column("is_dry_run", Boolean, nullable=False),
    Column("started_at", UtcInstant, nullable=False),
    Column("finished_at", UtcInstant),
    Column("summary", Text, nullable=False),
    Index("ix_sync_run_sync", "sync", "started_at"),
)
BATCH = Table(
    "sync_batch",
    METADATA,
    Column("batch_key", String(160), primary_key=True),
    Column("sync", String(63), nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("run_date", String(10), nullable=False),
    Column("operation", String(8), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("job", String(200)),
    Column("code", String(80), nullable=False),
    Column("claimed_at", UtcInstant, nullable=False),
    Column("settled_at", UtcInstant),
    Column("handle", String(200), nullable=False, server_default=""),
    Index("ix_sync_batch_open", "sync", "state"),
)
ITEM = Table(
    "sync_item",
    METADATA,
    Column("batch_key", String(160), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("sync", String(63), nullable=False),
    Column("state", String(12), nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("episode", String(40), nullable=False),
    Column("mapping_version", Integer, nullable=False),
    Column("prior", String(8), nullable=False),
    Column("prior_key_hash", String(64), nullable=False),
    Column("code", String(80), nullable=False),
    Index("ix_sync_item_open", "sync", "state"),
)
STATE = Table(
    "sync_state",
    METADATA,
    Column("sync", String(63), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("status", String(8), nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("mapping_version", Integer, nullable=False),
    Column("episode", String(40), nullable=False),
    Column("remote_id", String(200)),
    Column("is_dirty", Boolean, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
)
LOCK = Table(
    "sync_lock",
    METADATA,
    Column("sync", String(63), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
)
APPROVAL = Table(
    "approvals",
    METADATA,
    Column("plan_id", String(80), primary_key=True),
    Column("sync", String(63), nullable=False),
    Column("approved_by", String(120), nullable=False),
    Column("approved_at", UtcInstant, nullable=False),
)
FAILURE = Table(
    "sync_failure",
    METADATA,
    Column("sync", String(63), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("code", String(80), nullable=False),
    Column("failed_at", UtcInstant, nullable=False),
)
ACCOUNT = Table(
    "account_rate",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("free_at", UtcInstant, nullable=False),
)
