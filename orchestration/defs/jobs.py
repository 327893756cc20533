"""The jobs: everything, the build alone, and one per sync."""

import dagster as dg

from orchestration.defs.activation import GROUP as ACTIVATION
from orchestration.defs.activation import shop_syncs
from orchestration.defs.table_docs import TABLE_DOCS

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(TABLE_DOCS),
    description="From landed files to the channels: what `make run` does.",
)
build = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups(ACTIVATION),
    description="From landed files to a publication, its report and the documentation of its "
    "tables; nothing is planned or sent.",
)


def sync_job_name(sync: str) -> str:
    """The name of the job that runs one sync."""
    return f"sync_{sync}"


@dg.definitions
def jobs() -> dg.Definitions:
    """The jobs of the code location."""
    sync_jobs = [
        dg.define_asset_job(
            sync_job_name(sync.name),
            selection=dg.AssetSelection.assets(["activation", sync.name]),
            description=f"Plan and run the sync {sync.name} on the current publication.",
        )
        for sync in shop_syncs()
    ]
    return dg.Definitions(jobs=[everything, build, *sync_jobs])
