"""A message that Dagster sends leaves no address and no secret behind, whatever the vendor says."""

import logging
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from orchestration.defs.activation import sync_step
from orchestration.defs.alerts import write_alert
from orchestration.defs.resources import Shop
from orchestration.publication.editions import Edition, Publication, serve, write_about
from tests.contract.benches.sendgrid_mail import SECRETS, open_bench
from tests.contract.loopback import answer_json
from tests.contract.sync_world import CANARY_KEY, member, publish
from tests.integration.personal_data import text_of

CANARIES = (CANARY_KEY, "canary1", "canary2", "花子")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Give a local SendGrid, and the environment of a shop that really sends to it."""
    with open_bench(tmp_path) as opened:
        said = {
            **SECRETS,
            "ENISHI_ENV": "prod",
            "ENISHI_HOME": str(tmp_path / "home"),
            "ENISHI_SHOP": "sample",
            "ENISHI_SENDGRID_URL": opened.fake.base_url,
        }
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        yield opened


def _publish(shop, spec):
    """Serve a publication of two people."""
    now = datetime.now(UTC).replace(microsecond=0)
    day = date.fromordinal(now.date().toordinal() - 1)
    folder = shop.workspace.published / "pub1"
    people = [member(1), member(2)]
    later = {"published_at": now - timedelta(minutes=1), "as_of_date": day}
    publish(folder, people, sync=spec.name, **later)
    edition = Edition("pub1", "sample", "r1", day, later["published_at"].replace(tzinfo=None))
    write_about(folder, edition, [])
    serve(Publication(folder, edition, ()))


def _quoting(status):
    """Answer every mail with an error that quotes whom it was for, and our key."""

    def answer(call):
        if not call.path.endswith("/mail/send"):
            return None
        said = f"{CANARY_KEY} may not write to canary1@example.jp 花子"
        return answer_json(status, {"errors": [{"message": said}]})

    return answer


@pytest.mark.parametrize("status", [pytest.param(202, marks=pytest.mark.slow), 400, 401])
def test_message_sync_leaves_no_canary_in_events_logs_ledger_or_alerts(
    bench, tmp_path, caplog, capfd, status
):
    caplog.set_level(logging.DEBUG)
    shop = Shop()
    _publish(shop, bench.spec)
    if status != 202:
        bench.fake.before = _quoting(status)
    step = sync_step(bench.spec, scheduled=False)
    dagster = tmp_path / "dagster"
    dagster.mkdir()
    with dg.DagsterInstance.local_temp(str(dagster)) as instance:
        result = dg.materialize(
            [step],
            instance=instance,
            resources={"shop": shop},
            raise_on_error=False,
        )
        assert result.success is (status != 401)
        if status == 401:
            context = dg.build_run_status_sensor_context(
                sensor_name="run_failure_alert",
                dagster_event=result.get_run_failure_event(),
                dagster_instance=instance,
                dagster_run=result.dagster_run,
            )
            write_alert(context.for_run_failure(), shop)
        events = [str(event) for event in result.all_events]
    assert len(bench.fake.sends) >= 1
    assert "canary1" in text_of(shop.workspace.published / "pub1" / "contacts.duckdb")
    printed = capfd.readouterr()
    kept = {str(path): text_of(path) for path in _files(tmp_path)}
    assert any("winback__sendgrid_mail" in text for text in kept.values())
    assert any("/state/alerts/" in name for name in kept) is (status == 401)
    told = {"events": "\n".join(events), "log": caplog.text}
    told |= {"output": printed.out, "errors": printed.err}
    found = {(n, c) for n, text in (kept | told).items() for c in CANARIES if c in text}
    assert found == set()


def _files(folder):
    """Give every file that is left, but for the publication itself."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if "published" not in path.parts]
