"""The bench of channel sendgrid_mail."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.spec import SyncSpec
from tests.contract.fake_sendgrid_mail import FakeSendGridMail
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import CANARY_KEY, Person, message_spec

TEMPLATE_ID = "d-0123456789abcdef0123456789abcdef"
SECRETS = {
    "SENDGRID_API_KEY": CANARY_KEY,
    "SENDGRID_SENDER_EMAIL": "shop@example.jp",
    "SENDGRID_SENDER_NAME": "縁商店",
    "SENDGRID_SENDER_ADDRESS": "東京都千代田区千代田1-1",
    "SENDGRID_SENDER_CONTACT": "https://shop.example.jp/contact",
}


class SendGridMailBench:
    """The local SendGrid and the mails that leave it."""

    name = "sendgrid_mail"

    def __init__(self, fake: FakeSendGridMail) -> None:
        self.fake = fake
        self.spec: SyncSpec = message_spec(self.name, options={"template_id": TEMPLATE_ID})

    def settings(self, **secrets: str) -> ChannelSettings:
        return ChannelSettings(
            secrets={**SECRETS, **secrets},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {mail.email: mail.part["dynamic_template_data"] for mail in self.fake.coming()}

    def added(self) -> Counter[str]:
        return self.fake.copies()

    def writes(self) -> int:
        return len(self.fake.sends)

    def go_down(self) -> None:
        self.fake.before = lambda _call: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _call: None

    def poison(self, person: Person) -> Person:
        """Let the vendor refuse every request with a mail to this person."""

        def refuse(call: Request) -> Reply | None:
            people = (call.body or {}).get("personalizations", [])
            is_bad = any(part["to"][0]["email"] == person.email for part in people)
            return Reply(400, b'{"errors":[{"message":"invalid"}]}') if is_bad else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(_folder: Path, clock: Clock | None = None) -> Iterator[SendGridMailBench]:
    """Give an account that has sent nothing."""
    with serve(FakeSendGridMail(clock or SystemClock())) as fake:
        yield SendGridMailBench(fake)
