"""One message of LINE: what a sync may choose, held to the vendor's schema when it is loaded."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from reverse_etl.addresses.line_user import line_user_problem
from reverse_etl.canonical import canonical_value
from reverse_etl.channel import Item, Reject, Row
from reverse_etl.template import fill, variables_in
from reverse_etl.vendors.line import has_line_sdk

MESSAGES = Path(__file__).parents[1] / "messages"
MAX_MESSAGES = 5
MAX_TEXT = 5_000
MAX_ALT_TEXT = 1_500
RECIPIENT = "line_user_id"
FILE_NAME = re.compile(r"[A-Za-z0-9_-]+\.json")

Unit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,30}$")]


class LineOptions(BaseModel):
    """What is said, whether to all alike, and under which name the vendor counts it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    messages: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MAX_MESSAGES)]
    """The vendor's message objects. A Flex message may name `contents_file`, a JSON file in
    `reverse_etl/messages/`, instead of its `contents`."""
    send: Literal["multicast", "push"] = "multicast"
    """`multicast`: one text for all, 500 people a request. `push`: one request a person, whose
    texts may hold `{payload fields}`."""
    aggregation_unit: Unit | None = None
    """The vendor counts opens and clicks of all messages with this name."""
    notification_disabled: bool = False
    """Let the message arrive without a sound."""

    @field_validator("messages")
    @classmethod
    def _read_files(cls, given: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        whole = tuple(_with_file(message) for message in given)
        for number, message in enumerate(whole, 1):
            _check_message(number, message)
        return whole

    def check_fields(self, fields: Sequence[str]) -> None:
        """Raise ValueError that says the mend when payload and messages do not fit."""
        if RECIPIENT not in fields:
            raise ValueError(f"the payload needs the field {RECIPIENT}")
        names = variables_in(self.messages)
        if self.send == "multicast" and names:
            raise ValueError(
                f"a multicast says one thing to all: take {{{min(names)}}} out or set send: push"
            )
        unknown = names - set(fields)
        if unknown:
            raise ValueError(
                f"messages name {{{min(unknown)}}}: map it in the payload or remove it"
            )
        unused = set(fields) - names - {RECIPIENT}
        if unused:
            raise ValueError(f"payload field {min(unused)} stands in no message; remove it")


def recipient(row: Row, options: LineOptions) -> Item | Reject:
    """Give one person's part of a message; with `send: push` the filled-in texts."""
    user = row.payload.get(RECIPIENT)
    problem = line_user_problem(user)
    if problem:
        return Reject(row.person_id, problem)
    content: dict[str, object] = {"to": str(user)}
    if options.send == "push":
        for name, value in row.payload.items():
            if value is None or value == "":
                return Reject(row.person_id, f"null_{name}")
        values = {name: str(canonical_value(name, v)) for name, v in row.payload.items()}
        messages = [fill(message, values) for message in options.messages]
        if any(_too_long(message) for message in messages):
            return Reject(row.person_id, "too_long_text")
        content["messages"] = messages
    return Item(
        row.person_id, str(user), content, len(json.dumps(content)), message_id=row.message_id
    )


def _with_file(message: Mapping[str, Any]) -> dict[str, Any]:
    """Give a message whose contents are read from its file, where it names one."""
    name = message.get("contents_file")
    if name is None:
        return dict(message)
    if "contents" in message:
        raise ValueError("give contents or contents_file, not both")
    if not FILE_NAME.fullmatch(str(name)):
        raise ValueError(f"contents_file {name}: give the bare name of a file, coupon.json say")
    try:
        contents = json.loads((MESSAGES / str(name)).read_text(encoding="utf-8"))
    except OSError:
        raise ValueError(f"contents_file {name}: put it into reverse_etl/messages/") from None
    except ValueError:
        raise ValueError(f"contents_file {name} is no JSON; mend it") from None
    rest = {key: value for key, value in message.items() if key != "contents_file"}
    return rest | {"contents": contents}


def _check_message(number: int, message: Mapping[str, Any]) -> None:
    """Raise ValueError for what the vendor would refuse: its prose's limits, then its schema."""
    kind = message.get("type")
    if not isinstance(kind, str):
        raise ValueError(f"message {number} has no type; give text or flex, for example")
    if _too_long(message):
        raise ValueError(
            f"message {number} is too long: text holds {MAX_TEXT} characters, altText "
            f"{MAX_ALT_TEXT}; shorten it"
        )
    if kind in ("text", "textV2") and not str(message.get("text") or "").strip():
        raise ValueError(f"message {number} says nothing; give text")
    if has_line_sdk():
        _check_schema(number, dict(message))


def _check_schema(number: int, message: dict[str, Any]) -> None:
    from linebot.v3.messaging import Message  # noqa: PLC0415 - an extra, and slow to import

    try:
        known = Message.from_dict(message).to_dict()
    # The SDK meets a text where an object belongs with whatever Python raises there.
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ValueError(
            f"message {number} is not as LINE describes {message['type']}; compare it with "
            "https://developers.line.biz/en/reference/messaging-api/#message-objects"
        ) from None
    lost = _lost(message, known)
    if lost:
        raise ValueError(f"message {number}: LINE knows no {lost}; mend the name or remove it")


def _lost(given: Any, known: Any, place: str = "") -> str:
    """Give the place of the first key that the vendor's own model does not know, or nothing."""
    if isinstance(given, dict):
        for key, value in given.items():
            where = f"{place}.{key}" if place else str(key)
            if not isinstance(known, dict) or key not in known:
                if value is None:
                    continue
                return where
            if found := _lost(value, known[key], where):
                return found
    if isinstance(given, list):
        for index, value in enumerate(given):
            if not isinstance(known, list) or index >= len(known):
                return f"{place}[{index}]"
            if found := _lost(value, known[index], f"{place}[{index}]"):
                return found
    return ""


def _too_long(message: Mapping[str, Any]) -> bool:
    return _units(message.get("text")) > MAX_TEXT or _units(message.get("altText")) > MAX_ALT_TEXT


def _units(text: object) -> int:
    """Give the length as the vendor counts it, in UTF-16 code units: an emoji is two."""
    return len(str(text or "").encode("utf-16-le")) // 2
