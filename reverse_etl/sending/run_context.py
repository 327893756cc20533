"""What the steps of one run share."""

from dataclasses import dataclass
from pathlib import Path

from reverse_etl.channel import Channel
from reverse_etl.clock import Clock
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.targets import TargetSet
from reverse_etl.sending.delivery import Delivery
from reverse_etl.spec import SyncSpec


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one sync: its people, its ledger, its channel."""

    spec: SyncSpec
    folder: Path
    ledger: Ledger
    channel: Channel
    clock: Clock
    run_id: str
    found: TargetSet
    delivery: Delivery
