"""After every run: a file for a failed one, and one message where a status has changed."""

import json
from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.alerts.announce import Standing, announce
from orchestration.alerts.targets import alert_targets
from orchestration.defs.activation import shop_syncs
from orchestration.defs.jobs import build, everything
from orchestration.defs.resources import Shop
from orchestration.shops.ledger import shop_ledger
from reverse_etl.engine import latest_summaries

BUILDS = frozenset({build.name, everything.name})


def write_alert(context: dg.RunFailureSensorContext, shop: Shop) -> None:
    """Leave one file per failed run in state/alerts, and tell whoever is to be told."""
    alerts = shop.workspace.state / "alerts"
    alerts.mkdir(parents=True, exist_ok=True)
    steps = [event.step_key or "" for event in context.get_step_failure_events()]
    run = context.dagster_run
    alert = {
        "run_id": run.run_id,
        "job": run.job_name,
        "steps": steps,
        "message": context.failure_event.message,
    }
    target = alerts / f"{run.run_id}.json"
    target.write_text(json.dumps(alert, ensure_ascii=False, indent=2), encoding="utf-8")
    context.log.error("Run %s of %s failed at %s", alert["run_id"], alert["job"], ", ".join(steps))
    reason = f"run {run.run_id} failed at {', '.join(steps) or 'its start'}"
    _tell(context, shop, _standings(run, "failed", reason))


def tell_after_success(context: dg.RunStatusSensorContext, shop: Shop) -> None:
    """Tell whoever is to be told that all is well again, or that a sync waits."""
    _tell(context, shop, _standings(context.dagster_run, "ok"))


def _standings(run: dg.DagsterRun, status: str, reason: str = "") -> list[Standing]:
    """Give what a run says of the build, or of the syncs that it ran."""
    if run.job_name in BUILDS:
        return [Standing("build", status, reason)]
    syncs = sorted(key.path[-1] for key in run.asset_selection or ())
    return [Standing(f"sync {name}", status, reason) for name in syncs]


def _tell(context: dg.RunStatusSensorContext, shop: Shop, said: list[Standing]) -> None:
    """Tell the changes; a run that failed says more of its sync than the ledger does."""
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        summaries = latest_summaries(ledger)
    names = {sync.name for sync in shop_syncs()}
    live = [sync_standing(s) for s in summaries if s["sync"] in names and not s["is_dry_run"]]
    failed = {standing.subject: standing for standing in said if standing.status == "failed"}
    standings = {s.subject: s for s in (*said, *live)} | failed
    environment = shop.settings.environment
    changes, failures = announce(
        list(standings.values()),
        shop.workspace.state / "alerts" / "told.json",
        alert_targets(shop.settings.alerts, live=environment.live_sends),
    )
    for change in changes:
        context.log.info(change.text())
    for failure in failures:
        context.log.warning("An alert did not arrive (%s); it is sent again later", failure)


def sync_standing(summary: Mapping[str, Any]) -> Standing:
    """Give how a sync stands by the summary of its last run, in counts."""
    counts = f"{summary['rejected']} refused, {summary['unknown']} of unknown outcome"
    reason = summary.get("waiting_reason") or counts
    return Standing(f"sync {summary['sync']}", summary["status"], reason)


@dg.definitions
def alerts() -> dg.Definitions:
    """The alerts that this environment declares."""
    environment = Shop().settings.environment
    status = (
        dg.DefaultSensorStatus.RUNNING
        if environment.schedules_running
        else dg.DefaultSensorStatus.STOPPED
    )
    found: list[dg.SensorDefinition] = []
    if "run_failure_alert" in environment.schedules:
        found.append(
            dg.run_failure_sensor(name="run_failure_alert", default_status=status)(write_alert)
        )
    if "run_success_alert" in environment.schedules:
        found.append(
            dg.run_status_sensor(
                run_status=dg.DagsterRunStatus.SUCCESS,
                name="run_success_alert",
                default_status=status,
            )(tell_after_success)
        )
    return dg.Definitions(sensors=found)
