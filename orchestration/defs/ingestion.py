"""One step per source: landed files, gate, lake. One asset per source and entity."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from expectations.results import GateResult
from orchestration.defs.gates import check_results, gate_run_id, inbound_gate, lateness, refusals
from orchestration.defs.landing import LANDING
from orchestration.defs.resources import Shop
from orchestration.defs.suppression_pull import PULL
from orchestration.environments import REPOSITORY
from orchestration.ingest.errors import ContractError, GateFailed
from orchestration.ingest.freshness import newest_load
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from orchestration.ingest.mapping_model import SourceMapping
from orchestration.ingest.report import EntityReport, SourceReport
from orchestration.publication.gates import GateBook, GateRecord, records_of
from orchestration.shops.profile import ShopProfile, SourceUse
from reverse_etl.inbound.suppression_pull import SOURCE as PULLED

GROUP = "1_ingest"
_MAPPINGS = REPOSITORY / "orchestration" / "ingest" / "sources"

Yielded = dg.MaterializeResult[None] | dg.AssetCheckResult


def source_mapping(use: SourceUse) -> SourceMapping:
    """The mapping of a source of the shop."""
    return load_mapping(_MAPPINGS / f"{use.mapping or use.source}.yml", source=use.source)


def landed_keys(profile: ShopProfile) -> dict[str, list[dg.AssetKey]]:
    """Canonical entity -> the assets of the shop's sources that hold it."""
    keys: dict[str, list[dg.AssetKey]] = {}
    for use in profile.sources:
        for entity in source_mapping(use).entities:
            keys.setdefault(entity, []).append(dg.AssetKey([use.source, entity]))
    return keys


def inbound_stages(profile: ShopProfile) -> list[str]:
    """The gates that every landed entity of the shop must have passed."""
    return [
        f"inbound/{'/'.join(key.path)}" for keys in landed_keys(profile).values() for key in keys
    ]


def source_step(use: SourceUse, mapping: SourceMapping) -> dg.AssetsDefinition:
    """The step that ingests one source, with a blocking gate on each of its entities."""
    freshness = (
        dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=use.fresh_within_hours))
        if use.fresh_within_hours
        else None
    )

    @dg.multi_asset(
        name=f"ingest_{use.source}",
        specs=[
            dg.AssetSpec(
                key=[use.source, entity],
                deps=[LANDING, PULL] if use.source == PULLED else [LANDING],
                group_name=GROUP,
                description=f"{entity} of {use.source}, typed, in the lake. {mapping.description}",
                owners=["team:data-engineering"],
                kinds={"python", "parquet"},
                freshness_policy=freshness,
            )
            for entity in mapping.entities
        ],
        check_specs=[
            dg.AssetCheckSpec(
                name="inbound_gate",
                asset=[use.source, entity],
                blocking=True,
                description=f"The suite inbound/{entity} on the landed batch.",
            )
            for entity in mapping.entities
        ]
        + [
            dg.AssetCheckSpec(
                name="landed_in_time",
                asset=[use.source, mapping.entities[0]],
                description="The source's newest file is not older than the profile allows.",
            )
        ],
    )
    def ingest(context: dg.AssetExecutionContext, shop: Shop) -> Iterator[Yielded]:
        try:
            report = ingest_source(
                mapping,
                landing=shop.workspace.landing,
                lake=Lake(shop.workspace.lake),
                loaded_at=shop.now(),
                gate=inbound_gate(shop.now().date()),
                shop_time_zone=shop.profile.time_zone,
                click_key=shop.click_key,
            )
        except GateFailed as failure:
            _record(context, shop, mapping, failure.report)
            yield from check_results(
                failure.report.gates, source=use.source, entities=list(failure.report.gates)
            )
            raise dg.Failure(str(failure), allow_retries=False) from failure
        except ContractError as breach:
            yield from refusals(str(breach), source=use.source, entities=list(mapping.entities))
            raise dg.Failure(str(breach), allow_retries=False) from breach
        _record(context, shop, mapping, report)
        for entity in report.entities:
            yield dg.MaterializeResult(
                asset_key=[use.source, entity.entity], metadata=_metadata(entity)
            )
        yield from check_results(report.gates, source=use.source, entities=list(mapping.entities))
        yield lateness(
            newest_load(shop.workspace.lake, use.source),
            now=shop.now(),
            allowed_hours=use.fresh_within_hours,
            asset_key=[use.source, mapping.entities[0]],
        )

    return ingest


def _record(
    context: dg.AssetExecutionContext,
    shop: Shop,
    mapping: SourceMapping,
    report: SourceReport[GateResult],
) -> None:
    book = GateBook(shop.workspace.gates)
    for entity in mapping.entities:
        stage = f"inbound/{mapping.source}/{entity}"
        gate = report.gates.get(entity)
        nothing_new = GateRecord(stage, "nothing_new", True, "error", "no new file")
        book.record(gate_run_id(context), stage, records_of(stage, gate) if gate else [nothing_new])


def _metadata(entity: EntityReport) -> dict[str, dg.MetadataValue | int | float]:
    reasons = entity.quarantined_by_reason or {}
    return {
        "files_new": entity.files_new,
        "files_skipped": entity.files_skipped,
        "rows_read": entity.rows_read,
        "dagster/row_count": entity.accepted,
        "rows_accepted": entity.accepted,
        "rows_quarantined": entity.quarantined,
        "rows_filtered": entity.filtered,
        "rows_repeated": entity.repeated,
        "seconds": round(entity.seconds, 3),
        "quarantined_by_reason": dg.MetadataValue.json(dict(reasons)),
    }


@dg.definitions
def ingestion() -> dg.Definitions:
    """The sources of the current shop."""
    return dg.Definitions(
        assets=[source_step(use, source_mapping(use)) for use in Shop().profile.sources]
    )
