import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_httpserver import HTTPServer

from orchestration.alerts.announce import Change, Standing
from orchestration.alerts.targets import alert_targets
from orchestration.environments import AlertSettings

FAILED = Change(Standing("sync winback__file", "failed", "3 refused"), "ok")


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - the library's name
        self.mails.append(envelope.content.decode())
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def test_targets_are_none_when_nothing_is_set() -> None:
    assert alert_targets(AlertSettings(), live=True) == {}


def test_targets_outside_production_are_only_those_on_this_machine() -> None:
    settings = AlertSettings(
        slack_url="https://hooks.slack.com/services/x", webhook_url="http://127.0.0.1:9/x"
    )
    assert set(alert_targets(settings, live=False)) == {"webhook"}
    assert set(alert_targets(settings, live=True)) == {"slack", "webhook"}


def test_slack_and_webhook_get_the_change_as_json(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/slack").respond_with_data("ok")
    httpserver.expect_request("/hook").respond_with_data("ok")
    settings = AlertSettings(
        slack_url=httpserver.url_for("/slack"), webhook_url=httpserver.url_for("/hook")
    )
    for tell in alert_targets(settings, live=False).values():
        tell(FAILED)
    bodies = {request.path: request.get_json() for request, _ in httpserver.log}
    assert bodies["/slack"] == {
        "text": ":warning: Enishi: sync winback__file is failed (was ok): 3 refused"
    }
    assert bodies["/hook"] == {
        "subject": "sync winback__file",
        "status": "failed",
        "before": "ok",
        "reason": "3 refused",
    }


@pytest.mark.parametrize("status", [301, 404, 500])
def test_posting_fails_when_the_answer_is_no_success(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        "no", status=status, headers={"Location": httpserver.url_for("/elsewhere")}
    )
    settings = AlertSettings(webhook_url=httpserver.url_for("/hook"))
    with pytest.raises(ConnectionError, match=f"http_{status}"):
        alert_targets(settings, live=False)["webhook"](FAILED)
    assert len(httpserver.log) == 1


def test_mail_arrives_with_subject_and_text(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    settings = AlertSettings(
        smtp_url=f"smtp://127.0.0.1:{port}", email_from="a@example.jp", email_to="b@example.jp"
    )
    alert_targets(settings, live=False)["email"](FAILED)
    assert "Subject: [Enishi] sync winback__file: failed" in box.mails[0]
    assert "was ok" in box.mails[0]
