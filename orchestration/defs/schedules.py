"""When things run. A schedule that environments.py does not declare is not registered."""

import dagster as dg

from orchestration.defs.activation import shop_syncs
from orchestration.defs.jobs import build, sync_job_name
from orchestration.defs.resources import Shop

JAPAN = "Asia/Tokyo"


@dg.definitions
def schedules() -> dg.Definitions:
    """The schedules that this environment declares."""
    environment = Shop().settings.environment
    status = (
        dg.DefaultScheduleStatus.RUNNING
        if environment.schedules_running
        else dg.DefaultScheduleStatus.STOPPED
    )
    found: list[dg.ScheduleDefinition] = []
    if "build_daily" in environment.schedules:
        found.append(
            dg.ScheduleDefinition(
                name="build_daily",
                job=build,
                cron_schedule="0 5 * * *",
                execution_timezone=JAPAN,
                default_status=status,
                description="Every morning at 5: ingest, build, gates, publication, report.",
            )
        )
    if "syncs" in environment.schedules:
        found += [
            dg.ScheduleDefinition(
                name=f"{sync_job_name(sync.name)}_daily",
                job_name=sync_job_name(sync.name),
                cron_schedule=sync.schedule.cron,
                execution_timezone=JAPAN,
                default_status=status,
                description=sync.description,
            )
            for sync in shop_syncs()
        ]
    return dg.Definitions(schedules=found)
