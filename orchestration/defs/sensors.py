"""What happens by itself: new files start a build, a sync starts when it is due."""

import hashlib
import json
from pathlib import Path

import dagster as dg

from orchestration.defs.activation import GROUP as ACTIVATION
from orchestration.defs.jobs import build
from orchestration.defs.resources import Shop


def landing_fingerprint(landing: Path) -> str:
    """A digest of which files lie in the landing zone, their sizes and times; '' when empty."""
    files = sorted(p for p in landing.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not files:
        return ""
    digest = hashlib.sha256()
    for path in files:
        state = path.stat()
        digest.update(
            f"{path.relative_to(landing)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode()
        )
    return digest.hexdigest()


def landing_arrival(
    context: dg.SensorEvaluationContext, shop: Shop
) -> dg.SensorResult | dg.SkipReason:
    """Ask for a build once the same new state was seen twice: no half-copied file is read."""
    seen = json.loads(context.cursor) if context.cursor else {"pending": "", "built": ""}
    now = landing_fingerprint(shop.workspace.landing)
    if now in ("", seen["built"]):
        return dg.SkipReason("No new file in landing/.")
    if now != seen["pending"]:
        return dg.SensorResult(
            skip_reason="New files; waiting until they stop changing.",
            cursor=json.dumps({"pending": now, "built": seen["built"]}),
        )
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=now)],
        cursor=json.dumps({"pending": now, "built": now}),
    )


@dg.definitions
def sensors() -> dg.Definitions:
    """The sensors that this environment declares."""
    environment = Shop().settings.environment
    status = (
        dg.DefaultSensorStatus.RUNNING
        if environment.schedules_running
        else dg.DefaultSensorStatus.STOPPED
    )
    found: list[dg.SensorDefinition] = []
    if "landing_arrival" in environment.schedules:
        found.append(
            dg.sensor(
                name="landing_arrival",
                job=build,
                minimum_interval_seconds=60,
                default_status=status,
                description="Starts a build once new files have stopped changing.",
            )(landing_arrival)
        )
    if "syncs" in environment.schedules:
        found.append(
            dg.AutomationConditionSensorDefinition(
                "syncs",
                target=dg.AssetSelection.groups(ACTIVATION),
                default_status=status,
                description="Starts each sync at its time, once today's build passed its gates.",
            )
        )
    return dg.Definitions(sensors=found)
