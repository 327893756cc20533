"""SendGrid Mail Send: one mail a person from a dynamic template, with minutes to call it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from reverse_etl.addresses.mailbox import mailbox
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
    PlainRows,
    Reject,
    Row,
)
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.errors import TransientError
from reverse_etl.vendors.sendgrid import SendGridApi, raise_unless_read
from reverse_etl.vendors.sendgrid_message import (
    MailOptions,
    MailSettings,
    personalization,
    plain_mails,
    read_mail_settings,
)

API_KEY = "SENDGRID_API_KEY"
CERTAIN_BEFORE = timedelta(minutes=10)
"""The vendor promises a cancellation that comes so long before the mail goes out."""


class SendGridMail(Channel):
    """Sends one mail per message; each is held back for some minutes, so that it can be undone."""

    name: ClassVar[str] = "sendgrid_mail"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"message"}),
        media=frozenset({"email"}),
        delivery_class=DeliveryClass.UNSAFE,
        max_rows=1_000,
        # The vendor takes 30 MB; the rest is for the envelope and for headers.
        max_bytes=25_000_000,
        in_flight=16,
        can_recall=True,
    )

    def __init__(
        self, options: MailOptions, settings: ChannelSettings, clock: Clock | None = None
    ) -> None:
        """Keep the account's settings; the key goes nowhere but into the request."""
        self._options = options
        self.hold = timedelta(minutes=options.undo_minutes)
        self._multiline = frozenset(options.multiline)
        self._mail: MailSettings = read_mail_settings(options, settings.secrets)
        self._clock = clock or SystemClock()
        self._has_key = bool(settings.secrets.get(API_KEY))
        self._api = SendGridApi(
            settings.secrets.get(API_KEY, ""),
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )

    @classmethod
    def open(
        cls, options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one template."""
        return cls(MailOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a payload that is no mail."""
        MailOptions.model_validate(dict(options)).check_fields(fields)

    @classmethod
    def check_advertising(cls, options: Mapping[str, object]) -> None:
        """Raise ValueError for advertising without a one-click unsubscribe."""
        if MailOptions.model_validate(dict(options)).unsubscribe == "none":
            raise ValueError(
                "unsubscribe: none is for mails that are no advertising; "
                "set it to sendgrid or headers"
            )

    def missing(self) -> str | None:
        """Name the setting that is not given, of the key, the sender profile and the template."""
        problem = self._mail.problem if self._has_key else f"{API_KEY} is not set"
        return f"{problem}; the plan was made and nothing was sent" if problem else None

    def check(self) -> Health:
        """Let the vendor judge a mail to the sender in its sandbox; nothing is sent."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        to = {"email": mailbox(self._mail.sender["email"])}
        part = {"to": [to], "dynamic_template_data": dict(self._mail.variables)}
        body = self._envelope("check", [part]) | {
            "mail_settings": {"sandbox_mode": {"enable": True}}
        }
        answer = self._api.call("post", ("mail", "send"), success=200, body=body, gives="nothing")
        if answer.outcome is Outcome.DELIVERED:
            return Health(ok=True, message="SendGrid would take a mail of this template and sender")
        return Health(
            ok=False, message=f"SendGrid answered {answer.code} for a mail in its sandbox"
        )

    def build(self, row: Row) -> Item | Reject:
        """Give the person's part of a mail; refuses what would reach nobody or break a header."""
        return personalization(row, self._options, self._mail, self._multiline)

    def plain_rows(
        self, person: str, texts: Mapping[str, str], others: Mapping[str, str]
    ) -> PlainRows | None:
        """Give the rows that are surely a mail."""
        del person
        return plain_mails(texts, others, self._mail)

    def prepare(self, batch: Batch) -> str:
        """Give `<batch id of the vendor>@<epoch second before which no mail of it goes out>`."""
        answer = self._api.call("post", ("mail", "batch"), success=201)
        raise_unless_read(answer)
        batch_id = answer.body.get("batch_id")
        if not isinstance(batch_id, str) or not batch_id or "@" in batch_id:
            raise TransientError(f"SendGrid gave no batch id for {batch.key}")
        return f"{batch_id}@{self._send_at()}"

    def deliver(self, batch: Batch) -> BatchResult:
        """Hand the mails of a prepared batch over in one request."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        batch_id, earliest = _opened(batch.handle)
        if not batch_id:
            return BatchResult(Outcome.DENIED, "not_prepared")
        parts = [_addressed(item, batch.sync) for item in batch.items]
        # A batch that had to wait goes out later than was said, never sooner.
        body = self._envelope(batch.sync, parts) | {
            "batch_id": batch_id,
            "send_at": max(earliest, self._send_at()),
        }
        answer = self._api.call("post", ("mail", "send"), success=202, body=body, gives="nothing")
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)

    def recall(self, handle: str) -> bool:
        """Cancel a batch; True when the vendor says so ten minutes before anything goes out.

        Raises TransientError while the vendor does not say, TerminalError when it may not be asked.
        """
        batch_id, earliest = _opened(handle)
        if not batch_id:
            return False
        place = ("user", "scheduled_sends")
        wish = {"batch_id": batch_id, "status": "cancel"}
        # Whatever this answers, 400 for a batch already cancelled among it, the state decides.
        self._api.call("post", place, success=201, body=wish)
        answer = self._api.call("get", (*place, batch_id), success=200, gives="list")
        raise_unless_read(answer)
        is_cancelled = any(
            isinstance(row, dict)
            and row.get("batch_id") == batch_id
            and row.get("status") == "cancel"
            for row in answer.rows
        )
        latest = datetime.fromtimestamp(earliest, self._clock.now().tzinfo) - CERTAIN_BEFORE
        return is_cancelled and self._clock.now() <= latest

    def _send_at(self) -> int:
        return int((self._clock.now() + self.hold).timestamp())

    def _envelope(self, sync: str, parts: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """Give a request; no setting that bypasses the vendor's own suppressions is ever in it."""
        tracks = self._options.unsubscribe == "sendgrid"
        body: dict[str, Any] = {
            "from": dict(self._mail.sender),
            "template_id": self._mail.template_id,
            "categories": list(dict.fromkeys((sync, *self._options.categories))),
            "tracking_settings": {"subscription_tracking": {"enable": tracks}},
            "personalizations": list(parts),
        }
        if self._options.unsubscribe_group is not None:
            body["asm"] = {"group_id": self._options.unsubscribe_group}
        return body


def _addressed(item: Item, sync: str) -> dict[str, Any]:
    content: dict[str, Any] = dict(item.content)
    return content | {"custom_args": {**content["custom_args"], "enishi_sync": sync}}


def _opened(handle: str) -> tuple[str, int]:
    """Give batch id and earliest second of a handle; an empty id for what is no handle of ours."""
    batch_id, _, second = handle.rpartition("@")
    return (batch_id, int(second)) if second.isdecimal() else ("", 0)
