"""The shop's daily pull of SendGrid's lists."""

from datetime import datetime

from orchestration.environments import Settings
from orchestration.shops.ledger import shop_ledger
from orchestration.workspace import Workspace
from reverse_etl.inbound.suppression_pull import SOURCE, PullReport, pull_suppressions


def pull_shop_suppressions(
    settings: Settings, workspace: Workspace, *, now: datetime
) -> PullReport:
    """Pull into the shop's landing zone and ledger.

    Raises TransientError, TerminalError, OSError; the next pull asks for the same again.
    """
    with shop_ledger(settings, workspace) as ledger:
        return pull_suppressions(
            settings.channel_settings(workspace.outbox),
            workspace.landing,
            workspace.state / f"{SOURCE}.json",
            ledger,
            secret=ledger.secret,
            now=now,
        )
