"""A sync starts by itself at its time, on today's build, and never behind a failed gate."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.defs.activation import due, outcome_checks, shop_syncs

SPEC_CRON = "40 7 * * *"
# The function that evaluates conditions in tests uses a parameter that Dagster calls beta.
pytestmark = pytest.mark.filterwarnings("ignore::dagster.BetaWarning")


class Daemon:
    """The automation daemon, moved by hand over a segment, a publication and a sync."""

    def __init__(self, condition, instance):
        self.instance = instance
        self.cursor = None

        @dg.asset(check_specs=[dg.AssetCheckSpec("outbound_gate", asset="segment", blocking=True)])
        def segment():
            yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

        @dg.asset(deps=[segment])
        def publication():
            pass

        @dg.asset(deps=[segment, publication], automation_condition=condition)
        def sync():
            pass

        self.defs = dg.Definitions(assets=[segment, publication, sync])

    def build(self, *, gate_passes=True):
        self.instance.report_runless_asset_event(dg.AssetMaterialization("segment"))
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("segment"),
                check_name="outbound_gate",
                passed=gate_passes,
                blocking=True,
            )
        )
        if gate_passes:
            self.instance.report_runless_asset_event(dg.AssetMaterialization("publication"))

    def requests_at(self, hour, minute=0, *, day=2):
        """How many runs are asked for at a time of November in Japan."""
        now = datetime(2026, 11, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)
        utc = datetime.fromtimestamp(now.replace(tzinfo=UTC).timestamp() - 9 * 3600, UTC)
        result = dg.evaluate_automation_conditions(
            defs=self.defs, instance=self.instance, cursor=self.cursor, evaluation_time=utc
        )
        self.cursor = result.cursor
        return result.total_requested


@pytest.fixture
def daemon(shop):
    spec = next(s for s in shop_syncs() if s.schedule.cron == SPEC_CRON)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Daemon(due(spec), instance)


def test_sync_starts_once_at_its_time_when_the_build_of_the_day_passed(daemon):
    assert daemon.requests_at(4) == 0
    assert daemon.requests_at(5, 1) == 0
    daemon.build()
    assert daemon.requests_at(6) == 0
    assert daemon.requests_at(7, 41) == 1
    assert daemon.requests_at(7, 45) == 0


def test_sync_waits_for_a_build_that_ends_late(daemon):
    daemon.requests_at(4)
    daemon.requests_at(5, 1)
    assert daemon.requests_at(7, 41) == 0
    daemon.build()
    assert daemon.requests_at(8, 30) == 1


def test_sync_is_held_back_when_the_gate_failed_and_goes_after_the_next_build(daemon):
    daemon.requests_at(4)
    daemon.build()
    daemon.requests_at(5, 1)
    daemon.build(gate_passes=False)
    assert daemon.requests_at(7, 41) == 0
    daemon.build()
    assert daemon.requests_at(9) == 1


@pytest.mark.parametrize(
    ("delivered", "rejected", "unknown", "passed"),
    [
        (95, 5, 0, [True, True]),
        (94, 6, 0, [False, True]),
        (99, 0, 1, [True, False]),
        (0, 0, 0, [True, True]),
    ],
    ids=["at_the_limit", "above_it", "one_unknown", "nothing_sent"],
)
def test_outcome_checks_warn_of_rejected_and_unknown(delivered, rejected, unknown, passed):
    summary = {"delivered": delivered, "accepted": 0, "rejected": rejected, "unknown": unknown}
    assert [check.passed for check in outcome_checks(summary)] == passed
