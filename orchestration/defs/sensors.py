"""What happens by itself: new files start a build, a failed run leaves an alert."""

import hashlib
import json
from pathlib import Path

import dagster as dg

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


def write_alert(context: dg.RunFailureSensorContext, shop: Shop) -> None:
    """Leave one file per failed run in state/alerts: run, job and the steps that failed."""
    alerts = shop.workspace.state / "alerts"
    alerts.mkdir(parents=True, exist_ok=True)
    steps = [event.step_key or "" for event in context.get_step_failure_events()]
    alert = {
        "run_id": context.dagster_run.run_id,
        "job": context.dagster_run.job_name,
        "steps": steps,
        "message": context.failure_event.message,
    }
    target = alerts / f"{context.dagster_run.run_id}.json"
    target.write_text(json.dumps(alert, ensure_ascii=False, indent=2), encoding="utf-8")
    context.log.error("Run %s of %s failed at %s", alert["run_id"], alert["job"], ", ".join(steps))


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
    if "run_failure_alert" in environment.schedules:
        found.append(
            dg.run_failure_sensor(name="run_failure_alert", default_status=status)(write_alert)
        )
    return dg.Definitions(sensors=found)
