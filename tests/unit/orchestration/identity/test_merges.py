"""How many published persons were merged away, and when that is too many."""

import duckdb
import pytest

from orchestration.identity.merges import MergedPersons, merged_since

KEYS = [f"ec|customer|{number}" for number in range(6)]
LINK = "email_and_kana"


@pytest.fixture
def publish(world, tmp_path):
    """Gives a published warehouse with the persons as they are now."""

    def run():
        warehouse = tmp_path / "warehouse.duckdb"
        warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema identity")
            person_map = world.lake / "identity" / "person_map.parquet"
            connection.execute(
                "create table identity.person_identifiers as"
                f" select record_key, person_id from '{person_map}'"
            )
        return warehouse

    return run


def test_nobody_was_merged_before_the_first_publication(world, tmp_path) -> None:
    world.write(KEYS)
    world.resolve()
    assert merged_since(None, world.lake) == MergedPersons(0, 0)
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert merged_since(empty, world.lake) == MergedPersons(0, 0)


def test_merged_persons_stay_in_sight_until_they_are_published(world, publish) -> None:
    world.write(KEYS)
    world.resolve()
    warehouse = publish()
    assert merged_since(warehouse, world.lake) == MergedPersons(6, 0)
    world.write(KEYS, [(KEYS[0], KEYS[1], LINK), (KEYS[0], KEYS[2], LINK)])
    assert world.resolve().merged == 2
    assert merged_since(warehouse, world.lake) == MergedPersons(6, 2)
    assert world.resolve().merged == 0
    assert merged_since(warehouse, world.lake) == MergedPersons(6, 2)
    assert merged_since(publish(), world.lake) == MergedPersons(4, 0)


def test_nobody_is_merged_any_more_when_a_never_link_takes_it_back(world, publish) -> None:
    world.write(KEYS)
    world.resolve()
    warehouse = publish()
    world.write(KEYS, [(KEYS[0], KEYS[1], LINK)])
    world.resolve()
    world.decide(f"never_link {KEYS[0]} {KEYS[1]}")
    world.resolve()
    assert merged_since(warehouse, world.lake) == MergedPersons(6, 0)


def test_persons_whose_records_are_gone_are_not_merged(world, publish) -> None:
    world.write(KEYS)
    world.resolve()
    warehouse = publish()
    world.write(KEYS[:2])
    world.resolve()
    assert merged_since(warehouse, world.lake) == MergedPersons(6, 0)


@pytest.mark.parametrize(
    ("merged", "is_too_many"),
    [
        pytest.param(200, False, id="at the share"),
        pytest.param(201, True, id="over the share"),
    ],
)
def test_share_decides_when_there_are_many_persons(merged: int, is_too_many: bool) -> None:
    problem = MergedPersons(10_000, merged).problem(max_ratio=0.02, floor=20)
    assert (problem is not None) is is_too_many


@pytest.mark.parametrize(("merged", "is_too_many"), [(20, False), (21, True)])
def test_floor_decides_when_there_are_few_persons(merged: int, is_too_many: bool) -> None:
    problem = MergedPersons(100, merged).problem(max_ratio=0.02, floor=20)
    assert (problem is not None) is is_too_many


def test_problem_names_counts_limits_and_the_mend() -> None:
    problem = MergedPersons(1_000, 50).problem(max_ratio=0.02, floor=20)
    assert problem is not None
    assert problem.startswith("50 of the 1,000 published persons were merged away (5.0%); 2.0%,")
    assert problem.endswith("`enishi publish --accept-changes`")
