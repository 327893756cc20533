"""The token that a link in a mail carries, so that the click names the mail it came from."""

from hashlib import sha256
from hmac import new

SIGNATURE_DIGITS = 16


def click_token(send_id: str, click_key: str) -> str:
    """Give the mail's id and the first hex digits of its signature."""
    signature = new(click_key.encode(), send_id.encode(), sha256).hexdigest()
    return f"{send_id}.{signature[:SIGNATURE_DIGITS]}"
