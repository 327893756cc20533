"""Commands about what vendors tell: webhooks, pull-suppressions."""

from typing import Annotated

import typer

from orchestration.cli.context import console, shop_context
from orchestration.shops.ledger import shop_ledger
from orchestration.shops.suppressions import pull_shop_suppressions
from reverse_etl.clock import SystemClock
from reverse_etl.errors import TerminalError, TransientError


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(webhooks)
    app.command("pull-suppressions")(pull)


def webhooks(
    host: Annotated[
        str, typer.Option(help="Address to listen at; TLS belongs to the proxy before it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8790,
) -> None:
    """Take the signed events of SendGrid, LINE and Twilio into the landing zone and the ledger."""
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from reverse_etl.inbound.app import Inbox, inbound_app  # noqa: PLC0415 - an extra
        from reverse_etl.inbound.receivers import configured_receivers  # noqa: PLC0415 - an extra
    except ImportError as error:
        console.print(
            "The inbound application is not installed: pip install 'enishi[inbound]'.",
            style="red",
            markup=False,
        )
        raise typer.Exit(2) from error
    shop = shop_context()
    try:
        receivers = configured_receivers(shop.settings.secrets, shop.settings.webhooks_url)
    except TerminalError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
    with shop_ledger(shop.settings, shop.workspace) as ledger:
        app = inbound_app(Inbox(shop.workspace.landing, ledger), receivers)
        paths = ", ".join(receiver.path for receiver in receivers)
        console.print(f"Listening at http://{host}:{port}: {paths}")
        # Neither the vendors' addresses nor our own ids in callbacks belong in a log.
        uvicorn.run(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            lifespan="off",
            server_header=False,
            limit_concurrency=200,
        )


def pull() -> None:
    """Pull SendGrid's lists of bounces, complaints and unsubscribes into landing and ledger."""
    shop = shop_context()
    try:
        report = pull_shop_suppressions(shop.settings, shop.workspace, now=SystemClock().now())
    except (TransientError, TerminalError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    if report.missing:
        console.print(report.missing)
    for name, count in report.counts.items():
        console.print(f"{name}: {count:,}")
