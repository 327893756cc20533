"""One request to Google's Data Manager API through the official SDK, every answer told apart."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests

from reverse_etl.channel import Outcome
from reverse_etl.vendors.ads_options import judge_request_fault
from reverse_etl.vendors.answers import Answer, judge_refusal

SCOPE = "https://www.googleapis.com/auth/datamanager"
REST_LOGGER = "google.ads.datamanager_v1.services.ingestion_service.transports.rest"
# ErrorReason of the API: no half of the batch can do better, a person must mend the account.
ACCOUNT_REASONS = frozenset(
    {
        "INVALID_DESTINATION",
        "INVALID_USER_LIST_ID",
        "INVALID_USER_LIST_TYPE",
        "NOT_ALLOWLISTED",
        "NOT_FOUND",
        "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH",
        "PERMISSION_DENIED",
        "TERMS_AND_CONDITIONS_NOT_SIGNED",
    }
)


class DataManagerApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(self, credentials: str, *, base_url: str | None, timeout_seconds: float) -> None:
        """Keep the file of the service account; reads no file, makes no call, loads no SDK yet."""
        self._credentials = credentials
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._transport: Any = None

    def ingest(self, request: Mapping[str, Any]) -> Answer:
        """Add the members of a request; the body holds the id by which its end is asked for."""
        from google.ads.datamanager_v1 import types  # noqa: PLC0415 - of an extra

        return self._call("ingest_audience_members", types.IngestAudienceMembersRequest, request)

    def remove(self, request: Mapping[str, Any]) -> Answer:
        """Take the members of a request out; the body holds the id."""
        from google.ads.datamanager_v1 import types  # noqa: PLC0415 - of an extra

        return self._call("remove_audience_members", types.RemoveAudienceMembersRequest, request)

    def status(self, request_id: str) -> Answer:
        """Give how far a request is, for each destination."""
        from google.ads.datamanager_v1 import types  # noqa: PLC0415 - of an extra

        asked = {"requestId": request_id}
        return self._call("retrieve_request_status", types.RetrieveRequestStatusRequest, asked)

    def _call(self, method: str, kind: Any, fields: Mapping[str, Any]) -> Answer:
        from google.api_core.exceptions import GoogleAPICallError  # noqa: PLC0415 - of an extra
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - of an extra
        from google.protobuf import json_format  # noqa: PLC0415 - of an extra

        # At DEBUG the SDK logs every body; a later logging set-up may wake it again.
        logging.getLogger(REST_LOGGER).disabled = True
        message = kind.wrap(json_format.ParseDict(fields, kind.pb(kind())))
        try:
            stub = self._stub(method)
            answer = stub(message, timeout=self._timeout_seconds)
        except GoogleAPICallError as error:
            return _judge(error)
        except GoogleAuthError as error:
            # No token came, so nothing was sent.
            outcome = Outcome.REFUSED if error.retryable else Outcome.DENIED
            return Answer(outcome, "no_access_token")
        except requests.RequestException as error:
            return judge_request_fault(error)
        except (json_format.ParseError, AttributeError, KeyError, TypeError):
            return Answer(Outcome.UNKNOWN, "bad_answer")
        body = json_format.MessageToDict(type(answer).pb(answer))
        return Answer(Outcome.DELIVERED, "http_200", requests.codes.ok, body=body)

    def _stub(self, method: str) -> Callable[..., Any]:
        """Give a method of the SDK's REST transport: below the layer that retries."""
        if self._transport is None:
            self._transport = self._open()
        stub: Callable[..., Any] = getattr(self._transport, method)
        return stub

    def _open(self) -> Any:
        """Give the transport; raises GoogleAuthError when the file holds no service account."""
        from google.ads.datamanager_v1.services.ingestion_service.transports import (  # noqa: PLC0415 - of an extra
            IngestionServiceRestTransport,
        )
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - of an extra
        from google.oauth2 import service_account  # noqa: PLC0415 - of an extra

        try:
            credentials = service_account.Credentials.from_service_account_file(
                self._credentials, scopes=[SCOPE]
            )
        except (OSError, ValueError):
            raise GoogleAuthError("no service account") from None
        address = {"host": self._base_url} if self._base_url else {}
        transport = IngestionServiceRestTransport(credentials=credentials, **address)
        transport._session.max_redirects = 0
        return transport


def _judge(error: Any) -> Answer:
    """Judge an error by its documented reason, else by the status; its words may quote us."""
    headers = getattr(error.response, "headers", None) or {}
    status = int(error.code or 0)
    by_status = judge_refusal(status, dict(headers))
    reason = error.reason
    name = str(reason).lower() if reason else by_status.code
    if reason in ACCOUNT_REASONS:
        return Answer(Outcome.DENIED, name, status)
    return Answer(by_status.outcome, name, status, by_status.retry_after)
