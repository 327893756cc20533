"""What takes a person off an advertising audience after their address is gone from the shop.

Advertising platforms know people by plain SHA-256 of their addresses alone, and anybody can make
such hashes of addresses they guess, so the ledger must not hold them. It holds them sealed by
AES-SIV (RFC 5297: equal texts give equal seals, a changed seal is noticed) under a secret that
is given by name and stands in no database.
"""

import base64
import binascii
import hashlib

from reverse_etl.errors import TerminalError

REMOVAL_KEY = "AUDIENCE_REMOVAL_KEY"
MIN_SECRET_CHARACTERS = 32
CONTEXT = [b"enishi audience removal key 1"]
HASH_BYTES = 32


class RemovalKey:
    """Seals and opens the pair of hashes (mail address, telephone) that was sent of a person."""

    def __init__(self, secret: str) -> None:
        """Keep the secret; an empty one seals nothing."""
        self._secret = secret

    @property
    def missing(self) -> str | None:
        """Say what must be set before people may be sent who could never be taken off."""
        if len(self._secret) >= MIN_SECRET_CHARACTERS:
            return None
        return (
            f"{REMOVAL_KEY} is not set to {MIN_SECRET_CHARACTERS} or more characters; "
            "the plan was made and nothing was sent"
        )

    def seal(self, email: str, phone: str) -> str | None:
        """Give two hex hashes, either of them maybe empty, as one sealed text."""
        if self.missing:
            return None
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - of an extra
            AESSIV,
        )

        plain = _bytes(email) + _bytes(phone)
        return base64.urlsafe_b64encode(AESSIV(self._derive()).encrypt(plain, CONTEXT)).decode()

    def open(self, sealed: str) -> tuple[str, str]:
        """Give the two hashes of a sealed text; raises TerminalError when another key sealed it."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - of an extra
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - of an extra
            AESSIV,
        )

        try:
            box = base64.urlsafe_b64decode(sealed)
            plain = AESSIV(self._derive()).decrypt(box, CONTEXT)
        except (InvalidTag, binascii.Error, ValueError):
            raise TerminalError(
                f"{REMOVAL_KEY} is not the one that people were sent under; set the former one"
            ) from None
        return _hex(plain[:HASH_BYTES]), _hex(plain[HASH_BYTES:])

    def name(self, *parts: str) -> str:
        """Give an opaque name of 32 hex characters for some texts, the same for the same texts."""
        text = "\n".join(parts).encode()
        return hashlib.blake2b(text, key=self._derive(), digest_size=16).hexdigest()

    def _derive(self) -> bytes:
        return hashlib.sha256(self._secret.encode()).digest()


def _bytes(hex_hash: str) -> bytes:
    return bytes.fromhex(hex_hash) if hex_hash else bytes(HASH_BYTES)


def _hex(raw: bytes) -> str:
    return raw.hex() if any(raw) else ""
