"""What the Dagster UI shows is complete, and what is scheduled is declared."""

import json
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
        if node.key.path[-1].startswith("seg_")
    }
    assert landed | segments == gated


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_environment_registers_exactly_what_it_declares(name, load_definitions):
    definitions = load_definitions(ENISHI_ENV=name)
    schedules = {schedule.name for schedule in definitions.schedules or []}
    sensors = {sensor.name for sensor in definitions.sensors or []}
    assert schedules | sensors == set(ENVIRONMENTS[name].schedules)


def test_schedules_run_on_tokyo_time(load_definitions):
    zones = {s.execution_timezone for s in load_definitions(ENISHI_ENV="prod").schedules}
    assert zones == {"Asia/Tokyo"}


def test_ci_and_dev_send_nothing():
    assert [name for name, env in ENVIRONMENTS.items() if env.live_sends] == ["prod"]


def test_the_syncs_that_dbt_judges_are_the_syncs_that_exist():
    rows = (ROOT / "dbt_project/seeds/syncs.csv").read_text(encoding="utf-8").split()[1:]
    specs = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (ROOT / "reverse_etl/syncs").glob("*.yml")
    ]
    assert sorted(rows) == sorted(f"{s['name']},{s['segment']},{s['medium']}" for s in specs)


def sample_profile():
    return yaml.safe_load((ROOT / "orchestration/shops/sample.yml").read_text(encoding="utf-8"))


def test_the_code_location_imports_nothing_slow(fresh_python):
    loaded = fresh_python(
        "import orchestration.definitions, sys, json;"
        "print(json.dumps([m for m in ('great_expectations', 'plotly', 'scipy')"
        " if m in sys.modules]))"
    )
    assert json.loads(loaded.splitlines()[-1]) == []
