"""The ledger's tables of what third parties were given."""

from sqlalchemy import Column, Index, String, Table, Text

from reverse_etl.ledger.schema import METADATA, UtcInstant

TERMS = Table(
    "provision_terms",
    METADATA,
    Column("sync", String(63), primary_key=True),
    Column("recipient", String(120), nullable=False),
    Column("country", String(2), nullable=False),
    Column("items", Text, nullable=False),
    Column("purpose", String(24), nullable=False),
)
PROVISION = Table(
    "third_party_provision",
    METADATA,
    Column("batch_key", String(160), primary_key=True),
    Column("person_id", String(80), primary_key=True),
    Column("sync", String(63), nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("recipient", String(120), nullable=False),
    Column("country", String(2), nullable=False),
    Column("items", Text, nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("consent_reference", String(160)),
    Column("outcome", String(12), nullable=False),
    Column("provided_at", UtcInstant, nullable=False),
    Index("ix_third_party_provision_person", "person_id"),
    Index("ix_third_party_provision_provided", "provided_at"),
)
