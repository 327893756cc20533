"""The records of the work database as the shop's model reads them: one row per distinct set of
keys in one group of records that the rules join."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity.clustering import component_of_nodes

RECORDS = "linkage_records"
_MOST_ROWS_PER_VALUE = 100
_KEYS = """
    case when email_status in ('valid', 'legacy_jp') then email_key end as email_key,
    case when email_status in ('valid', 'legacy_jp') then email_loose_key end as email_loose_key,
    case
        when email_status in ('valid', 'legacy_jp') and length(split_part(email_key, '@', 1)) >= 5
            then split_part(email_key, '@', 1)
    end as mailbox_key,
    phone_key,
    name_key,
    name_loose_key,
    given_name_key,
    family_name_key,
    kana_key,
    given_kana_key,
    case
        when given_kana_key is not null and ends_with(kana_key, given_kana_key)
            then nullif(left(kana_key, length(kana_key) - length(given_kana_key)), '')
    end as family_kana_key,
    romaji_key,
    postal_key,
    left(postal_key, 3) as region_key,
    address_key,
    postal_key || '|' || nullif(split_part(address_key, '|', 2), '') as building_key,
    cast(birth_key as varchar) as birth_key
"""
# The values that the rules' blocklist looks at, with the limit of distinct given names.
_BLOCKABLE = {
    "email_key": "given_names_per_email",
    "email_loose_key": "given_names_per_email",
    "phone_key": "given_names_per_phone",
    "address_key": "given_names_per_address",
}


def attach(connection: duckdb.DuckDBPyConnection, work_db: Path) -> None:
    """Makes the work database readable as `work`."""
    quoted = str(work_db).replace("'", "''")
    connection.execute(f"attach '{quoted}' as work (read_only)")


def make_records(connection: duckdb.DuckDBPyConnection) -> int:
    """Makes the table `linkage_records` from `work`; gives its rows.

    `record_id` is the smallest record of the row, `rule_group` the smallest record that the
    rules join it with. Values that too many given names share are nobody's and left out.
    """
    connection.register("components", _rule_groups(connection))
    connection.execute("create or replace temp table rule_groups as from components")
    connection.unregister("components")
    connection.execute(f"""
        create or replace temp table keyed as
        with keyed as (
            select record_key, {_KEYS} from work.intermediate.int_identity__records
        )
        select
            min(keyed.record_key) as record_id,
            rule_groups.rule_group,
            keyed.* exclude (record_key)
        from keyed
        inner join rule_groups on keyed.record_key = rule_groups.record_key
        group by all
    """)
    limits = dict(
        connection.sql("select limit_name, max_count from work.seeds.identity_limits").fetchall()
    )
    values = ", ".join(
        f"case when {_is_shared(column, limits[limit])} then null else {column} end as {column}"
        for column, limit in _BLOCKABLE.items()
    )
    connection.execute(f"""
        create or replace table {RECORDS} as
        with names as (
            select *, coalesce(given_kana_key, given_name_key, name_loose_key) as any_given_name
            from keyed
        )
        select * replace ({values}) from names
        where coalesce(kana_key, name_loose_key, name_key, email_key, phone_key) is not null
        order by record_id
    """)
    return int(connection.sql(f"select count(*) from {RECORDS}").fetchall()[0][0])


def _is_shared(column: str, most_given_names: int) -> str:
    partition = f"over (partition by {column})"
    return (
        f"count(distinct any_given_name) {partition} > {most_given_names}"
        f" or count(*) {partition} > {_MOST_ROWS_PER_VALUE}"
    )


def _rule_groups(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    records = connection.sql(
        "select record_key from work.intermediate.int_identity__records order by record_key"
    ).to_arrow_table()["record_key"]
    edges = connection.sql("""
        with nodes as (
            select record_key, row_number() over (order by record_key) - 1 as node
            from work.intermediate.int_identity__records
        )
        select left_nodes.node as left_node, right_nodes.node as right_node
        from work.intermediate.int_identity__edges as edges
        inner join work.seeds.identity_rules as rules
            on edges.rule = rules.rule and rules.is_enabled
        inner join nodes as left_nodes on edges.left_record = left_nodes.record_key
        inner join nodes as right_nodes on edges.right_record = right_nodes.record_key
    """).to_arrow_table()
    components = component_of_nodes(
        len(records),
        edges["left_node"].to_numpy().astype(np.int64),
        edges["right_node"].to_numpy().astype(np.int64),
    )
    return pa.table({"record_key": records, "rule_group": records.take(pa.array(components))})
