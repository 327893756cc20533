"""Where alerts go: Slack, a webhook, an e-mail; each is there when its setting is."""

import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import requests

from orchestration.alerts.announce import Change, Tell
from orchestration.environments import AlertSettings

TIMEOUT_SECONDS = 10.0
Body = Callable[[Change], dict[str, str]]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def alert_targets(settings: AlertSettings, *, live: bool) -> Mapping[str, Tell]:
    """Give the targets that are set; outside production only those on this machine."""
    found: dict[str, Tell] = {}
    if settings.slack_url and _may_call(settings.slack_url, live):
        found["slack"] = _poster(settings.slack_url, _slack_body)
    if settings.webhook_url and _may_call(settings.webhook_url, live):
        found["webhook"] = _poster(settings.webhook_url, _webhook_body)
    if settings.smtp_url and settings.email_to and _may_call(settings.smtp_url, live):
        found["email"] = _mailer(settings.smtp_url, settings.email_from, settings.email_to)
    return found


def _may_call(url: str, live: bool) -> bool:
    return live or urlsplit(url).hostname in LOOPBACK


def _slack_body(change: Change) -> dict[str, str]:
    mark = ":white_check_mark:" if change.is_recovery else ":warning:"
    return {"text": f"{mark} {change.text()}"}


def _webhook_body(change: Change) -> dict[str, str]:
    now = change.now
    return {
        "subject": now.subject,
        "status": now.status,
        "before": change.before,
        "reason": now.reason,
    }


def _poster(url: str, body_of: Body) -> Tell:
    def post(change: Change) -> None:
        answer = requests.post(
            url,
            data=json.dumps(body_of(change), ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        if not 200 <= answer.status_code < 300:
            raise ConnectionError(f"http_{answer.status_code}")

    return post


def _mailer(url: str, sender: str, receiver: str) -> Tell:
    """Send by SMTP: smtps://user:password@host:465, smtp://… with STARTTLS where it is offered."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port

    def mail(change: Change) -> None:
        message = EmailMessage()
        message["Subject"] = f"[Enishi] {change.now.subject}: {change.now.status}"
        message["From"], message["To"] = sender, receiver
        message.set_content(change.text())
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
        with connection:
            connection.ehlo()
            if parts.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls(context=context)
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
            connection.send_message(message)

    return mail
