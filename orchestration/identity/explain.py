"""Why two records are one person or two, and what a person is made of; read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.identity.errors import IdentityError
from orchestration.identity.linkage.propose import linked_pairs_file
from orchestration.identity.masking import MASKS, masked
from orchestration.identity.overrides import Override
from orchestration.identity.paths import Group, Hop, shortest_path
from orchestration.identity.queries import text
from orchestration.identity.reading import LINKAGE_RULE
from orchestration.identity.state import IdentityFiles

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a path: two records, the rule, and the values they share, masked."""

    left_record: str
    right_record: str
    rule: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why two records are one person (a path) or two (reasons)."""

    persons: tuple[str, str]
    path: tuple[Step, ...]
    shared: tuple[str, ...]
    """What the two records themselves share, masked."""
    reasons: tuple[str, ...]
    """What keeps them apart; empty for one person."""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything about one person."""

    person_id: str
    records: tuple[tuple[str, tuple[str, ...]], ...]
    """Record key and its identifiers, masked."""
    rules: tuple[tuple[str, int], ...]
    """Rule and how many candidate links it has inside the person."""
    refused: tuple[tuple[str, str, str, str], ...]
    """Left record, right record, rule and reason of links out of the person that were refused."""
    events: tuple[tuple[str, str, str | None, int, int], ...]
    """Kind, person, old person, records and resolution of the person's changes."""


def why(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    overrides: Sequence[Override],
    left: str,
    right: str,
) -> Why:
    """Say why two records are one person or two.

    Raises:
        IdentityError: a record has no person.
    """
    persons = (_person_of(connection, files, left), _person_of(connection, files, right))
    values = _values(connection, [left, right])
    shared = _shared(values[left], values[right])
    if persons[0] == persons[1]:
        return Why(persons, _path(connection, files, overrides, left, right), shared, ())
    reasons = [
        *_overrides_between(connection, files, overrides, persons),
        *_refused_between(connection, files, persons),
        *_differences(values[left], values[right]),
        *_blocked(connection, values[left], values[right]),
    ]
    if not shared:
        reasons.append("the two records share no identifying value")
    elif not reasons:
        reasons.append("no enabled rule joins records that share only these values")
    return Why(persons, (), shared, tuple(reasons))


def person_page(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, person_id: str
) -> PersonPage:
    """Give the records, identifiers, rules and events of a person.

    Raises:
        IdentityError: nobody has or had the id.
    """
    keys = _members(connection, files, [person_id])
    events = connection.execute(
        "select kind, person_id, old_person_id, record_count, resolution_no from"
        f" read_parquet({text(files.events)}) where ? in (person_id, old_person_id)"
        " order by resolution_no, kind, person_id, old_person_id",
        [person_id],
    ).fetchall()
    if not keys and not events:
        raise IdentityError(f"nobody has or had the person id {person_id}")
    values = _values(connection, keys)
    rules = connection.execute(
        "select rule, count(*) from work.intermediate.int_identity__edges"
        " where list_contains($1, left_record) and list_contains($1, right_record)"
        " group by rule order by 2 desc, 1",
        [keys],
    ).fetchall()
    refused = connection.execute(
        "select left_record, right_record, rule, reason from"
        f" read_parquet({text(files.refused_links)})"
        " where list_contains($1, left_record) or list_contains($1, right_record) order by all",
        [keys],
    ).fetchall()
    records = tuple((key, _masked(values[key])) for key in keys)
    return PersonPage(person_id, records, tuple(rules), tuple(refused), tuple(events))


def _person_of(connection: duckdb.DuckDBPyConnection, files: IdentityFiles, record: str) -> str:
    row = connection.execute(
        f"select person_id from read_parquet({text(files.person_map)}) where record_key = ?",
        [record],
    ).fetchone()
    if row is None:
        raise IdentityError(
            f"no record has the key {record}: a key is source|kind|id, such as ec|customer|12"
        )
    return str(row[0])


def _members(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, persons: Sequence[str]
) -> list[str]:
    rows = connection.execute(
        f"select record_key from read_parquet({text(files.person_map)})"
        " where list_contains(?, person_id) order by record_key",
        [list(persons)],
    ).fetchall()
    return [key for (key,) in rows]


