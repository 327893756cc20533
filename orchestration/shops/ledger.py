"""The shop's delivery ledger, opened for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.environments import Settings
from orchestration.workspace import Workspace
from reverse_etl.ledger import Ledger


@contextmanager
def shop_ledger(settings: Settings, workspace: Workspace) -> Iterator[Ledger]:
    """The ledger at ENISHI_LEDGER_URL, or the embedded one in the shop's state folder."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    url = settings.ledger_url or f"sqlite:///{workspace.state / 'ledger.sqlite'}"
    witness = workspace.state / "ledger_witness.json"
    ledger = Ledger(url, plans=workspace.plans, witness=witness)
    try:
        yield ledger
    finally:
        ledger.close()
