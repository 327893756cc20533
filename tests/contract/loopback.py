"""Servers on loopback ports, for vendors that tests play themselves."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as the vendor saw it; names of headers in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Give the JSON body."""
        return json.loads(self.raw) if self.raw else None

    @property
    def form(self) -> dict[str, str]:
        """Give the fields of a form."""
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """What the vendor answers; `cut` closes the connection without a word."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def answer_json(status: int, body: object) -> Reply:
    """Give an answer in JSON."""
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


@contextmanager
def listen(answer: Callable[[Request], Reply]) -> Iterator[str]:
    """Answer every request on a free port, and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            reply = answer(Request(self.command, parts.path, query, headers, raw))
            if reply.cut:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            # A client that has lost patience is no fault of the vendor.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(reply.body)

        do_GET = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 (names of the library)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Played(Protocol):
    """A vendor that a test plays."""

    base_url: str
    violations: list[str]

    def answer(self, request: Request, /) -> Reply:
        """Give what the vendor says to a request."""


Fake = TypeVar("Fake", bound=Played)


@contextmanager
def serve(fake: Fake) -> Iterator[Fake]:
    """Let a vendor answer on a loopback port; at the end no request may have been wrong."""
    with listen(fake.answer) as fake.base_url:
        yield fake
    assert fake.violations == [], fake.violations
