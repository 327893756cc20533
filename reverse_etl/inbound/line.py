"""Events of the LINE Messaging API webhook."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from reverse_etl.inbound.feedback import Facts, OptIn
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
from reverse_etl.ledger.suppression import Suppression


class LineReceiver(Receiver):
    """Takes bodies that one of the shop's channel secrets proves."""

    path: ClassVar[str] = "/line"
    source: ClassVar[str] = "line_events"

    def __init__(self, secrets: Sequence[str]) -> None:
        """Keep the channel secrets: of several official accounts, or the old and the new one."""
        self._secrets = [secret.encode() for secret in secrets]

    def is_proven(self, posted: Posted) -> bool:
        """Say whether X-Line-Signature is the HMAC-SHA256 of the body."""
        given = strict_base64(posted.headers.get("x-line-signature", ""))
        if not given:
            return False
        proofs = [hmac.digest(secret, posted.body, hashlib.sha256) for secret in self._secrets]
        return any(hmac.compare_digest(given, proof) for proof in proofs)

    def read(self, posted: Posted) -> Delivery | None:
        """Give the body as it came; the vendor's own trial of the address holds no event."""
        body = read_json(posted.body)
        events = body.get("events") if isinstance(body, dict) else None
        if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
            raise MalformedError("the body has no list of events")
        if not events:
            return None
        return Delivery(posted.body, posted.body, read_events(events, posted.received_at))


def read_events(events: Sequence[Mapping[str, Any]], received_at: datetime) -> Facts:
    """Give who blocked the account and who follows it (again)."""
    suppressions: list[Suppression] = []
    opt_ins: list[OptIn] = []
    for event in events:
        source = event.get("source")
        user = source.get("userId") if isinstance(source, dict) else None
        if not is_opaque(user):
            continue
        at = instant(event.get("timestamp"), per_second=1000, received_at=received_at)
        if event.get("type") == "unfollow":
            suppressions.append(Suppression("line", user, "channel_block", at))
        elif event.get("type") == "follow":
            opt_ins.append(OptIn("line", user, at))
    return Facts(suppressions=tuple(suppressions), opt_ins=tuple(opt_ins))
