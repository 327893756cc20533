"""LINE messages: multicast of one text, or a push to each person, at most once by a retry key."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

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
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.line import LineApi, has_line_sdk
from reverse_etl.vendors.line_message import LineOptions, recipient

TOKEN = "LINE_CHANNEL_ACCESS_TOKEN"  # noqa: S105 - the name of the setting, no secret
KEY_LIFE = timedelta(hours=24) - timedelta(minutes=10)
"""The vendor knows a retry key for 24 hours; our clock may be some minutes behind."""
MULTICASTS_PER_SECOND = 200.0
PUSHES_PER_SECOND = 2_000.0
"""The vendor's limits for one account, of all its processes together."""
KEY_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "line_messages.enishi")


class LineMessages(Channel):
    """Sends a message to people who are friends of the official account."""

    name: ClassVar[str] = "line_messages"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"message"}),
        media=frozenset({"line"}),
        delivery_class=DeliveryClass.KEYED,
        max_rows=500,
        max_bytes=2_000_000,
        in_flight=4,
        requests_per_second=MULTICASTS_PER_SECOND,
    )

    def __init__(
        self, options: LineOptions, settings: ChannelSettings, clock: Clock | None = None
    ) -> None:
        """Keep the account's settings; the token goes nowhere but into the request."""
        self._options = options
        self._clock = clock or SystemClock()
        self._has_token = bool(settings.secrets.get(TOKEN))
        self._left: int | None = None
        self._has_asked = False
        self._api = LineApi(
            settings.secrets.get(TOKEN, ""),
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )
        if options.send == "push":
            # One retry key stands for one request, so a batch is one person.
            alone = replace(self.capabilities, max_rows=1, requests_per_second=PUSHES_PER_SECOND)
            self.capabilities = alone  # type: ignore[misc]  # of this sync, not of the class

    @classmethod
    def open(
        cls, options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one message."""
        return cls(LineOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for messages that the vendor or the payload does not fit."""
        LineOptions.model_validate(dict(options)).check_fields(fields)

    def missing(self) -> str | None:
        """Name the package or the setting that is not there."""
        if not has_line_sdk():
            problem = "line-bot-sdk is not installed: pip install 'enishi[line]'"
        elif not self._has_token:
            problem = f"{TOKEN} is not set"
        else:
            return None
        return f"{problem}; the plan was made and nothing was sent"

    def check(self) -> Health:
        """Let the vendor judge the messages, and ask what the month still holds."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        judged = self._api.validate(self._options.send, self._options.messages)
        if judged.outcome is not Outcome.DELIVERED:
            return Health(ok=False, message=f"LINE answered {judged.code} for these messages")
        answer, left = self._api.messages_left()
        if answer.outcome is not Outcome.DELIVERED:
            return Health(ok=False, message=f"LINE answered {answer.code} for the month's quota")
        if left == 0:
            return Health(ok=False, message="the account's messages of this month are used up")
        amount = "no monthly limit" if left is None else f"{left} messages left this month"
        return Health(ok=True, message=f"LINE takes these messages; {amount}")

    def build(self, row: Row) -> Item | Reject:
        """Give the person's user id, with `send: push` also the filled-in texts."""
        return recipient(row, self._options)

    def prepare(self, batch: Batch) -> str:
        """Give the epoch second from which the batch's retry key counts.

        Raises TerminalError when the month does not hold so many messages, TransientError when
        the vendor does not say.
        """
        size = len(batch.items)
        if not self._has_asked or (self._left is not None and self._left < size):
            # What was prepared and then not sent was counted here, never by the vendor.
            answer, self._left = self._api.messages_left()
            _raise_unless_read(answer)
            self._has_asked = True
        if self._left is not None:
            if self._left < size:
                raise TerminalError(
                    f"LINE holds {self._left} messages for the rest of this month and the batch "
                    f"has {size}; raise the plan or wait for the next month"
                )
            self._left -= size
        return str(int(self._clock.now().timestamp()))

    def deliver(self, batch: Batch) -> BatchResult:
        """Make one request under the batch's retry key, as long as the vendor knows that key."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if not batch.handle.isdecimal():
            return BatchResult(Outcome.DENIED, "not_prepared")
        if len(batch.items) > self.capabilities.max_rows:
            return BatchResult(Outcome.DENIED, "too_many_rows")
        prepared = datetime.fromtimestamp(int(batch.handle), UTC)
        if self._clock.now() - prepared > KEY_LIFE:
            return BatchResult(Outcome.UNKNOWN, "retry_key_expired")
        answer = self._api.send(self._options.send, self._body(batch.items), _key(batch))
        if answer.outcome is Outcome.THROTTLED and self._is_used_up():
            return BatchResult(Outcome.DENIED, "monthly_limit")
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)

    def _is_used_up(self) -> bool:
        """Say whether a 429 means the month's limit; no waiting helps against that one."""
        answer, left = self._api.messages_left()
        return answer.outcome is Outcome.DELIVERED and left == 0

    def _body(self, items: Sequence[Item]) -> dict[str, Any]:
        body: dict[str, Any] = {"notificationDisabled": self._options.notification_disabled}
        if self._options.aggregation_unit:
            body["customAggregationUnits"] = [self._options.aggregation_unit]
        if self._options.send == "push":
            return body | dict(items[0].content)
        to = [item.content["to"] for item in items]
        return body | {"to": to, "messages": list(self._options.messages)}


def _key(batch: Batch) -> str:
    return str(uuid.uuid5(KEY_SPACE, batch.key))


def _raise_unless_read(answer: Answer) -> None:
    if answer.outcome is Outcome.DELIVERED:
        return
    message = f"LINE answered {answer.code} for the month's quota"
    if answer.outcome in (Outcome.DENIED, Outcome.REJECTED):
        raise TerminalError(message)
    is_throttled = answer.outcome is Outcome.THROTTLED
    raise TransientError(message, retry_after=answer.retry_after, is_throttled=is_throttled)
