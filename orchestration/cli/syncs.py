"""Commands about syncs: sync, approve, syncs."""

import uuid
from dataclasses import replace
from typing import Annotated

import typer

from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.cli.summary import show_syncs
from orchestration.environments import REPOSITORY
from orchestration.publication.editions import current
from orchestration.shops.concerns import sending_concerns
from orchestration.shops.ledger import shop_ledger
from reverse_etl.channels.base import open_channel
from reverse_etl.clock import SystemClock
from reverse_etl.engine import latest_summaries, run_sync, send_policy
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.guards import approve as approve_plan
from reverse_etl.spec import SyncSpec, load_syncs


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(sync)
    app.command()(approve)
    app.command()(syncs)


def sync(
    name: Annotated[str, typer.Argument(help="The sync: a file in reverse_etl/syncs/.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be sent, and send nothing.")
    ] = False,
) -> None:
    """Plan one sync on the current publication and, where the environment allows it, deliver."""
    shop = shop_context()
    spec = _spec(shop, name)
    published = current(shop.workspace.published)
    if published is None:
        _fail("There is no publication yet: run `enishi publish` first.")
        return
    channel = open_channel(spec, shop.settings.channel_settings(shop.workspace.outbox))
    live = send_policy(
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
                policy=replace(live, live=False) if plan else live,
                run_id=str(uuid.uuid4()),
            )
    except (TransientError, TerminalError) as error:
        _fail(str(error))
        return
    show_syncs([result.summary])


def approve(
    plan_id: Annotated[str, typer.Argument(help="The plan that waits (`enishi syncs`).")],
    by: Annotated[str, typer.Option(help="Who approves it.")],
) -> None:
    """Let exactly this plan go on the next run of its sync."""
    shop = shop_context()
    try:
        with shop_ledger(shop.settings, shop.workspace) as ledger:
            approve_plan(ledger, plan_id, by=by, now=SystemClock().now())
    except TerminalError as error:
        _fail(str(error))
    console.print(f"Approved {plan_id}.")


def syncs() -> None:
    """Show what the last run of every sync came to."""
    shop = shop_context()
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        show_syncs(latest_summaries(ledger))


def _spec(shop: ShopContext, name: str) -> SyncSpec:
    known = {spec.name: spec for spec in load_syncs(REPOSITORY / "reverse_etl" / "syncs")}
    names = [sync for sync in shop.profile.syncs if sync in known]
    if name not in names:
        _fail(f"The shop {shop.profile.name} has no sync {name}; it has {', '.join(names)}.")
    return known[name]


def _fail(message: str) -> None:
    console.print(str(message), style="red", markup=False)
    raise typer.Exit(1)
