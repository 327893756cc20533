"""The bench of channel webhook."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_receiver import SECRET, FakeReceiver
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import Person, winback_spec

OPTIONS = {"url_from": "WEBHOOK_URL", "secret_from": "WEBHOOK_SECRET", "type": "winback.due"}
SECRETS = {"WEBHOOK_URL": "https://hooks.example.jp/winback?from=enishi", "WEBHOOK_SECRET": SECRET}


class WebhookBench:
    """The local receiver and the people it keeps."""

    name = "webhook"

    def __init__(self, fake: FakeReceiver) -> None:
        self.fake = fake
        self.spec: SyncSpec = winback_spec(self.name, options={**OPTIONS, "shape": "list"})

    def settings(self, **secrets: str) -> ChannelSettings:
        return ChannelSettings(
            secrets={**SECRETS, **secrets},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {fields["email"]: fields for fields in self.fake.people.values()}

    def people(self) -> dict[str, dict[str, str]]:
        """Give person_id → the fields that the receiver holds."""
        return self.fake.people

    def added(self) -> Counter[str]:
        emails = {person: fields["email"] for person, fields in self.fake.people.items()}
        return Counter({emails[p]: count for p, count in self.fake.told.items() if p in emails})

    def writes(self) -> int:
        return len(self.fake.requests)

    def go_down(self) -> None:
        self.fake.before = lambda _request: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _request: None

    def poison(self, person: Person) -> Person:
        """Let the receiver refuse every request that names this person."""

        def refuse(request: Request) -> Reply | None:
            is_bad = f'"{person.person_id}"' in request.raw.decode()
            return Reply(400, b"") if is_bad else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(_folder: Path) -> Iterator[WebhookBench]:
    """Give a receiver that was told nothing."""
    with serve(FakeReceiver()) as fake:
        yield WebhookBench(fake)
