"""One request to SendGrid through the official SDK, with every answer and fault told apart."""

import http.client
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from python_http_client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from reverse_etl.channel import Outcome
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.answers import Answer, judge_fault, judge_refusal


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a followed redirect would carry the key to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse."""


class _StrictClient(Client):  # type: ignore[misc]  # the library has no types
    """The SDK's client without redirects."""

    def _build_client(self, name: str | None = None) -> "_StrictClient":
        path = [*self._url_path, name] if name else self._url_path
        return _StrictClient(
            host=self.host,
            request_headers=self.request_headers,
            version=self._version,
            url_path=path,
            append_slash=self.append_slash,
            timeout=self.timeout,
        )

    def _make_request(self, _opener: Any, request: Any, timeout: float | None = None) -> Any:
        strict = urllib.request.build_opener(_NoRedirect)
        return super()._make_request(strict, request, timeout=timeout)


class SendGridApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(self, api_key: str, *, base_url: str | None, timeout_seconds: float) -> None:
        """Prepare the SDK; makes no call."""
        arguments = {"host": base_url} if base_url else {}
        sdk = SendGridAPIClient(api_key=api_key or "unset", **arguments)
        self._client = _StrictClient(
            host=sdk.host,
            request_headers=sdk.client.request_headers,
            version=3,
            timeout=timeout_seconds,
        )

    def call(
        self,
        method: str,
        path: Sequence[str],
        *,
        success: int,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        gives: Literal["object", "list", "nothing"] = "object",
    ) -> Answer:
        """Make one request and say what it came to; `gives` is what a success documents."""
        # At DEBUG the SDK logs the key and every body; a later logging set-up may wake it again.
        logging.getLogger("python_http_client.client").disabled = True
        target = self._client
        for part in path:
            target = target._(part)
        try:
            response = getattr(target, method)(request_body=body, query_params=query)
        except HTTPError as error:
            return judge_refusal(error.status_code, dict(error.headers or {}))
        except urllib.error.URLError as error:
            return judge_fault(error.reason)
        except (http.client.HTTPException, OSError, ValueError) as error:
            return judge_fault(error)
        if response.status_code != success:
            return Answer(Outcome.UNKNOWN, f"http_{response.status_code}", response.status_code)
        return _success(response.status_code, response.body, gives)


def raise_unless_read(answer: Answer) -> None:
    """Raise TerminalError or TransientError for an answer that holds nothing to read."""
    if answer.outcome is Outcome.DELIVERED:
        return
    message = f"SendGrid answered {answer.code}"
    if answer.outcome in (Outcome.DENIED, Outcome.REJECTED):
        raise TerminalError(message)
    is_throttled = answer.outcome is Outcome.THROTTLED
    raise TransientError(message, retry_after=answer.retry_after, is_throttled=is_throttled)


def _success(status: int, raw: bytes, gives: str) -> Answer:
    done = Answer(Outcome.DELIVERED, f"http_{status}", status)
    if gives == "nothing":
        return done
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if gives == "object" and isinstance(body, dict):
        return replace(done, body=body)
    if gives == "list" and isinstance(body, list):
        return replace(done, rows=body)
    return Answer(Outcome.UNKNOWN, "bad_json", status)
