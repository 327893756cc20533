"""The identity gate in a run: it blocks merges until they are accepted and published."""

import json

import dagster as dg
import duckdb
import pytest

from orchestration.defs.identity import identity_gate, resolve
from orchestration.publication.gates import GateBook, gate_problems

KEYS = [f"ec|customer|{number:02}" for number in range(30)]
DOWNSTREAM = dg.AssetKey(["after_the_gate"])


@dg.asset(key=DOWNSTREAM, deps=[["identity", "person_map"]])
def after_the_gate() -> None:
    """Stands for the models that read the persons."""


@pytest.fixture
def write(shop):
    """Puts records and edges in the work database: so many records are joined to the first."""

    def put(joined):
        shop.workspace.work.mkdir(parents=True, exist_ok=True)
        columns = (
            "source, record_kind, source_customer_id, birth_key, line_user_id, email_key,"
            " email_status, phone_key, given_kana_key, given_name_key"
        )
        nulls = columns.replace(",", " text,").replace("birth_key text", "birth_key date")
        with duckdb.connect(str(shop.workspace.work_db)) as connection:
            for schema in ("intermediate", "seeds"):
                connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                "create or replace table intermediate.int_identity__records"
                f" (record_key text, {nulls} text)"
            )
            connection.executemany(
                "insert into intermediate.int_identity__records (record_key) values (?)",
                [[key] for key in KEYS],
            )
            connection.execute(
                "create or replace table intermediate.int_identity__edges as select ? as"
                " left_record, unnest(?::text[]) as right_record, 'email_and_kana' as rule",
                [KEYS[0], KEYS[1 : joined + 1]],
            )
            connection.execute(
                "create or replace table seeds.identity_rules as"
                " select 'email_and_kana' as rule, 3 as tier, true as is_enabled"
            )
            connection.execute(
                "create or replace table seeds.identity_limits as"
                " select 'emails' as limit_name, 5 as max_count"
            )

    return put


@pytest.fixture
def publish(shop):
    """Serves the persons as they are now."""

    def run(name):
        folder = shop.workspace.published / name
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            person_map = shop.workspace.lake / "identity" / "person_map.parquet"
            connection.execute("create schema identity")
            connection.execute(
                f"create table identity.person_identifiers as select * from '{person_map}'"
            )
        about = {"publication_id": name, "shop": "sample", "run_id": name, "tables": []}
        about |= {"as_of_date": "2026-11-01", "published_at": "2026-11-02T00:00:00"}
        (folder / "publication.json").write_text(json.dumps(about))
        current = shop.workspace.published / "current"
        current.unlink(missing_ok=True)
        current.symlink_to(name)

    return run


@pytest.fixture
def run(shop):
    """Runs the resolution, its gate and what comes after; gives what came of it."""

    def execute(*, accept_changes=False):
        config = {"ops": {"identity_gate": {"config": {"accept_changes": accept_changes}}}}
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(
                [resolve, identity_gate, after_the_gate],
                resources={"shop": shop},
                instance=instance,
                raise_on_error=False,
                run_config={
                    **config,
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
            )
            went_on = bool(result.asset_materializations_for_node("after_the_gate"))
        gates = GateBook(shop.workspace.gates).read(result.run_id)
        return result.success, went_on, gate_problems(gates, ["identity"])

    return execute


def test_gate_blocks_merges_until_they_are_accepted_and_published(write, publish, run) -> None:
    write(joined=0)
    assert run() == (True, True, [])
    publish("first")
    write(joined=21)
    for _ in range(2):
        # The second run finds the merge in the person map already, and still holds it back.
        success, went_on, problems = run()
        assert (success, went_on, len(problems)) == (False, False, 1)
        assert "check merged_persons: 21 of the 30 published persons were merged" in problems[0]
    assert run(accept_changes=True) == (True, True, [])
    publish("second")
    assert run() == (True, True, [])


def test_gate_lets_the_first_run_pass(write, run) -> None:
    write(joined=29)
    assert run() == (True, True, [])


def test_gate_lets_so_many_merges_pass_as_the_floor_allows(write, publish, run) -> None:
    write(joined=0)
    run()
    publish("first")
    write(joined=20)
    assert run() == (True, True, [])


def test_resolution_fails_with_row_and_mend_when_the_override_file_is_wrong(
    shop, write, run
) -> None:
    write(joined=0)
    file = shop.workspace.identity_overrides
    file.parent.mkdir(parents=True)
    file.write_text("action,left_record,right_record,note\nlink,a,b,\n")
    assert run()[:2] == (False, False)
