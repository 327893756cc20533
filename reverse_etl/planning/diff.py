"""From what a destination may hold to what it shall hold, computed by DuckDB on whole columns."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from reverse_etl.channel import DeliveryClass, Operation
from reverse_etl.planning import steps
from reverse_etl.planning.steps import Steps
from reverse_etl.spec import SyncSpec

COMPARE = """
create temp table compared as
with paired as (
    select
        coalesce(target.person_id, held.person_id) as person_id,
        target.person_id is not null as is_wanted,
        held.person_id is not null as is_known,
        coalesce(held.is_dirty = 1, false) as is_dirty,
        held.status,
        target.payload_hash,
        target.key_hash,
        target.episode,
        held.payload_hash as held_payload,
        held.key_hash as held_key,
        held.episode as held_episode,
        held.mapping_version,
        held.remote_id
    from target
    full outer join held on held.person_id = target.person_id
),
judged as (
    select
        *,
        case
            when not is_wanted and status = 'removed' then null
            when person_id in (select person_id from in_flight) then 'in_flight'
            when not is_wanted and $keeps then 'kept'
            when is_wanted and person_id in (select person_id from stays) then 'held'
            when is_dirty and $is_unsafe then 'held'
            when not is_wanted then 'leaver'
            when not is_known then 'add'
            when status = 'removed' then 're_enter'
            when is_dirty and held_payload = '' then 'add'
            when is_dirty then 'change'
            -- Only a later entry is a new one; one that moves back is the old lapse, dated anew.
            when $adds_only and episode > held_episode then 're_enter'
            when $adds_only then 'unchanged'
            when
                held_payload = payload_hash and held_key = key_hash and mapping_version = $version
                then 'unchanged'
            else 'change'
        end as verdict
    from paired
),
marked as (
    select
        *,
        verdict in ('leaver', 'add', 're_enter', 'change') as is_step,
        is_wanted and coalesce(status = 'active' and held_key <> key_hash, false) as is_moved
    from judged
    where verdict is not null
)
select
    verdict,
    is_step and is_moved as is_moved,
    case when is_step then person_id end as person_id,
    case when is_step then payload_hash end as payload_hash,
    case when is_step then key_hash end as key_hash,
    case when is_step then episode end as episode,
    case when is_step and (is_moved or verdict = 'leaver') then held_key end as held_key,
    case when is_step then held_episode end as held_episode,
    case when is_step then remote_id end as remote_id
from marked
"""
STEPS = f"""
with leaver as (
    select *, held_key in (select key_hash from target) as is_taken
    from compared
    where verdict = 'leaver' or is_moved
),
step as (
    select
        1 as part, 2 as rank, person_id, verdict as kind, payload_hash, key_hash, episode,
        case when not is_moved then remote_id end as remote_id
    from compared
    where verdict in ('add', 're_enter', 'change')
    union all
    select 1, 1, person_id, 're_key', '', held_key, held_episode, remote_id
    from leaver
    where verdict <> 'leaver' and $mirrors and not is_taken
    union all
    select
        2, 1, person_id, case when is_taken then 'hand_over' else 'remove' end, '', held_key,
        held_episode, remote_id
    from leaver
    where verdict = 'leaver'
)
select
    person_id,
    case
        when kind in ('add', 're_enter') then '{Operation.ADD}'
        when kind = 'change' then '{Operation.CHANGE}'
        else '{Operation.REMOVE}'
    end as operation,
    kind, payload_hash, key_hash, episode, remote_id, cast(null as timestamp) as expires_at
from step
order by part, person_id, rank
"""
COUNTED = {
    "add": "adds",
    "re_enter": "adds",
    "change": "changes",
    "remove": "removals",
    "hand_over": "handed_over",
}
"""Kind of step → the count of the plan that it adds to; a re_key belongs to its change."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a diff gives."""

    steps: Steps
    """By person_id, targets first; an old address goes before its person's new one."""
    counts: Counter[str]


def diff(
    spec: SyncSpec,
    targets: pa.Table,
    state: pa.Table,
    in_flight: Iterable[str],
    stays: Iterable[str],
    delivery_class: DeliveryClass,
) -> Difference:
    """Give the steps from what the destination may hold to what it shall hold.

    `targets` are in the columns of `target_table.SCHEMA`, `state` in those of
    `state_table.SCHEMA`; nothing is planned for the people of `in_flight` and `stays`.
    """
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("target", targets)
        connection.register("held", state)
        connection.register("in_flight", _people(in_flight))
        connection.register("stays", _people(stays))
        marks = {
            "keeps": spec.on_exit == "keep",
            "is_unsafe": delivery_class is DeliveryClass.UNSAFE,
            "adds_only": spec.mode == "add_only",
            "version": spec.mapping_version,
        }
        connection.execute(COMPARE, marks)
        verdicts = connection.execute("select verdict, count(*) from compared group by verdict")
        counts = Counter(dict(verdicts.fetchall()))
        table = connection.sql(STEPS, params={"mirrors": spec.mode == "mirror"}).to_arrow_table()
    found = Steps(table.cast(steps.SCHEMA))
    return Difference(found, _counts(counts, found))


def _counts(verdicts: Counter[str], found: Steps) -> Counter[str]:
    """Give the counts of a plan."""
    names = ("unchanged", "in_flight", "held", "kept")
    counts = Counter({name: verdicts[name] for name in names})
    for row in found.table["kind"].value_counts().to_pylist():
        if row["values"] in COUNTED:
            counts[COUNTED[row["values"]]] += row["counts"]
        if row["values"] == "re_enter":
            counts["re_entered"] = row["counts"]
    return counts


def _people(people: Iterable[str]) -> pa.Table:
    return pa.table({"person_id": pa.array(list(people), pa.string())})
