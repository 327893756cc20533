"""The bench of channel line_audience."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_line_audience import FakeLineAudience
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import CANARY_KEY, Person, mail_of_line_user, winback_spec


class LineAudienceBench:
    """The local LINE and whom its audiences reach, under the addresses their ids are made of."""

    name = "line_audience"

    def __init__(self, fake: FakeLineAudience) -> None:
        self.fake = fake
        self.spec: SyncSpec = winback_spec(
            self.name,
            medium="line",
            payload={"line_user_id": {"column": "contact.line_user_id", "required": True}},
            options={"audience": "お久しぶりの方"},
        )

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            secrets={"LINE_CHANNEL_ACCESS_TOKEN": CANARY_KEY},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        """Give everybody whom any of the audiences reaches: a person could choose any of them."""
        audiences = self.fake.audiences.values()
        return {mail_of_line_user(user): {} for audience in audiences for user in audience.users}

    def added(self) -> Counter[str]:
        audiences = self.fake.audiences.values()
        return Counter(mail_of_line_user(user) for audience in audiences for user in audience.users)

    def writes(self) -> int:
        return len(self.fake.writes)

    def go_down(self) -> None:
        self.fake.before = lambda _request: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _request: None

    def poison(self, person: Person) -> Person:
        """Give the person without a user id: LINE passes over ids that are none."""
        return replace(person, email=None)


@contextmanager
def open_bench(_folder: Path) -> Iterator[LineAudienceBench]:
    """Give an account without audiences."""
    with serve(FakeLineAudience()) as fake:
        yield LineAudienceBench(fake)
