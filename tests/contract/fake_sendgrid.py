"""A local SendGrid: checks every request against the official description and keeps lists."""

import json
from pathlib import Path
from typing import Any, ClassVar

from tests.contract.fake_vendor import FakeVendor
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.openapi import DATA, Description
from tests.contract.sync_world import CANARY_KEY, LIST_ID

MAX_SEARCH = 100


class FakeSendGrid(FakeVendor):
    """The account: its contacts, the list, and the jobs that change them."""

    description: ClassVar[Path] = DATA / "sendgrid" / "marketing_contacts.json"

    def __init__(self) -> None:
        super().__init__()
        self._description = Description(self.description)
        self.contacts: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str] = {}
        self.on_list: set[str] = set()
        self.upserts = 0
        self.jobs: dict[str, str] = {}

    @property
    def writes(self) -> list[Request]:
        """Give the requests that change something."""
        return [request for request in self.requests if request.method in ("PUT", "DELETE")]

    def answer(self, request: Request) -> Reply:
        """Let nobody in without the key."""
        if request.headers.get("authorization") != f"Bearer {CANARY_KEY}":
            return answer_json(401, {})
        return super().answer(request)

    def violation(self, request: Request) -> str | None:
        return self.described(request, request.body)

    def described(self, request: Request, body: Any) -> str | None:
        """Give what the description has against a request with such a body."""
        return self._description.violation(request.method, request.path, body, request.query)

    def act(self, call: Request) -> Reply:
        tail = call.path.removeprefix("/v3/marketing/")
        if tail == "contacts":
            return self._upsert(call)
        if tail.startswith("contacts/imports/"):
            status = self.jobs.get(tail.rpartition("/")[2])
            return answer_json(200, {"status": status}) if status else answer_json(404, {})
        if tail == "contacts/search/emails":
            return self._search(call)
        if tail == "contacts/batch":
            return self._batch(call)
        return self._list(call, tail)

    def _batch(self, call: Request) -> Reply:
        found = [self._contact(e) for e, i in self.ids.items() if i in call.body["ids"]]
        return answer_json(200, {"result": found}) if found else answer_json(404, {})

    def _list(self, call: Request, tail: str) -> Reply:
        if not tail.startswith(f"lists/{LIST_ID}"):
            return answer_json(404, {})
        if call.method == "GET":
            return answer_json(200, {"id": LIST_ID, "contact_count": len(self.on_list)})
        return self._remove(call)

    def _upsert(self, call: Request) -> Reply:
        if sum(len(json.dumps(c)) for c in call.body["contacts"]) > 6_000_000:
            return answer_json(413, {"errors": [{"message": "too large"}]})
        for contact in call.body["contacts"]:
            email = contact["email"].lower()
            self.upserts += 1
            self.contacts[email] = {**self.contacts.get(email, {}), **contact, "email": email}
            self.ids.setdefault(email, f"contact-{len(self.ids):06d}")
            self.on_list |= {email} if LIST_ID in call.body["list_ids"] else set()
        return self._job()

    def _remove(self, call: Request) -> Reply:
        wanted = call.query["contact_ids"].split(",")
        known = {contact_id: email for email, contact_id in self.ids.items()}
        if any(contact_id not in known for contact_id in wanted):
            return answer_json(404, {})
        self.on_list -= {known[contact_id] for contact_id in wanted}
        return self._job()

    def _job(self) -> Reply:
        job_id = f"job-{len(self.jobs)}"
        self.jobs[job_id] = "completed"
        return answer_json(202, {"job_id": job_id})

    def _search(self, call: Request) -> Reply:
        emails = [email.lower() for email in call.body["emails"]]
        if len(emails) > MAX_SEARCH:
            return answer_json(400, {"errors": [{"message": "too many"}]})
        if not any(email in self.contacts for email in emails):
            return answer_json(404, {})
        found = {
            email: {"contact": self._contact(email)}
            if email in self.contacts
            else {"error": "contact not found"}
            for email in emails
        }
        return answer_json(200, {"result": found})

    def _contact(self, email: str) -> dict[str, Any]:
        lists = [LIST_ID] if email in self.on_list else []
        return {"id": self.ids[email], "email": email, "list_ids": lists, "segment_ids": []}
