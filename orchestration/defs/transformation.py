"""dbt in three steps, so that one failing test does not stop what does not hang on it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from orchestration.defs.dbt_results import drain, gate_records
from orchestration.defs.gates import gate_run_id
from orchestration.defs.incremental_build import basis_of, increments_of
from orchestration.defs.ingestion import landed_keys
from orchestration.defs.resources import WAREHOUSE, Shop, dbt_project, dbt_variables
from orchestration.defs.segments import PUBLISHED_SCHEMAS
from orchestration.engines.tables import Manifest, Table
from orchestration.identity.inputs import READ_BY_COMMANDS, READS
from orchestration.prediction.registry import PREDICTIONS, TABLES_OF_JOBS
from orchestration.prediction.step import ensure_tables
from orchestration.publication.gates import GateBook

STEPS = {"stage1": "dbt_staging", "stage2": "dbt_marts", "stage3": "dbt_segments"}
"""dbt tag -> the Dagster step that builds it."""
READ_BY_PYTHON: Final = {*READS, *READ_BY_COMMANDS, *(t for p in PREDICTIONS for t in p.reads)}
"""Models and seeds that Python reads, beside what is published."""
_GROUPS = {
    "seeds": "2_staging",
    "staging": "2_staging",
    "intermediate": "4_marts",
    "identity": "3_identity",
    "person_map": "3_identity",
    "marts": "4_marts",
    "predictions": "4_predictions",
    "prediction": "4_predictions",
    "contact": "4_marts",
    "scenarios": "5_segments",
    "segments": "5_segments",
    "policy": "5_segments",
}


# A job outside the build writes these: no step of the way waits for them.
_WRITTEN_BY_JOBS = [dg.AssetKey(["predictions", table.name]) for table in TABLES_OF_JOBS]


def group_of(path: list[str]) -> str:
    """The asset group of a dbt node, from the innermost folder of its path that has one."""
    for folder in reversed(path):
        if folder in _GROUPS:
            return _GROUPS[folder]
    return _GROUPS["seeds"]


class WayOfTheData(DagsterDbtTranslator):
    """Names and groups dbt nodes as the way of the data, and ties staging to what landed."""

    def __init__(self, landed: Mapping[str, list[dg.AssetKey]], target: str) -> None:
        """Take the assets of each canonical entity, and the warehouse that dbt builds in."""
        super().__init__()
        self._landed = landed
        self._target = target

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Sources keep the key of the asset that makes them; models are named as they are."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The stage of the way."""
        if dbt_resource_props["resource_type"] == "source":
            return None
        return group_of(dbt_resource_props["fqn"])

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """A lake table stands for the landed entity of every source that has it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        deps: list[dg.AssetDep] = []
        for dep in spec.deps:
            source, *rest = dep.asset_key.path
            if source == "lake" and rest:
                deps += [dg.AssetDep(key) for key in self._landed.get(rest[0], [])]
            elif source == "ingest_log":
                deps += [dg.AssetDep(key) for keys in self._landed.values() for key in keys]
            elif dep.asset_key not in _WRITTEN_BY_JOBS:
                deps.append(dep)
        unique = {dep.asset_key: dep for dep in deps}
        return spec.replace_attributes(
            deps=list(unique.values()),
            owners=["team:analytics"],
            kinds={"dbt", self._target},
            description=spec.description.split("\n\n#### Raw SQL")[0] if spec.description else "",
        )


def dbt_step(
    tag: str, project: DbtProject, translator: WayOfTheData, manifest: Manifest
) -> dg.AssetsDefinition:
    """One dbt build as one Dagster step."""
    name = STEPS[tag]

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        name=name,
        select=f"tag:{tag}",
        dagster_dbt_translator=translator,
        pool=WAREHOUSE,
    )
    def build(context: dg.AssetExecutionContext, dbt: DbtCliResource, shop: Shop) -> Iterator[Any]:
        # Unit tests prove the models, not the data: they run with `make test`.
        command = ["build", "--exclude-resource-type", "unit_test", *dbt_variables(shop)]
        # In the shop's own folder dbt finds what it parsed before and need not parse again; its
        # manifest there is written by the parse alone: each writing costs seconds.
        command.append("--no-write-json")
        increments = increments_of(shop, list(STEPS))
        if increments.begin(tag, basis_of(shop)):
            command.append("--full-refresh")
        ensure_tables(shop.workspace.lake)
        shop.warehouse.load(manifest.sources_of(tag))
        target = shop.workspace.dbt_target
        run = drain(dbt.cli(command, context=context, target_path=target))
        stage = f"dbt/{name}"
        GateBook(shop.workspace.gates).record(gate_run_id(context), stage, gate_records(stage, run))
        shop.warehouse.bring(tables_that_leave(manifest, tag))
        yield from with_row_counts(run.events, shop.warehouse.row_counts())
        if run.failure:
            raise dg.Failure(str(run.failure), allow_retries=False) from run.failure
        increments.finish(tag)

    return build


def tables_that_leave(manifest: Manifest, tag: str) -> list[Table]:
    """The tables of a step that others than dbt read: Python, and who reads a publication."""
    return manifest.built_in(tag, schemas=PUBLISHED_SCHEMAS, names=READ_BY_PYTHON)


def with_row_counts(events: list[Any], counts: Mapping[str, int]) -> Iterator[Any]:
    """The built tables with their row counts, then everything else dbt said.

    A failed check ends the step, so what was built is told first. dagster-dbt's own counting
    would leave a connection to the work database open for the whole process.
    """
    built = [event for event in events if isinstance(event, dg.Output)]
    for event in built:
        name = str(event.metadata["unique_id"].value).split(".")[-1]
        count = {"dagster/row_count": counts[name]} if name in counts else {}
        yield event.with_metadata({**event.metadata, **count})
    yield from (event for event in events if not isinstance(event, dg.Output))


@dg.definitions
def transformation() -> dg.Definitions:
    """The three dbt steps of the current shop."""
    project = dbt_project()
    shop = Shop()
    translator = WayOfTheData(landed_keys(shop.profile), shop.settings.target)
    manifest = Manifest(project.manifest_path)
    return dg.Definitions(assets=[dbt_step(tag, project, translator, manifest) for tag in STEPS])
