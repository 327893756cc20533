"""One text for one payload, and the keyed hash of it."""

import hmac
import json
import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from reverse_etl.errors import TerminalError

MESSAGE_ID_DIGITS = 32
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Value = str | int | float | bool | Decimal | date | datetime | None


def canonical_value(field: str, value: Value) -> str | int | float | bool | None:
    """Give the JSON value of a payload field: NFC text, ISO dates in UTC, decimals as strings."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case float():
            if not math.isfinite(value):
                raise TerminalError(f"field {field}: a payload number must be finite")
            return value + 0.0
        case Decimal():
            return _decimal_text(value)
        case datetime():
            aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            return aware.isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            raise TerminalError(f"field {field}: a payload cannot hold {type(value).__name__}")


def _decimal_text(value: Decimal) -> str:
    """Write a decimal without exponent and trailing zeros, so that its scale is no change."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical_payload(payload: Mapping[str, Value]) -> str:
    """Give the payload as JSON with sorted keys; equal payloads give equal text."""
    values = {field: canonical_value(field, value) for field, value in payload.items()}
    return CANONICAL.encode(values)


def keyed_hash(text: str, *, secret: bytes) -> str:
    """Give the HMAC-SHA256 of a text as hex: equal for equal texts, no dictionary opens it."""
    return hmac.digest(secret, text.encode(), "sha256").hex()


def payload_hash(payload: Mapping[str, Value], *, secret: bytes) -> str:
    """Give the keyed hash of a mapped payload."""
    return keyed_hash(canonical_payload(payload), secret=secret)


def message_id(sync: str, person_id: str, occurrence: str, *, secret: bytes) -> str:
    """Give the opaque id of one message: the same whenever the same message is planned."""
    return keyed_hash(f"{sync}|{person_id}|{occurrence}", secret=secret)[:MESSAGE_ID_DIGITS]
