"""The console command `enishi`."""

import typer

from orchestration.cli import (
    backtests,
    build,
    engines,
    identity,
    metrics,
    provisions,
    publication,
    scenarios,
    sources,
    syncs,
    webhooks,
)

app = typer.Typer(
    name="enishi",
    help="Enishi (縁): from landed files to the channels. The shop is $ENISHI_SHOP.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for room in (
    sources,
    build,
    backtests,
    identity,
    publication,
    engines,
    scenarios,
    metrics,
    syncs,
    provisions,
    webhooks,
):
    room.register(app)
