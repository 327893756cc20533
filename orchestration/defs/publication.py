"""The way out of the warehouse: the gate on every segment, then one atomic publication."""

import os
from collections.abc import Iterator
from datetime import UTC
from time import perf_counter

import dagster as dg

from expectations.limits import outbound_parameters, row_limits
from expectations.suites import segment_suite
from orchestration.defs.gates import IDENTITY_STAGE, check_result, gate_run_id
from orchestration.defs.ingestion import inbound_stages
from orchestration.defs.resources import WAREHOUSE, Shop, dbt_project
from orchestration.defs.segments import published_models, segment_frame, segment_models
from orchestration.defs.transformation import STEPS
from orchestration.environments import REPOSITORY
from orchestration.publication.changes import ChangeLimits
from orchestration.publication.editions import Edition, current
from orchestration.publication.errors import PublicationRefused
from orchestration.publication.gates import GateBook, GateRecord, records_of
from orchestration.publication.publish import publish

PUBLICATION = dg.AssetKey(["publication"])
GROUP = "6_publication"
STAGE = "publication"
"""The stage of the gate book under which a refusal stands, for syncs to see."""


class PublicationConfig(dg.Config):
    """What a person may decide for one run."""

    accept_changes: bool = False
    """True: let pass persons, segments, tables and sales that moved past their limits."""


def outbound_gate(segments: list[str]) -> dg.AssetChecksDefinition:
    """One blocking check per segment: its suite, and its size against the last publication."""

    @dg.multi_asset_check(
        name="outbound_gate",
        specs=[
            dg.AssetCheckSpec(
                name="outbound_gate",
                asset=segment,
                blocking=True,
                description="The segment's suite, and its size against the last publication.",
            )
            for segment in segments
        ],
        pool=WAREHOUSE,
    )
    def gate(
        context: dg.AssetCheckExecutionContext, config: PublicationConfig, shop: Shop
    ) -> Iterator[dg.AssetCheckResult]:
        from expectations.gate import validate  # noqa: PLC0415  imports slowly

        published = current(shop.workspace.published)
        counts = published.row_counts() if published else {}
        limits = shop.profile.limits
        for segment in segments:
            previous = counts.get(f"segments.{segment}")
            result = validate(
                segment_frame(shop.workspace.work_db, segment),
                segment_suite(segment),
                parameters=outbound_parameters(
                    shop.as_of_date,
                    shop.profile.time_zone,
                    limits=row_limits(
                        None if config.accept_changes else previous,
                        max_growth_ratio=limits.segment_max_growth_ratio,
                        max_shrink_ratio=limits.segment_max_shrink_ratio,
                        floor=limits.segment_floor_rows,
                    ),
                    previous_rows=previous,
                ),
            )
            stage = f"outbound/{segment}"
            GateBook(shop.workspace.gates).record(
                gate_run_id(context), stage, records_of(stage, result)
            )
            yield check_result(result, asset_key=[segment], check_name="outbound_gate")

    return gate


def publication_step(segments: list[str], models: list[str]) -> dg.AssetsDefinition:
    """The step that publishes what passed every gate of its run."""

    @dg.asset(
        key=PUBLICATION,
        deps=models,
        group_name=GROUP,
        description="What BI, syncs and the report read: warehouse.duckdb, Parquet copies and, "
        "apart and restricted, the contact data. Swapped in at one stroke.",
        owners=["team:data-engineering"],
        kinds={"duckdb", "parquet"},
        pool=WAREHOUSE,
    )
    def publication(
        context: dg.AssetExecutionContext, config: PublicationConfig, shop: Shop
    ) -> dg.MaterializeResult[None]:
        started = perf_counter()
        run_id = gate_run_id(context)
        now = shop.now().astimezone(UTC).replace(tzinfo=None)
        stages = [*inbound_stages(shop.profile), IDENTITY_STAGE]
        stages += [f"dbt/{name}" for name in STEPS.values()]
        stages += [f"outbound/{segment}" for segment in segments]
        limits = shop.profile.limits
        book = GateBook(shop.workspace.gates)
        try:
            report = publish(
                shop.workspace.work_db,
                shop.workspace.published,
                Edition(
                    publication_id=f"{now:%Y%m%dT%H%M%S}-{run_id[:8]}",
                    shop=shop.profile.name,
                    run_id=run_id,
                    as_of_date=shop.as_of_date,
                    published_at=now,
                ),
                gates=[record for record in book.read(run_id) if record.stage != STAGE],
                required_stages=stages,
                limits=None
                if config.accept_changes
                else ChangeLimits(
                    max_growth_ratio=limits.max_growth_ratio,
                    max_shrink_ratio=limits.max_shrink_ratio,
                    floor_rows=limits.floor_rows,
                    max_sales_fall_ratio=limits.max_sales_fall_ratio,
                ),
                keep=shop.profile.keep_publications,
            )
        except PublicationRefused as refusal:
            book.record(run_id, STAGE, [GateRecord(STAGE, "publish", False, "error", str(refusal))])
            raise dg.Failure(str(refusal), allow_retries=False) from refusal
        tables = report.publication.tables
        return dg.MaterializeResult(
            metadata={
                "publication_id": report.publication.publication_id,
                "as_of_date": shop.as_of_date.isoformat(),
                "tables": len(tables),
                "dagster/row_count": sum(table.row_count for table in tables),
                "seconds": round(perf_counter() - started, 3),
                "changed_tables": len(report.changed_tables),
                "warehouse": dg.MetadataValue.path(
                    os.path.relpath(report.publication.warehouse, REPOSITORY)
                ),
            }
        )

    return publication


@dg.definitions
def publications() -> dg.Definitions:
    """The outbound gate and the publication of the current shop."""
    project = dbt_project()
    segments = segment_models(project)
    return dg.Definitions(
        assets=[publication_step(segments, published_models(project))],
        asset_checks=[outbound_gate(segments)],
    )
