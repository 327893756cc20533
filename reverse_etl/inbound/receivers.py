"""The vendors that a shop has set up, by what its environment names."""

from collections.abc import Mapping

from reverse_etl.errors import TerminalError
from reverse_etl.inbound.line import LineReceiver
from reverse_etl.inbound.receiver import Receiver
from reverse_etl.inbound.sendgrid import SendGridReceiver

SENDGRID_KEY = "SENDGRID_WEBHOOK_PUBLIC_KEY"
LINE_SECRET = "LINE_CHANNEL_SECRET"  # noqa: S105 - the name of the setting, not its value
TWILIO_TOKEN = "TWILIO_AUTH_TOKEN"  # noqa: S105 - the name of the setting, not its value
TWILIO_OTHER_TOKEN = "TWILIO_SECONDARY_AUTH_TOKEN"  # noqa: S105 - a name as well


def configured_receivers(secrets: Mapping[str, str], public_url: str | None) -> list[Receiver]:
    """Give a receiver for every vendor with a key.

    Several keys of SendGrid or secrets of LINE are separated by a space.

    Raises TerminalError that says the mend when none is set up, or one not wholly.
    """
    found: list[Receiver] = []
    try:
        if keys := secrets.get(SENDGRID_KEY, "").split():
            found.append(SendGridReceiver(keys))
    except ValueError as error:
        raise TerminalError(str(error)) from None
    if keys := secrets.get(LINE_SECRET, "").split():
        found.append(LineReceiver(keys))
    tokens = [secrets[name] for name in (TWILIO_TOKEN, TWILIO_OTHER_TOKEN) if secrets.get(name)]
    if tokens:
        found.append(_twilio(tokens, public_url))
    if not found:
        raise TerminalError(
            f"no vendor is set up: set {SENDGRID_KEY}, {LINE_SECRET} or {TWILIO_TOKEN} "
            "(docs/inbound.md)"
        )
    return found


def _twilio(tokens: list[str], public_url: str | None) -> Receiver:
    if not public_url:
        raise TerminalError(
            f"{TWILIO_TOKEN} is set without ENISHI_WEBHOOKS_URL: Twilio signs the public address, "
            "so give it (https://… without /twilio)"
        )
    try:
        from reverse_etl.inbound.twilio import TwilioReceiver  # noqa: PLC0415 - an extra
    except ImportError:
        raise TerminalError(
            "Twilio's package is not installed; install the extra: pip install 'enishi[inbound]'"
        ) from None
    return TwilioReceiver(tokens, public_url)
