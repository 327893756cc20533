"""The landing zone as an asset: the first of the way, and where a run's gate book is opened."""

from time import perf_counter

import dagster as dg

from orchestration.defs.gates import gate_run_id
from orchestration.defs.resources import Shop
from orchestration.ingest.lake import Lake
from orchestration.publication.gates import GateBook

LANDING = dg.AssetKey(["landing"])


@dg.asset(
    key=LANDING,
    group_name="1_ingest",
    description="Files as they came: exports, event batches, logs; one folder per source.",
    owners=["team:data-engineering"],
    kinds={"file"},
)
def landing(context: dg.AssetExecutionContext, shop: Shop) -> dg.MaterializeResult[None]:
    """Count what lies in the landing zone, open the run's gate book, make absent entities empty."""
    started = perf_counter()
    GateBook(shop.workspace.gates).start(gate_run_id(context))
    Lake(shop.workspace.lake).ensure_empty_entities()
    sources = {use.source for use in shop.profile.sources}
    counts = {
        source: sum(1 for path in (shop.workspace.landing / source).glob("*") if path.is_file())
        for source in sorted(sources)
    }
    folders = {path.name for path in shop.workspace.landing.glob("*") if path.is_dir()}
    for stray in sorted(folders - sources):
        context.log.warning(
            "landing/%s is not a source of the shop %s: add it to the profile or remove it.",
            stray,
            shop.profile.name,
        )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(counts.values()),
            "seconds": round(perf_counter() - started, 3),
            "sources": len(counts),
            "as_of_date": shop.as_of_date.isoformat(),
            **{f"files/{source}": count for source, count in counts.items()},
        }
    )
