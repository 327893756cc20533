"""One asset per segment and channel: plan, claim, send, settle, from the publication alone."""

from time import perf_counter

import dagster as dg

from orchestration.defs.gates import gate_run_id
from orchestration.defs.publication import PUBLICATION
from orchestration.defs.resources import Shop
from orchestration.environments import REPOSITORY
from orchestration.publication.editions import current
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channels.base import open_channel
from reverse_etl.engine import run_sync, send_policy
from reverse_etl.errors import TerminalError
from reverse_etl.spec import SyncSpec, load_syncs

GROUP = "7_activation"
SYNCS = REPOSITORY / "reverse_etl" / "syncs"


def shop_syncs() -> list[SyncSpec]:
    """The syncs that the shop's profile names.

    Raises:
        ValueError: the profile names a sync that has no file.
    """
    wanted = Shop().profile.syncs
    known = {sync.name: sync for sync in load_syncs(SYNCS)}
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(
            f"The shop {Shop().profile.name} names syncs without a file: {', '.join(unknown)}. "
            f"Add reverse_etl/syncs/<name>.yml or take them out of the profile."
        )
    return [known[name] for name in wanted]


def sync_step(spec: SyncSpec) -> dg.AssetsDefinition:
    """The step that runs one sync on the current publication."""

    @dg.asset(
        key=["activation", spec.name],
        deps=[PUBLICATION],
        group_name=GROUP,
        description=spec.description,
        owners=[f"team:{spec.owner}"],
        kinds={spec.channel.split("_", maxsplit=1)[0]},
        pool=f"channel_{spec.channel}",
        # A vendor that does not answer now may in a minute; the ledger knows what went out.
        retry_policy=dg.RetryPolicy(
            max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
        ),
    )
    def sync(context: dg.AssetExecutionContext, shop: Shop) -> dg.MaterializeResult[None]:
        started = perf_counter()
        published = current(shop.workspace.published)
        if published is None:
            raise dg.Failure(
                "There is no publication yet: run the build first.", allow_retries=False
            )
        channel = open_channel(spec, shop.channel_settings)
        policy = send_policy(channel, live_sends=shop.settings.environment.live_sends)
        try:
            with shop_ledger(shop.settings, shop.workspace) as ledger:
                result = run_sync(
                    spec,
                    published.folder,
                    ledger,
                    channel,
                    policy=policy,
                    run_id=gate_run_id(context),
                )
        except TerminalError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        if waiting := result.summary.get("waiting_reason"):
            context.log.warning("%s waits: %s", spec.name, waiting)
        return dg.MaterializeResult(
            metadata={
                "summary": dict(result.summary),
                "dagster/row_count": result.summary["source_rows"],
                "seconds": round(perf_counter() - started, 3),
            }
        )

    return sync


@dg.definitions
def activation() -> dg.Definitions:
    """The syncs of the current shop."""
    return dg.Definitions(assets=[sync_step(spec) for spec in shop_syncs()])
