"""The wire below Twilio's SDK: one attempt, a time-out, no redirect, nothing in a log."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from twilio.http import HttpClient
from twilio.http.response import Response


class OneAttempt(HttpClient):  # type: ignore[misc]  # the library has no types
    """Remembers the answer of its one request, headers too, which the SDK's errors lose."""

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        """Send to a base address; makes no call."""
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout_seconds
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.text = ""

    def request(self, method: str, url: str, *_: Any, **given: Any) -> Response:
        """Make the request that the SDK composed; raises what `requests` raises."""
        place = urlsplit(url).path
        # A connection kept open may be closed under a request, whose end nobody would know.
        with requests.Session() as session:
            answer = session.request(
                method,
                f"{self._base_url}{place}",
                params=given.get("params"),
                data=given.get("data"),
                headers=given.get("headers"),
                auth=given.get("auth"),
                timeout=self._timeout,
                allow_redirects=False,
            )
        self.status, self.headers, self.text = answer.status_code, answer.headers, answer.text
        return Response(answer.status_code, answer.text, answer.headers)
