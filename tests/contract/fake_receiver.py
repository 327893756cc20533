"""A local receiver of webhooks: proves signatures, knows ids, keeps the people it is told of."""

from collections import Counter
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tests.contract.fake_vendor import FakeVendor
from tests.contract.loopback import Reply, Request

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo5"
MAX_BODY = 20_000


class FakeReceiver(FakeVendor):
    """Takes what the standard says a sender sends; verifies with the standard's own library."""

    def __init__(self) -> None:
        super().__init__()
        self.secret = SECRET
        self.seen: set[str] = set()
        self.people: dict[str, dict[str, Any]] = {}
        """person_id → fields; those told to be removed are not in it."""
        self.told: Counter[str] = Counter()
        """person_id → how often added or sent to."""

    def violation(self, request: Request) -> str | None:
        if request.method != "POST" or request.headers.get("content-type") != "application/json":
            return "no JSON was posted"
        if len(request.raw) > MAX_BODY:
            return "the payload is too large"
        try:
            Webhook(self.secret).verify(request.raw, request.headers)
        except (WebhookVerificationError, ValueError):
            return "the signature does not fit"
        return None

    def act(self, request: Request) -> Reply:
        message_id = request.headers["webhook-id"]
        if message_id in self.seen:
            return Reply(200, b"")
        self.seen.add(message_id)
        data = request.body["data"]
        for entry in data if isinstance(data, list) else [data]:
            person = entry["person_id"]
            if request.body["operation"] == "remove":
                self.people.pop(person, None)
                continue
            self.told[person] += request.body["operation"] == "add"
            self.people[person] = entry["fields"]
        return Reply(204, b"")
