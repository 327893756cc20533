"""SendGrid Event Webhook batches: some events twice, none in order."""

import json

from orchestration.sample_shop import dirt
from orchestration.sample_shop.feeds import JsonArrayFeed, Landing
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.messaging import MailEvent
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World
from orchestration.sample_shop.writers.web import SHOP_URL

SOURCE = "sendgrid_events"
ROWS_PER_FILE = 20_000
ENCODER = json.JSONEncoder(separators=(",", ":"))
TWICE_SHARE = 0.015
LATE_DAYS = 30
PLAIN_CATEGORY_EVERY = 3
"""Every nth message names its category as a text instead of a list."""
MACHINE_AGENT = "Mozilla/5.0"
HUMAN_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)


class SendGridWriter:
    """Writes mail events by the month they were delivered to the shop in."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed; what comes twice is drawn apart from the lives."""
        self._world = world
        self._rng = number_series(landing.seed, SOURCE)
        self._batches = JsonArrayFeed(
            landing,
            SOURCE,
            key="sg_event_id",
            rows_per_file=ROWS_PER_FILE,
            faults=dirt.MAIL_EVENTS,
        )

    def write(self, life: Life) -> None:
        """Write the events of the mails to a person, the later ones first."""
        calendar = self._world.calendar
        for event in reversed(life.mail.events):
            text = self._text(event)
            self._batches.append(f"batch_{calendar.month(event.moment)}", text)
            if self._rng.random() < TWICE_SHARE:
                late = event.moment + self._rng.randint(0, LATE_DAYS) * DAY
                repeated_in = calendar.month(min(late, calendar.end - 1))
                self._batches.append(f"batch_{repeated_in}", text)

    def close(self) -> None:
        """Finish every batch."""
        self._batches.close()

    def _text(self, event: MailEvent) -> str:
        campaign = event.campaign
        is_plain = event.message_no % PLAIN_CATEGORY_EVERY == 0
        record: dict[str, object] = {
            "email": event.email,
            "timestamp": self._world.calendar.unix(event.moment),
            "event": "bounce" if event.event == "blocked" else event.event,
            "sg_event_id": event_id(event),
            "sg_message_id": f"msg{event.message_no:012d}.recvd-sample-1",
            "category": "marketing" if is_plain else ["marketing", campaign.code],
            "campaign": campaign.code,
            "send_id": event.send_id,
        }
        return ENCODER.encode(record | _details(event))


def event_id(event: MailEvent) -> str:
    """Give the id the provider gives an event."""
    return f"sgev{event.event_no:012d}"


def _details(event: MailEvent) -> dict[str, object]:
    """Give the keys that only this kind of event has."""
    code = event.campaign.code
    details: dict[str, dict[str, object]] = {
        "delivered": {"response": "250 2.0.0 OK", "tls": 1},
        "deferred": {"response": "451 4.7.1 try again later", "attempt": "1"},
        "bounce": {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown user"},
        "blocked": {"type": "blocked", "status": "4.2.2", "reason": "452 4.2.2 mailbox full"},
        "dropped": {"reason": "Suppressed Address"},
        "open": {
            "useragent": MACHINE_AGENT if event.is_machine_open else HUMAN_AGENT,
            "sg_machine_open": event.is_machine_open,
        },
        "click": {
            "useragent": MACHINE_AGENT if event.is_bot_click else HUMAN_AGENT,
            "url": f"{SHOP_URL}/campaign/{code}?utm_source=newsletter&utm_medium=email"
            f"&utm_campaign={code}",
        },
    }
    return details.get(event.event, {})
