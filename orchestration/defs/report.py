"""The report: the publication and the plans of its syncs, one page for each theme."""

import os

import dagster as dg

from orchestration.defs.activation import shop_syncs
from orchestration.defs.publication import PUBLICATION
from orchestration.defs.resources import Shop
from orchestration.environments import REPOSITORY
from orchestration.ingest.freshness import source_freshness
from orchestration.publication.editions import current
from orchestration.shops.ledger import shop_ledger
from reverse_etl.engine import latest_summaries


def report_step(syncs: list[str]) -> dg.AssetsDefinition:
    """The step that writes the pages, after the syncs where they run."""

    @dg.asset(
        key=["report"],
        deps=[PUBLICATION, *(dg.AssetKey(["activation", sync]) for sync in syncs)],
        group_name="8_report",
        description="Pages for marketers, one for each theme, in Japanese and English.",
        owners=["team:analytics"],
        kinds={"html", "plotly"},
    )
    def report(shop: Shop) -> dg.MaterializeResult[None]:
        from orchestration.publication.report.render import (  # noqa: PLC0415  imports plotly
            render_report,
        )

        published = current(shop.workspace.published)
        if published is None:
            raise dg.Failure(
                "There is no publication yet: run the build first.", allow_retries=False
            )
        with shop_ledger(shop.settings, shop.workspace) as ledger:
            summaries = [s for s in latest_summaries(ledger) if s["sync"] in syncs]
        info = render_report(
            published.folder,
            shop_title=shop.profile.title,
            sync_summaries=summaries,
            source_freshness=source_freshness(shop.workspace.lake),
            output=shop.workspace.reports,
        )
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.path(os.path.relpath(info.path, REPOSITORY)),
                "bytes": info.bytes,
                "pages": info.pages,
                "charts": info.charts,
                "panels_without_data": list(info.without_data),
                "seconds": round(info.seconds, 3),
            }
        )

    return report


@dg.definitions
def reports() -> dg.Definitions:
    """The report of the current shop."""
    return dg.Definitions(assets=[report_step([sync.name for sync in shop_syncs()])])
