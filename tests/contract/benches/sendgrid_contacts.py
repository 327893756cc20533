"""The bench of channel sendgrid_contacts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import CANARY_KEY, Person, winback_spec


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

        def refuse(call: Request) -> Reply | None:
            people = (call.body or {}).get("contacts", [])
            is_bad = any(contact["email"] == person.email for contact in people)
            return Reply(400, b'{"errors":[{"message":"invalid"}]}') if is_bad else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(_folder: Path) -> Iterator[SendGridBench]:
    """Give an empty account."""
    with serve(FakeSendGrid()) as fake:
        yield SendGridBench(fake)
