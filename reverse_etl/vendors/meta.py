"""One request to Meta's Graph API through the official SDK, with every answer told apart."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import requests
from requests.auth import AuthBase

from reverse_etl.channel import Outcome
from reverse_etl.vendors.ads_options import judge_request_fault
from reverse_etl.vendors.answers import Answer, judge_refusal

# Graph API, "Error handling" and "Rate limits": the codes that this client tells apart.
FLAGGED_CODE = 100
FLAGGED_SUBCODES = frozenset({1713228, 1713230, 1713231})
THROTTLE_CODES = frozenset({4, 17, 32, 613, 80003, 80004})
DENIED_CODES = frozenset({10, 102, 190, 368, *range(200, 300)})
DOUBTFUL_CODES = frozenset({1, 2})
USAGE_HEADER = "x-business-use-case-usage"


class _Bearer(AuthBase):
    """Puts the token into a header: the SDK's way, the address, is what logs keep."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class MetaApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(
        self, token: str, app_secret: str, *, base_url: str | None, timeout_seconds: float
    ) -> None:
        """Keep the account's settings; makes no call and loads no SDK yet."""
        self._token = token
        self._app_secret = app_secret
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._sdk: Any = None
        self._last: requests.Response | None = None

    def call(self, method: str, path: tuple[str, ...], params: Mapping[str, Any]) -> Answer:
        """Make one request and say what it came to; DELIVERED holds the answer's body."""
        from facebook_business.exceptions import FacebookRequestError  # noqa: PLC0415 - of an extra

        if self._sdk is None:
            self._sdk = self._open()
        self._last = None
        signed = {**params, "appsecret_proof": self._proof()}
        try:
            response = self._sdk.call(method, path, params=signed, url_override=self._base_url)
            body = response.json()
        except FacebookRequestError as error:
            # Its text quotes every parameter that was sent.
            return _judge(error)
        except requests.RequestException as error:
            return judge_request_fault(error)
        except (AttributeError, KeyError, TypeError, ValueError):
            # The SDK looks for keys in whatever came back, an HTML page for example.
            return self._judge_page()
        # To the SDK every page without the word "error" is a success, whatever its status.
        if not isinstance(body, dict) or response.status() != requests.codes.ok:
            return self._judge_page()
        return Answer(Outcome.DELIVERED, "http_200", response.status(), body=body)

    def _judge_page(self) -> Answer:
        """Judge what is no answer of the API by the status that came with it."""
        if self._last is None or self._last.status_code < requests.codes.bad_request:
            return Answer(Outcome.UNKNOWN, "bad_answer")
        return judge_refusal(self._last.status_code, dict(self._last.headers))

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._last = response

    def _open(self) -> Any:
        """Give the SDK without its crash reporter, redirects and secrets in addresses."""
        from facebook_business.api import FacebookAdsApi  # noqa: PLC0415 - of an extra
        from facebook_business.session import FacebookSession  # noqa: PLC0415 - of an extra

        session = FacebookSession(timeout=self._timeout_seconds)
        session.requests.params = {}
        session.requests.auth = _Bearer(self._token)
        session.requests.max_redirects = 0
        session.requests.hooks["response"].append(self._keep)
        return FacebookAdsApi(session)

    def _proof(self) -> str:
        """Give the HMAC of the token under the app's secret, as Meta's server calls want it."""
        key, text = self._app_secret.encode(), self._token.encode()
        return hmac.new(key, text, hashlib.sha256).hexdigest()


def _judge(error: Any) -> Answer:
    """Judge an error by its documented codes, else by the status alone."""
    headers = {str(name): str(value) for name, value in dict(error.http_headers() or {}).items()}
    status = int(error.http_status())
    code, subcode = error.api_error_code(), error.api_error_subcode()
    by_status = judge_refusal(status, headers)
    name = by_status.code if code is None else f"meta_{code}"
    if code == FLAGGED_CODE and subcode in FLAGGED_SUBCODES:
        return Answer(Outcome.DENIED, "audience_flagged_by_meta", status)
    if code in THROTTLE_CODES:
        return Answer(Outcome.THROTTLED, name, status, by_status.retry_after or _regain(headers))
    if code in DENIED_CODES:
        return Answer(Outcome.DENIED, name, status)
    if code in DOUBTFUL_CODES or status < requests.codes.bad_request:
        is_redirect = requests.codes.multiple_choices <= status < requests.codes.bad_request
        return Answer(Outcome.DENIED if is_redirect else Outcome.UNKNOWN, name, status)
    return Answer(by_status.outcome, name, status, by_status.retry_after)


def _regain(headers: Mapping[str, str]) -> float | None:
    """Give the seconds until calls are free again; Meta's header counts minutes."""
    fields = {name.lower(): value for name, value in headers.items()}
    try:
        accounts = json.loads(fields.get(USAGE_HEADER, "{}")).values()
        waits = [
            60.0 * float(use["estimated_time_to_regain_access"])
            for uses in accounts
            for use in uses
            if "estimated_time_to_regain_access" in use
        ]
    except (AttributeError, TypeError, ValueError):
        return None
    return max(waits, default=None)
