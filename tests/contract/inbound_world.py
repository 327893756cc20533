"""The inbound application on a real socket, and vendors that sign what they post to it."""

import base64
import hashlib
import hmac
import http.client
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from reverse_etl.inbound.app import Inbox, inbound_app
from reverse_etl.inbound.line import LineReceiver
from reverse_etl.inbound.receiver import Receiver
from reverse_etl.inbound.sendgrid import SIGNATURE, TIMESTAMP, SendGridReceiver
from reverse_etl.inbound.twilio import TwilioReceiver
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.suppression import Suppression
from tests.contract.sync_world import TurnedClock

PUBLIC_URL = "https://hooks.shop.example.jp/enishi"
LINE_SECRET = "line-canary-secret-8c1f"
TWILIO_TOKEN = "twilio-canary-token-77ab"


@dataclass
class Heard:
    """What was told to the ledger, in the order in which it came."""

    suppressed: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    lifted: list[tuple[str, str, datetime]] = field(default_factory=list)
    messages: list[MessageEvent] = field(default_factory=list)
    is_broken: bool = False

    def suppress_all(self, suppressions: Sequence[Suppression]) -> None:
        for one in suppressions:
            if self.is_broken:
                raise RuntimeError(f"the ledger cannot note {one.address}")
            self.suppressed.append((one.medium, one.address, one.reason, one.at))

    def lift(self, medium: str, address: str, at: datetime) -> None:
        self.lifted.append((medium, address, at))

    def reconcile(self, events: Sequence[MessageEvent]) -> None:
        self.messages.extend(events)


class Vendor:
    """Keys of the three vendors, and posts signed by them."""

    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def receivers(self) -> list[Receiver]:
        return [
            SendGridReceiver([self.public_key]),
            LineReceiver([LINE_SECRET]),
            TwilioReceiver([TWILIO_TOKEN], PUBLIC_URL),
        ]

    def sendgrid(self, body: bytes, *, seconds_ago: int = 0) -> dict[str, str]:
        stamp = str(int(self.clock.now().timestamp()) - seconds_ago)
        signature = self._key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: stamp}

    def line(self, body: bytes) -> dict[str, str]:
        proof = hmac.digest(LINE_SECRET.encode(), body, hashlib.sha256)
        return {"x-line-signature": base64.b64encode(proof).decode()}

    def twilio(self, fields: Mapping[str, str], query: str = "") -> tuple[bytes, dict[str, str]]:
        url = f"{PUBLIC_URL}/twilio" + (f"?{query}" if query else "")
        proof = RequestValidator(TWILIO_TOKEN).compute_signature(url, dict(fields))
        headers = {"x-twilio-signature": proof, "content-type": "application/x-www-form-urlencoded"}
        return urlencode(fields).encode(), headers


@dataclass
class Post:
    """The application's address, with the folder it keeps batches in."""

    port: int
    landing: Path
    heard: Heard

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def files(self) -> list[Path]:
        """Give everything that was kept, half-written files too."""
        return sorted(path for path in self.landing.rglob("*") if path.is_file())


@contextmanager
def serve_inbox(vendor: Vendor, landing: Path) -> Iterator[Post]:
    """Let the application answer on a loopback port."""
    heard = Heard()
    app = inbound_app(Inbox(landing, heard, vendor.clock), vendor.receivers())
    config = uvicorn.Config(app, access_log=False, log_level="info", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Post(listener.getsockname()[1], landing, heard)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
