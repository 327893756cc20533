"""The ledger's retention: once a week it forgets the log of what ended long ago."""

import dagster as dg

from orchestration.defs.resources import Shop
from orchestration.defs.schedules import JAPAN
from orchestration.shops.ledger import shop_ledger
from reverse_etl.ledger.retention import RETENTION

SWEEP_CRON = "0 3 * * 0"
"""Sundays at three: before the build, and while no sync of the shop is due."""


@dg.op(description="Forget items, batches and runs that ended more than 90 days ago.")
def sweep(context: dg.OpExecutionContext, shop: Shop) -> None:
    """Sweep and log how many rows went; what keeps people from a second message stays."""
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        swept = ledger.sweep(shop.now() - RETENTION)
    context.log.info("swept: %s", ", ".join(f"{count} {name}" for name, count in swept.items()))
    context.add_output_metadata(dict(swept))


@dg.job(description="Keep the ledger to its retention.")
def sweep_ledger() -> None:
    """Run the one op."""
    sweep()


@dg.definitions
def ledger_sweep() -> dg.Definitions:
    """The job, and the schedule where this environment declares it."""
    environment = Shop().settings.environment
    schedules: list[dg.ScheduleDefinition] = []
    if "ledger_sweep" in environment.schedules:
        schedules.append(
            dg.ScheduleDefinition(
                name="ledger_sweep",
                job=sweep_ledger,
                cron_schedule=SWEEP_CRON,
                execution_timezone=JAPAN,
                default_status=dg.DefaultScheduleStatus.RUNNING
                if environment.schedules_running
                else dg.DefaultScheduleStatus.STOPPED,
                description="Sundays at 3: forget the log of what ended more than 90 days ago.",
            )
        )
    return dg.Definitions(jobs=[sweep_ledger], schedules=schedules)
