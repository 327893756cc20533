"""For every channel a bench: the channel on a local destination, and what that destination holds.

A new channel adds a module of its name here, with `open_bench(folder)`; without one the contract
suite fails.
"""

import importlib
import pkgutil
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Channel,
    ChannelSettings,
    discover_channels,
    open_channel,
)
from reverse_etl.spec import SyncSpec
from tests.contract.sync_world import Person


class Bench(Protocol):
    """What the suite asks of a local destination."""

    name: str
    spec: SyncSpec

    def settings(self) -> ChannelSettings: ...

    def held(self) -> dict[str, dict[str, str]]:
        """Give e-mail address → the payload that the destination holds, or was sent."""

    def added(self) -> Counter[str]:
        """Give how often each e-mail address was added, or sent to."""

    def writes(self) -> int:
        """Give how many calls changed something."""

    def go_down(self) -> None: ...

    def come_back(self) -> None: ...

    def poison(self, person: Person) -> Person:
        """Give the person as one whom the destination refuses."""


BENCHES = tuple(
    sorted(
        module.name
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
        if module.name != "base"
    )
)
AUDIENCE_BENCHES = tuple(
    name
    for name in BENCHES
    if discover_channels()[name].capabilities.modes & {"mirror", "upsert", "add_only"}
)
"""Of the channels that keep a list; a channel that sends messages can do none of these modes."""
PARTED_BENCHES = tuple(
    name for name in AUDIENCE_BENCHES if not discover_channels()[name].capabilities.replaces_whole
)
"""Of those that take single people, many at a time."""


def open_bench(name: str, folder: Path) -> AbstractContextManager[Bench]:
    """Give the bench of a channel."""
    module = importlib.import_module(f"tests.contract.benches.{name}")
    opened: AbstractContextManager[Bench] = module.open_bench(folder)
    return opened


def channel_of(bench: Bench, **capabilities: Any) -> Channel:
    """Give the bench's channel, with smaller limits where a test wants them."""
    channel = open_channel(bench.spec, bench.settings())
    if capabilities:
        smaller = replace(channel.capabilities, **capabilities)
        channel.capabilities = smaller
    return channel


def scripted(channel: Channel, *answers: BatchResult) -> list[Batch]:
    """Let a channel give these answers first, without doing anything; gives what it was asked."""
    asked: list[Batch] = []
    waiting = list(answers)
    deliver = channel.deliver

    def answer(batch: Batch) -> BatchResult:
        asked.append(batch)
        return waiting.pop(0) if waiting else deliver(batch)

    channel.deliver = answer
    return asked
