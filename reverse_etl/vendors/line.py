"""One request to LINE through the official SDK, with every answer and fault told apart."""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Literal

from reverse_etl.channel import Outcome
from reverse_etl.vendors.answers import Answer, judge_fault, judge_refusal, root_fault

ALREADY_ACCEPTED = 409
"""A request with a retry key that the vendor has taken before."""
NAMED_ERROR = re.compile(r"[A-Z_]{3,60}")


def has_line_sdk() -> bool:
    """Say whether the extra `line` is installed."""
    return find_spec("linebot") is not None


class LineApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(self, token: str, *, base_url: str | None, timeout_seconds: float) -> None:
        """Keep what a request needs; makes no call and imports nothing."""
        self._token = token
        self._base_url = base_url
        self._timeout = timeout_seconds
        self._opened: Any = None

    def send(self, kind: Literal["multicast", "push"], body: Mapping[str, Any], key: str) -> Answer:
        """Send a message under a retry key; DELIVERED also when it was accepted before."""
        from linebot.v3.messaging import (  # noqa: PLC0415 - an extra, and slow to import
            MulticastRequest,
            PushMessageRequest,
        )

        api = self._messaging()
        if kind == "multicast":
            request = MulticastRequest.from_dict(dict(body))
            answer = self._judge(lambda **more: api.multicast_with_http_info(request, key, **more))
        else:
            request = PushMessageRequest.from_dict(dict(body))
            answer = self._judge(
                lambda **more: api.push_message_with_http_info(request, key, **more)
            )
        if answer.status == ALREADY_ACCEPTED:
            return Answer(Outcome.DELIVERED, answer.code, answer.status)
        return answer

    def validate(
        self, kind: Literal["multicast", "push"], messages: Sequence[Mapping[str, Any]]
    ) -> Answer:
        """Let the vendor judge messages; nobody gets them."""
        from linebot.v3.messaging import (  # noqa: PLC0415 - an extra, and slow to import
            ValidateMessageRequest,
        )

        api = self._messaging()
        request = ValidateMessageRequest.from_dict({"messages": list(messages)})
        judge = getattr(api, f"validate_{kind}_with_http_info")
        return self._judge(lambda **more: judge(request, **more))

    def messages_left(self) -> tuple[Answer, int | None]:
        """Give how many messages the month still holds; None where it has no limit."""
        api = self._messaging()
        quota = self._judge(api.get_message_quota_with_http_info)
        if quota.outcome is not Outcome.DELIVERED or quota.body.get("type") == "none":
            return quota, None
        used = self._judge(api.get_message_quota_consumption_with_http_info)
        if used.outcome is not Outcome.DELIVERED:
            return used, None
        value, usage = quota.body.get("value"), used.body.get("totalUsage")
        if not isinstance(value, int) or not isinstance(usage, int):
            return Answer(Outcome.UNKNOWN, "bad_json", quota.status), None
        return used, max(value - usage, 0)

    def _messaging(self) -> Any:
        if self._opened is None:
            from linebot.v3.messaging import (  # noqa: PLC0415 - an extra, and slow to import
                ApiClient,
                Configuration,
                MessagingApi,
            )

            configuration = Configuration(access_token=self._token or "unset")
            # The SDK would follow redirects with the token, and urllib3 would try three times.
            configuration.retries = False
            self._opened = MessagingApi(ApiClient(configuration))
            if self._base_url:
                # The SDK's `host` setting does not reach its requests; this does.
                self._opened.line_base_path = self._base_url
        return self._opened

    def _judge(self, call: Callable[..., Any]) -> Answer:
        from linebot.v3.messaging.exceptions import (  # noqa: PLC0415 - an extra, slow to import
            ApiException,
        )

        return judge_call(call, ApiException, "linebot.v3.messaging.rest", self._timeout)


def judge_call(
    call: Callable[..., Any],
    api_exception: type[Exception],
    logger: str,
    timeout_seconds: float,
    *,
    success: int = 200,
) -> Answer:
    """Make one request of the SDK and say what it came to; each of its parts has its own error.

    The code of a refusal is the vendor's own where that is a bare name, else `http_<status>`.
    """
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - comes with the extra

    # At DEBUG the SDK logs answers, which may quote whom we sent to.
    logging.getLogger(logger).disabled = True
    try:
        response = call(_request_timeout=timeout_seconds)
    except api_exception as error:
        status = getattr(error, "status", None)
        if not status:
            return judge_fault(root_fault(error))
        judged = judge_refusal(status, dict(getattr(error, "headers", None) or {}))
        return replace(judged, code=_told(getattr(error, "body", None)) or judged.code)
    except (HTTPError, OSError, ValueError) as error:
        return judge_fault(root_fault(error))
    status = response.status_code
    if status != success:
        return Answer(Outcome.UNKNOWN, f"http_{status}", status)
    return Answer(Outcome.DELIVERED, f"http_{status}", status, body=_body(response.data))


def _told(body: object) -> str:
    """Give the vendor's name for an error, or nothing; its sentences may quote what we sent."""
    try:
        name = str(json.loads(str(body))["details"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return ""
    return name.lower() if NAMED_ERROR.fullmatch(name) else ""


def _body(data: Any) -> Mapping[str, Any]:
    """Give an answer's fields under the vendor's names; empty for what is no object."""
    if isinstance(data, dict):
        return data
    return dict(data.to_dict()) if hasattr(data, "to_dict") else {}
