"""What an HTTP answer or a broken connection comes to, the same for every vendor."""

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reverse_etl.channel import Outcome
from reverse_etl.vendors.retry_after import asked_wait

UNSENT_FAULTS = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
STATUS_OUTCOMES = {
    401: Outcome.DENIED,
    403: Outcome.DENIED,
    408: Outcome.UNKNOWN,
    429: Outcome.THROTTLED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `outcome` is DELIVERED only for the documented status."""

    outcome: Outcome
    code: str
    status: int | None = None
    retry_after: float | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rows: Sequence[Any] = field(default=(), repr=False)
    """What came where a list was asked for."""


def judge_refusal(status: int, headers: Mapping[str, str]) -> Answer:
    """Judge an error by its status alone; bodies may be HTML and may quote what we sent."""
    wait = asked_wait(headers, now=datetime.now(UTC))
    names = {name.lower() for name in headers}
    if status in STATUS_OUTCOMES:
        outcome = STATUS_OUTCOMES[status]
    elif status == http.client.SERVICE_UNAVAILABLE and "retry-after" in names:
        outcome = Outcome.THROTTLED
    elif status >= http.client.INTERNAL_SERVER_ERROR:
        outcome = Outcome.UNKNOWN
    elif status >= http.client.BAD_REQUEST:
        outcome = Outcome.REJECTED
    else:
        outcome = Outcome.DENIED
    return Answer(outcome, f"http_{status}", status, wait)


def judge_fault(reason: object) -> Answer:
    """Judge a broken connection: refused before anything was sent, or unknown."""
    outcome = Outcome.REFUSED if isinstance(reason, UNSENT_FAULTS) else Outcome.UNKNOWN
    return Answer(outcome, type(reason).__name__)


def root_fault(error: BaseException) -> BaseException:
    """Give the first fault below a library's own that shows nothing was sent, else the error."""
    seen: list[BaseException] = []
    queue: list[object] = [error]
    while queue:
        part = queue.pop(0)
        if not isinstance(part, BaseException) or part in seen:
            continue
        if isinstance(part, UNSENT_FAULTS):
            return part
        seen.append(part)
        reason = getattr(part, "reason", None)
        queue.extend((part.__cause__, part.__context__, reason, *part.args))
    return error
