"""What a vendor's file of this package does: prove who posted, and read what was posted."""

import base64
import binascii
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeGuard

from reverse_etl.inbound.feedback import Facts

OPAQUE = re.compile(r"[0-9A-Za-z_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    query: str
    """As it stood in the address, undecoded."""
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is kept of a request; nothing when it holds no event."""

    content: bytes = field(repr=False)
    identity: bytes = field(repr=False)
    """Equal for a request that the vendor repeats."""
    facts: Facts = field(repr=False)


class MalformedError(Exception):
    """A request was proven and still cannot be read; the message holds nothing of it."""


class Receiver(ABC):
    """Takes the events of one vendor."""

    path: ClassVar[str]
    source: ClassVar[str]
    """The folder of landing/ and the mapping file that reads it."""
    done: ClassVar[int] = 200
    """The HTTP status of a request that was kept."""

    @abstractmethod
    def is_proven(self, posted: Posted) -> bool:
        """Say whether the vendor signed this request; never raises."""

    @abstractmethod
    def read(self, posted: Posted) -> Delivery | None:
        """Give what is kept of a proven request, None for one without events.

        Raises MalformedError.
        """


def is_opaque(value: object) -> TypeGuard[str]:
    """Say whether a value is an id as the vendors and we write them."""
    return isinstance(value, str) and bool(OPAQUE.fullmatch(value))


def strict_base64(text: str) -> bytes | None:
    """Give the bytes of a well-formed base64 text, else None."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def read_json(body: bytes) -> Any:
    """Give the JSON of a body; raises MalformedError."""
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MalformedError("the body is no JSON in UTF-8") from None


def instant(value: object, *, per_second: int, received_at: datetime) -> datetime:
    """Give the instant of an epoch number; of one that is none or in the future, the receipt.

    A date ahead of time would outlive every later word of the person.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return received_at
    try:
        moment = datetime.fromtimestamp(value / per_second, UTC)
    except (OverflowError, OSError, ValueError):
        return received_at
    return min(moment, received_at)
