"""What the steps of one run share."""

from dataclasses import dataclass
from pathlib import Path

from reverse_etl.channels.base import Channel
from reverse_etl.clock import Clock
from reverse_etl.delivery import Delivery
from reverse_etl.ledger import Ledger
from reverse_etl.spec import SyncSpec
from reverse_etl.targets import TargetSet


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
