"""Jobs of a destination that ended after the run that started them: asked for until they do."""

import dagster as dg

from orchestration.defs.activation import shop_syncs, sync_key
from orchestration.defs.resources import Shop
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channel import open_channel
from reverse_etl.engine import settle_pending

INTERVAL_SECONDS = 300


class SettleConfig(dg.Config):
    """Which syncs wait for a job."""

    syncs: list[str]


@dg.op(description="Ask the destinations how their jobs ended, and write it to the ledger.")
def settle(context: dg.OpExecutionContext, config: SettleConfig, shop: Shop) -> None:
    """Settle what can be settled; what still waits is asked for again."""
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        for spec in shop_syncs():
            if spec.name not in config.syncs:
                continue
            channel = open_channel(spec, shop.channel_settings)
            if channel.missing() is not None:
                continue
            waiting = settle_pending(spec, ledger, channel)
            context.log_event(
                dg.AssetObservation(sync_key(spec.name), metadata={"batches_waiting": waiting})
            )


@dg.job(description="Settle the accepted batches of syncs whose destination works by jobs.")
def settle_jobs() -> None:
    """Run the one op."""
    settle()


def waiting_jobs(context: dg.SensorEvaluationContext, shop: Shop) -> dg.RunRequest | dg.SkipReason:
    """Ask for a settling run while any sync has an accepted batch."""
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        syncs = [s.name for s in shop_syncs() if ledger.open_batches(s.name, "accepted")]
    if not syncs:
        return dg.SkipReason("No sync waits for a job.")
    context.log.info("%s syncs wait for a job", len(syncs))
    return dg.RunRequest(
        run_config=dg.RunConfig(ops={"settle": SettleConfig(syncs=syncs)}),
    )


@dg.definitions
def waiting() -> dg.Definitions:
    """The job, and the sensor where this environment declares it."""
    environment = Shop().settings.environment
    sensors: list[dg.SensorDefinition] = []
    if "waiting_jobs" in environment.schedules:
        sensors.append(
            dg.sensor(
                name="waiting_jobs",
                job=settle_jobs,
                minimum_interval_seconds=INTERVAL_SECONDS,
                default_status=dg.DefaultSensorStatus.RUNNING
                if environment.schedules_running
                else dg.DefaultSensorStatus.STOPPED,
                description="Asks every five minutes for the jobs that syncs wait for.",
            )(waiting_jobs)
        )
    return dg.Definitions(jobs=[settle_jobs], sensors=sensors)
