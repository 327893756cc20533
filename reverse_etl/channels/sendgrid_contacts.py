"""SendGrid Marketing contacts: people on a list, through the official SDK."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reverse_etl.addresses.mailbox import mailbox
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
    JobResult,
    JobState,
    Operation,
    Outcome,
    PlainRows,
    Reject,
    Row,
)
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.sendgrid import SendGridApi, raise_unless_read

API_KEY = "SENDGRID_API_KEY"
UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
# The search by address, which removals need, takes no longer one; the list itself would.
MAX_LENGTHS = {
    "email": 100,
    "first_name": 50,
    "last_name": 50,
    "address_line_1": 100,
    "address_line_2": 100,
    "city": 60,
    "country": 50,
    "state_province_region": 50,
    "postal_code": None,
}
HTTP_NOT_FOUND = 404
JOB_STATES = {
    "pending": JobState.PENDING,
    "completed": JobState.COMPLETED,
    "errored": JobState.PARTIAL,
    "failed": JobState.FAILED,
}


class SendGridOptions(BaseModel):
    """Which list the people go to, and the account's own ids of custom fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list_id: str | None = Field(default=None, pattern=UUID_PATTERN)
    list_id_from: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]{0,62}$")
    """The setting that holds the list's id, for a sync that several accounts share."""
    custom_fields: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if (self.list_id is None) == (self.list_id_from is None):
            raise ValueError("give either list_id or list_id_from")
        return self


