import hashlib
import random

import pytest

from orchestration.identity.registry import Change, assign_person_ids, new_person_id


def person(record_key: str) -> str:
    return "p_" + hashlib.sha256(record_key.encode()).hexdigest()[:16]


def test_new_component_takes_the_id_of_its_smallest_record() -> None:
    assignment = assign_person_ids(["a", "b", "c"], [0, 0, 2], {})
    assert assignment.person_of == [person("a"), person("a"), person("c")]
    assert sorted(change.record_count for change in assignment.changes) == [1, 2]
    assert {change.kind for change in assignment.changes} == {"create"}


def test_nothing_changes_when_the_components_stay() -> None:
    before = {"a": "p_old", "b": "p_old"}
    assignment = assign_person_ids(["a", "b"], [0, 0], before)
    assert assignment.person_of == ["p_old", "p_old"]
    assert assignment.changes == []


def test_smaller_record_key_does_not_change_an_id_when_a_record_joins() -> None:
    assignment = assign_person_ids(["a", "b"], [0, 0], {"b": "p_old"})
    assert assignment.person_of == ["p_old", "p_old"]
    assert assignment.changes == []


def test_larger_part_survives_when_two_persons_merge() -> None:
    before = {"a": "p_1", "b": "p_2", "c": "p_2"}
    assignment = assign_person_ids(["a", "b", "c"], [0, 0, 0], before)
    assert assignment.person_of == ["p_2"] * 3
    assert assignment.changes == [Change("merge", "p_2", "p_1", 1)]


def test_smaller_id_survives_when_equal_persons_merge() -> None:
    assignment = assign_person_ids(["a", "b"], [0, 0], {"a": "p_2", "b": "p_1"})
    assert assignment.person_of == ["p_1", "p_1"]
    assert assignment.changes == [Change("merge", "p_1", "p_2", 1)]


def test_larger_part_keeps_the_id_when_a_person_splits() -> None:
    before = dict.fromkeys(["a", "b", "c"], person("a"))
    assignment = assign_person_ids(["a", "b", "c"], [0, 1, 1], before)
    # The part with the smallest record lost the id that was made of it, so it gets another.
    assert assignment.person_of[1:] == [person("a")] * 2
    assert assignment.person_of[0] == person("a#1")
    assert assignment.changes == [Change("split", person("a#1"), person("a"), 1)]


def test_record_moves_when_both_persons_live_on() -> None:
    before = {"a": "p_1", "b": "p_1", "c": "p_1", "d": "p_2", "e": "p_2"}
    assignment = assign_person_ids(["a", "b", "c", "d", "e"], [0, 0, 2, 2, 2], before)
    assert assignment.person_of == ["p_1", "p_1", "p_2", "p_2", "p_2"]
    assert assignment.changes == [Change("move", "p_2", "p_1", 1)]


def test_record_that_is_gone_is_forgotten() -> None:
    assignment = assign_person_ids(["b"], [0], {"a": "p_1", "b": "p_1"})
    assert assignment.person_of == ["p_1"]
    assert assignment.changes == []


def test_no_records_make_no_persons() -> None:
    assignment = assign_person_ids([], [], {"a": "p_1"})
    assert assignment.person_of == []
    assert assignment.changes == []


def test_new_id_avoids_those_taken() -> None:
    assert new_person_id("a", {person("a"), person("a#1")}) == person("a#2")


@pytest.mark.parametrize("seed", range(20))
def test_ids_stay_one_to_one_whatever_the_history(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311  a fixed seed, no secret
    records = [f"r{number:02}" for number in range(30)]
    previous: dict[str, str] = {}
    for _ in range(5):
        groups = [generator.randrange(12) for _ in records]
        components = [groups.index(group) for group in groups]
        assignment = assign_person_ids(records, components, previous)
        pairs = set(zip(components, assignment.person_of, strict=True))
        assert len(pairs) == len({c for c, _ in pairs}) == len({p for _, p in pairs})
        again = assign_person_ids(
            records, components, dict(zip(records, assignment.person_of, strict=True))
        )
        assert again.person_of == assignment.person_of
        assert again.changes == []
        previous = dict(zip(records, assignment.person_of, strict=True))
