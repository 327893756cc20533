"""For every channel a bench: the channel on a local destination, and what that destination holds.

A new channel adds its bench here; without one the contract suite fails.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reverse_etl.channels.base import Batch, BatchResult, Channel, ChannelSettings, open_channel
from reverse_etl.spec import SyncSpec
from tests.contract.fake_sendgrid import Call, FakeSendGrid, Reply, serve
from tests.contract.sync_world import CANARY_KEY, Person, winback_spec


class FileBench:
    """The outbox: what its files, read in order, amount to."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self.outbox = folder / "outbox"
        self.spec: SyncSpec = winback_spec(self.name)

    def settings(self) -> ChannelSettings:
        return ChannelSettings(outbox=self.outbox)

    def held(self) -> dict[str, dict[str, str]]:
        """Give email → the row that the receiver would hold."""
        return {row["email"]: row for row in self.people().values()}

    def people(self) -> dict[str, dict[str, str]]:
        """Give person_id → the row that the receiver would hold."""
        people: dict[str, dict[str, str]] = {}
        for path in self._files():
            for row in _rows(path):
                if path.name.startswith("removes"):
                    people.pop(row["person_id"], None)
                else:
                    people[row["person_id"]] = row
        return people

    def added(self) -> Counter[str]:
        """Give how often each address stands in a file of new people."""
        files = [path for path in self._files() if path.name.startswith("adds")]
        return Counter(row["email"] for path in files for row in _rows(path))

    def writes(self) -> int:
        return len(self._files())

    def go_down(self) -> None:
        """Stand a file where the outbox should be."""
        self.outbox.write_text("in the way")

    def come_back(self) -> None:
        self.outbox.unlink()

    def poison(self, person: Person) -> Person:
        """Give the person a name that the receiver's encoding does not have."""
        self.spec = winback_spec(self.name, options={"encoding": "cp932"})
        return replace(person, family_name="𠮷田")

    def _files(self) -> list[Path]:
        files = self.outbox.rglob("*_*.csv") if self.outbox.is_dir() else []
        return sorted(files, key=lambda path: (path.parent.name, path.name.rpartition("_")[2]))


class SendGridBench:
    """The local SendGrid and its list."""

    name = "sendgrid_contacts"

    def __init__(self, fake: FakeSendGrid) -> None:
        self.fake = fake
        self.spec: SyncSpec = winback_spec(self.name)

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            secrets={"SENDGRID_API_KEY": CANARY_KEY},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {email: self.fake.contacts[email] for email in self.fake.on_list}

    def added(self) -> Counter[str]:
        return Counter(dict.fromkeys(self.fake.on_list, 1))

    def writes(self) -> int:
        return len(self.fake.writes)

    def go_down(self) -> None:
        self.fake.before = lambda _call: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _call: None

    def poison(self, person: Person) -> Person:
        """Let the vendor refuse every batch that holds this person."""

        def refuse(call: Call) -> Reply | None:
            people = (call.body or {}).get("contacts", [])
            is_bad = any(contact["email"] == person.email for contact in people)
            return Reply(400, b'{"errors":[{"message":"invalid"}]}') if is_bad else None

        self.fake.before = refuse
        return person


Bench = FileBench | SendGridBench
BENCHES = ("file", "sendgrid_contacts")


@contextmanager
def open_bench(name: str, folder: Path) -> Iterator[Bench]:
    """Give the bench of a channel."""
    if name == "file":
        yield FileBench(folder)
        return
    with serve(FakeSendGrid()) as fake:
        yield SendGridBench(fake)


def channel_of(bench: Bench, **capabilities: object) -> Channel:
    """Give the bench's channel, with smaller limits where a test wants them."""
    channel = open_channel(bench.spec, bench.settings())
    if capabilities:
        smaller = replace(channel.capabilities, **capabilities)  # type: ignore[arg-type]
        channel.capabilities = smaller  # type: ignore[misc]
    return channel


def scripted(channel: Channel, *answers: BatchResult) -> list[Batch]:
    """Let a channel give these answers first, without doing anything; gives what it was asked."""
    asked: list[Batch] = []
    waiting = list(answers)
    deliver = channel.deliver

    def answer(batch: Batch) -> BatchResult:
        asked.append(batch)
        return waiting.pop(0) if waiting else deliver(batch)

    channel.deliver = answer  # type: ignore[method-assign]
    return asked


def _rows(path: Path) -> list[dict[str, str]]:
    manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    encoding = manifest["files"][path.name]["encoding"]
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))
