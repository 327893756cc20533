"""Audiences of LINE through the official SDK: one made of a file, all of a name, one deleted."""

from collections.abc import Callable, Mapping
from typing import Any

from reverse_etl.channel import Outcome
from reverse_etl.vendors.answers import Answer
from reverse_etl.vendors.line import judge_call

PAGE = 40
"""Audiences in one answer, by the vendor at most."""
CREATED = 202


class LineAudienceApi:
    """Makes single requests; never retries, never raises for what the other side does."""

    def __init__(self, token: str, *, base_url: str | None, timeout_seconds: float) -> None:
        """Keep what a request needs; makes no call and imports nothing."""
        self._token = token
        self._base_url = base_url
        self._timeout = timeout_seconds

    def create(self, name: str, user_ids: list[str]) -> Answer:
        """Make an audience of these people; its id stands in the answer."""
        api = self._api("ManageAudienceBlob")
        # The SDK would read a file from disk, and a run that is killed would leave it there.
        api.api_client.files_parameters = _text_files
        content = "\n".join(user_ids).encode("ascii")
        make = api.create_audience_for_uploading_user_ids_with_http_info
        return self._judge(lambda **more: make(content, name, **more), success=CREATED)

    def get(self, audience_id: int) -> Answer:
        """Give an audience with its status."""
        api = self._api("ManageAudience")
        return self._judge(lambda **more: api.get_audience_data_with_http_info(audience_id, **more))

    def delete(self, audience_id: int) -> Answer:
        """Delete an audience; messages that are planned to it go to nobody."""
        api = self._api("ManageAudience")
        return self._judge(
            lambda **more: api.delete_audience_group_with_http_info(audience_id, **more)
        )

    def page(self, number: int, part: str = "") -> Answer:
        """Give a page, counted from 1, of this account's audiences whose name holds a part."""
        api = self._api("ManageAudience")
        return self._judge(
            lambda **more: api.get_audience_groups_with_http_info(
                number,
                part or None,
                size=PAGE,
                includes_external_public_groups=False,
                create_route="MESSAGING_API",
                **more,
            )
        )

    def _judge(self, call: Callable[..., Any], *, success: int = 200) -> Answer:
        from linebot.v3.audience.exceptions import (  # noqa: PLC0415 - an extra, slow to import
            ApiException,
        )

        return judge_call(
            call, ApiException, "linebot.v3.audience.rest", self._timeout, success=success
        )

    def _api(self, name: str) -> Any:
        from linebot.v3 import audience  # noqa: PLC0415 - an extra, and slow to import

        configuration = audience.Configuration(access_token=self._token or "unset")
        # The SDK would follow redirects with the token, and urllib3 would try three times.
        configuration.retries = False
        client = audience.ApiClient(configuration)
        if self._base_url:
            # The SDK's `host` setting does not reach its requests; this does.
            client.call_api = _elsewhere(client.call_api, self._base_url)
        return getattr(audience, name)(client)


def _text_files(files: Mapping[str, bytes] | None = None) -> list[tuple[str, Any]]:
    """Give form fields of texts, as the SDK's own method gives them of paths."""
    given = (files or {}).items()
    return [(name, ("people.txt", content, "text/plain")) for name, content in given]


def _elsewhere(call_api: Callable[..., Any], base_url: str) -> Callable[..., Any]:
    """Give the SDK's way to make a request, to another address."""
    return lambda *arguments, **more: call_api(*arguments, **(more | {"_host": base_url}))


def id_of(answer: Answer) -> int | None:
    """Give the id of an audience that was made; None where the answer holds none."""
    found = answer.body.get("audienceGroupId") if answer.outcome is Outcome.DELIVERED else None
    return found if isinstance(found, int) else None
