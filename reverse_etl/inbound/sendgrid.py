"""Events of SendGrid's signed Event Webhook."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from reverse_etl.addresses.mailbox import mailbox
from reverse_etl.inbound.feedback import Facts
from reverse_etl.inbound.receiver import (
    Delivery,
    MalformedError,
    Posted,
    Receiver,
    instant,
    is_opaque,
    read_json,
    strict_base64,
)
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.suppression import Suppression

OLDEST = timedelta(hours=24, minutes=10)
"""The vendor tries again for 24 hours; a retry may bear the first signature."""
NEWEST = timedelta(minutes=10)
SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
REASONS = {
    "spamreport": "spam_complaint",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "topic_unsubscribe",
}
DROP_REASONS = {
    "Bounced Address": "hard_bounce",
    "Invalid": "invalid",
    "Unsubscribed Address": "unsubscribed",
    "Spam Reporting Address": "spam_complaint",
}
"""Other drops are about our mail or our account, not about the address."""
REFERENCE = re.compile(r"[!-~]{1,200}")
KINDS = {
    "processed": "processed",
    "deferred": "processed",
    "dropped": "dropped",
    "bounce": "bounced",
    # Who opens, clicks, complains or leaves has got the mail.
    **dict.fromkeys(("delivered", "open", "click", "spamreport"), "delivered"),
    **dict.fromkeys(("unsubscribe", "group_unsubscribe"), "delivered"),
}


class SendGridReceiver(Receiver):
    """Takes batches that one of the account's verification keys proves."""

    path: ClassVar[str] = "/sendgrid"
    source: ClassVar[str] = "sendgrid_events"

    def __init__(self, public_keys: Sequence[str]) -> None:
        """Read the keys as SendGrid shows them; raises ValueError for what is no P-256 key."""
        self._keys = [_public_key(text) for text in public_keys]

    def is_proven(self, posted: Posted) -> bool:
        """Say whether a key signed timestamp and body, not too long ago."""
        stamp = posted.headers.get(TIMESTAMP, "")
        signature = strict_base64(posted.headers.get(SIGNATURE, ""))
        if not signature or not _is_timely(stamp, posted.received_at):
            return False
        signed = stamp.encode() + posted.body
        return any(_verifies(key, signature, signed) for key in self._keys)

    def read(self, posted: Posted) -> Delivery | None:
        """Give the batch as it came, with what it says of addresses and messages."""
        events = read_json(posted.body)
        if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
            raise MalformedError("the body is no list of events")
        if not events:
            return None
        return Delivery(posted.body, posted.body, read_events(events, posted.received_at))


def read_events(events: Sequence[Mapping[str, Any]], received_at: datetime) -> Facts:
    """Give what events say; one that cannot be read says nothing and is left to the source."""
    suppressions: list[Suppression] = []
    messages: list[MessageEvent] = []
    for event in events:
        at = instant(event.get("timestamp"), per_second=1, received_at=received_at)
        address = mailbox(str(event.get("email") or "").strip())
        reason = _reason(event)
        if address and reason:
            suppressions.append(Suppression("email", address, reason, at))
        kind = KINDS.get(str(event.get("event")))
        message_id = event.get("enishi_message_id")
        if kind and is_opaque(message_id):
            messages.append(MessageEvent(message_id, kind, at, _reference(event)))
    return Facts(suppressions=tuple(suppressions), messages=tuple(messages))


def _reason(event: Mapping[str, Any]) -> str | None:
    kind = str(event.get("event"))
    if kind == "bounce":
        return "hard_bounce" if event.get("type", "bounce") == "bounce" else None
    if kind == "dropped":
        return DROP_REASONS.get(str(event.get("reason")))
    return REASONS.get(kind)


def _reference(event: Mapping[str, Any]) -> str:
    reference = event.get("sg_message_id")
    return reference if isinstance(reference, str) and REFERENCE.fullmatch(reference) else ""


def _public_key(text: str) -> ec.EllipticCurvePublicKey:
    der = strict_base64(text)
    try:
        key = load_der_public_key(der or b"")
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError(
            "SENDGRID_WEBHOOK_PUBLIC_KEY holds no verification key of the Event Webhook; copy it "
            "from SendGrid, Settings, Mail Settings, Event Webhooks"
        )
    return key


def _is_timely(stamp: str, received_at: datetime) -> bool:
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 11:
        return False
    age = received_at - datetime.fromtimestamp(int(stamp), UTC)
    return -NEWEST <= age <= OLDEST


def _verifies(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
