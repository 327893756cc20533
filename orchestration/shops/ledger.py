"""The shop's delivery ledger, opened for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.environments import Settings
from orchestration.workspace import Workspace
from reverse_etl.ledger.feedback_export import export_feedback
from reverse_etl.ledger.ledger import Ledger

FEEDBACK = "enishi_ledger"
"""The source by which the warehouse hears what was sent, and who is held out."""


@contextmanager
def shop_ledger(settings: Settings, workspace: Workspace) -> Iterator[Ledger]:
    """The ledger at ENISHI_LEDGER_URL, or the embedded one in the shop's state folder.

    When it is given back, what changed in it lies in the landing zone.
    """
    workspace.state.mkdir(parents=True, exist_ok=True)
    url = settings.ledger_url or f"sqlite:///{workspace.state / 'ledger.sqlite'}"
    witness = workspace.state / "ledger_witness.json"
    ledger = Ledger(url, plans=workspace.plans, witness=witness)
    try:
        yield ledger
        export_feedback(ledger, workspace.landing / FEEDBACK)
    finally:
        ledger.close()
