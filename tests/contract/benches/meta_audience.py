"""The bench of channel meta_audience."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.fake_meta import (
    APP_SECRET,
    AUDIENCE,
    FakeMeta,
    UsersCall,
    users_reply,
)
from tests.contract.loopback import Reply, answer_json, serve
from tests.contract.sync_world import CANARY_KEY, Person, winback_spec

SECRETS = {
    "META_ACCESS_TOKEN": CANARY_KEY,
    "META_APP_SECRET": APP_SECRET,
    "META_AUDIENCE_WINBACK": AUDIENCE,
    "AUDIENCE_REMOVAL_KEY": "canary-removal-key-0123456789abcdef",
}
# What Meta may hold of the names that tests give, worked out by hand: lower case, no punctuation.
NAMES = {
    "山田": "山田",
    "髙橋": "髙橋",
    "が": "が",
    "髙﨑①": "髙﨑①",
    "😀寿司": "😀寿司",
    "ＡＢＣ～": "ａｂｃ～",
    'O\'Brien, "J"': "obrien j",
    "é—𠮷": "é𠮷",
}


def plain_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


ADDRESSES = {
    plain_hash(address): address
    for address in [
        *(f"canary{n}@example.jp" for n in range(100)),
        *(f"{name}@example.jp" for name in ("new", "a", "b", "c", "same")),
    ]
}
NAMES_BY_HASH = {plain_hash(sent): name for name, sent in NAMES.items()}


class MetaBench:
    """The local Meta and its audience, read back by the hashes of what tests put in."""

    name = "meta_audience"

    def __init__(self, fake: FakeMeta) -> None:
        self.fake = fake
        self.spec: SyncSpec = winback_spec(
            self.name,
            medium="ads",
            purpose="ads_third_party",
            options={"audience_id": "META_AUDIENCE_WINBACK"},
        )

    def settings(self, **secrets: str) -> ChannelSettings:
        return ChannelSettings(
            secrets={**SECRETS, **secrets},
            base_urls={self.name: self.fake.base_url},
            timeout_seconds=5.0,
        )

    def held(self) -> dict[str, dict[str, str]]:
        return {
            ADDRESSES[row["EMAIL"]]: {"last_name": NAMES_BY_HASH.get(row["LN"], row["LN"])}
            for row in self.fake.rows.values()
        }

    def added(self) -> Counter[str]:
        return Counter(dict.fromkeys(self.held(), 1))

    def writes(self) -> int:
        return len(self.fake.calls)

    def go_down(self) -> None:
        self.fake.before = lambda _call: Reply(500, b"<html>an error, no success</html>")

    def come_back(self) -> None:
        self.fake.before = lambda _call: None

    def poison(self, person: Person) -> Person:
        """Let Meta call one row of every batch that holds this person invalid."""
        wanted = plain_hash(person.email or "")

        def count(call: UsersCall) -> Reply | None:
            is_in = any(row.get("EMAIL") == wanted for row in call.people())
            if is_in and len(call.rows) == 1:
                return users_reply(1, invalid=1)
            return answer_json(400, {"error": {"code": 100}}) if is_in else None

        self.fake.before = count
        return person


@contextmanager
def open_bench(_folder: Path) -> Iterator[MetaBench]:
    """Give an empty audience."""
    with serve(FakeMeta()) as fake:
        yield MetaBench(fake)
