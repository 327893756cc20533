"""The derived columns of the canonical entities, computed from the mapped ones."""

from collections.abc import Mapping

import pyarrow as pa

from orchestration.ingest.entities import EntitySpec
from orchestration.ingest.normalise.email import email_key, email_key_of_recipient, email_status
from orchestration.ingest.normalise.name import name_key


def derived_columns(spec: EntitySpec, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The derived columns of an entity by name.

    Raises:
        ValueError: entities.yml declares a derived column that nothing here computes.
    """
    found: dict[str, pa.Array] = {}
    for column in spec.columns:
        if not column.derived:
            continue
        if column.name == "email_key" and "email" in columns:
            found["email_key"] = email_key(columns["email"])
        elif column.name == "email_key" and "recipient" in columns:
            found["email_key"] = email_key_of_recipient(columns["recipient"])
        elif column.name == "email_status":
            found["email_status"] = email_status(found["email_key"])
        elif column.name == "name_key":
            found["name_key"] = name_key(columns["family_name"], columns["given_name"])
        else:
            raise ValueError(f"{spec.name}.{column.name}: no rule derives this column")
    return found
