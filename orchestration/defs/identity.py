"""Who is who: clusters of records and their stable person_id, between dbt's edges and its marts."""

from collections.abc import Iterator
from time import perf_counter

import dagster as dg

from orchestration.defs.gates import IDENTITY_STAGE, gate_run_id
from orchestration.defs.publication import PublicationConfig
from orchestration.defs.resources import WAREHOUSE, Shop
from orchestration.identity.errors import IdentityError
from orchestration.identity.inputs import READS
from orchestration.publication.editions import current
from orchestration.publication.gates import GateBook, GateRecord

DEPS = [*READS, ["identity", "linkage_pairs"]]
GROUP = "3_identity"


@dg.multi_asset(
    name="resolve_identities",
    specs=[
        dg.AssetSpec(
            key=["identity", "person_map"],
            deps=DEPS,
            group_name=GROUP,
            description="One row per record: the person it belongs to. Ids survive a rebuild.",
            owners=["team:data-engineering"],
            kinds={"python", "parquet"},
        ),
        dg.AssetSpec(
            key=["identity", "identity_events"],
            deps=DEPS,
            group_name=GROUP,
            description="One row per change of a person: created, merged, split, moved.",
            owners=["team:data-engineering"],
            kinds={"python", "parquet"},
        ),
        dg.AssetSpec(
            key=["identity", "refused_links"],
            deps=DEPS,
            group_name=GROUP,
            description="One row per candidate link that joined nobody, with the reason.",
            owners=["team:data-engineering"],
            kinds={"python", "parquet"},
        ),
    ],
    pool=WAREHOUSE,
)
def resolve(context: dg.AssetExecutionContext, shop: Shop) -> Iterator[dg.MaterializeResult[None]]:
    """Resolve the records of the work database into persons."""
    from orchestration.identity.linkage.propose import linked_pairs_file  # noqa: PLC0415  scipy
    from orchestration.identity.resolve import resolve_identities  # noqa: PLC0415  imports scipy

    started = perf_counter()
    try:
        report = resolve_identities(
            shop.workspace.work_db,
            shop.workspace.lake,
            run_id=gate_run_id(context),
            overrides=shop.workspace.identity_overrides,
            single_account_sources=shop.profile.single_account_sources,
            linked_pairs=linked_pairs_file(shop.workspace.lake / "identity"),
        )
    except IdentityError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    timing = {"seconds": round(perf_counter() - started, 3)}
    yield dg.MaterializeResult(
        asset_key=["identity", "person_map"],
        metadata={"dagster/row_count": report.records, **report.as_metadata(), **timing},
    )
    changes = report.created + report.merged + report.split + report.moved
    yield dg.MaterializeResult(
        asset_key=["identity", "identity_events"],
        metadata={"dagster/row_count": changes, **timing},
    )
    yield dg.MaterializeResult(
        asset_key=["identity", "refused_links"],
        metadata={"dagster/row_count": sum(report.refused.values()), **timing},
    )


@dg.multi_asset_check(
    name="identity_gate",
    specs=[
        dg.AssetCheckSpec(
            name="identity_gate",
            asset=["identity", "person_map"],
            blocking=True,
            description="How many of the persons in the last publication were merged away since.",
        )
    ],
)
def identity_gate(
    context: dg.AssetCheckExecutionContext, config: PublicationConfig, shop: Shop
) -> Iterator[dg.AssetCheckResult]:
    """Block a run in which too many published persons merge, until somebody accepts it."""
    from orchestration.identity.merges import merged_since  # noqa: PLC0415  see above

    published = current(shop.workspace.published)
    limits = shop.profile.limits
    merges = merged_since(published.warehouse if published else None, shop.workspace.lake)
    problem = merges.problem(
        max_ratio=limits.max_merged_person_ratio, floor=limits.merged_person_floor
    )
    passed = problem is None or config.accept_changes
    said = problem or f"{merges.merged:,} of {merges.published:,} published persons merged away"
    record = GateRecord(IDENTITY_STAGE, "merged_persons", passed, "error", said)
    GateBook(shop.workspace.gates).record(gate_run_id(context), IDENTITY_STAGE, [record])
    yield dg.AssetCheckResult(
        asset_key=["identity", "person_map"],
        check_name="identity_gate",
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Accepted after a look: {said}" if problem and passed else said,
        metadata={"published_persons": merges.published, "merged_persons": merges.merged},
    )
