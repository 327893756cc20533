"""When things run. A schedule that environments.py does not declare is not registered."""

import dagster as dg

from orchestration.defs.activation import BUILD_CRON
from orchestration.defs.jobs import build
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
                cron_schedule=BUILD_CRON,
                execution_timezone=JAPAN,
                default_status=status,
                description="Every morning at 5: ingest, build, gates, publication, report.",
            )
        )
    return dg.Definitions(schedules=found)
