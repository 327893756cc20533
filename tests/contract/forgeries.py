"""Posts that are wrong in one way each: none of them may be believed."""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from reverse_etl.inbound.sendgrid import TIMESTAMP
from tests.contract.inbound_world import Vendor


@dataclass
class Forgery:
    """A post that a vendor signed, to be spoilt."""

    chance: random.Random
    vendor: Vendor
    stranger: Vendor
    path: str
    body: bytes
    headers: dict[str, str]

    @property
    def proof(self) -> str:
        """Give the header that holds the signature."""
        return next(iter(self.headers))


def forged(
    chance: random.Random, number: int, vendor: Vendor, stranger: Vendor
) -> tuple[str, bytes, dict[str, str]]:
    """Give path, body and headers; every hundredth is larger than anything may be."""
    path = ("/sendgrid", "/line", "/twilio")[number % 3]
    body = json.dumps([{"email": "canary1@example.jp", "nonce": chance.random()}]).encode()
    if path == "/twilio":
        body, headers = vendor.twilio({"MessageSid": "SM1", "nonce": str(chance.random())})
    else:
        headers = vendor.sendgrid(body) if path == "/sendgrid" else vendor.line(body)
    forgery = Forgery(chance, vendor, stranger, path, body, headers)
    spoil = chance.choice(WAYS) if number % 100 else _swell
    spoil(forgery)
    return forgery.path, forgery.body, forgery.headers


def _swell(forgery: Forgery) -> None:
    forgery.body = b"x" * 10_000_000


def _leave_the_proof_out(forgery: Forgery) -> None:
    del forgery.headers[forgery.proof]


def _write_no_base64(forgery: Forgery) -> None:
    texts = ["", "====", "not base64 !", "AAAA", "é" * 9, "A" * 4_000]
    forgery.headers[forgery.proof] = forgery.chance.choice(texts)


def _cut_the_proof(forgery: Forgery) -> None:
    proof = forgery.headers[forgery.proof]
    forgery.headers[forgery.proof] = proof[: forgery.chance.randrange(len(proof) - 4)]


def _flip_a_bit_of_the_proof(forgery: Forgery) -> None:
    raw = bytearray(base64.b64decode(forgery.headers[forgery.proof]))
    raw[forgery.chance.randrange(len(raw))] ^= 1 << forgery.chance.randrange(8)
    forgery.headers[forgery.proof] = base64.b64encode(bytes(raw)).decode()


def _cut_the_body(forgery: Forgery) -> None:
    forgery.body = forgery.body[: forgery.chance.randrange(len(forgery.body))]


def _flip_a_bit_of_the_body(forgery: Forgery) -> None:
    raw = bytearray(forgery.body)
    raw[forgery.chance.randrange(len(raw))] ^= 1 << forgery.chance.randrange(7)
    forgery.body = bytes(raw)


def _write_on(forgery: Forgery) -> None:
    forgery.body += forgery.chance.choice([b" ", b"\x00", b"&a=b", b"\n"])


def _write_no_text(forgery: Forgery) -> None:
    forgery.body = forgery.chance.randbytes(forgery.chance.randrange(1, 400))


def _sign_as_a_stranger(forgery: Forgery) -> None:
    if forgery.path == "/sendgrid":
        forgery.headers = forgery.stranger.sendgrid(forgery.body)
    else:
        forgery.headers[forgery.proof] = "c3RyYW5nZXI="


def _sign_another_time(forgery: Forgery) -> None:
    seconds = forgery.chance.choice([90_000, 10**9, -(10**6)])
    forgery.headers = forgery.vendor.sendgrid(forgery.body, seconds_ago=seconds)


def _stamp_no_time(forgery: Forgery) -> None:
    forgery.headers = forgery.vendor.sendgrid(forgery.body)
    stamps = ["", "-1", "1e9", "0x5f", "9" * 40, "now"]
    forgery.headers[TIMESTAMP] = forgery.chance.choice(stamps)


WAYS: tuple[Callable[[Forgery], None], ...] = (
    _leave_the_proof_out,
    _write_no_base64,
    _cut_the_proof,
    _flip_a_bit_of_the_proof,
    _cut_the_body,
    _flip_a_bit_of_the_body,
    _write_on,
    _write_no_text,
    _sign_as_a_stranger,
    _sign_another_time,
    _stamp_no_time,
)
