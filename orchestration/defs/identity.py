"""Who is who: clusters of records and their stable person_id, between dbt's edges and its marts."""

import dagster as dg

from orchestration.defs.gates import gate_run_id
from orchestration.defs.resources import WAREHOUSE, Shop

PERSON_MAP = dg.AssetKey(["identity", "person_map"])


@dg.asset(
    key=PERSON_MAP,
    deps=["int_identity__edges", "int_identity__records"],
    group_name="3_identity",
    description="One row per record: the person it belongs to. Ids survive a rebuild.",
    owners=["team:data-engineering"],
    kinds={"python", "parquet"},
    pool=WAREHOUSE,
)
def person_map(context: dg.AssetExecutionContext, shop: Shop) -> dg.MaterializeResult[None]:
    """Resolve the records of the work database into persons."""
    from orchestration.identity.resolve import resolve_identities  # noqa: PLC0415  imports scipy

    report = resolve_identities(
        shop.workspace.work_db, shop.workspace.lake, run_id=gate_run_id(context)
    )
    return dg.MaterializeResult(metadata=report.as_metadata())