class SendGridContacts(Channel):
    """Keeps a list of SendGrid Marketing equal to a segment; never deletes a contact."""

    name: ClassVar[str] = "sendgrid_contacts"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"mirror", "upsert"}),
        media=frozenset({"email"}),
        delivery_class=DeliveryClass.NATURAL,
        max_rows=30_000,
        max_bytes=5_900_000,
        max_removals=100,
        async_job=True,
        max_lookups=100,
    )

    def __init__(self, options: SendGridOptions, settings: ChannelSettings) -> None:
        """Keep the account's settings; the key goes nowhere but into the request."""
        self._options = options
        self._list_id = options.list_id or settings.secrets.get(options.list_id_from or "", "")
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
        """Give the channel of one list."""
        return cls(SendGridOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a payload field that SendGrid does not know."""
        parsed = SendGridOptions.model_validate(dict(options))
        if "email" not in fields:
            raise ValueError("the payload needs the field email")
        for field in fields:
            if field not in MAX_LENGTHS and field not in parsed.custom_fields:
                raise ValueError(f"payload field {field}: name its id under custom_fields")

    def missing(self) -> str | None:
        """Name the setting that is not given."""
        if not self._has_key:
            return f"{API_KEY} is not set; the plan was made and nothing was sent"
        if not re.fullmatch(UUID_PATTERN, self._list_id):
            setting = self._options.list_id_from
            return f"{setting} is not set to a list id; the plan was made and nothing was sent"
        return None

    def check(self) -> Health:
        """Read the list; changes nothing."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        answer = self._api.call("get", ("marketing", "lists", self._list_id), success=200)
        if answer.outcome is Outcome.DELIVERED:
            return Health(ok=True, message="SendGrid answers and the list is there")
        return Health(ok=False, message=f"SendGrid answered {answer.code} for the list")

    def build(self, row: Row) -> Item | Reject:
        """Give the contact of a row; its key is the address in lower case, as SendGrid keeps it."""
        contact: dict[str, object] = {}
        custom: dict[str, str] = {}
        for field, value in row.payload.items():
            plain = canonical_value(field, value)
            text = "" if plain is None else str(plain)
            if field in self._options.custom_fields:
                custom[self._options.custom_fields[field]] = text
                continue
            limit = MAX_LENGTHS[field]
            if limit is not None and len(text) > limit:
                return Reject(row.person_id, f"too_long_{field}")
            contact[field] = text
        given = str(contact.get("email", ""))
        email = mailbox(given)
        if email is None:
            return Reject(row.person_id, "bad_email" if given else "missing_email")
        contact["email"] = email
        if custom:
            contact["custom_fields"] = custom
        # The SDK escapes what is not ASCII, so that is the size that counts.
        return Item(row.person_id, email, contact, len(json.dumps(contact)) + 2)

    def plain_rows(
        self, person: str, texts: Mapping[str, str], others: Mapping[str, str]
    ) -> PlainRows | None:
        """Give the rows with an address in ASCII and no long text."""
        del person, others
        if "email" not in texts:
            return None
        email = texts["email"]
        checks = [
            f"coalesce(length({text}), 0) <= {MAX_LENGTHS[field]}"
            for field, text in texts.items()
            if field not in self._options.custom_fields and MAX_LENGTHS[field] is not None
        ]
        one_at = "[!-?A-~]+@[!-?A-~]+[.][!-?A-~]+"
        return PlainRows(
            " and ".join([f"regexp_full_match({email}, '{one_at}')", *checks]), f"lower({email})"
        )

    def deliver(self, batch: Batch) -> BatchResult:
        """Put the people on the list or take them off it, in one request."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if batch.operation is Operation.REMOVE:
            return self._remove(batch)
        body = {
            "list_ids": [self._list_id],
            "contacts": [dict(item.content) for item in batch.items],
        }
        answer = self._api.call("put", ("marketing", "contacts"), success=202, body=body)
        return _accepted(answer, "import")

    def _remove(self, batch: Batch) -> BatchResult:
        ids = [item.remote_id for item in batch.items if item.remote_id]
        if len(ids) != len(batch.items):
            return BatchResult(Outcome.REJECTED, "no_contact_id")
        place = ("marketing", "lists", self._list_id, "contacts")
        query = {"contact_ids": ",".join(ids)}
        answer = self._api.call("delete", place, success=202, query=query)
        if answer.status == HTTP_NOT_FOUND and len(ids) == 1:
            return BatchResult(Outcome.DELIVERED)
        return _accepted(answer, "removal")

    def poll(self, job: str, items: Sequence[Item]) -> JobResult:
        """Ask for an import's status; look whether removed people are off the list."""
        kind, _, job_id = job.partition(":")
        if kind == "removal":
            return self._poll_removal(items)
        answer = self._api.call("get", ("marketing", "contacts", "imports", job_id), success=200)
        if answer.status == HTTP_NOT_FOUND:
            return JobResult(JobState.PENDING)
        raise_unless_read(answer)
        status = str(answer.body.get("status", ""))
        return JobResult(JOB_STATES.get(status, JobState.PENDING), f"job_{status}")

    def _poll_removal(self, items: Sequence[Item]) -> JobResult:
        ids = [item.remote_id for item in items if item.remote_id]
        if not ids:
            return JobResult(JobState.PENDING)
        place = ("marketing", "contacts", "batch")
        answer = self._api.call("post", place, success=200, body={"ids": ids})
        if answer.status == HTTP_NOT_FOUND:
            return JobResult(JobState.COMPLETED)
        raise_unless_read(answer)
        contacts = answer.body.get("result")
        if not isinstance(contacts, list):
            return JobResult(JobState.PENDING)
        stays = any(self._is_on_list(contact) for contact in contacts)
        return JobResult(JobState.PENDING if stays else JobState.COMPLETED)

    def locate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Give the contact ids of those who are on the list."""
        place = ("marketing", "contacts", "search", "emails")
        people = {item.key: item.person_id for item in items}
        answer = self._api.call("post", place, success=200, body={"emails": list(people)})
        if answer.status == HTTP_NOT_FOUND:
            return {}
        raise_unless_read(answer)
        result = answer.body.get("result")
        found: dict[str, str] = {}
        for email, entry in result.items() if isinstance(result, dict) else ():
            contact = entry.get("contact") if isinstance(entry, dict) else None
            person = people.get(str(email).lower())
            if person and isinstance(contact, dict) and self._is_on_list(contact):
                found[person] = str(contact.get("id"))
        return found

    def _is_on_list(self, contact: object) -> bool:
        lists = contact.get("list_ids") if isinstance(contact, dict) else None
        return isinstance(lists, list) and self._list_id in lists


def _accepted(answer: Answer, kind: str) -> BatchResult:
    """Give the outcome of a request that starts a job."""
    if answer.outcome is not Outcome.DELIVERED:
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)
    job_id = answer.body.get("job_id")
    if not isinstance(job_id, str) or not job_id:
        return BatchResult(Outcome.UNKNOWN, "no_job_id")
    return BatchResult(Outcome.ACCEPTED, job=f"{kind}:{job_id}")
