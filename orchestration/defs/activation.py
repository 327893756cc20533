"""One asset per segment and channel: plan, claim, send, settle, from the publication alone."""

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import dagster as dg

from orchestration.defs.gates import gate_run_id
from orchestration.defs.publication import PUBLICATION
from orchestration.defs.resources import Shop
from orchestration.environments import REPOSITORY
from orchestration.publication.editions import current
from orchestration.shops.concerns import sending_concerns
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channel import open_channel
from reverse_etl.engine import run_sync, send_policy
from reverse_etl.errors import TerminalError
from reverse_etl.scenario import enabled_syncs, load_scenarios
from reverse_etl.spec import SyncSpec, load_syncs

GROUP = "7_activation"
SYNCS = REPOSITORY / "reverse_etl" / "syncs"
SCENARIOS = REPOSITORY / "reverse_etl" / "scenarios"
BUILD_CRON = "0 5 * * *"
"""When the daily build starts, in the time zone of the shop's syncs."""
MAX_REJECTED_RATIO = 0.05
POLICY = "send_eligibility"
CHECKS = {
    "few_rejected": "At most 5 % of the recipients of a run were refused by the destination.",
    "none_unknown": "Of every recipient it is known whether the message or change arrived.",
}


def shop_syncs() -> list[SyncSpec]:
    """The syncs that the shop's profile names, and those of the scenarios it has switched on.

    Raises:
        ValueError: the profile names a sync that has no file.
        SpecError: it names a scenario that has none, or a file is wrong.
    """
    wanted = Shop().profile.syncs
    known = {sync.name: sync for sync in load_syncs(SYNCS)}
    if unknown := sorted(set(wanted) - set(known)):
        raise ValueError(
            f"The shop {Shop().profile.name} names syncs without a file: {', '.join(unknown)}. "
            f"Add reverse_etl/syncs/<name>.yml or take them out of the profile."
        )
    switched_on = Shop().profile.scenarios
    scenarios = load_scenarios(SCENARIOS) if switched_on else []
    return [known[name] for name in wanted] + enabled_syncs(scenarios, switched_on)


def sync_key(sync: str) -> dg.AssetKey:
    """The asset of a sync."""
    return dg.AssetKey(["activation", sync])


def due(spec: SyncSpec) -> dg.AutomationCondition[dg.AssetKey | dg.AssetCheckKey]:
    """When a sync starts by itself: at its time, on today's build, if no gate before it failed.

    A build that ends late is waited for; a failed gate on the segment or the policy holds the
    sync until a later build passes it.
    """
    zone = spec.schedule.time_zone
    on_time = dg.AutomationCondition.on_cron(spec.schedule.cron, zone)
    # By itself on_cron waits for a build that ends after the sync's own time: tomorrow's.
    on_todays_build = on_time.replace(
        dg.AutomationCondition.all_deps_updated_since_cron(spec.schedule.cron, zone),
        dg.AutomationCondition.all_deps_updated_since_cron(BUILD_CRON, zone),
    )
    return on_todays_build & dg.AutomationCondition.all_deps_blocking_checks_passed()


def sync_step(spec: SyncSpec, *, scheduled: bool) -> dg.AssetsDefinition:
    """The step that runs one sync on the current publication, by itself where `scheduled`."""

    @dg.asset(
        key=sync_key(spec.name),
        # The segment and the policy stand here for their checks; data come from the publication.
        deps=[PUBLICATION, dg.AssetKey([spec.segment]), dg.AssetKey([POLICY])],
        group_name=GROUP,
        description=spec.description,
        owners=[f"team:{spec.owner}"],
        kinds={spec.channel.split("_", maxsplit=1)[0]},
        pool=f"channel_{spec.channel}",
        check_specs=[
            dg.AssetCheckSpec(name, asset=sync_key(spec.name), description=text)
            for name, text in CHECKS.items()
        ],
        automation_condition=due(spec) if scheduled else None,
        # A vendor that does not answer now may in a minute; the ledger knows what went out.
        retry_policy=dg.RetryPolicy(
            max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
        ),
    )
    def sync(context: dg.AssetExecutionContext, shop: Shop) -> Iterator[dg.MaterializeResult[None]]:
        started = perf_counter()
        summary = _run(spec, shop, gate_run_id(context))
        if waiting := summary.get("waiting_reason"):
            context.log.warning("%s waits: %s", spec.name, waiting)
        yield dg.MaterializeResult(
            metadata={
                "summary": dict(summary),
                "dagster/row_count": summary["source_rows"],
                "plan": dg.MetadataValue.text(summary["plan_id"]),
                "refused": _counts(summary["refused"]),
                "seconds": round(perf_counter() - started, 3),
            },
            check_results=list(outcome_checks(summary)),
        )

    return sync


def _run(spec: SyncSpec, shop: Shop, run_id: str) -> Mapping[str, Any]:
    published = current(shop.workspace.published)
    if published is None:
        raise dg.Failure("There is no publication yet: run the build first.", allow_retries=False)
    channel = open_channel(spec, shop.channel_settings)
    policy = send_policy(
        channel,
        live_sends=shop.settings.environment.live_sends,
        concerns=sending_concerns(shop.workspace, published),
    )
    try:
        with shop_ledger(shop.settings, shop.workspace) as ledger:
            result = run_sync(
                spec,
                published.folder,
                ledger,
                channel,
                policy=policy,
                run_id=run_id,
            )
    except TerminalError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    return result.summary


def _counts(refused: Mapping[str, int]) -> dg.TableMetadataValue:
    """Refusals by reason as a table; empty when nobody was refused."""
    return dg.MetadataValue.table(
        records=[dg.TableRecord({"reason": reason, "people": n}) for reason, n in refused.items()],
        schema=dg.TableSchema(
            [dg.TableColumn("reason", "string"), dg.TableColumn("people", "int")]
        ),
    )


def outcome_checks(summary: Mapping[str, Any]) -> Iterator[dg.AssetCheckResult]:
    """What a run came to at the destination, as checks that warn; nothing sent passes."""
    sent = sum(summary[state] for state in ("delivered", "accepted", "rejected", "unknown"))
    rejected, unknown = summary["rejected"], summary["unknown"]
    verdicts = {
        "few_rejected": (rejected <= MAX_REJECTED_RATIO * sent, f"{rejected} of {sent} refused"),
        "none_unknown": (unknown == 0, f"{unknown} of {sent} of unknown outcome"),
    }
    for name, (passed, text) in verdicts.items():
        yield dg.AssetCheckResult(
            check_name=name,
            passed=passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=text,
            metadata={"sent": sent, "rejected": rejected, "unknown": unknown},
        )


@dg.definitions
def activation() -> dg.Definitions:
    """The syncs of the current shop."""
    scheduled = "syncs" in Shop().settings.environment.schedules
    return dg.Definitions(assets=[sync_step(spec, scheduled=scheduled) for spec in shop_syncs()])
