"""The records of a built shop, their truth, and what joins them in other ways than ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity.clustering import component_of_nodes
from tests.benchmarks.identity.scoring import Labels

_RECORDS = """
    with orders as (
        select source, source_order_id, source_customer_id from work.staging.stg_orders
    )

    select
        records.record_key,
        truth.true_person_id,
        case
            when records.record_kind = 'customer' then records.record_key
            when orders.source_customer_id is null then records.record_key
            else orders.source || '|customer|' || orders.source_customer_id
        end as account
    from work.intermediate.int_identity__records as records
    inner join read_parquet($truth) as truth
        on records.record_key
            = truth.source || '|' || truth.record_kind || '|' || truth.source_record_id
    left join orders
        on records.record_key = orders.source || '|order|' || orders.source_order_id
    order by records.record_key
"""
RAW_VALUES = """
    select source || '|customer|' || source_customer_id as record_key, email, phone
    from work.staging.stg_customers
    union all
    select source || '|order|' || source_order_id, email, phone
    from work.staging.stg_orders
"""
"""What stands in the files, letter by letter."""
NORMALISED_VALUES = """
    select record_key, email_key as email, phone_key as phone
    from work.intermediate.int_identity__records
"""
"""The keys; numbers that people make up have none."""
_EMAIL_OR_PHONE = """
    with given as ({values}),

    stars as (
        select record_key, first_value(record_key) over (partition by email order by record_key)
            as first_key
        from given where email is not null
        union all
        select record_key, first_value(record_key) over (partition by phone order by record_key)
        from given where phone is not null
        union all
        select left_record, right_record from work.intermediate.int_identity__edges
        where rule = 'same_source_customer'
    )

    select l.node as left_node, r.node as right_node
    from stars
    inner join nodes as l on stars.record_key = l.record_key
    inner join nodes as r on stars.first_key = r.record_key
"""


@dataclass(frozen=True, slots=True)
class KnownRecords:
    """The records of a shop in the order of their keys, with the truth about each."""

    keys: Sequence[str]
    true: Labels
    accounts: Labels


def known_records(work_db: Path, truth: Path) -> KnownRecords:
    """Read the records of a work database.

    Raises:
        ValueError: the truth does not know a record.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{work_db}' as work (read_only)")
        truth_file = str(truth / "records.parquet")
        found = connection.sql(_RECORDS, params={"truth": truth_file}).to_arrow_table()
        counted = connection.execute(
            "select count(*) from work.intermediate.int_identity__records"
        ).fetchone()
    if counted != (len(found),):
        raise ValueError(f"the truth knows {len(found)} records of {counted}")
    return KnownRecords(
        keys=found["record_key"].to_pylist(),
        true=_numbers(found["true_person_id"]),
        accounts=_numbers(found["account"]),
    )


def joined_by_email_or_phone(work_db: Path, records: KnownRecords, values: str) -> Labels:
    """Group the records by one address or one number, and orders with their accounts.

    `values` is SQL for record_key, email and phone.
    """
    nodes = pa.table({"record_key": list(records.keys), "node": np.arange(len(records.keys))})
    with duckdb.connect() as connection:
        connection.execute(f"attach '{work_db}' as work (read_only)")
        connection.register("nodes", nodes)
        edges = connection.execute(_EMAIL_OR_PHONE.format(values=values)).fetchnumpy()
    left, right = (np.asarray(edges[name]) for name in ("left_node", "right_node"))
    return component_of_nodes(len(records.keys), left, right)


def _numbers(column: pa.ChunkedArray) -> Labels:
    codes: Labels = column.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes
