"""One request to Twilio through the official SDK, with every answer and fault told apart."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from reverse_etl.channel import Outcome
from reverse_etl.vendors.answers import Answer, judge_fault, judge_refusal, root_fault

VENDOR = "https://api.twilio.com"
ROW_CODES = {
    21610: "opted_out",
    21211: "invalid_number",
    21614: "not_mobile",
    21635: "landline",
    30003: "unreachable",
    30004: "blocked",
    30005: "unknown_number",
    30006: "landline",
    30007: "filtered",
}
"""Documented error codes that speak of the recipient."""
ACCOUNT_CODES = {20003: Outcome.DENIED, 20429: Outcome.THROTTLED}


def has_twilio_sdk() -> bool:
    """Say whether the extra `sms` is installed."""
    return find_spec("twilio") is not None


class TwilioApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(
        self, account_sid: str, auth_token: str, *, base_url: str | None, timeout_seconds: float
    ) -> None:
        """Keep what a request needs; makes no call and imports nothing."""
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._base_url = base_url or VENDOR
        self._timeout = timeout_seconds

    def send(self, fields: Mapping[str, Any]) -> Answer:
        """Ask for one message, with the SDK's own names of its fields."""
        return self._ask(lambda client: client.messages.create(**fields), success=201)

    def account(self) -> Answer:
        """Ask for the account; `body` holds its status."""
        account = self._account_sid
        return self._ask(lambda client: client.api.v2010.accounts(account).fetch(), success=200)

    def _ask(self, call: Any, *, success: int) -> Answer:
        from requests import RequestException  # noqa: PLC0415 - comes with the extra
        from twilio.base.exceptions import (  # noqa: PLC0415 - an extra, and slow to import
            TwilioException,
        )
        from twilio.rest import Client  # noqa: PLC0415 - an extra, and slow to import

        from reverse_etl.vendors.twilio_http import OneAttempt  # noqa: PLC0415 - needs the extra

        wire = OneAttempt(self._base_url, self._timeout)
        client = Client(self._account_sid, self._auth_token, http_client=wire)
        try:
            call(client)
        except RequestException as error:
            return judge_fault(root_fault(error))
        except (TwilioException, OSError, ValueError, KeyError, TypeError) as error:
            # With a status there was an answer, which speaks for itself below.
            if not wire.status:
                return judge_fault(root_fault(error))
        if wire.status == success:
            return _success(wire.status, wire.text)
        if 200 <= wire.status < 300:
            return Answer(Outcome.UNKNOWN, f"http_{wire.status}", wire.status)
        return _refusal(wire.status, wire.headers, wire.text)


def _success(status: int, text: str) -> Answer:
    """Give what was taken; a body that cannot be read was taken all the same."""
    return Answer(Outcome.DELIVERED, f"http_{status}", status, body=_object(text))


def _refusal(status: int, headers: Mapping[str, str], text: str) -> Answer:
    """Judge an error by its status, then by the vendor's documented code."""
    answer = judge_refusal(status, headers)
    code = _object(text).get("code")
    if not isinstance(code, int) or not 400 <= status < 500:
        return answer
    if code in ACCOUNT_CODES:
        return replace(answer, outcome=ACCOUNT_CODES[code], code=f"twilio_{code}")
    if answer.outcome is Outcome.REJECTED:
        return replace(answer, code=ROW_CODES.get(code, f"twilio_{code}"))
    return answer


def _object(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
