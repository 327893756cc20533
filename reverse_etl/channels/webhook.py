"""Webhook: signed requests to an address of one's own, with an id that makes repeats harmless."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.vendors.webhook import has_webhook_packages, is_secret, post, signature_headers

ID_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "webhook.enishi")
MAX_BODY = 20_000
ENVELOPE = 600
"""Room for what stands around the rows."""
SEPARATOR = 2

Setting = Annotated[str, StringConstraints(pattern=r"^WEBHOOK_[A-Z0-9_]{1,53}$")]
Port = Annotated[int, Field(ge=1, le=65_535)]


class WebhookOptions(BaseModel):
    """Where requests go, what proves them, how they look."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url_from: Setting
    """The setting that holds the https address."""
    secret_from: Setting
    """The setting that holds the secret, `whsec_…`; two with a space between while it changes."""
    type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
    """The kind of event, `winback.due` for example."""
    shape: Literal["object", "list"] = "object"
    """`object`: one person a request. `list`: as many as 20 KB hold, 100 at most."""
    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = (443,)
    """The ports that the address may have."""


class WebhookChannel(Channel):
    """Posts people to one address, which knows a repeated request by its `webhook-id`."""

    name: ClassVar[str] = "webhook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"message", "mirror", "upsert", "add_only"}),
        media=frozenset({"webhook", "email", "line", "phone", "sms"}),
        delivery_class=DeliveryClass.KEYED,
        max_rows=100,
        in_flight=4,
        max_bytes=MAX_BODY - ENVELOPE,
        max_removals=100,
    )

    def __init__(
        self, options: WebhookOptions, settings: ChannelSettings, clock: Clock | None = None
    ) -> None:
        """Keep address and secrets; they go nowhere but into the request."""
        self._options = options
        self._clock = clock or SystemClock()
        self._timeout = settings.timeout_seconds
        self._url = settings.secrets.get(options.url_from, "")
        self._secrets = settings.secrets.get(options.secret_from, "").split()
        self._local = settings.base_urls.get(self.name)
        """A server on this machine that stands for the address; only tests name one."""
        if options.shape == "object":
            alone = replace(self.capabilities, max_rows=1, max_removals=1)
            self.capabilities = alone  # type: ignore[misc]  # of this sync, not of the class

    @classmethod
    def open(
        cls, options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one address."""
        return cls(WebhookOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], _fields: Sequence[str]) -> None:
        """Raise ValueError for options that are none; any payload fits."""
        WebhookOptions.model_validate(dict(options))

    def missing(self) -> str | None:
        """Name the package or the setting that is not there or must not be called."""
        problem = self._problem()
        return f"{problem}; the plan was made and nothing was sent" if problem else None

    def check(self) -> Health:
        """Look the host up and say whether it may be called; the standard has no harmless call."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        from reverse_etl.addresses.webhook_url import (  # noqa: PLC0415 - needs the extra
            reachable_problem,
        )

        problem = reachable_problem(self._target(), allow_loopback=self._local is not None)
        if problem:
            return Health(ok=False, message=f"{self._options.url_from}: {problem}")
        return Health(ok=True, message="the address may be called; whether it answers is not asked")

    def build(self, row: Row) -> Item | Reject:
        """Give a person's entry; refuses one that no request can hold."""
        fields = {name: canonical_value(name, value) for name, value in row.payload.items()}
        entry: dict[str, object] = {"person_id": row.person_id, "fields": fields}
        if row.message_id:
            entry["message_id"] = row.message_id
        size = len(_written(entry).encode()) + SEPARATOR
        if size > self.capabilities.max_bytes:
            return Reject(row.person_id, "too_large")
        return Item(row.person_id, row.person_id, entry, size, message_id=row.message_id)

    def deliver(self, batch: Batch) -> BatchResult:
        """Make one request; a repeat has the same id and body, and a new time and signature."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if len(batch.items) > self.capabilities.max_rows:
            return BatchResult(Outcome.DENIED, "too_many_rows")
        if self._problem():
            return BatchResult(Outcome.DENIED, "not_set_up")
        body = self._body(batch)
        message_id = f"msg_{uuid.uuid5(ID_SPACE, batch.key).hex}"
        headers = signature_headers(message_id, body, self._secrets, self._clock.now())
        answer = post(
            self._target(),
            body,
            headers,
            timeout_seconds=self._timeout,
            allow_loopback=self._local is not None,
        )
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)

    def _body(self, batch: Batch) -> str:
        entries = [dict(item.content) or {"person_id": item.person_id} for item in batch.items]
        body: dict[str, Any] = {
            "type": self._options.type,
            "sync": batch.sync,
            "operation": batch.operation.value,
            "data": entries if self._options.shape == "list" else entries[0],
        }
        return _written(body)

    def _target(self) -> str:
        if self._local is None:
            return self._url
        parts = urlsplit(self._url)
        return self._local.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")

    def _problem(self) -> str | None:
        """Give what must be set or mended first, or None; never a word of the address itself."""
        if not has_webhook_packages():
            return (
                "requests-hardened and standardwebhooks are missing: pip install 'enishi[webhook]'"
            )
        from reverse_etl.addresses.webhook_url import (  # noqa: PLC0415 - needs the extra
            address_problem,
            is_loopback,
        )

        url_from, secret_from = self._options.url_from, self._options.secret_from
        if not self._url:
            return f"{url_from} is not set to an https address"
        wrong = address_problem(self._url, self._options.ports)
        if wrong:
            return f"{url_from} {wrong}; mend it"
        if not 1 <= len(self._secrets) <= 2 or not all(map(is_secret, self._secrets)):
            return f"{secret_from} is not set to one or two secrets whsec_… of 24 to 64 bytes"
        if self._local is not None and not is_loopback(self._local):
            return "the local server that stands for the address is not on this machine"
        return None


def _written(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
