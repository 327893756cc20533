"""Status callbacks and replies of Twilio's SMS."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl

from starlette.datastructures import MultiDict
from twilio.request_validator import RequestValidator

from reverse_etl.inbound.feedback import Facts, OptIn
from reverse_etl.inbound.receiver import Delivery, MalformedError, Posted, Receiver, is_opaque
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.suppression import Suppression

MESSAGE_ID = "enishi_message_id"
"""Query parameter of the status callback's address: our own id of the message."""
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "停止", "解除"})
START_WORDS = frozenset({"start", "unstop", "再開"})
KINDS = {
    **dict.fromkeys(("accepted", "queued", "sending", "sent"), "processed"),
    "delivered": "delivered",
    "undelivered": "bounced",
    "failed": "dropped",
}
ERROR_REASONS = {
    "21610": "unsubscribed",
    "21211": "invalid",
    "21614": "invalid",
    "21635": "invalid",
    "30005": "hard_bounce",
    "30006": "hard_bounce",
}
KEPT = ("MessageSid", "ErrorCode", "AccountSid", "MessagingServiceSid")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
MAX_FIELDS = 200


class TwilioReceiver(Receiver):
    """Takes form posts that the account's auth token proves for the public address."""

    path: ClassVar[str] = "/twilio"
    source: ClassVar[str] = "twilio_events"
    done: ClassVar[int] = 204
    """To a reply Twilio would send on whatever an answer with a body says."""

    def __init__(self, auth_tokens: Sequence[str], public_url: str) -> None:
        """Keep the tokens, primary and secondary, and the address that Twilio calls."""
        self._validators = [RequestValidator(token) for token in auth_tokens]
        self._url = public_url.rstrip("/") + self.path

    def is_proven(self, posted: Posted) -> bool:
        """Say whether X-Twilio-Signature fits the public address and the fields."""
        given = posted.headers.get("x-twilio-signature", "")
        try:
            pairs = _pairs(posted.body)
        except MalformedError:
            return False
        url = f"{self._url}?{posted.query}" if posted.query else self._url
        fields = MultiDict(pairs)
        return any(one.validate(url, fields, given) for one in self._validators)

    def read(self, posted: Posted) -> Delivery | None:
        """Give one event; the text of a reply is not kept, only whether it stops or starts."""
        fields = dict(_pairs(posted.body))
        status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if not fields.get("MessageSid") or not status:
            raise MalformedError("the body has no MessageSid with a status")
        is_reply = status == "received"
        event: dict[str, str | None] = {name: fields[name] for name in KEPT if fields.get(name)}
        event |= {
            "Status": status,
            "Recipient": fields.get("From" if is_reply else "To", ""),
            "OptOut": _opt_out(fields) if is_reply else None,
            "MessageId": parse_qs(posted.query).get(MESSAGE_ID, [None])[0],
            "ReceivedAt": posted.received_at.isoformat(),
        }
        content = json.dumps([event], ensure_ascii=False).encode()
        identity = posted.query.encode() + b"\n" + posted.body
        return Delivery(content, identity, _facts(event, posted))


def _facts(event: Mapping[str, str | None], posted: Posted) -> Facts:
    """Give what an event says; Twilio names no instant, so it is the one of receipt."""
    at = posted.received_at
    address, message_id = event["Recipient"] or "", event["MessageId"]
    reason = ERROR_REASONS.get(event.get("ErrorCode") or "")
    reason = "unsubscribed" if event["OptOut"] == "STOP" else reason
    kind = KINDS.get(event["Status"] or "")
    is_number = bool(NUMBER.fullmatch(address))
    messages: tuple[MessageEvent, ...] = ()
    if kind and is_opaque(message_id):
        messages = (MessageEvent(message_id, kind, at, event["MessageSid"] or ""),)
    starts = is_number and event["OptOut"] == "START"
    return Facts(
        suppressions=(Suppression("sms", address, reason, at),) if reason and is_number else (),
        opt_ins=(OptIn("sms", address, at),) if starts else (),
        messages=messages,
    )


def _opt_out(fields: Mapping[str, str]) -> str | None:
    """Give STOP or START: Twilio's own word with Advanced Opt-Out, else the reply's."""
    word = fields.get("OptOutType", "").upper()
    if word in ("STOP", "START"):
        return word
    said = unicodedata.normalize("NFKC", fields.get("Body", "")).strip(" 「」\r\n").casefold()
    if said in STOP_WORDS:
        return "STOP"
    return "START" if said in START_WORDS else None


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise MalformedError("the body is no form") from None
