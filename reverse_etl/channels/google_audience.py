"""Google audiences: people as hashes in one user list, through the Data Manager API."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict

from reverse_etl.addresses.audience_hash import google_email, google_phone, sha256_hex
from reverse_etl.addresses.removal_key import REMOVAL_KEY, RemovalKey
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
    Provision,
    Reject,
    Row,
)
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.ads_options import AccountId, CountryCode, account_digits, first_missing
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.google_ads import DataManagerApi

CREDENTIALS = "GOOGLE_ADS_CREDENTIALS"
FIELDS = ("email", "phone")
GRANTED = {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"}
TERMS = {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
REASON_PREFIX = "PROCESSING_ERROR_REASON_"
NOBODY = "nobody@example.com"
STATES = {
    "SUCCESS": JobState.COMPLETED,
    "FAILED": JobState.FAILED,
    "PARTIAL_SUCCESS": JobState.PARTIAL,
}


class GoogleOptions(BaseModel):
    """Which user list the people go to, and the shop's word on Google's terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience_id: AccountId
    account_id: AccountId
    """The Google Ads account that owns the list, without hyphens."""
    login_account_id: AccountId | None = None
    """The manager account through which the service account may write; None: the owner's own."""
    customer_match_terms: Literal["accepted"]
    """The shop has accepted the Customer Match terms; Google wants it said in every request."""
    country: CountryCode = "JP"
    """Where the shop's people live: for numbers without a country code."""


