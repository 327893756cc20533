"""A local Meta: checks every request by the guide of custom audiences and keeps one audience."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facebook_business.adobjects.helpers.customaudiencemixin import CustomAudienceMixin

from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.sync_world import CANARY_KEY

AUDIENCE = "23850000000000001"
APP_SECRET = "canary-app-secret"
EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
KNOWN_KEYS = {
    value
    for name, value in vars(CustomAudienceMixin.Schema.MultiKeySchema).items()
    if not name.startswith("_")
}
MAX_ROWS = 10_000


@dataclass(frozen=True)
class UsersCall:
    """One change of the audience as Meta understood it; method is POST or DELETE."""

    method: str
    schema: tuple[str, ...]
    rows: list[list[str]]
    session: dict[str, Any]

    def people(self) -> list[dict[str, str]]:
        return [dict(zip(self.schema, row, strict=True)) for row in self.rows]


Script = Callable[[UsersCall], "Reply | None"]


class FakeMeta:
    """The audience: every row that was added and not taken out again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: list[UsersCall] = []
        self.violations: list[str] = []
        self.rows: dict[str, dict[str, str]] = {}
        self.adds: list[str] = []
        self.operation_status = 200
        self.before: Script = lambda _call: None
        self.after: Script = lambda _call: None
        self.base_url = ""

    def answer(self, request: Request) -> Reply:
        """Validate, then answer: the script's word before or after the deed, else the truth."""
        with self._lock:
            form = request.form or dict(request.query)
            problem = _problem_with_address(request, form)
            if problem is None and request.method == "POST":
                problem = _problem_with_users(form)
            if problem:
                self.violations.append(problem)
                return meta_error(400, 100, message=problem)
            if request.headers.get("authorization") != f"Bearer {CANARY_KEY}":
                return meta_error(400, 190)
            if request.method == "GET":
                status = {"code": self.operation_status}
                return answer_json(200, {"id": AUDIENCE, "operation_status": status})
            call = _users_call(form)
            self.calls.append(call)
            said = self.before(call)
            if said is not None:
                return said
            self.act(call)
            return self.after(call) or users_reply(len(call.rows))

    def act(self, call: UsersCall) -> None:
        for person in call.people():
            if call.method == "DELETE":
                self._take_out(person)
            else:
                self.rows[person["EXTERN_ID"]] = person
                self.adds.append(person["EMAIL"])

    def _take_out(self, person: dict[str, str]) -> None:
        """Forget every row that shares the id or any hash with the person."""
        self.rows = {
            extern_id: row
            for extern_id, row in self.rows.items()
            if not any(value and row.get(key) == value for key, value in person.items())
        }


def meta_error(status: int, code: int, *, subcode: int | None = None, message: str = "") -> Reply:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return answer_json(status, {"error": {k: v for k, v in error.items() if v is not None}})


def users_reply(received: int, invalid: int = 0) -> Reply:
    counts = {"num_received": received, "num_invalid_entries": invalid}
    return answer_json(200, {"audience_id": AUDIENCE, "session_id": "1", **counts})


def _users_call(form: dict[str, str]) -> UsersCall:
    payload = json.loads(form["payload"])
    method = form.get("method", "post").upper()
    return UsersCall(method, tuple(payload["schema"]), payload["data"], json.loads(form["session"]))


def _problem_with_address(request: Request, form: dict[str, str]) -> str | None:
    tail = "" if request.method == "GET" else "/users"
    if not re.fullmatch(rf"/v[0-9]+\.[0-9]+/{AUDIENCE}{tail}", request.path):
        return f"{request.method} {request.path} is no edge of the audience"
    if "access_token" in request.query:
        return "the token stands in the address"
    proof = hmac.new(APP_SECRET.encode(), CANARY_KEY.encode(), hashlib.sha256).hexdigest()
    return None if form.get("appsecret_proof") == proof else "appsecret_proof is wrong"


def _problem_with_users(form: dict[str, str]) -> str | None:
    payload, session = json.loads(form["payload"]), json.loads(form["session"])
    schema, data = payload["schema"], payload["data"]
    if not set(schema) <= KNOWN_KEYS:
        return f"unknown keys {set(schema) - KNOWN_KEYS}"
    if not 1 <= len(data) <= MAX_ROWS or any(len(row) != len(schema) for row in data):
        return "rows do not fit the schema or are too many"
    texts = [text for row in data for key, text in zip(schema, row, strict=True) if key != _ID]
    if any(text and not re.fullmatch(r"[0-9a-f]{64}", text) for text in texts):
        return "a value is not hashed"
    if EMPTY_HASH in texts:
        return "the hash of nothing"
    if session["batch_seq"] < 1 or not 0 <= session["session_id"] < 2**63:
        return "the session is wrong"
    return None


_ID = "EXTERN_ID"
