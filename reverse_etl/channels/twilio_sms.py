"""SMS through Twilio: one request a message, to mobile numbers of Japan, never sent twice."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from reverse_etl.addresses.phone import jp_mobile
from reverse_etl.canonical import canonical_value
from reverse_etl.channel import (
    Batch,
    BatchResult,
    Capabilities,
    Channel,
    ChannelSettings,
    DeliveryClass,
    Health,
    Item,
    Outcome,
    Reject,
    Row,
)
from reverse_etl.template import fill, variables_in
from reverse_etl.vendors.twilio import TwilioApi, has_twilio_sdk

ACCOUNT_SID = "TWILIO_ACCOUNT_SID"
AUTH_TOKEN = "TWILIO_AUTH_TOKEN"  # noqa: S105 - the name of the setting, no secret
SERVICE_SID = "TWILIO_MESSAGING_SERVICE_SID"
FROM = "TWILIO_FROM"
PUBLIC_URL = "ENISHI_WEBHOOKS_URL"
RECIPIENT = "phone"
MAX_TEXT = 1_600
WAYS_OUT = ("STOP", "停止", "解除", "https://")
ACCOUNT_ID = re.compile(r"AC[0-9a-fA-F]{32}")
CALLBACK_BASE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")
"""The vendor takes no underscore in a host name."""


class SmsOptions(BaseModel):
    """What is said, how one gets out of it, and for how long it is of use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, StringConstraints(min_length=1)]
    """May hold `{payload fields}`."""
    stop_line: str | None = "配信停止は「停止」と返信"
    """The last line, which says how one gets out; null only where it is no advertising."""
    valid_seconds: Annotated[int, Field(ge=60, le=36_000)] = 14_400
    """A message that waited longer at the vendor is not sent."""

    @field_validator("stop_line")
    @classmethod
    def _names_a_way(cls, line: str | None) -> str | None:
        if line is not None and not any(way in line for way in WAYS_OUT):
            raise ValueError(f"say how one gets out: one of {', '.join(WAYS_OUT)}")
        return line

    @property
    def whole(self) -> str:
        """Give the text with its last line."""
        return f"{self.text}\n{self.stop_line}" if self.stop_line else self.text

    def check_fields(self, fields: Sequence[str]) -> None:
        """Raise ValueError that says the mend when payload and text do not fit."""
        if RECIPIENT not in fields:
            raise ValueError(f"the payload needs the field {RECIPIENT}")
        names = variables_in(self.whole)
        if unknown := names - set(fields):
            raise ValueError(f"text names {{{min(unknown)}}}: map it in the payload or remove it")
        if unused := set(fields) - names - {RECIPIENT}:
            raise ValueError(f"payload field {min(unused)} does not stand in text; remove it")
        if _units(self.whole) > MAX_TEXT:
            raise ValueError(f"text and stop_line have over {MAX_TEXT} characters; shorten them")


class TwilioSms(Channel):
    """Sends one SMS per message; an answer that is lost stays unknown until a callback tells."""

    name: ClassVar[str] = "twilio_sms"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"message"}),
        media=frozenset({"sms"}),
        delivery_class=DeliveryClass.UNSAFE,
        # One request is one message: a break in the middle of several could not be told.
        max_rows=1,
        max_bytes=100_000,
    )

    def __init__(self, options: SmsOptions, settings: ChannelSettings) -> None:
        """Keep the account's settings; the token goes nowhere but into the request."""
        self._options = options
        given = settings.secrets
        self._problem = _problem(given)
        self._callback = f"{given.get(PUBLIC_URL, '').rstrip('/')}/twilio"
        service = given.get(SERVICE_SID)
        self._sender = (
            {"messaging_service_sid": service} if service else {"from_": given.get(FROM, "")}
        )
        self._api = TwilioApi(
            given.get(ACCOUNT_SID, ""),
            given.get(AUTH_TOKEN, ""),
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )

    @classmethod
    def open(
        cls, options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one text."""
        return cls(SmsOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a text that the payload does not fit."""
        SmsOptions.model_validate(dict(options)).check_fields(fields)

    @classmethod
    def check_advertising(cls, options: Mapping[str, object]) -> None:
        """Raise ValueError for advertising that does not say how one gets out."""
        if SmsOptions.model_validate(dict(options)).stop_line is None:
            raise ValueError("stop_line: null is for what is no advertising; say how one gets out")

    def missing(self) -> str | None:
        """Name the package or the setting that is not there."""
        problem = self._problem
        if not has_twilio_sdk():
            problem = "twilio is not installed: pip install 'enishi[sms]'"
        return f"{problem}; the plan was made and nothing was sent" if problem else None

    def check(self) -> Health:
        """Say whether the account answers and is active; sends nothing."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        answer = self._api.account()
        if answer.outcome is not Outcome.DELIVERED:
            return Health(ok=False, message=f"Twilio answered {answer.code} for the account")
        if answer.body.get("status") != "active":
            return Health(ok=False, message="the Twilio account is not active; see its console")
        return Health(ok=True, message="the Twilio account is active")

    def build(self, row: Row) -> Item | Reject:
        """Give number and text; refuses what cannot take an SMS or would say nothing."""
        if not row.message_id:
            return Reject(row.person_id, "no_message_id")
        number, problem = jp_mobile(row.payload.get(RECIPIENT))
        if problem:
            return Reject(row.person_id, problem)
        for name, value in row.payload.items():
            if value is None or value == "":
                return Reject(row.person_id, f"null_{name}")
        values = {name: str(canonical_value(name, v)) for name, v in row.payload.items()}
        text = fill(self._options.whole, values)
        if _units(text) > MAX_TEXT:
            return Reject(row.person_id, "too_long_text")
        content: dict[str, object] = {"to": number, "body": text}
        size = len(json.dumps(content))
        return Item(row.person_id, number, content, size, message_id=row.message_id)

    def deliver(self, batch: Batch) -> BatchResult:
        """Ask once for the one message of the batch."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if len(batch.items) > self.capabilities.max_rows:
            return BatchResult(Outcome.DENIED, "too_many_rows")
        item = batch.items[0]
        answer = self._api.send(
            {
                **item.content,
                **self._sender,
                "validity_period": self._options.valid_seconds,
                "status_callback": f"{self._callback}?enishi_message_id={item.message_id}",
            }
        )
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)


def _problem(given: Mapping[str, str]) -> str | None:
    """Give what must be set first, or None."""
    if not ACCOUNT_ID.fullmatch(given.get(ACCOUNT_SID, "")):
        return f"{ACCOUNT_SID} is not set to the account's id (AC…)"
    if not given.get(AUTH_TOKEN, "").strip():
        return f"{AUTH_TOKEN} is not set"
    if not given.get(SERVICE_SID) and not given.get(FROM):
        return f"neither {SERVICE_SID} nor {FROM} is set: who the message comes from"
    if not CALLBACK_BASE.fullmatch(given.get(PUBLIC_URL, "")):
        return f"{PUBLIC_URL} is not set to the https address where Twilio tells what became of it"
    return None


def _units(text: str) -> int:
    """Give the length in UTF-16 code units: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
