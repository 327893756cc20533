"""A failed run leaves a file and one message; the message of a status comes once."""

import json

import dagster as dg
import pytest

from orchestration.defs.alerts import sync_standing, tell_after_success, write_alert
from orchestration.defs.resources import Shop


@dg.op
def good_step():
    pass


@dg.op
def bad_step():
    raise dg.Failure("3 rows without a key", allow_retries=False)


@dg.job
def nightly():
    good_step()
    bad_step()


def test_write_alert_leaves_run_job_and_the_steps_that_failed(shop):
    with dg.DagsterInstance.ephemeral() as instance:
        result = nightly.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="run_failure_alert",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        write_alert(context, shop)
    written = shop.workspace.state / "alerts" / f"{result.run_id}.json"
    alert = json.loads(written.read_text(encoding="utf-8"))
    assert {key: alert[key] for key in ("run_id", "job", "steps")} == {
        "run_id": result.run_id,
        "job": "nightly",
        "steps": ["bad_step"],
    }
    assert "bad_step" in alert["message"]


@dg.op
def only_step():
    pass


@dg.job(name="build")
def build_that_fails():
    bad_step()


@dg.job(name="build")
def build_that_works():
    only_step()


def run_and_tell(shop, job):
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="alert",
            dagster_event=result.get_run_success_event()
            if result.success
            else result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        )
        if result.success:
            tell_after_success(context, shop)
        else:
            write_alert(context.for_run_failure(), shop)


def test_slack_hears_of_a_failed_build_once_and_of_its_recovery_once(
    tmp_path, monkeypatch, httpserver
):
    httpserver.expect_request("/hook", method="POST").respond_with_data("ok")
    monkeypatch.setenv("ENISHI_HOME", str(tmp_path))
    monkeypatch.setenv("ENISHI_SHOP", "sample")
    monkeypatch.setenv("ENISHI_ALERT_SLACK_URL", httpserver.url_for("/hook"))
    shop = Shop()
    for job in (build_that_works, build_that_fails, build_that_fails, build_that_works):
        run_and_tell(shop, job)
    told = [request.get_json()["text"] for request, _ in httpserver.log]
    assert [text.split(":")[1] for text in told] == ["warning", "white_check_mark"]
    assert "build is failed" in told[0]
    assert "build is ok (was failed)" in told[1]


@pytest.mark.parametrize(
    ("waiting", "reason"),
    [
        ("first sync: 5 recipients would be added", "first sync: 5 recipients would be added"),
        ("", "2 refused, 1 of unknown outcome"),
    ],
)
def test_sync_standing_gives_what_it_waits_for_or_its_counts(waiting, reason):
    summary = {
        "sync": "winback__file",
        "status": "partial",
        "rejected": 2,
        "unknown": 1,
        "waiting_reason": waiting,
    }
    standing = sync_standing(summary)
    assert (standing.subject, standing.reason) == ("sync winback__file", reason)
