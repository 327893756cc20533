"""The site's tracker (NDJSON) and the magazine site's access log."""

from orchestration.sample_shop import dirt
from orchestration.sample_shop.browsing import WebEvent
from orchestration.sample_shop.devices import Device
from orchestration.sample_shop.feeds import Landing, LineFeed
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.traffic import Arrival
from orchestration.sample_shop.world import World

SHOP_URL = "https://shop.example.jp"
SPACING = (70, 120)
"""The months of the magazine are small; still at most 1.5 % of a file is broken."""


class WebWriter:
    """Writes the events of the shop's site by month; no value needs JSON escapes."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._world = world
        self._events = LineFeed(
            landing,
            "web",
            key="event_id",
            faults=dirt.WEB_EVENTS,
        )

    def write(self, life: Life) -> None:
        """Write a person's events and those of the strangers that come along."""
        month = self._world.calendar.month
        device: Device | None = None
        arrival: Arrival | None = None
        client = origin = ""
        events = (event for visit in life.web_visits for event in visit.events)
        for event in events:
            # The events of a visit share both; most of a line's length is these two texts.
            if event.device is not device:
                device, client = event.device, _client(event.device)
            if event.arrival is not arrival:
                arrival, origin = event.arrival, _origin(event.arrival)
            line = self._line(event, origin, client)
            self._events.write(f"events_{month(event.moment)}.ndjson", line)

    def close(self) -> None:
        """Finish every file."""
        self._events.close()

    def _line(self, event: WebEvent, origin: str, client: str) -> str:
        return (
            f'{{"event_id":"ev{next(self._world.numbers.web_events):010d}",'
            f'"anonymous_id":"{event.device.anonymous_id}","user_id":{_text(event.user_id)},'
            f'"timestamp":"{self._world.calendar.iso(event.moment)}","type":"{event.kind}",'
            f'"url":"{SHOP_URL}{event.path}",{origin},"product_id":{_text(event.product_id)},'
            f'"order_id":{_text(event.order_id)},"query":{_text(event.query)},'
            f'"email":{_text(event.email)},"line_user_id":{_text(event.line_user_id)},{client}}}'
        )


class AccessLogWriter:
    """Writes the magazine site's Apache combined log by month."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._calendar = world.calendar
        self._lines = LineFeed(landing, "access_log", faults=dirt.ACCESS_LOG, spacing=SPACING)

    def write(self, life: Life) -> None:
        """Write a person's requests."""
        for line in life.log_lines:
            self._lines.write(
                f"access_{self._calendar.month(line.moment)}.log",
                f"{line.device.ip_address} - - [{self._calendar.log(line.moment)}] "
                f'"GET {line.path} HTTP/1.1" {line.status} {line.size} '
                f'"{line.referrer or "-"}" "{line.device.user_agent}"',
            )

    def close(self) -> None:
        """Finish every file."""
        self._lines.close()


def _text(value: str) -> str:
    return f'"{value}"' if value else "null"


def _client(device: Device) -> str:
    return f'"user_agent":"{device.user_agent}","ip":"{device.ip_address}"'


def _origin(arrival: Arrival) -> str:
    return (
        f'"referrer":{_text(arrival.referrer)},"utm":{{"source":{_text(arrival.utm_source)},'
        f'"medium":{_text(arrival.utm_medium)},"campaign":{_text(arrival.utm_campaign)}}}'
    )
