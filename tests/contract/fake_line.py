"""A local LINE that sends messages: knows retry keys, counts the month, remembers who got what."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.contract.fake_vendor import FakeVendor
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.openapi import DATA, Description
from tests.contract.sync_world import CANARY_KEY

DESCRIPTION = DATA / "line" / "messages.json"
SENDS = ("/v2/bot/message/multicast", "/v2/bot/message/push")


@dataclass(frozen=True)
class Sent:
    """What one user got."""

    user: str
    messages: list[dict[str, Any]]
    body: dict[str, Any]


class FakeLine(FakeVendor):
    """Takes messages by the official description."""

    def __init__(self) -> None:
        super().__init__()
        self._description = Description(DESCRIPTION)
        self.keys: set[str] = set()
        self.sent: list[Sent] = []
        self.quota: int | None = 1_000_000

    @property
    def sends(self) -> list[Request]:
        """Give the requests that asked for a message to go out."""
        return [request for request in self.requests if request.path in SENDS]

    def copies(self) -> Counter[str]:
        """Give user → messages got."""
        return Counter(sent.user for sent in self.sent)

    def violation(self, request: Request) -> str | None:
        if request.path in SENDS:
            UUID(request.headers["x-line-retry-key"])
            if any(len(m.get("text", "")) > 5_000 for m in request.body["messages"]):
                return "text is too long"
        return self._description.violation(request.method, request.path, request.body)

    def act(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {CANARY_KEY}":
            return answer_json(401, {"message": "Authentication failed"})
        if request.path in SENDS:
            return self._send(request)
        if request.path.endswith("/quota"):
            limit = {"type": "none"}
            if self.quota is not None:
                limit = {"type": "limited", "value": self.quota}
            return answer_json(200, limit)
        if request.path.endswith("/consumption"):
            return answer_json(200, {"totalUsage": len(self.sent)})
        return answer_json(200, {})

    def _send(self, request: Request) -> Reply:
        key, body = request.headers["x-line-retry-key"], request.body
        if key in self.keys:
            return answer_json(409, {"message": "The retry key is already accepted"})
        to = [body["to"]] if isinstance(body["to"], str) else body["to"]
        if self.quota is not None and len(self.sent) + len(to) > self.quota:
            return answer_json(429, {"message": "You have reached your monthly limit."})
        self.keys.add(key)
        self.sent.extend(Sent(user, body["messages"], body) for user in to)
        sent_messages = [{"id": f"{len(self.sent)}"} for _ in body["messages"]]
        is_push = request.path.endswith("push")
        return answer_json(200, {"sentMessages": sent_messages} if is_push else {})
