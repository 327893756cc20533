"""Each recipient of a destination belongs to one person, and each piece to one of twins."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

# Numbers are grouped faster than texts; a clash among them only names somebody without a rival.
RIVALS = """
with shared as (
    select hash(key_hash) as number from target group by hash(key_hash) having count(*) > 1
)
select person_id, key_hash
from target
where hash(key_hash) in (select number from shared)
    or person_id in (select person_id from alike)
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One person who wants a place."""

    person_id: str
    key_hash: str
    twin: str
    """Empty for nobody's twin."""


def find_rivals(
    connection: duckdb.DuckDBPyConnection, targets: pa.Table, twins: Mapping[str, str]
) -> list[Claim]:
    """Give the targets whose key or twin somebody else may have too; `twins` by person_id."""
    alike = {twin for twin, count in Counter(twins.values()).items() if count > 1}
    people = [person for person, twin in twins.items() if twin in alike]
    connection.register("target", targets)
    connection.register("alike", pa.table({"person_id": pa.array(people, pa.string())}))
    rows = connection.execute(RIVALS).fetchall()
    return [Claim(person, key_hash, twins.get(person, "")) for person, key_hash in rows]


def give_places(claims: Iterable[Claim], held: Mapping[str, str]) -> dict[str, str]:
    """Give person_id → code of those who get no place; `held` is person_id → key hash.

    The first to come, in the order of person_id, keeps the place, unless the destination holds
    the later one already.
    """
    lost: dict[str, str] = {}
    standing: set[str] = set()
    by_key: dict[str, str] = {}
    by_twin: dict[str, str] = {}
    for claim in sorted(claims, key=lambda claim: claim.person_id):
        person = claim.person_id
        twin_rival = by_twin.get(claim.twin, "") if claim.twin else ""
        key_rival = by_key.get(claim.key_hash, "")
        rivals: dict[str, str] = {}
        if twin_rival in standing:
            rivals[twin_rival] = "duplicate_recipient"
            if person not in held or twin_rival in held:
                lost[person] = "duplicate_recipient"
                continue
        if key_rival in standing:
            rivals[key_rival] = "duplicate_key"
            if held.get(person) != claim.key_hash or held.get(key_rival) == claim.key_hash:
                lost[person] = "duplicate_key"
                continue
        lost |= rivals
        standing.difference_update(rivals)
        standing.add(person)
        by_key[claim.key_hash] = person
        if claim.twin:
            by_twin[claim.twin] = person
    return lost
