"""The diff on whole columns gives what the diff person by person gives."""

from dataclasses import asdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.channel import DeliveryClass, Operation
from reverse_etl.ledger import state_table
from reverse_etl.ledger.batches import StateRow
from reverse_etl.planning import target_table
from reverse_etl.planning.diff import diff
from reverse_etl.planning.steps import PlanItem, Steps
from reverse_etl.planning.target_table import Target
from tests.contract.sync_world import winback_spec
from tests.unit.reverse_etl.plain_diff import plain_diff

PEOPLE = [f"p{number}" for number in range(8)] + ["名前", "P0"]
KEYS = [f"key{number}" for number in range(6)]
EPISODES = ["", "2026-10-01T00:00:00", "2026-10-02T00:00:00"]
HASHES = st.sampled_from(["one", "two"])

target = st.builds(Target, HASHES, st.sampled_from(KEYS), st.sampled_from(EPISODES))
held = st.builds(
    StateRow,
    status=st.sampled_from(["active", "active", "removed"]),
    payload_hash=st.sampled_from(["one", "two", ""]),
    key_hash=st.sampled_from(KEYS),
    mapping_version=st.sampled_from([0, 1]),
    episode=st.sampled_from(EPISODES),
    remote_id=st.sampled_from([None, "r1"]),
    is_dirty=st.booleans(),
)
people = st.sampled_from(PEOPLE)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    targets=st.dictionaries(people, target, max_size=8),
    state=st.dictionaries(people, held, max_size=8),
    in_flight=st.frozensets(people, max_size=2),
    stays=st.frozensets(people, max_size=2),
    mode=st.sampled_from(["mirror", "upsert", "add_only"]),
    delivery_class=st.sampled_from([DeliveryClass.NATURAL, DeliveryClass.UNSAFE]),
)
def test_diff_on_columns_equals_the_plain_one_when_worlds_are_random(
    targets: dict[str, Target],
    state: dict[str, StateRow],
    in_flight: frozenset[str],
    stays: frozenset[str],
    mode: str,
    delivery_class: DeliveryClass,
) -> None:
    exits = "remove" if mode == "mirror" else "keep"
    spec = winback_spec("file", mode=mode, on_exit=exits)
    items, counts = plain_diff(spec, targets, state, in_flight, stays, delivery_class)
    found = diff(spec, _targets(targets), _state(state), in_flight, stays, delivery_class)
    assert list(found.steps) == items
    assert +found.counts == +counts


def _targets(targets: dict[str, Target]) -> pa.Table:
    rows = [{"person_id": person, **asdict(row)} for person, row in targets.items()]
    return pa.Table.from_pylist(rows, schema=target_table.SCHEMA)


def _state(state: dict[str, StateRow]) -> pa.Table:
    rows = [{"person_id": person, **asdict(row)} for person, row in state.items()]
    plain = [row | {"is_dirty": int(row["is_dirty"])} for row in rows]
    return pa.Table.from_pylist(plain, schema=state_table.SCHEMA)


def test_diff_takes_the_old_address_off_before_the_new_one_goes_on() -> None:
    targets = {"p1": Target("one", "new", "")}
    state = {"p1": StateRow("active", "one", "old", 1, "", "r1", False)}
    found = diff(
        winback_spec("file"), _targets(targets), _state(state), (), (), DeliveryClass.NATURAL
    )
    assert list(found.steps) == [
        PlanItem("p1", Operation.REMOVE, "re_key", "", "old", "", "r1"),
        PlanItem("p1", Operation.CHANGE, "change", "one", "new", ""),
    ]
    assert found.counts["changes"] == 1


def test_steps_write_the_id_as_json_does_when_it_holds_a_quote() -> None:
    steps = Steps.of([PlanItem('p"1', Operation.ADD, "add", "hash", "key", "")])
    assert list(steps.json_rows()) == [
        ['{"person_id": "p\\"1", "operation": "add", "payload_hash": "hash"}']
    ]
    assert steps[0] == next(iter(steps))
    assert list(steps[1:]) == []
