"""A local SendGrid that sends mail: holds it until its time and honours cancels."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from reverse_etl.addresses.mailbox import mailbox
from reverse_etl.clock import Clock
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.openapi import DATA

MAX_BYTES = 30_000_000
MAX_AHEAD_SECONDS = 72 * 3600
SURE_SECONDS = 600


@dataclass(frozen=True)
class Mail:
    """One mail that was taken."""

    email: str
    batch_id: str
    send_at: int
    part: dict[str, Any]
    body: dict[str, Any]


class FakeSendGridMail(FakeSendGrid):
    """Takes mails by the official description and the limits of the documentation's prose."""

    description: ClassVar[Path] = DATA / "sendgrid" / "mail.json"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.batches: list[str] = []
        self.cancelled: dict[str, int] = {}
        """Batch id → the second of the cancel."""
        self.taken: list[Mail] = []

    @property
    def sends(self) -> list[Request]:
        """Give the requests that asked for mail to go out."""
        return [call for call in self.requests if _is_send(call) and not _is_sandbox(call)]

    def gone_out(self, *, at: datetime | None = None) -> list[Mail]:
        """Give the mails that have left by an instant, the present one without any."""
        now = (at or self._clock.now()).timestamp()
        return [mail for mail in self.taken if mail.send_at <= now and not self._stopped(mail)]

    def coming(self) -> list[Mail]:
        """Give the mails that left or will leave."""
        return [mail for mail in self.taken if not self._stopped(mail)]

    def copies(self) -> Counter[str]:
        """Give address → mails that left or will leave."""
        return Counter(mail.email for mail in self.coming())

    def _stopped(self, mail: Mail) -> bool:
        # The worst that the documentation allows: a late cancel does nothing.
        at = self.cancelled.get(mail.batch_id)
        return at is not None and at <= mail.send_at - SURE_SECONDS

    def violation(self, call: Request) -> str | None:
        if not _is_send(call):
            return super().violation(call)
        wrong = next(self._wrongs(call.body), None)
        # A dynamic template gives both, and they override what the request says of them.
        filled = {"subject": "-", "content": [{"type": "text/plain", "value": "-"}]} | call.body
        return wrong or self.described(call, filled)

    def _wrongs(self, body: dict[str, Any]) -> Iterator[str]:
        """Give what the prose forbids and the schema does not say; our channel never does it."""
        if not body["template_id"].startswith("d-"):
            yield "no dynamic template"
        if any(name.startswith("bypass") for name in body.get("mail_settings", {})):
            yield "bypasses suppressions"
        for part in body["personalizations"]:
            if len(part["to"]) != 1 or "cc" in part or "bcc" in part:
                yield "recipients would see each other"
            if len(json.dumps(part.get("custom_args", {})).encode()) > 10_000:
                yield "custom_args are too large"
            if any(set(to.get("name", "")) & set(";,\r\n") for to in part["to"]):
                yield "a name breaks the header"
            headers = part.get("headers", {})
            if any("\n" in text or "\r" in text for text in headers.values()):
                yield "a header breaks the mail"
            if None in part.get("dynamic_template_data", {}).values():
                yield "a variable is null"
        if "batch_id" in body and body["batch_id"] not in self.batches:
            yield "an unknown batch"

    def act(self, call: Request) -> Reply:
        if _is_send(call):
            return self._send(call.body)
        if call.path == "/v3/mail/batch":
            self.batches.append(f"Batch-{len(self.batches):04d}_x")
            return answer_json(201, {"batch_id": self.batches[-1]})
        if call.method == "POST":
            return self._cancel(call.body["batch_id"])
        batch_id = call.path.rpartition("/")[2]
        state = {"batch_id": batch_id, "status": "cancel"}
        return answer_json(200, [state] if batch_id in self.cancelled else [])

    def _send(self, body: dict[str, Any]) -> Reply:
        if len(json.dumps(body)) > MAX_BYTES:
            return answer_json(413, {"errors": [{"message": "too large"}]})
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Reply(200, b"")
        now = int(self._clock.now().timestamp())
        if body["send_at"] > now + MAX_AHEAD_SECONDS:
            return answer_json(400, {"errors": [{"message": "send_at"}]})
        self.taken.extend(
            Mail(
                mailbox(part["to"][0]["email"]) or "", body["batch_id"], body["send_at"], part, body
            )
            for part in body["personalizations"]
        )
        return Reply(202, b"", {"X-Message-Id": f"m{len(self.taken)}"})

    def _cancel(self, batch_id: str) -> Reply:
        if batch_id not in self.batches or batch_id in self.cancelled:
            return answer_json(400, {"errors": [{"message": "already"}]})
        self.cancelled[batch_id] = int(self._clock.now().timestamp())
        return answer_json(201, {"batch_id": batch_id, "status": "cancel"})


def _is_send(call: Request) -> bool:
    return call.path == "/v3/mail/send"


def _is_sandbox(call: Request) -> bool:
    settings = (call.body or {}).get("mail_settings", {})
    return bool(settings.get("sandbox_mode", {}).get("enable"))
