"""Commands about syncs: sync plan, run, approve, release, retry-failed, cancel; syncs."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import typer

from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.cli.summary import show_syncs
from orchestration.environments import REPOSITORY
from orchestration.publication.editions import Publication, current
from orchestration.shops.concerns import sending_concerns
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channel import open_channel
from reverse_etl.clock import SystemClock
from reverse_etl.engine import latest_summaries, run_sync, send_policy
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import approve as approve_plan
from reverse_etl.scenario import enabled_syncs, load_scenarios
from reverse_etl.sending.undo import call_back_last_run
from reverse_etl.spec import SyncSpec, load_syncs

Name = Annotated[
    str, typer.Argument(help="The sync: a file in reverse_etl/syncs/, or <scenario>__<step>.")
]
SCENARIOS = REPOSITORY / "reverse_etl" / "scenarios"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Plan, send and mend one sync.")
    for command in (plan, run, approve, release, cancel, rebaseline):
        group.command()(command)
    group.command("retry-failed")(retry_failed)
    app.add_typer(group, name="sync")
    app.command()(syncs)


def plan(name: Name) -> None:
    """Show what a sync would send on the current publication, and send nothing.

    The step of a scenario that is switched off has its plan too.
    """
    shop = shop_context()
    _run(shop, _syncs_of(shop, name) or _steps_of(name) or [_unknown(shop, name)], True)


def run(name: Name) -> None:
    """Plan one sync on the current publication and, where the environment allows it, deliver."""
    shop = shop_context()
    _run(shop, _specs(shop, name), False)


def approve(
    plan_id: Annotated[str, typer.Argument(help="The plan that waits (`enishi syncs`).")],
    by: Annotated[str, typer.Option(help="Who approves it.")],
) -> None:
    """Let exactly this plan go on the next run of its sync."""
    with _ledger() as ledger:
        approve_plan(ledger, plan_id, by=by, now=SystemClock().now())
    console.print(f"Approved {plan_id}.")


def release(name: Name) -> None:
    """Let the rows of a sync be tried again that were refused five times."""
    specs = _specs(shop_context(), name)
    with _ledger() as ledger:
        for spec in specs:
            console.print(f"Released {ledger.release_rows(spec.name):,} rows of {spec.name}.")


def retry_failed(
    name: Name,
    since: Annotated[datetime, typer.Option(help="From this day or instant on, UTC.")],
) -> None:
    """Let the rows be tried again that were refused since an instant, and run the sync."""
    shop = shop_context()
    specs = _specs(shop, name)
    with _ledger() as ledger:
        for spec in specs:
            released = ledger.release_rows(spec.name, since=since.replace(tzinfo=UTC))
            console.print(f"Released {released:,} rows of {spec.name}.")
    _run(shop, specs, False)


def cancel(name: Name) -> None:
    """Call back what the last run of a sync has sent, while nobody has got it yet."""
    shop = shop_context()
    for spec in _specs(shop, name):
        channel = open_channel(spec, shop.settings.channel_settings(shop.workspace.outbox))
        with _ledger() as ledger:
            undone = call_back_last_run(spec, ledger, channel, clock=SystemClock())
        console.print(
            f"Called back {undone.messages:,} messages of {spec.name}; "
            f"{undone.batches_too_late:,} batches came too late."
        )


def rebaseline(by: Annotated[str, typer.Option(help="Who takes the ledger as it is.")]) -> None:
    """Take a ledger that was lost or put back as it is; every sync then waits for approval once."""
    if not by.strip():
        _fail("Say who takes the ledger as it is.")
    with _ledger() as ledger:
        ledger.witness.rebaseline(now=SystemClock().now())
    console.print(f"The ledger is taken as it is, by {by}.", markup=False)


def syncs() -> None:
    """Show what the last run of every sync came to."""
    shop = shop_context()
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        show_syncs(latest_summaries(ledger))


def _run(shop: ShopContext, specs: Sequence[SyncSpec], is_plan: bool) -> None:
    published = current(shop.workspace.published)
    if published is None:
        _fail("There is no publication yet: run `enishi publish` first.")
    show_syncs([_result(shop, spec, published, is_plan=is_plan) for spec in specs])


def _result(
    shop: ShopContext, spec: SyncSpec, published: Publication, *, is_plan: bool
) -> Mapping[str, Any]:
    channel = open_channel(spec, shop.settings.channel_settings(shop.workspace.outbox))
    live = send_policy(
        channel,
        live_sends=shop.settings.environment.live_sends,
        concerns=sending_concerns(shop.workspace, published),
    )
    with _ledger() as ledger:
        result = run_sync(
            spec,
            published.folder,
            ledger,
            channel,
            policy=replace(live, live=False) if is_plan else live,
            run_id=str(uuid.uuid4()),
        )
    return result.summary


@contextmanager
def _ledger() -> Iterator[Ledger]:
    """Give the shop's ledger; what the engine refuses is said in its own words."""
    shop = shop_context()
    try:
        with shop_ledger(shop.settings, shop.workspace) as ledger:
            yield ledger
    except (TransientError, TerminalError) as error:
        _fail(str(error))


def _specs(shop: ShopContext, name: str) -> list[SyncSpec]:
    """Give the sync of a name, or those of a scenario step's channels; only what may be sent."""
    found = _syncs_of(shop, name)
    if not found and _steps_of(name):
        scenario = name.partition("__")[0]
        _fail(
            f"The shop {shop.profile.name} has not switched the scenario {scenario} on: add it to "
            f"scenarios in its profile. `enishi sync plan {name}` shows what it would send."
        )
    return found or [_unknown(shop, name)]


def _syncs_of(shop: ShopContext, name: str) -> list[SyncSpec]:
    known = {spec.name: spec for spec in load_syncs(REPOSITORY / "reverse_etl" / "syncs")}
    if name in shop.profile.syncs and name in known:
        return [known[name]]
    on = enabled_syncs(load_scenarios(SCENARIOS), shop.profile.scenarios)
    return [spec for spec in on if name in (spec.name, spec.messages_of)]


def _steps_of(name: str) -> list[SyncSpec]:
    """Give the syncs of a scenario step's channels, switched on or not."""
    steps = (spec for scenario in load_scenarios(SCENARIOS) for spec in scenario.syncs())
    return [spec for spec in steps if name in (spec.name, spec.messages_of)]


def _unknown(shop: ShopContext, name: str) -> NoReturn:
    on = enabled_syncs(load_scenarios(SCENARIOS), shop.profile.scenarios)
    names = [*shop.profile.syncs, *dict.fromkeys(spec.message_name for spec in on)]
    _fail(
        f"The shop {shop.profile.name} has no sync {name}; it has {', '.join(names)}. "
        "`enishi scenarios` lists the steps of scenarios."
    )


def _fail(message: str) -> NoReturn:
    console.print(str(message), style="red", markup=False)
    raise typer.Exit(1)
