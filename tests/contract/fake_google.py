"""A local Data Manager API: reads every request by the API's own messages and keeps one list."""

import base64
import functools
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.ads.datamanager_v1 import types
from google.protobuf import json_format

from tests.contract.loopback import Reply, Request, answer_json

USER_LIST = "7000000001"
ACCOUNT = "1234567890"
EMAIL = "canary-enishi@shop.example.jp"
EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
KINDS = {
    "/v1/audienceMembers:ingest": types.IngestAudienceMembersRequest,
    "/v1/audienceMembers:remove": types.RemoveAudienceMembersRequest,
}
Script = Callable[[Request], "Reply | None"]


class FakeGoogle:
    """The user list: every identifier that was added and not taken off again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: list[Any] = []
        self.checks = 0
        self.violations: list[str] = []
        self.identifiers: set[str] = set()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.job_status: dict[str, Any] = {"requestStatus": "SUCCESS"}
        self.before: Script = lambda _call: None
        self.base_url = ""

    def answer(self, call: Request) -> Reply:
        """Validate, then answer: the script's word before the deed, else the truth."""
        with self._lock:
            if _issuer(call.headers.get("authorization", "")) != EMAIL:
                return google_error(401, "UNAUTHENTICATED")
            if call.path == "/v1/requestStatus:retrieve":
                return self._status(call)
            said = self.before(call)
            return said if said is not None else self._change(call)

    def _status(self, call: Request) -> Reply:
        status = self.jobs.get(call.query.get("requestId", ""))
        if status is None:
            return google_error(404, "NOT_FOUND", reason="INVALID_REQUEST_ID")
        return answer_json(200, {"requestStatusPerDestination": [status]})

    def _change(self, call: Request) -> Reply:
        kind = KINDS[call.path]
        request = kind.wrap(json_format.Parse(call.raw, kind.pb(kind())))
        problem = _problem(request)
        if problem:
            self.violations.append(problem)
            return google_error(400, "INVALID_ARGUMENT")
        if request.validate_only:
            self.checks += 1
            return answer_json(200, {})
        self.requests.append(request)
        sent = set(_identifiers(request))
        is_removal = kind is types.RemoveAudienceMembersRequest
        self.identifiers = self.identifiers - sent if is_removal else self.identifiers | sent
        request_id = f"request-{len(self.jobs)}"
        self.jobs[request_id] = self.job_status
        return answer_json(200, {"requestId": request_id})


def _issuer(authorization: str) -> str:
    """Give who signed a bearer token."""
    body = authorization.removeprefix("Bearer ").split(".")[1:2]
    claims = json.loads(base64.urlsafe_b64decode(body[0] + "==")) if body else {}
    return str(claims.get("iss"))


def google_error(status: int, name: str, *, reason: str = "") -> Reply:
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "datamanager.googleapis.com",
    }
    error = {"code": status, "message": "", "status": name, "details": [detail] if reason else []}
    return answer_json(status, {"error": error})


def _identifiers(request: Any) -> list[str]:
    return [
        identifier.email_address or identifier.phone_number
        for member in request.audience_members
        for identifier in member.user_data.user_identifiers
    ]


def _problem(request: Any) -> str | None:
    [destination] = request.destinations
    account = destination.operating_account
    if (account.account_id, destination.product_destination_id) != (ACCOUNT, USER_LIST):
        return "another destination"
    if request.encoding != types.Encoding.HEX:
        return "no encoding"
    sizes = [len(member.user_data.user_identifiers) for member in request.audience_members]
    if not 1 <= len(sizes) <= 10_000 or any(not 1 <= size <= 10 for size in sizes):
        return "too many members or identifiers"
    texts = _identifiers(request)
    if any(not re.fullmatch(r"[0-9a-f]{64}", text) or text == EMPTY_HASH for text in texts):
        return "an identifier is no hash, or the hash of nothing"
    if isinstance(request, types.IngestAudienceMembersRequest):
        return _problem_with_vows(request)
    return None


def _problem_with_vows(request: Any) -> str | None:
    granted = types.ConsentStatus.CONSENT_GRANTED
    if request.consent.ad_user_data != granted or request.consent.ad_personalization != granted:
        return "no consent"
    terms = request.terms_of_service.customer_match_terms_of_service_status
    return None if terms == types.TermsOfServiceStatus.ACCEPTED else "no terms"


@functools.cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def write_credentials(place: Path) -> Path:
    """Write the file of a service account that signs its tokens itself.

    In Google's own universe the SDK would ask iamcredentials.googleapis.com for its regions.
    """
    account = {
        "type": "service_account",
        "client_email": EMAIL,
        "universe_domain": "loopback.example.jp",
        "private_key": _private_key(),
        "private_key_id": "1",
        "token_uri": "http://127.0.0.1:9/token",
    }
    place.write_text(json.dumps(account), encoding="utf-8")
    return place
