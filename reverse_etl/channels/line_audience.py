"""LINE audiences: a segment as an audience that the shop's own manager can send to."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

from reverse_etl.addresses.line_user import line_user_problem
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
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.line import has_line_sdk
from reverse_etl.vendors.line_audience import LineAudienceApi, id_of

TOKEN = "LINE_CHANNEL_ACCESS_TOKEN"  # noqa: S105 - the name of the setting, no secret
USER = "line_user_id"
NOT_FOUND = 400
TOO_FEW = "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT"
UNDER_WAY = frozenset({"IN_PROGRESS", "ACTIVATING"})


class AudienceOptions(BaseModel):
    """What the audience is called in LINE Official Account Manager."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience: Annotated[str, StringConstraints(pattern=r"^[^\[\]\x00-\x1f]{1,40}$")]
    """The name that people look for; behind it stand the sync and the list's own mark."""


class LineAudience(Channel):
    """Keeps one audience equal to a segment.

    LINE takes nobody off an audience. So each change makes a new one of everybody; when LINE has
    read it, the older ones of the sync are deleted, and nobody can send to who left.
    """

    name: ClassVar[str] = "line_audience"
    capabilities: ClassVar[Capabilities] = Capabilities(
        modes=frozenset({"mirror"}),
        media=frozenset({"line"}),
        delivery_class=DeliveryClass.NATURAL,
        max_rows=1_500_000,
        max_bytes=100_000_000,
        max_removals=1_500_000,
        async_job=True,
        requests_per_second=1.0,
        replaces_whole=True,
    )

    def __init__(self, options: AudienceOptions, settings: ChannelSettings) -> None:
        """Keep the account's settings; the token goes nowhere but into the request."""
        self._options = options
        self._has_token = bool(settings.secrets.get(TOKEN))
        self._api = LineAudienceApi(
            settings.secrets.get(TOKEN, ""),
            base_url=settings.base_urls.get(self.name),
            timeout_seconds=settings.timeout_seconds,
        )

    @classmethod
    def open(
        cls, options: Mapping[str, object], _fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give the channel of one audience."""
        return cls(AudienceOptions.model_validate(dict(options)), settings)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError for a payload that is not the user id alone."""
        AudienceOptions.model_validate(dict(options))
        if list(fields) != [USER]:
            raise ValueError(f"the payload of an audience is {USER} alone")

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
        """Ask for the account's audiences; changes nothing."""
        unset = self.missing()
        if unset:
            return Health(ok=False, message=unset)
        answer = self._api.page(1)
        if answer.outcome is not Outcome.DELIVERED:
            return Health(ok=False, message=f"LINE answered {answer.code} for its audiences")
        return Health(ok=True, message="LINE answers and shows the account's audiences")

    def build(self, row: Row) -> Item | Reject:
        """Give the person's user id."""
        user = row.payload.get(USER)
        problem = line_user_problem(user)
        if problem:
            return Reject(row.person_id, problem)
        return Item(row.person_id, str(user), {USER: str(user)}, size=len(str(user)) + 1)

    def plain_rows(
        self, person: str, texts: Mapping[str, str], others: Mapping[str, str]
    ) -> PlainRows | None:
        """Give the rows with a user id as LINE gives them out."""
        del person, others
        if USER not in texts:
            return None
        return PlainRows(f"regexp_full_match({texts[USER]}, 'U[0-9a-f]{{32}}')", texts[USER])

    def deliver(self, batch: Batch) -> BatchResult:
        """Upload a new audience of everybody, or delete all of the sync when nobody is left."""
        if not batch.items:
            return BatchResult(Outcome.DELIVERED)
        if batch.operation is Operation.REMOVE:
            return _result(self._clear(batch.sync))
        mark = f"[{batch.sync}:{secrets.token_hex(4)}]"
        users = [str(item.content[USER]) for item in batch.items]
        answer = self._api.create(f"{self._options.audience} {mark}", users)
        if answer.outcome is not Outcome.DELIVERED:
            return _result(answer)
        audience = id_of(answer)
        if audience is None:
            return BatchResult(Outcome.UNKNOWN, "bad_json")
        return BatchResult(Outcome.ACCEPTED, answer.code, job=f"{audience}@{batch.sync}")

    def poll(self, job: str, items: Sequence[Item]) -> JobResult:
        """Say how far LINE is with a list; once it is in use, the older ones are deleted.

        With fewer people than LINE takes, nobody is left to send to: the older ones are deleted
        as well, for they hold people who left.
        """
        del items
        number, _, sync = job.partition("@")
        answer = self._api.get(int(number))
        if answer.outcome is Outcome.REJECTED and answer.status == NOT_FOUND:
            return JobResult(JobState.FAILED, "audience_gone")
        _raise_unless_read(answer)
        group = answer.body.get("audienceGroup") or {}
        status, failed = group.get("status"), group.get("failedType")
        if status in UNDER_WAY:
            return JobResult(JobState.PENDING)
        if status == "READY":
            _raise_unless_read(self._clear(sync, keep=int(number)))
            return JobResult(JobState.COMPLETED)
        if status == "FAILED" and failed == TOO_FEW:
            _raise_unless_read(self._clear(sync))
            return JobResult(JobState.EMPTIED, "too_few_people")
        _raise_unless_read(self._api.delete(int(number)))
        return JobResult(JobState.FAILED, f"audience_{str(status).lower()}")

    def _clear(self, sync: str, *, keep: int | None = None) -> Answer:
        """Delete the audiences of a sync but for one; give the last answer, the first bad one."""
        answer, found = self._own(sync)
        for audience in found:
            if answer.outcome is not Outcome.DELIVERED:
                break
            if audience != keep:
                answer = self._api.delete(audience)
        return answer

    def _own(self, sync: str) -> tuple[Answer, list[int]]:
        """Give the ids of the audiences that this sync made, by the mark in their names."""
        mark = re.compile(rf"\[{re.escape(sync)}:[0-9a-f]{{8}}\]$", re.IGNORECASE)
        found: list[int] = []
        number, has_next = 1, True
        while has_next:
            answer = self._api.page(number, f"[{sync}:")
            if answer.outcome is not Outcome.DELIVERED:
                return answer, found
            for group in answer.body.get("audienceGroups") or ():
                if mark.search(str(group.get("description"))):
                    found.append(int(group["audienceGroupId"]))
            has_next = bool(answer.body.get("hasNextPage"))
            number += 1
        return answer, found


def _result(answer: Answer) -> BatchResult:
    return BatchResult(answer.outcome, answer.code, retry_after=answer.retry_after)


def _raise_unless_read(answer: Answer) -> None:
    if answer.outcome is Outcome.DELIVERED:
        return
    message = f"LINE answered {answer.code} for an audience"
    if answer.outcome in (Outcome.DENIED, Outcome.REJECTED):
        raise TerminalError(message)
    is_throttled = answer.outcome is Outcome.THROTTLED
    raise TransientError(message, retry_after=answer.retry_after, is_throttled=is_throttled)
