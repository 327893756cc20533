"""The bench of channel line_messages."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_line import FakeLine
from tests.contract.loopback import Reply, Request, answer_json, serve
from tests.contract.sync_world import CANARY_KEY, Person, line_user, mail_of_line_user, message_spec

TEXT = {"type": "text", "text": "お元気ですか。またのお越しをお待ちしています。"}


class LineMessagesBench:
    """The local LINE and what its users got, under the addresses that their ids are made of."""

    name = "line_messages"

    def __init__(self, fake: FakeLine) -> None:
        self.fake = fake
        self.spec: SyncSpec = message_spec(
            self.name,
            medium="line",
            payload={"line_user_id": {"column": "contact.line_user_id", "required": True}},
            options={"messages": [TEXT]},
        )

    def settings(self) -> ChannelSettings:
        return ChannelSettings(
            secrets={"LINE_CHANNEL_ACCESS_TOKEN": CANARY_KEY},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {mail_of_line_user(sent.user): sent.messages[0] for sent in self.fake.sent}

    def added(self) -> Counter[str]:
        return Counter(mail_of_line_user(sent.user) for sent in self.fake.sent)

    def writes(self) -> int:
        return len(self.fake.sends)

    def go_down(self) -> None:
        self.fake.before = lambda _request: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _request: None

    def poison(self, person: Person) -> Person:
        """Let the vendor refuse every request with a message to this person."""

        def refuse(request: Request) -> Reply | None:
            is_bad = line_user(person.email) in (request.body or {}).get("to", [])
            return answer_json(400, {"message": "invalid"}) if is_bad else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(_folder: Path) -> Iterator[LineMessagesBench]:
    """Give an account that has sent nothing."""
    with serve(FakeLine()) as fake:
        yield LineMessagesBench(fake)
