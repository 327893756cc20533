"""A local SendGrid: checks every request against the official description and keeps lists."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs

from tests.contract.sync_world import CANARY_KEY, LIST_ID

DESCRIPTION = Path(__file__).parents[1] / "data" / "sendgrid" / "marketing_contacts.json"
MAX_SEARCH = 100


@dataclass(frozen=True)
class Call:
    """One request as the vendor saw it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What the vendor answers; `cut` closes the connection without a word."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


Fake = TypeVar("Fake", bound="FakeSendGrid")
Script = Callable[[Call], "Reply | None"]


class FakeSendGrid:
    """The vendor's state, and what a test wants it to say instead of the truth."""

    description: ClassVar[Path] = DESCRIPTION

    def __init__(self) -> None:
        self._description = json.loads(self.description.read_text(encoding="utf-8"))
        self._validators: dict[tuple[str, str], jsonschema_rs.Validator] = {}
        self._lock = threading.Lock()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.contacts: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str] = {}
        self.on_list: set[str] = set()
        self.upserts = 0
        self.jobs: dict[str, str] = {}
        self.before: Script = lambda _call: None
        self.after: Script = lambda _call: None
        self.base_url = ""

    @property
    def writes(self) -> list[Call]:
        """Give the calls that change something."""
        return [call for call in self.calls if call.method in ("PUT", "DELETE")]

    def answer(self, call: Call) -> Reply:
        """Validate, then answer: the script's word before or after the deed, else the truth."""
        with self._lock:
            self.calls.append(call)
            problem = self._violation(call)
            if problem:
                self.violations.append(problem)
                return answer_json(400, {"errors": [{"message": problem}]})
            said = self.before(call)
            if said is not None:
                return said
            done = self._act(call)
            return self.after(call) or done

    def _violation(self, call: Call) -> str | None:
        template = self._template(call.path)
        operations = self._description["paths"].get(template, {})
        operation = operations.get(call.method.lower())
        if operation is None:
            return f"{call.method} {call.path} is not among the described operations"
        described = operation.get("parameters", [])
        # What stands behind a reference is the header that speaks for a subuser.
        for parameter in (one for one in described if one.get("in") == "query"):
            name, schema = parameter["name"], parameter["schema"]
            given = call.query.get(name)
            if given is None and parameter.get("required"):
                return f"{name} is missing"
            if given is not None and len(given) < schema.get("minLength", 0):
                return f"{name} is too short"
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            validator = self._validator(template, call.method.lower())
            first = next(iter(validator.iter_errors(call.body)), None)
            return None if first is None else f"{template}: {first.message}"
        return "a body where none belongs" if call.body is not None else None

    def _validator(self, template: str, method: str) -> jsonschema_rs.Validator:
        place = (template, method)
        if place not in self._validators:
            path = template.replace("/", "~1")
            pointer = f"#/paths/{path}/{method}/requestBody/content/application~1json/schema"
            schema = {**self._description, "$ref": pointer}
            self._validators[place] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        return self._validators[place]

    def _template(self, path: str) -> str:
        parts = path.split("/")
        for template in self._description["paths"]:
            wanted = template.split("/")
            pairs = zip(wanted, parts, strict=False)
            if len(wanted) == len(parts) and all(w == p or w.startswith("{") for w, p in pairs):
                return str(template)
        return path

    def _act(self, call: Call) -> Reply:
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

    def _batch(self, call: Call) -> Reply:
        found = [self._contact(e) for e, i in self.ids.items() if i in call.body["ids"]]
        return answer_json(200, {"result": found}) if found else answer_json(404, {})

    def _list(self, call: Call, tail: str) -> Reply:
        if not tail.startswith(f"lists/{LIST_ID}"):
            return answer_json(404, {})
        if call.method == "GET":
            return answer_json(200, {"id": LIST_ID, "contact_count": len(self.on_list)})
        return self._remove(call)

    def _upsert(self, call: Call) -> Reply:
        if sum(len(json.dumps(c)) for c in call.body["contacts"]) > 6_000_000:
            return answer_json(413, {"errors": [{"message": "too large"}]})
        for contact in call.body["contacts"]:
            email = contact["email"].lower()
            self.upserts += 1
            self.contacts[email] = {**self.contacts.get(email, {}), **contact, "email": email}
            self.ids.setdefault(email, f"contact-{len(self.ids):06d}")
            self.on_list |= {email} if LIST_ID in call.body["list_ids"] else set()
        return self._job()

    def _remove(self, call: Call) -> Reply:
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

    def _search(self, call: Call) -> Reply:
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


def answer_json(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


@contextmanager
def serve(fake: Fake) -> Iterator[Fake]:
    """Let the fake answer on a loopback port; at the end no request may have been wrong."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(raw) if raw else None
            authorised = self.headers.get("Authorization") == f"Bearer {CANARY_KEY}"
            call = Call(self.command, parts.path, query, body)
            reply = fake.answer(call) if authorised else answer_json(401, {})
            if reply.cut:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 (names of the library)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert fake.violations == []
