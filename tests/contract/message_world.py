"""A letterbox with its ledger, publications and clock: what tests of messages stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from reverse_etl.channel import Channel, ChannelSettings
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec
from tests.contract.ledgers import NAME, new_ledger
from tests.contract.letterbox import CHANNELS, Letterbox, LetterboxChannel, open_letterbox
from tests.contract.sync_world import LIVE, NOW, Person, TurnedClock, message_spec, publish


class Mailroom:
    """One letterbox and the runs of syncs into it."""

    def __init__(self, box: Letterbox, folder: Path, kind: str) -> None:
        self.box, self.folder, self.kind = box, folder, kind
        self.ledger = new_ledger(folder, witness=folder / "witness.json")
        self.clock = TurnedClock()
        self.spec: SyncSpec = message_spec(CHANNELS[kind].name)
        self.runs = 0

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / NAME}"

    def channel(self, **able: object) -> LetterboxChannel:
        """Give a channel to the letterbox, with other capabilities where a test wants them."""
        kind = CHANNELS[self.kind]
        channel = kind.open({}, (), ChannelSettings(base_urls={kind.name: self.box.url}))
        if able:
            channel.capabilities = replace(channel.capabilities, **able)
        return channel

    def publish(self, people: list[Person], **policy: Any) -> Path:
        """Publish people as of now."""
        self.runs += 1
        place = self.folder / "published" / f"pub{self.runs}"
        policy.setdefault("sync", self.spec.name)
        return publish(place, people, published_at=self.clock.now(), **policy)

    def run(
        self,
        people: list[Person],
        *,
        spec: SyncSpec | None = None,
        channel: Channel | None = None,
        policy: SendPolicy = LIVE,
        **published: Any,
    ) -> SyncResult:
        """Publish people and run a sync on them."""
        spec = spec or self.spec
        folder = self.publish(people, sync=spec.name, **published)
        return self.rerun(folder, spec=spec, channel=channel, policy=policy)

    def rerun(
        self,
        folder: Path,
        *,
        spec: SyncSpec | None = None,
        channel: Channel | None = None,
        policy: SendPolicy = LIVE,
    ) -> SyncResult:
        """Run a sync on a publication."""
        self.runs += 1
        opened = channel or self.channel()
        try:
            return run_sync(
                spec or self.spec,
                folder,
                self.ledger,
                opened,
                policy=policy,
                clock=self.clock,
                run_id=f"run{self.runs}",
            )
        finally:
            if isinstance(opened, LetterboxChannel):
                opened.close()

    def states(self) -> dict[str, tuple[str, str]]:
        """Give person_id → state and code of the newest message."""
        return {
            record.person_id: (record.state, record.code)
            for record in self.ledger.export_messages()
        }


@contextmanager
def open_mailroom(folder: Path, kind: str) -> Iterator[Mailroom]:
    """Give an empty letterbox of a class of delivery, with a new ledger."""
    with open_letterbox() as box:
        room = Mailroom(box, folder, kind)
        try:
            yield room
        finally:
            room.ledger.close()


def account_for(room: Mailroom, people: int) -> str:
    """Hold that everybody has one copy or is listed as unknown, which events end; give figures.

    Where a kill comes between the claim of the only batch and its call, nobody has one.
    """
    copies = room.box.copies()
    assert set(copies.values()) <= {1}
    unknown = set(room.ledger.unknown_messages(room.spec.name))
    arrived = {row["id"] for row in room.box.coming()}
    states = [record.state for record in room.ledger.export_messages()]
    assert len(states) == people
    assert states.count("accepted") + len(unknown) == people
    assert len(arrived | unknown) == people
    if room.kind != "C":
        assert not unknown
    events = [MessageEvent(known, "delivered", NOW) for known in sorted(arrived & unknown)]
    room.ledger.reconcile(events, now=NOW)
    left = set(room.ledger.unknown_messages(room.spec.name))
    assert left == unknown - arrived
    return (
        f"{sum(copies.values()) - len(copies)} doubled, {people - len(arrived | unknown)} lost, "
        f"{len(unknown)} unknown, of which events ended {len(unknown - left)}"
    )
