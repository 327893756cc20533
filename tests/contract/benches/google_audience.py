"""The bench of channel google_audience."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.benches.meta_audience import ADDRESSES, plain_hash
from tests.contract.fake_google import (
    ACCOUNT,
    USER_LIST,
    FakeGoogle,
    google_error,
    write_credentials,
)
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import Person, winback_spec


class GoogleBench:
    """The local Google and its list, read back by the hashes of what tests put in."""

    name = "google_audience"

    def __init__(self, fake: FakeGoogle, folder: Path) -> None:
        self.fake = fake
        self._credentials = write_credentials(folder / "google-ads.json")
        self.spec: SyncSpec = winback_spec(
            self.name,
            medium="ads",
            purpose="ads_third_party",
            payload={"email": {"column": "contact.email", "required": True}},
            options={
                "audience_id": "GOOGLE_ADS_LIST_WINBACK",
                "account_id": ACCOUNT,
                "customer_match_terms": "accepted",
            },
        )

    def settings(self, **secrets: str) -> ChannelSettings:
        known = {
            "GOOGLE_ADS_CREDENTIALS": str(self._credentials),
            "GOOGLE_ADS_LIST_WINBACK": USER_LIST,
            "AUDIENCE_REMOVAL_KEY": "canary-removal-key-0123456789abcdef",
        }
        return ChannelSettings(
            secrets={**known, **secrets},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {ADDRESSES[text]: {} for text in self.fake.identifiers if text in ADDRESSES}

    def added(self) -> Counter[str]:
        return Counter(dict.fromkeys(self.held(), 1))

    def writes(self) -> int:
        return len(self.fake.requests)

    def go_down(self) -> None:
        self.fake.before = lambda _call: Reply(500, b"<html>an error</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _call: None

    def poison(self, person: Person) -> Person:
        """Let Google refuse every request that holds this person."""
        wanted = plain_hash(person.email or "").encode()

        def refuse(call: Request) -> Reply | None:
            is_in = wanted in call.raw
            return google_error(400, "INVALID_ARGUMENT") if is_in else None

        self.fake.before = refuse
        return person


@contextmanager
def open_bench(folder: Path) -> Iterator[GoogleBench]:
    """Give an empty list."""
    with serve(FakeGoogle()) as fake:
        yield GoogleBench(fake, folder)
