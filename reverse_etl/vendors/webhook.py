"""One signed request by Standard Webhooks 1.0, with every answer and fault told apart."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec

from reverse_etl.channel import Outcome
from reverse_etl.vendors.answers import Answer, judge_fault, judge_refusal, root_fault

GONE = 410
PREFIX = "whsec_"
OVERLOADED = frozenset({502, 504})
"""By the standard the receiver is overloaded; whether it took the request is not known."""


def has_webhook_packages() -> bool:
    """Say whether the extra `webhook` is installed."""
    return all(find_spec(name) for name in ("requests_hardened", "standardwebhooks"))


def is_secret(text: str) -> bool:
    """Say whether a secret is as the standard wants it: whsec_ and base64 of 24 to 64 bytes."""
    if not text.startswith(PREFIX):
        return False
    try:
        return 24 <= len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False


def signature_headers(
    message_id: str, body: str, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """Give the headers that prove a body; one signature for each secret while they change."""
    from standardwebhooks import Webhook  # noqa: PLC0415 - an extra

    # The library takes any time zone for UTC, and would sign nine hours off in Japan.
    moment = now.astimezone(UTC)
    signed = [Webhook(secret).sign(message_id, moment, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def post(
    url: str, body: str, headers: dict[str, str], *, timeout_seconds: float, allow_loopback: bool
) -> Answer:
    """Make one request and say what it came to; what the answer says besides is not read."""
    from requests import RequestException  # noqa: PLC0415 - comes with the extra
    from requests.exceptions import InvalidSchema, InvalidURL  # noqa: PLC0415 - as above
    from requests_hardened.ip_filter import InvalidIPAddress  # noqa: PLC0415 - an extra

    from reverse_etl.addresses.webhook_url import open_session  # noqa: PLC0415 - needs the extra

    given = {"Content-Type": "application/json", **headers}
    try:
        with (
            open_session(timeout_seconds=timeout_seconds, allow_loopback=allow_loopback) as session,
            session.post(url, data=body.encode(), headers=given, stream=True) as response,
        ):
            return _judge(response.status_code, dict(response.headers))
    except InvalidIPAddress:
        return Answer(Outcome.DENIED, "forbidden_address")
    except (InvalidSchema, InvalidURL, UnicodeError):
        return Answer(Outcome.DENIED, "bad_address")
    except (RequestException, OSError, ValueError) as error:
        return judge_fault(root_fault(error))


def _judge(status: int, headers: dict[str, str]) -> Answer:
    if 200 <= status < 300:
        return Answer(Outcome.DELIVERED, f"http_{status}", status)
    answer = judge_refusal(status, headers)
    if status == GONE:
        return replace(answer, outcome=Outcome.DENIED, code="endpoint_gone")
    if status in OVERLOADED:
        return replace(answer, outcome=Outcome.UNKNOWN)
    return answer
