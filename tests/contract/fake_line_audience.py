"""A local LINE that keeps audiences: reads uploaded files, is a while about it, deletes."""

from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from typing import Any

from tests.contract.fake_vendor import FakeVendor
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.openapi import DATA, Description
from tests.contract.sync_world import CANARY_KEY

DESCRIPTION = DATA / "line" / "audiences.json"
PREFIX = "/v2/bot/audienceGroup"
UPLOAD = f"{PREFIX}/upload/byFile"


@dataclass
class Audience:
    """One audience and how far it is."""

    number: int
    name: str
    users: list[str] = field(repr=False)
    looks: int = 0
    failed: str | None = None

    def status(self, looks_until_ready: int) -> str:
        if self.looks <= looks_until_ready:
            return "IN_PROGRESS"
        return "FAILED" if self.failed else "READY"


class FakeLineAudience(FakeVendor):
    """Takes audiences by the official description."""

    def __init__(self) -> None:
        super().__init__()
        self._description = Description(DESCRIPTION)
        self.audiences: dict[int, Audience] = {}
        self.made = 1_000
        self.looks_until_ready = 1
        """So often an audience is looked at while it is still being read."""
        self.least = 1
        """People without whom an audience fails."""
        self.page_size = 40

    @property
    def writes(self) -> list[Request]:
        """Give the requests that change something."""
        return [request for request in self.requests if request.method != "GET"]

    def violation(self, request: Request) -> str | None:
        body = _form(request) if request.path == UPLOAD else request.body
        problem = self._description.violation(request.method, request.path, body, request.query)
        if problem or request.path != UPLOAD:
            return problem
        if _kind(request) != "text/plain":
            return "file: its Content-Type is not text/plain"
        return None

    def act(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {CANARY_KEY}":
            return answer_json(401, {"message": "Authentication failed"})
        if request.path == UPLOAD:
            return self._make(_form(request))
        if request.path == f"{PREFIX}/list":
            return self._list(request.query)
        audience = self.audiences.get(int(request.path.rpartition("/")[2]))
        if audience is None:
            details = [{"message": "AUDIENCE_GROUP_NOT_FOUND"}]
            return answer_json(400, {"message": "audience group not found", "details": details})
        if request.method == "DELETE":
            del self.audiences[audience.number]
            return answer_json(200, {})
        audience.looks += 1
        return answer_json(200, {"audienceGroup": self._told(audience), "jobs": []})

    def _make(self, form: dict[str, Any]) -> Reply:
        if any(a.name.lower() == form["description"].lower() for a in self.audiences.values()):
            return answer_json(400, {"message": "the name is taken"})
        self.made += 1
        users = form["file"].split()
        failed = "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT" if len(users) < self.least else None
        made = Audience(self.made, form["description"], users, failed=failed)
        self.audiences[made.number] = made
        return answer_json(202, self._told(made) | {"createRoute": "MESSAGING_API"})

    def _list(self, query: Any) -> Reply:
        part = query.get("description", "").lower()
        found = [a for a in self.audiences.values() if part in a.name.lower()]
        first = (int(query["page"]) - 1) * self.page_size
        page = found[first : first + self.page_size]
        has_next = first + self.page_size < len(found)
        told = [self._told(audience) for audience in page]
        return answer_json(
            200,
            {
                "audienceGroups": told,
                "hasNextPage": has_next,
                "totalCount": len(found),
                "readWriteAudienceGroupTotalCount": len(found),
                "page": int(query["page"]),
                "size": self.page_size,
            },
        )

    def _told(self, audience: Audience) -> dict[str, Any]:
        told = {
            "audienceGroupId": audience.number,
            "type": "UPLOAD",
            "description": audience.name,
            "status": audience.status(self.looks_until_ready),
            "audienceCount": len(audience.users),
            "created": 1_613_698_278,
            "permission": "READ_WRITE",
            "isIfaAudience": False,
        }
        is_failed = told["status"] == "FAILED"
        return told | ({"failedType": audience.failed} if is_failed else {})


def _parts(request: Request) -> list[Any]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + request.raw)
    return list(message.iter_parts())


def _form(request: Request) -> dict[str, Any]:
    """Give the fields of an upload; the text of the file stands in `file`."""
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(
            decode=True
        ).decode()
        for part in _parts(request)
    }


def _kind(request: Request) -> str:
    """Give the type that the file is said to be of."""
    return next(
        str(part.get_content_type())
        for part in _parts(request)
        if part.get_param("name", header="content-disposition") == "file"
    )
