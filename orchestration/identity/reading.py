"""Reads the identity graph out of the work database, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity.errors import IdentityError
from orchestration.identity.graph import Codes, Graph, Links, Pairs, Records, Rule
from orchestration.identity.overrides import Override
from orchestration.identity.queries import arrow_table, numbers, text

LINKAGE_RULE = Rule("splink", tier=5, is_star=False)
"""The rule of pairs that a linkage model proposed."""

_MEMORY = "1500MB"
# Reason or limit -> what it counts; of several values the fewest kinds count.
_VALUES: Mapping[str, tuple[str, ...]] = {
    "birth_date": ("birth_key",),
    "line_users": ("line_user_id",),
    "emails": ("case when email_status in ('valid', 'legacy_jp') then email_key end",),
    "phones": ("phone_key",),
    "accounts": ("case when record_kind = 'customer' then record_key end",),
    # A reading may be misread and a character miswritten, but hardly both for one person.
    "given_names": ("given_kana_key", "given_name_key"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shop decided beside its data."""

    overrides: tuple[Override, ...] = ()
    single_account_sources: tuple[str, ...] = ()
    """Sources in which one person has one account."""
    linked_pairs: Path | None = None
    """Parquet (left_record, right_record) of pairs that a linkage model proposed."""
    rules: tuple[Rule, ...] | None = None
    """Instead of the seed's."""
    limits: Mapping[str, int] | None = None
    """Instead of the seed's."""


@contextmanager
def opened(work_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the work database as `work` and may spill beside it."""
    spill = work_db.parent / "identity_spill"
    with duckdb.connect(
        config={"memory_limit": _MEMORY, "temp_directory": str(spill)}
    ) as connection:
        connection.execute(f"attach {text(work_db)} as work (read_only)")
        yield connection
    if spill.exists() and not any(spill.iterdir()):
        spill.rmdir()


def read_graph(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Graph:
    """The graph of the work database; leaves the temporary table `nodes` behind.

    Raises:
        IdentityError: a rule has no row in the seed, or a limit is not known.
    """
    limits = _limits(connection, settings)
    records = _records(connection, limits, settings.single_account_sources)
    nodes = np.arange(len(records), dtype=np.int32)
    connection.register("keys", pa.table({"record_key": records.keys, "node": nodes}))
    connection.execute("create or replace temp table nodes as select * from keys")
    connection.unregister("keys")
    rules = read_rules(connection) if settings.rules is None else settings.rules
    return Graph(
        records=records,
        links=_links(connection, rules, settings.linked_pairs),
        linked=_pairs(connection, settings.overrides, "link"),
        never=_pairs(connection, settings.overrides, "never_link"),
        limits={name: limits[name] for name in records.counted},
    )


def read_rules(connection: duckdb.DuckDBPyConnection) -> tuple[Rule, ...]:
    """The enabled rules of the seed."""
    rows = connection.execute(
        "select rule, tier from work.seeds.identity_rules where is_enabled order by tier, rule"
    ).fetchall()
    return tuple(Rule(name, tier, name != LINKAGE_RULE.name) for name, tier in rows)


def _limits(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    given = settings.limits
    if given is None:
        given = dict(
            connection.execute(
                "select limit_name, max_count from work.seeds.identity_limits order by limit_name"
            ).fetchall()
        )
    vetoes = {"birth_date": 1}
    vetoes |= {f"account/{source}": 1 for source in sorted(settings.single_account_sources)}
    return vetoes | {name: given[name] for name in _VALUES if name in given}


def _records(
    connection: duckdb.DuckDBPyConnection,
    limits: Mapping[str, int],
    single_account_sources: Sequence[str],
) -> Records:
    values = {name: _VALUES[name] for name in limits if name in _VALUES}
    for source in sorted(single_account_sources):
        quoted = source.replace("'", "''")
        values[f"account/{source}"] = (
            f"case when source = '{quoted}' then source_customer_id end",
        )
    columns = [
        f"case when {value} is not null then hash({value}) end as v{place}"
        for place, value in enumerate(value for name in limits for value in values[name])
    ]
    everything = ", ".join(value for name in limits for value in values[name])
    table = arrow_table(
        connection,
        f"select record_key, hash(record_key, {everything}) as row_hash, {', '.join(columns)}"
        " from work.intermediate.int_identity__records order by record_key",
    )
    codes = iter([_codes(table.column(f"v{place}")) for place in range(len(columns))])
    return Records(
        keys=table.column("record_key").combine_chunks(),
        hashes=table.column("row_hash").to_numpy(),
        counted={name: tuple(next(codes) for _ in values[name]) for name in limits},
    )


def _codes(column: pa.ChunkedArray) -> Codes:
    encoded = column.combine_chunks().dictionary_encode().indices
    codes: Codes = encoded.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes


def _links(
    connection: duckdb.DuckDBPyConnection, rules: tuple[Rule, ...], linked_pairs: Path | None
) -> Links:
    known = {
        rule
        for (rule,) in connection.execute("select rule from work.seeds.identity_rules").fetchall()
    }
    candidates = connection.execute(
        "select distinct rule from work.intermediate.int_identity__edges"
    ).fetchall()
    if unknown := sorted({rule for (rule,) in candidates} - known):
        raise IdentityError(
            f"int_identity__edges uses the rule(s) {', '.join(unknown)}, which the seed"
            " identity_rules lacks: add a row with tier and is_enabled"
        )
    if linked_pairs is not None and LINKAGE_RULE.name not in {rule.name for rule in rules}:
        rules = (*rules, LINKAGE_RULE)
    names = [rule.name for rule in rules]
    edges = "select left_record, right_record, rule from work.intermediate.int_identity__edges"
    if linked_pairs is not None:
        edges += (
            f" union all select left_record, right_record, '{LINKAGE_RULE.name}'"
            f" from read_parquet({text(linked_pairs)})"
        )
    left, right, rule = numbers(
        connection,
        f"select l.node, r.node, (list_position(?, edges.rule) - 1)::smallint"
        f" from ({edges}) as edges"
        " inner join nodes as l on edges.left_record = l.record_key"
        " inner join nodes as r on edges.right_record = r.record_key"
        " where list_contains(?, edges.rule)",
        [names, names],
    )
    return Links(left, right, rule, rules)


def _pairs(
    connection: duckdb.DuckDBPyConnection, overrides: Sequence[Override], action: str
) -> Pairs:
    rows = [o for o in overrides if o.action == action]
    given = pa.table(
        {
            "left_record": pa.array([row.left_record for row in rows], pa.string()),
            "right_record": pa.array([row.right_record for row in rows], pa.string()),
        }
    )
    connection.register("given", given)
    left, right = numbers(
        connection,
        "select l.node, r.node from given"
        " inner join nodes as l on given.left_record = l.record_key"
        " inner join nodes as r on given.right_record = r.record_key",
    )
    connection.unregister("given")
    return Pairs(left, right)
