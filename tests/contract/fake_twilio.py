"""A local Twilio that sends SMS: no keys, no recall; remembers every message it took."""

import base64
import json
from collections import Counter

from tests.contract.fake_vendor import FakeVendor
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.openapi import DATA, Description
from tests.contract.sync_world import CANARY_KEY

ACCOUNT = "AC" + "0" * 32
DESCRIPTION = DATA / "twilio" / "messages.json"
NUMBERS = {"ValidityPeriod"}


class FakeTwilio(FakeVendor):
    """Takes messages by the official description."""

    def __init__(self) -> None:
        super().__init__()
        self._description = Description(DESCRIPTION)
        self.sent: list[dict[str, str]] = []

    @property
    def sends(self) -> list[Request]:
        """Give the requests that asked for a message to go out."""
        return [request for request in self.requests if request.method == "POST"]

    def copies(self) -> Counter[str]:
        """Give number → messages got."""
        return Counter(fields["To"] for fields in self.sent)

    def violation(self, request: Request) -> str | None:
        if request.method == "GET":
            return self._description.violation("GET", request.path, request.body)
        form = request.form
        unknown = set(form) - self._description.fields(request.path)
        if unknown:
            return f"{min(unknown)} is no field"
        if ("From" in form) == ("MessagingServiceSid" in form):
            return "give From or MessagingServiceSid"
        if len(form.get("Body", "").encode("utf-16-le")) // 2 > 1_600:
            return "Body is too long"
        typed = {name: int(text) if name in NUMBERS else text for name, text in form.items()}
        return self._description.violation("POST", request.path, typed)

    def act(self, request: Request) -> Reply:
        wanted = base64.b64encode(f"{ACCOUNT}:{CANARY_KEY}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return failed(401, 20003)
        if request.method == "GET":
            return answer_json(200, {"sid": ACCOUNT, "status": "active"})
        self.sent.append(request.form)
        sid = f"SM{len(self.sent):032x}"
        return answer_json(201, {"sid": sid, "status": "queued", "to": request.form["To"]})


def failed(status: int, code: int) -> Reply:
    """Give an error as the vendor writes it; its message may quote the number."""
    body = {"code": code, "message": "canary 'To' number +819012345678", "status": status}
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
