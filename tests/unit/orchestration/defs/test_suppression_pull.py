"""The pull as a step of the build: it warns, and holds nothing up."""

import dagster as dg

from orchestration.defs.ingestion import source_mapping, source_step
from orchestration.defs.landing import LANDING
from orchestration.defs.suppression_pull import PULL, pull, suppression_pull
from orchestration.shops.profile import SourceUse
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import CANARY_KEY
from tests.contract.test_suppression_pull import FakeLists


def _materialize(shop):
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([pull], resources={"shop": shop}, instance=instance)
    (check,) = done.get_asset_check_evaluations()
    return done, check


def test_step_warns_and_does_not_fail_when_the_key_is_missing(shop):
    done, check = _materialize(shop)
    assert done.success
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["problem"].value == "SENDGRID_API_KEY is not set; nothing was asked"


def test_step_lands_the_lists_and_warns_when_the_vendor_is_away(shop, monkeypatch):
    with serve(FakeLists()) as fake:
        monkeypatch.setenv("SENDGRID_API_KEY", CANARY_KEY)
        monkeypatch.setenv("ENISHI_SENDGRID_URL", fake.base_url)
        fake.put("unsubscribes", "canary1@example.jp")
        done, check = _materialize(shop)
        assert check.passed
        assert done.asset_materializations_for_node(pull.op.name)[0].metadata[
            "rows/unsubscribes"
        ] == dg.IntMetadataValue(1)
        assert len(list((shop.workspace.landing / "sendgrid_suppressions").iterdir())) == 1
        fake.before = lambda _call: Reply(500)
        done, check = _materialize(shop)
    assert done.success
    assert check.metadata["problem"].value == "SendGrid answered http_500"


def test_source_waits_for_the_pull_and_a_shop_without_it_has_no_step():
    use = SourceUse(source="sendgrid_suppressions")
    step = source_step(use, source_mapping(use))
    (key,) = step.keys
    assert step.asset_deps[key] == {LANDING, PULL}
    assert list(suppression_pull().assets or []) == []
