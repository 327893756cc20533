"""A destination for messages with memory, over a real socket, one class of delivery a channel.

One JSON object a line, `{"op", "key", "handle", "rows"}`; the answer is a word. It may lose its
answers or refuse a row; it never forgets what it was sent.
"""

import json
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Capabilities,
    Channel,
    ChannelSettings,
    DeliveryClass,
    Health,
    Item,
    Outcome,
    Reject,
    Row,
)
from reverse_etl.errors import TransientError

NAMES = {"A": "letterbox_natural", "B": "letterbox_keyed", "C": "letterbox_unsafe"}
RECALLING = "letterbox_recalling"


class Letterbox:
    """What the destination holds: every letter that it took, by the id of its message."""

    def __init__(self) -> None:
        self.letters: list[dict[str, str]] = []
        self.keys: set[str] = set()
        self.called_back: set[str] = set()
        self.prepared = 0
        self.requests: list[dict[str, Any]] = []
        self.before: Callable[[dict[str, Any]], str] = lambda _request: ""
        self.patience: Callable[[dict[str, Any]], None] = lambda _request: None
        """Takes the time of a request, beside those of other connections."""
        self.url = ""
        self._lock = threading.Lock()

    def copies(self) -> Counter[str]:
        """Give how often each address was sent to, called back letters apart."""
        return Counter(row["email"] for row in self.coming())

    def coming(self) -> list[dict[str, str]]:
        """Give the letters that reach somebody; a natural destination keeps one a message."""
        rows = [row for row in self.letters if row["handle"] not in self.called_back]
        natural = {row["id"]: row for row in rows if row["natural"]}
        return [*natural.values(), *(row for row in rows if not row["natural"])]

    def take(self, request: dict[str, Any]) -> str:
        """Answer one request as a vendor would."""
        self.patience(request)
        with self._lock:
            self.requests.append(request)
            told = self.before(request)
            if told and not told.startswith("lose"):
                return told
            answer = self._do(request)
            return "" if told == "lose" else answer

    def _do(self, request: dict[str, Any]) -> str:
        if request["op"] == "prepare":
            self.prepared += 1
            return f"h{self.prepared}"
        if request["op"] == "recall":
            self.called_back.add(request["handle"])
            return "yes"
        if request["class"] == "B" and request["key"] in self.keys:
            return "known"
        self.keys.add(request["key"])
        for row in request["rows"]:
            natural = request["class"] == "A"
            self.letters.append({**row, "handle": request["handle"], "natural": natural})
        return "taken"


@contextmanager
def open_letterbox() -> Iterator[Letterbox]:
    """Give an empty letterbox that answers on a local port."""
    box = Letterbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                answer = box.take(json.loads(line))
                if not answer:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.wfile.write(answer.encode() + b"\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.url = f"tcp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


class LetterboxChannel(Channel):
    """Sends letters to a letterbox; the class of delivery comes with the subclass."""

    name: ClassVar[str] = "letterbox"
    letter: ClassVar[str] = "C"
    capabilities: ClassVar[Capabilities]

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._connections: dict[int, socket.socket] = {}
        """One a thread."""

    @classmethod
    def open(
        cls, _options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        return cls(settings.base_urls[cls.name])

    @classmethod
    def check_options(cls, _options: Mapping[str, object], _fields: Sequence[str]) -> None:
        """Take any."""

    def missing(self) -> str | None:
        return None

    def check(self) -> Health:
        return Health(ok=True, message="a letterbox")

    def build(self, row: Row) -> Item | Reject:
        email = str(row.payload["email"])
        if "@" not in email:
            return Reject(row.person_id, "no_address")
        content = {"id": row.message_id, "person": row.person_id, "email": email}
        return Item(row.person_id, email.lower(), content, size=100)

    def deliver(self, batch: Batch) -> BatchResult:
        rows = [dict(item.content) for item in batch.items]
        answer = self._ask("deliver", batch.key, batch.handle, rows)
        match answer.split(" "):
            case [""]:
                return BatchResult(Outcome.UNKNOWN, "lost")
            case ["taken" | "known"]:
                return BatchResult(Outcome.DELIVERED)
            case ["reject", person]:
                return BatchResult(Outcome.DELIVERED, rejected={person: "bad_row"})
            case ["throttled", seconds]:
                wait = float(seconds) if seconds != "-" else None
                return BatchResult(Outcome.THROTTLED, "http_429", retry_after=wait)
            case [outcome]:
                return BatchResult(Outcome(outcome), f"said_{outcome}")
            case _:
                raise AssertionError(answer)

    def _ask(self, op: str, key: str, handle: str, rows: list[dict[str, object]]) -> str:
        """Make one request; empty for an answer that never came."""
        request = {"op": op, "key": key, "handle": handle, "rows": rows, "class": self.letter}
        try:
            connection = self._connections.get(threading.get_ident())
            if connection is None:
                connection = socket.create_connection(self._address, timeout=10)
                self._connections[threading.get_ident()] = connection
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = connection.recv(4096)
                if not part:
                    raise ConnectionResetError
                answer += part
        except OSError:
            broken = self._connections.pop(threading.get_ident(), None)
            if broken is not None:
                broken.close()
            return ""
        return answer.decode().strip()

    def close(self) -> None:
        """End the connections; the next request opens another."""
        while self._connections:
            self._connections.popitem()[1].close()


def _able(
    delivery_class: DeliveryClass, *, in_flight: int = 4, can_recall: bool = False
) -> Capabilities:
    return Capabilities(
        modes=frozenset({"message"}),
        media=frozenset({"email", "sms", "line"}),
        delivery_class=delivery_class,
        max_rows=50,
        max_bytes=1_000_000,
        in_flight=in_flight,
        can_recall=can_recall,
    )


class NaturalLetters(LetterboxChannel):
    """Class A: a letter sent twice is the same letter."""

    name = NAMES["A"]
    letter = "A"
    capabilities = _able(DeliveryClass.NATURAL)


class KeyedLetters(LetterboxChannel):
    """Class B: a batch sent twice under one key is taken once."""

    name = NAMES["B"]
    letter = "B"
    capabilities = _able(DeliveryClass.KEYED)


class UnsafeLetters(LetterboxChannel):
    """Class C: every batch that comes is taken."""

    name = NAMES["C"]
    letter = "C"
    capabilities = _able(DeliveryClass.UNSAFE, in_flight=1)


class RecallingLetters(LetterboxChannel):
    """Class C with an undo: a handle, by which what was sent is called back."""

    name = RECALLING
    letter = "C"
    capabilities = _able(DeliveryClass.UNSAFE, can_recall=True)

    def prepare(self, batch: Batch) -> str:
        handle = self._ask("prepare", batch.key, "", [])
        if not handle:
            raise TransientError("the letterbox gave no handle")
        return handle

    def recall(self, handle: str) -> bool:
        answer = self._ask("recall", "", handle, [])
        if not answer:
            raise TransientError("the letterbox does not say")
        return answer == "yes"


CHANNELS: dict[str, type[LetterboxChannel]] = {
    "A": NaturalLetters,
    "B": KeyedLetters,
    "C": UnsafeLetters,
    "recall": RecallingLetters,
}