class GoogleAudience(Channel):
    """Keeps a Customer Match list equal to a segment; sends mail and telephone hashes alone."""

    name: ClassVar[str] = "google_audience"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"mirror", "upsert"}),
        media=frozenset({"ads"}),
        delivery_class=DeliveryClass.NATURAL,
        max_rows=10_000,
        max_bytes=10_000_000,
        max_removals=10_000,
        async_job=True,
    )

    def __init__(self, options: GoogleOptions, fields: Sequence[str], settings: ChannelSettings):
        """Keep the account's settings; the credentials go nowhere but into the request."""
        secrets = settings.secrets
        self._options = options
        self._fields = tuple(fields)
        named = {"audience": options.audience_id, "account": options.account_id}
        if options.login_account_id:
            named["login"] = options.login_account_id
        self._ids = {role: (name, account_digits(name, secrets)) for role, name in named.items()}
        self._credentials = secrets.get(CREDENTIALS, "")
        self._removal = RemovalKey(secrets.get(REMOVAL_KEY, ""))
        self._api = DataManagerApi(
            self._credentials,
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )

    @classmethod
    def open(
        cls, options: Mapping[str, object], fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one user list."""
        return cls(GoogleOptions.model_validate(dict(options)), fields, settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a payload field that this channel does not send."""
        GoogleOptions.model_validate(dict(options))
        for field in fields:
            if field not in FIELDS:
                raise ValueError(f"payload field {field}: choose of {', '.join(FIELDS)}")

    def provision(self) -> Provision:
        """Say what Google gets of a person."""
        return Provision("Google LLC", "US", tuple(f"{field}_sha256" for field in self._fields))

    def missing(self) -> str | None:
        """Name the package or the setting that is not there."""
        packages = ("google.ads.datamanager_v1", "cryptography")
        secrets = ((CREDENTIALS, self._credentials),)
        return first_missing(packages, secrets, tuple(self._ids.values())) or self._removal.missing

    def check(self) -> Health:
        """Let Google validate a request with nobody in it; nothing is executed."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        member = _member(sha256_hex(google_email(NOBODY)), "")
        answer = self._api.ingest(self._request([member]) | _vows() | {"validateOnly": True})
        if answer.outcome is Outcome.DELIVERED:
            return Health(ok=True, message="Google answers and would take people into the list")
        return Health(ok=False, message=f"Google answered {answer.code} for the list")

    def build(self, row: Row) -> Item | Reject:
        """Give the hashes of a row; its key is what the person can be matched by."""
        plain = {field: str(row.payload.get(field) or "") for field in FIELDS}
        email = sha256_hex(google_email(plain["email"]))
        phone = sha256_hex(google_phone(plain["phone"], country=self._options.country))
        if not email and not phone:
            return Reject(row.person_id, "no_email_or_phone")
        return Item(
            row.person_id,
            f"{email}:{phone}",
            _member(email, phone),
            len(email) + len(phone) + 100,
            remote_id=self._removal.seal(email, phone),
            twin=email or phone,
        )

    def deliver(self, batch: Batch) -> BatchResult:
        """Put the people on the list or take them off it, in one request."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if batch.operation is Operation.REMOVE:
            return self._remove(batch)
        members = [item.content for item in batch.items]
        return _accepted(self._api.ingest(self._request(members) | _vows()), "ingest")

    def _remove(self, batch: Batch) -> BatchResult:
        """Take people off by the hashes that were sent."""
        if not all(item.remote_id for item in batch.items):
            return BatchResult(Outcome.REJECTED, "no_removal_key")
        try:
            members = [_member(*self._removal.open(str(item.remote_id))) for item in batch.items]
        except TerminalError:
            return BatchResult(Outcome.DENIED, "removal_key_changed")
        return _accepted(self._api.remove(self._request(members)), "removal")

    def _request(self, members: Sequence[Any]) -> dict[str, Any]:
        accounts = {role: _account(digits) for role, (_, digits) in self._ids.items()}
        destination = {
            "operatingAccount": accounts["account"],
            "loginAccount": accounts.get("login", accounts["account"]),
            "productDestinationId": self._ids["audience"][1],
        }
        return {"destinations": [destination], "audienceMembers": members, "encoding": "HEX"}

    def poll(self, job: str, items: Sequence[Item]) -> JobResult:
        """Ask for the status of a request; Google counts failures and names nobody."""
        del items
        answer = self._api.status(job.partition(":")[2])
        if answer.outcome in (Outcome.DENIED, Outcome.REJECTED):
            raise TerminalError(f"Google answered {answer.code}")
        if answer.outcome is not Outcome.DELIVERED:
            raise TransientError(f"Google answered {answer.code}", retry_after=answer.retry_after)
        statuses = answer.body.get("requestStatusPerDestination", [])
        words = {str(status.get("requestStatus")) for status in statuses}
        state = STATES.get(words.pop(), JobState.PENDING) if len(words) == 1 else JobState.PENDING
        return JobResult(state, _reason(statuses) if state is not JobState.COMPLETED else "")


def _vows() -> dict[str, Any]:
    """Give what stands in every request that adds people: the policy let nobody else pass."""
    return {"consent": GRANTED, "termsOfService": TERMS}


def _account(digits: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": digits}


def _member(email: str, phone: str) -> dict[str, Any]:
    named = (("emailAddress", email), ("phoneNumber", phone))
    return {"userData": {"userIdentifiers": [{name: text} for name, text in named if text]}}


def _accepted(answer: Answer, kind: str) -> BatchResult:
    """Give the outcome of a request that starts a job."""
    if answer.outcome is not Outcome.DELIVERED:
        return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)
    request_id = answer.body.get("requestId")
    if not request_id:
        return BatchResult(Outcome.UNKNOWN, "no_request_id")
    return BatchResult(Outcome.ACCEPTED, job=f"{kind}:{request_id}")


def _reason(statuses: Sequence[Mapping[str, Any]]) -> str:
    """Give the reason of most failures, in lower case."""
    counts: Counter[str] = Counter()
    for status in statuses:
        for error in status.get("errorInfo", {}).get("errorCounts", []):
            counts[str(error.get("reason"))] += int(error.get("recordCount", 0))
    named = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return named[0][0].removeprefix(REASON_PREFIX).lower() if named else "not_told"
