"""dbt's own documentation: every table with its grain, its columns and what it is made of."""

import os
import shutil

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.defs.publication import PUBLICATION
from orchestration.defs.resources import WAREHOUSE, Shop, dbt_variables
from orchestration.durable import move_into_place
from orchestration.environments import REPOSITORY

TABLE_DOCS = dg.AssetKey(["table_docs"])


@dg.asset(
    key=TABLE_DOCS,
    deps=[PUBLICATION],
    group_name="8_report",
    description="dbt docs as one page: every table and column described, and the graph of them.",
    owners=["team:analytics"],
    kinds={"dbt", "html"},
    pool=WAREHOUSE,
)
def table_docs(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, shop: Shop
) -> dg.MaterializeResult[None]:
    """Write the page anew; it names tables and columns, and holds no row of them."""
    target = shop.workspace.dbt_target
    # The manifest of the last parse stands there; to compile every model again would say no more.
    command = ["docs", "generate", "--static", "--no-compile", "--quiet", *dbt_variables(shop)]
    dbt.cli(command, target_path=target, raise_on_error=True).wait()
    page = shop.workspace.table_docs
    page.parent.mkdir(parents=True, exist_ok=True)
    fresh = page.with_suffix(".tmp")
    shutil.copyfile(target / "static_index.html", fresh)
    move_into_place(fresh, page)
    context.log.info("the documentation of the tables is written")
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.path(os.path.relpath(page, REPOSITORY)),
            "bytes": page.stat().st_size,
        }
    )