def _values(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> dict[str, Values]:
    names = ["record_key", "source", "source_customer_id", *MASKS]
    rows = connection.execute(
        f"select {', '.join(names)} from work.intermediate.int_identity__records"
        " where list_contains(?, record_key)",
        [list(keys)],
    ).fetchall()
    found: dict[str, Values] = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    return {key: found.get(key, {}) for key in keys}


def _masked(values: Values) -> tuple[str, ...]:
    known = [column for column in MASKS if values.get(column) is not None]
    return tuple(f"{column} {masked(column, values[column])}" for column in known)


def _shared(left: Values, right: Values) -> tuple[str, ...]:
    return _masked({c: left[c] for c in MASKS if left.get(c) == right.get(c) is not None})


def _path(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    overrides: Sequence[Override],
    left: str,
    right: str,
) -> tuple[Step, ...]:
    members = _members(connection, files, [_person_of(connection, files, left)])
    groups = [
        Group(f"link override, row {row.row}", 0, (row.left_record, row.right_record))
        for row in overrides
        if row.action == "link"
    ]
    rows = connection.execute(
        "select edges.rule, rules.tier, edges.left_record, list(edges.right_record)"
        " from work.intermediate.int_identity__edges as edges"
        " inner join work.seeds.identity_rules as rules on edges.rule = rules.rule"
        " where rules.is_enabled and list_contains(?, edges.right_record) group by all",
        [members],
    ).fetchall()
    groups += [Group(rule, tier, (first, *others)) for rule, tier, first, others in rows]
    groups += _linked_pairs(connection, linked_pairs_file(files.folder), members)
    refused = connection.execute(
        f"select left_record, right_record, rule from read_parquet({text(files.refused_links)})"
        " where list_contains($1, left_record) and list_contains($1, right_record)",
        [members],
    ).fetchall()
    hops = shortest_path(groups, set(members), set(refused), left, right)
    values = _values(connection, sorted({hop.left for hop in hops} | {hop.right for hop in hops}))
    return tuple(_step(hop, values) for hop in hops)


def _linked_pairs(
    connection: duckdb.DuckDBPyConnection, pairs: Path | None, members: Sequence[str]
) -> list[Group]:
    if pairs is None:
        return []
    rows = connection.execute(
        f"select left_record, right_record from read_parquet({text(pairs)})"
        " where list_contains($1, left_record) and list_contains($1, right_record)",
        [list(members)],
    ).fetchall()
    return [Group(LINKAGE_RULE.name, LINKAGE_RULE.tier, (left, right)) for left, right in rows]


def _step(hop: Hop, values: Mapping[str, Values]) -> Step:
    return Step(hop.left, hop.right, hop.rule, _shared(values[hop.left], values[hop.right]))


def _overrides_between(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    overrides: Sequence[Override],
    persons: tuple[str, str],
) -> Iterable[str]:
    sides = [set(_members(connection, files, [person])) for person in persons]
    for row in overrides:
        ends = (row.left_record, row.right_record)
        crosses = any(a in sides[0] and b in sides[1] for a, b in (ends, ends[::-1]))
        if row.action == "never_link" and crosses:
            yield f"never_link override, row {row.row}: {row.left_record} and {row.right_record}"


def _refused_between(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, persons: tuple[str, str]
) -> Iterable[str]:
    rows = connection.execute(
        "select refused.left_record, refused.right_record, refused.rule, refused.reason"
        f" from read_parquet({text(files.refused_links)}) as refused"
        f" inner join read_parquet({text(files.person_map)}) as l"
        " on refused.left_record = l.record_key"
        f" inner join read_parquet({text(files.person_map)}) as r"
        " on refused.right_record = r.record_key"
        " where l.person_id <> r.person_id and list_contains($1, l.person_id)"
        " and list_contains($1, r.person_id) order by all",
        [list(persons)],
    ).fetchall()
    for left, right, rule, reason in rows:
        yield f"{rule} between {left} and {right} was refused: {reason}"


def _differences(left: Values, right: Values) -> Iterable[str]:
    for column in ("birth_key", "line_user_id"):
        values = [side.get(column) for side in (left, right)]
        if None not in values and values[0] != values[1]:
            shown = " and ".join(masked(column, value) for value in values)
            yield f"{column} differs: {shown}"


def _blocked(connection: duckdb.DuckDBPyConnection, left: Values, right: Values) -> Iterable[str]:
    columns = {
        "email": "email_key",
        "phone": "phone_key",
        "address": "address_key",
        "line": "line_user_id",
    }
    for kind, column in columns.items():
        value = left.get(column)
        if value is None or value != right.get(column):
            continue
        row = connection.execute(
            "select given_name_count from work.intermediate.int_identity__blocked_values"
            " where id_type = ? and id_value = ?",
            [kind, value],
        ).fetchone()
        if row:
            yield f"{column} {masked(column, value)} joins nobody: {row[0]} given names share it"
