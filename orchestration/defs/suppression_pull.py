"""The pull of SendGrid's lists: one step, where the shop's profile names their source."""

from collections.abc import Iterator
from time import perf_counter

import dagster as dg

from orchestration.defs.resources import Shop
from orchestration.shops.suppressions import pull_shop_suppressions
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.inbound.suppression_pull import SOURCE

PULL = dg.AssetKey(["landing", SOURCE])
CHECK = "pulled"


@dg.multi_asset(
    name=f"pull_{SOURCE}",
    specs=[
        dg.AssetSpec(
            key=PULL,
            group_name="1_ingest",
            description="SendGrid's lists of bounces, complaints and unsubscribes, as they gained.",
            owners=["team:data-engineering"],
            kinds={"file", "sendgrid"},
        )
    ],
    check_specs=[
        dg.AssetCheckSpec(CHECK, asset=PULL, description="The account's lists could be read.")
    ],
)
def pull(
    context: dg.AssetExecutionContext, shop: Shop
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Pull; a vendor that is away warns and holds no build up: the next pull asks for the same."""
    started = perf_counter()
    problem, counts = "", {}
    try:
        report = pull_shop_suppressions(shop.settings, shop.workspace, now=shop.now())
        problem, counts = report.missing or "", dict(report.counts)
    except (TransientError, TerminalError) as error:
        problem = str(error)
    if problem:
        context.log.warning("%s: %s", SOURCE, problem)
    yield dg.MaterializeResult(
        asset_key=PULL,
        metadata={
            "dagster/row_count": sum(counts.values()),
            "seconds": round(perf_counter() - started, 3),
            **{f"rows/{name}": count for name, count in counts.items()},
        },
    )
    yield dg.AssetCheckResult(
        asset_key=PULL,
        check_name=CHECK,
        passed=not problem,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"problem": problem},
    )


@dg.definitions
def suppression_pull() -> dg.Definitions:
    """The step, where the shop reads what it lands."""
    wanted = any(use.source == SOURCE for use in Shop().profile.sources)
    return dg.Definitions(assets=[pull] if wanted else [])
