"""The token that a link in a mail carries, so that the page it opens tells which mail was read.

A link says `eid=<send_id>.<signature>`: the id of one message to one recipient, and proof that the
shop itself wrote it there. No address is in it, and nobody can make one up for a message of
somebody else.
"""

import hmac

PARAMETER = "eid"
"""The query parameter of the link."""

SIGNATURE_DIGITS = 16
"""Hexadecimal digits of the signature: the first 64 bits of HMAC-SHA256."""


def sign_send_id(send_id: str, key: str) -> str:
    """The value of the parameter, to be percent-encoded where the send id needs it."""
    return f"{send_id}.{_signature(send_id, key)}"


def verified_send_id(token: str, key: str) -> str | None:
    """The send id of a token that was signed with this key; None for any other text."""
    send_id, _, signature = token.rpartition(".")
    if send_id and hmac.compare_digest(signature.encode(), _signature(send_id, key).encode()):
        return send_id
    return None


def _signature(send_id: str, key: str) -> str:
    digest = hmac.new(key.encode(), send_id.encode(), "sha256").hexdigest()
    return digest[:SIGNATURE_DIGITS]
