"""Meta custom audiences: people as hashes in one audience, the official SDK as transport only."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from reverse_etl.addresses.audience_hash import (
    meta_country,
    meta_email,
    meta_name,
    meta_phone,
    meta_postal_code,
    sha256_hex,
)
from reverse_etl.addresses.removal_key import REMOVAL_KEY, RemovalKey
from reverse_etl.canonical import Value
from reverse_etl.channel import (
    Batch,
    BatchResult,
    Capabilities,
    Channel,
    ChannelSettings,
    DeliveryClass,
    Health,
    Item,
    Operation,
    Outcome,
    Provision,
    Reject,
    Row,
)
from reverse_etl.errors import TerminalError
from reverse_etl.vendors.ads_options import AccountId, CountryCode, account_digits, first_missing
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.meta import MetaApi

TOKEN = "META_ACCESS_TOKEN"  # noqa: S105 - the name of the setting, no token
APP_SECRET = "META_APP_SECRET"  # noqa: S105 - the name of the setting, no secret
KEYS = {
    "email": "EMAIL",
    "phone": "PHONE",
    "first_name": "FN",
    "last_name": "LN",
    "postal_code": "ZIP",
}
ADD_SCHEMA = ("EXTERN_ID", *KEYS.values(), "COUNTRY")
REMOVE_SCHEMA = ("EXTERN_ID", "EMAIL", "PHONE")
FLAGGED_STATUS = 471
FLAGGED_MESSAGE = (
    "Meta has flagged the audience: its name or description tells of health or money; "
    "rename it in the ads manager or make a new one"
)


class MetaOptions(BaseModel):
    """Which audience the people go to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience_id: AccountId
    country: CountryCode = "JP"
    """Where the shop's people live: for numbers and postal codes without a country."""


