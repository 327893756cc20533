"""What the Dagster UI shows is complete, and what is scheduled is declared."""

import csv
import json
import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.environments import ENVIRONMENTS

ROOT = Path(__file__).parents[2]
GROUPS = [
    "1_ingest",
    "2_staging",
    "3_identity",
    "4_marts",
    "4_predictions",
    "5_segments",
    "6_publication",
    "7_activation",
    "8_report",
]


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def executable(graph):
    return [node for node in graph.asset_nodes if node.is_executable]


def test_a_code_server_can_load_every_definition(definitions):
    repository = definitions.get_repository_def()
    # What the server does before it answers, and what asking for one job does not.
    repository.load_all_definitions()
    assert {"build", "everything", "backtest"} <= {job.name for job in repository.get_all_jobs()}


def test_every_asset_has_description_group_owner_and_kind(graph):
    incomplete = [
        node.key.to_user_string()
        for node in executable(graph)
        if not (node.description and node.owners and node.kinds and node.group_name in GROUPS)
    ]
    assert incomplete == []


def test_groups_stand_in_the_order_of_the_way(graph):
    """No asset hangs on one of a later group."""
    group = {node.key: node.group_name for node in executable(graph)}
    backwards = [
        (node.key.to_user_string(), parent.to_user_string())
        for node in executable(graph)
        for parent in node.parent_keys
        if parent in group and group[parent] > group[node.key]
    ]
    assert backwards == []


def test_the_graph_has_no_cycle(graph):
    order = [key for level in graph.toposorted_asset_keys_by_level for key in level]
    assert len(order) == len(set(order)) == len(list(graph.asset_nodes))


def test_no_executable_asset_hangs_on_something_nobody_makes(graph):
    assert [n.key.to_user_string() for n in graph.asset_nodes if not n.is_executable] == []


def test_every_landed_entity_and_every_segment_has_a_gate(graph):
    gated = {
        check.asset_key.to_user_string()
        for check in graph.asset_check_keys
        if check.name in {"inbound_gate", "outbound_gate"}
    }
    landed = {
        node.key.to_user_string()
        for node in executable(graph)
        if node.group_name == "1_ingest" and node.key != dg.AssetKey(["landing"])
    }
    segments = {
        node.key.to_user_string()
        for node in executable(graph)
        if node.key.path[-1].startswith(("seg_", "scenario_due"))
    }
    assert landed | segments == gated


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_environment_registers_exactly_what_it_declares(name, load_definitions):
    definitions = load_definitions(ENISHI_ENV=name)
    schedules = {schedule.name for schedule in definitions.schedules or []}
    sensors = {sensor.name for sensor in definitions.sensors or []}
    assert schedules | sensors == set(ENVIRONMENTS[name].schedules)


def test_steps_run_in_one_process_unless_the_environment_says_otherwise(
    definitions, load_definitions
):
    assert definitions.executor.name == "in_process"
    assert load_definitions(ENISHI_EXECUTOR="multiprocess").executor.name == "multiprocess"


def test_definitions_do_not_load_when_several_hosts_would_write_one_file(load_definitions):
    with pytest.raises(ValueError, match=r"cannot run like this (?s:.*)ENISHI_HOME_SHARED=true"):
        load_definitions(ENISHI_HOSTS="many")


def test_schedules_run_on_tokyo_time(load_definitions):
    zones = {s.execution_timezone for s in load_definitions(ENISHI_ENV="prod").schedules}
    assert zones == {"Asia/Tokyo"}


def test_ci_and_dev_send_nothing():
    assert [name for name, env in ENVIRONMENTS.items() if env.live_sends] == ["prod"]


def test_the_syncs_that_dbt_judges_are_the_syncs_that_exist():
    rows = seed("syncs")
    specs = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (ROOT / "reverse_etl/syncs").glob("*.yml")
    ]
    judged = [tuple(row[name] for name in ("sync", "segment", "channel", "kind")) for row in rows]
    assert sorted(judged) == sorted(
        (s["name"], s["segment"], s["medium"], "message" if s["mode"] == "message" else "audience")
        for s in specs
    )
    by_name = {row["sync"]: row for row in rows}
    for spec in specs:
        for key in ("purpose", "priority", "holdout_percent"):
            told = str(spec[key]) if key in spec else by_name[spec["name"]][key]
            assert by_name[spec["name"]][key] == told, f"{spec['name']}: {key}"


def test_every_segment_that_a_sync_asks_for_is_among_the_members():
    members = ROOT / "dbt_project/models/intermediate/policy/int_policy__members.sql"
    known = set(re.findall(r"'(\w+)' as segment", members.read_text(encoding="utf-8")))
    assert {row["segment"] for row in seed("syncs")} <= known
    # Only the seg_ models: no sync of the seed reads scenario_due, which is by sync itself.
    assert known == {path.stem for path in (ROOT / "dbt_project/models/segments").glob("seg_*.sql")}


def test_the_policy_knows_a_word_for_every_reason_and_gives_them_in_the_agreed_order():
    reasons = [row["reason_code"] for row in seed("refusal_reasons")]
    model = ROOT / "dbt_project/models/policy/send_eligibility.yml"
    columns = yaml.safe_load(model.read_text(encoding="utf-8"))["models"][0]["columns"]
    (column,) = [column for column in columns if column["name"] == "reason_code"]
    values = column["data_tests"][0]["accepted_values"]["arguments"]["values"]
    assert reasons == ["in_segment", *values]
    assert [int(row["step_order"]) for row in seed("refusal_reasons")] == list(range(len(reasons)))
    texts = ROOT / "orchestration/publication/report/texts/overview.yml"
    assert list(yaml.safe_load(texts.read_text(encoding="utf-8"))["reasons"]) == values


def seed(name):
    with (ROOT / f"dbt_project/seeds/{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sample_profile():
    return yaml.safe_load((ROOT / "orchestration/shops/sample.yml").read_text(encoding="utf-8"))


def test_the_code_location_imports_nothing_slow(fresh_python):
    loaded = fresh_python(
        "import orchestration.definitions, sys, json;"
        "print(json.dumps([m for m in ('great_expectations', 'plotly', 'scipy')"
        " if m in sys.modules]))"
    )
    assert json.loads(loaded.splitlines()[-1]) == []
