"""How fast a large identity graph is resolved: python -m tests.benchmarks.identity_graph.

Prints one JSON object per resolution: the first, one after which nothing changed, and one in
which every hundredth record has another birth date.
"""

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import duckdb

from orchestration.identity.resolve import resolve_identities

# Persons with an account, its orders and guest orders; every 1,000th value is shared by two.
_TABLES = """
    create schema intermediate;
    create schema seeds;
    create table seeds.identity_rules as select * from (values
        ('same_source_customer', 1, true), ('email_and_kana', 3, true), ('phone_and_kana', 3, true),
        ('kana_and_address', 4, true)) as seed (rule, tier, is_enabled);
    create table seeds.identity_limits as select * from (values
        ('emails', 5), ('phones', 4), ('line_users', 1), ('accounts', 20), ('given_names', 3))
        as seed (limit_name, max_count);
    create table intermediate.int_identity__records as
    with numbered as (
        select i, hash(i) as shuffled, i // $size as person, i % $size as part
        from range($records) as numbers (i)
    )
    select
        case when part = 0 then 'ec|customer|' else 'ec|order|' end || shuffled as record_key,
        'ec' as source,
        case when part = 0 then 'customer' else 'order' end as record_kind,
        case when part <= 1 then person::varchar end as source_customer_id,
        case when part = 0 and person % 3 = 0 then 'U' || person end as line_user_id,
        'p' || (person - (person % 1000 = 1)::integer) || '@example.com' as email_key,
        'valid' as email_status,
        '+8190' || person as phone_key,
        'かな' || (person % 5000) as kana_key,
        'かな' || (person % 700) as given_kana_key,
        '名' || (person % 900) as given_name_key,
        case when part = 0 and person % 2 = 0 then date '1970-01-01' + (person % 15000)::integer end
            as birth_key,
        i
    from numbered;
    create table intermediate.int_identity__edges as
    with firsts as (
        select *, i - i % $size as first_i from intermediate.int_identity__records
    ),
    pairs as (
        select firsts.*, heads.record_key as first_record
        from firsts inner join intermediate.int_identity__records as heads
            on firsts.first_i = heads.i
        where firsts.i <> firsts.first_i
    )
    select first_record as left_record, record_key as right_record, rule
    from pairs, (values ('same_source_customer', 1, 1), ('email_and_kana', 0, 99),
        ('phone_and_kana', 0, 99), ('kana_and_address', 0, 99)) as rules (rule, low, high)
    where i % $size between greatest(low, 1) and high
"""


def main(arguments: list[str]) -> None:
    """Build the graph in a folder of its own and resolve it three times."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.identity_graph")
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--records-per-person", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        work_db, lake = Path(folder) / "warehouse.duckdb", Path(folder) / "lake"
        tables = _TABLES.replace("$size", str(given.records_per_person))
        with duckdb.connect(str(work_db), config={"memory_limit": "1GB"}) as connection:
            connection.execute(tables.replace("$records", str(given.records)))
        _measure("first", work_db, lake)
        _measure("nothing changed", work_db, lake)
        with duckdb.connect(str(work_db)) as connection:
            connection.execute(
                "update intermediate.int_identity__records set birth_key = date '2000-01-01'"
                " where i % 100 = 0"
            )
        _measure("one record in a hundred changed", work_db, lake)


def _measure(name: str, work_db: Path, lake: Path) -> None:
    started = perf_counter()
    report = resolve_identities(work_db, lake, run_id=name)
    figures = {
        "resolution": name,
        "seconds": round(perf_counter() - started, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "records": report.records,
        "edges": report.edges,
        "persons": report.persons,
        "recomputed_records": report.recomputed_records,
    }
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
