"""The bench of channel twilio_sms."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_twilio import ACCOUNT, FakeTwilio, failed
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import CANARY_KEY, Person, message_spec, phone_of

SECRETS = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": CANARY_KEY,
    "TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32,
    "ENISHI_WEBHOOKS_URL": "https://hooks.shop.example.jp",
}
KNOWN = {phone_of(email): email for email in (f"canary{n}@example.jp" for n in range(20_000))}


class TwilioSmsBench:
    """The local Twilio and what its numbers got, under the addresses that they are made of."""

    name = "twilio_sms"

    def __init__(self, fake: FakeTwilio) -> None:
        self.fake = fake
        self.spec: SyncSpec = message_spec(
            self.name,
            medium="sms",
            payload={"phone": {"column": "contact.phone", "required": True}},
            options={"text": "縁商店です。"},
        )

    def settings(self, **secrets: str) -> ChannelSettings:
        return ChannelSettings(
            secrets={**SECRETS, **secrets},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {KNOWN[fields["To"]]: fields for fields in self.fake.sent}

    def added(self) -> Counter[str]:
        return Counter(KNOWN[fields["To"]] for fields in self.fake.sent)

    def writes(self) -> int:
        return len(self.fake.sends)

    def go_down(self) -> None:
        self.fake.before = lambda _request: Reply(500, b"<html>bad gateway</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _request: None

    def poison(self, person: Person) -> Person:
        """Let the vendor refuse every message to this person."""

        def refuse(request: Request) -> Reply | None:
            is_bad = request.form.get("To") == phone_of(person.email)
            return failed(400, 21211) if is_bad else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(_folder: Path) -> Iterator[TwilioSmsBench]:
    """Give an account that has sent nothing."""
    with serve(FakeTwilio()) as fake:
        yield TwilioSmsBench(fake)