class MetaAudience(Channel):
    """Keeps a custom audience of Meta equal to a segment; sends nothing that is not hashed."""

    name: ClassVar[str] = "meta_audience"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"mirror", "upsert"}),
        media=frozenset({"ads"}),
        delivery_class=DeliveryClass.NATURAL,
        max_rows=10_000,
        max_bytes=10_000_000,
        max_removals=10_000,
    )

    def __init__(
        self, options: MetaOptions, fields: Sequence[str], settings: ChannelSettings
    ) -> None:
        """Keep the account's settings; the token goes nowhere but into the request."""
        secrets = settings.secrets
        self._options = options
        self._fields = tuple(fields)
        self._audience = account_digits(options.audience_id, secrets)
        self._secrets = tuple((name, secrets.get(name, "")) for name in (TOKEN, APP_SECRET))
        self._removal = RemovalKey(secrets.get(REMOVAL_KEY, ""))
        self._api = MetaApi(
            secrets.get(TOKEN, ""),
            secrets.get(APP_SECRET, ""),
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )

    @classmethod
    def open(
        cls, options: Mapping[str, object], fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one audience."""
        return cls(MetaOptions.model_validate(dict(options)), fields, settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a payload field that Meta does not match by."""
        MetaOptions.model_validate(dict(options))
        for field in fields:
            if field not in KEYS:
                raise ValueError(f"payload field {field}: choose of {', '.join(KEYS)}")
        if not {"email", "phone"} & set(fields):
            raise ValueError("the payload needs email or phone")

    def provision(self) -> Provision:
        """Say what Meta gets of a person."""
        items = (*(f"{field}_sha256" for field in self._fields), "country_sha256", "opaque_id")
        return Provision("Meta Platforms, Inc.", "US", items)

    def missing(self) -> str | None:
        """Name the package or the setting that is not there."""
        ids = ((self._options.audience_id, self._audience),)
        unset = first_missing(("facebook_business", "cryptography"), self._secrets, ids)
        return unset or self._removal.missing

    def check(self) -> Health:
        """Read the audience; changes nothing."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        answer = self._api.call("GET", (self._audience,), {"fields": "id,operation_status"})
        if answer.outcome is not Outcome.DELIVERED:
            return Health(ok=False, message=f"Meta answered {answer.code} for the audience")
        status = answer.body.get("operation_status")
        if isinstance(status, dict) and status.get("code") == FLAGGED_STATUS:
            return Health(ok=False, message=FLAGGED_MESSAGE)
        return Health(ok=True, message="Meta answers and the audience is there")

    def build(self, row: Row) -> Item | Reject:
        """Give the hashes of a row; its key is what the person can be matched by alone."""
        plain = {field: _normalise(field, row.payload.get(field), self._options) for field in KEYS}
        hashes = {KEYS[field]: sha256_hex(text) for field, text in plain.items()}
        email, phone = hashes["EMAIL"], hashes["PHONE"]
        if not email and not phone:
            return Reject(row.person_id, "no_email_or_phone")
        hashes["COUNTRY"] = sha256_hex(meta_country(self._options.country))
        hashes["EXTERN_ID"] = self._extern_id(email, phone)
        size = sum(len(text) + 3 for text in hashes.values()) + 2
        return Item(
            row.person_id,
            f"{email}:{phone}",
            hashes,
            size,
            remote_id=self._removal.seal(email, phone),
            twin=email or phone,
        )

    def _extern_id(self, email: str, phone: str) -> str:
        """Give the name under which this audience knows the person; of no use to another one."""
        return self._removal.name(self._audience, email, phone)

    def deliver(self, batch: Batch) -> BatchResult:
        """Put the people into the audience or take them out of it, in one request."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if batch.operation is Operation.REMOVE:
            return self._remove(batch)
        rows = [[item.content[key] for key in ADD_SCHEMA] for item in batch.items]
        return _result(self._send(batch, ADD_SCHEMA, rows, {}), len(rows))

    def _remove(self, batch: Batch) -> BatchResult:
        """Take people out by our own name for them and by the hashes that were sent."""
        nameless = {p.person_id: "no_removal_key" for p in batch.items if not p.remote_id}
        try:
            sent = [self._removal.open(item.remote_id) for item in batch.items if item.remote_id]
        except TerminalError:
            return BatchResult(Outcome.DENIED, "removal_key_changed")
        if not sent:
            return BatchResult(Outcome.DELIVERED, rejected=nameless)
        rows = [[self._extern_id(email, phone), email, phone] for email, phone in sent]
        # A DELETE would carry 10,000 people in the address; Graph takes the method as a field.
        answer = self._send(batch, REMOVE_SCHEMA, rows, {"method": "delete"})
        result = _result(answer, len(rows))
        if result.outcome is not Outcome.DELIVERED:
            return result
        return BatchResult(Outcome.DELIVERED, rejected=nameless)

    def _send(
        self, batch: Batch, schema: Sequence[str], rows: list[list[Any]], more: Mapping[str, str]
    ) -> Answer:
        number = int.from_bytes(hashlib.sha256(batch.key.encode()).digest()[:8]) >> 1
        session = {
            "session_id": number,
            "batch_seq": 1,
            "last_batch_flag": True,
            "estimated_num_total": len(rows),
        }
        payload = {"schema": list(schema), "is_raw": True, "data": rows}
        params = {"payload": payload, "session": session, **more}
        return self._api.call("POST", (self._audience, "users"), params)


def _normalise(field: str, value: Value, options: MetaOptions) -> str:
    text = "" if value is None else str(value)
    match field:
        case "email":
            return meta_email(text)
        case "phone":
            return meta_phone(text, country=options.country)
        case "postal_code":
            return meta_postal_code(text, country=options.country)
        case _:
            return meta_name(text)


def _result(answer: Answer, rows: int) -> BatchResult:
    """Give what an answer means; a batch with rows that Meta calls invalid is tried in halves."""
    if answer.outcome is not Outcome.DELIVERED:
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)
    received, invalid = (
        answer.body.get("num_received"),
        answer.body.get("num_invalid_entries"),
    )
    if received != rows or not isinstance(invalid, int):
        return BatchResult(Outcome.UNKNOWN, "bad_counts")
    # Meta says how many rows it refused, not which; to send the others again changes nothing.
    return (
        BatchResult(Outcome.REJECTED, "invalid_entry")
        if invalid
        else BatchResult(Outcome.DELIVERED)
    )
