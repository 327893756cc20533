"""The application that vendors post their events to: prove, keep, tell the ledger, answer."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reverse_etl.clock import Clock, SystemClock
from reverse_etl.inbound.feedback import Facts, Feedback, tell
from reverse_etl.inbound.landing import land
from reverse_etl.inbound.receiver import Delivery, MalformedError, Posted, Receiver

MAX_BODY_BYTES = 5_000_000
"""Several times what any of the vendors posts at once."""
LOG = logging.getLogger(__name__)


class Inbox:
    """Takes the posts of every vendor that the shop has set up."""

    def __init__(self, landing: Path, feedback: Feedback, clock: Clock | None = None) -> None:
        """Keep where batches land and who hears of them at once."""
        self._landing = landing
        self._feedback = feedback
        self._clock = clock or SystemClock()

    def take(self, receiver: Receiver, posted: Posted) -> int:
        """Give the HTTP status of one request; 2xx only for what is on the disk."""
        if not receiver.is_proven(posted):
            return 401
        try:
            delivery = receiver.read(posted)
        except MalformedError:
            return 400
        if delivery is None:
            return receiver.done
        try:
            folder = self._landing / receiver.source
            first = land(folder, delivery, received_at=posted.received_at)
            tell(self._feedback, _facts(receiver, posted, delivery, first))
        # Whatever is wrong with our own disk or ledger, the vendor shall come again; the same
        # request is the same file then, and told twice is told once.
        except Exception as error:
            # Without a traceback, which may quote what was posted.
            LOG.error("%s: could not be kept: %s", receiver.source, type(error).__name__)
            return 503
        return receiver.done

    async def answer(self, receiver: Receiver, request: Request) -> Response:
        """Read a request within its limit and answer it."""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        posted = Posted(
            body=body,
            headers=_headers(request),
            query=request.scope["query_string"].decode("latin-1"),
            received_at=self._clock.now(),
        )
        status = await run_in_threadpool(self.take, receiver, posted)
        headers = {"Retry-After": "60"} if status == 503 else {}
        return Response(status_code=status, headers=headers)


def _facts(receiver: Receiver, posted: Posted, delivery: Delivery, first: datetime) -> Facts:
    """Give what a request says as of when it first came.

    A repeated START must not come after the STOP that was sent between the two.
    """
    if first == posted.received_at:
        return delivery.facts
    again = receiver.read(replace(posted, received_at=first))
    return again.facts if again else delivery.facts


def inbound_app(inbox: Inbox, receivers: Sequence[Receiver]) -> Starlette:
    """Give the application with one address a vendor; others are 404, other methods 405."""

    def route(receiver: Receiver) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return await inbox.answer(receiver, request)
            except ClientDisconnect:
                return Response(status_code=400)

        return Route(receiver.path, endpoint, methods=["POST"], name=receiver.source)

    return Starlette(routes=[route(receiver) for receiver in receivers])


def _headers(request: Request) -> dict[str, str]:
    """Give the headers; one that comes twice proves nothing and is left out."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for name, value in request.headers.items():
        twice |= {name} if name in found else set()
        found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


async def _body(request: Request) -> bytes | None:
    """Give the body, or None for one past the limit, of which no more is read than that."""
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdecimal() and int(length[:19]) > MAX_BODY_BYTES:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
