"""Visitors who never say who they are, crawlers, and the readers of the magazine site."""

from random import Random
from typing import NamedTuple

from orchestration.sample_shop.browsing import Browser, Visit, WebEvent, WebVisit, product_path
from orchestration.sample_shop.devices import Device, draw_bot, draw_device
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.purchasing import waking_moment
from orchestration.sample_shop.traffic import ARRIVALS, Arrival
from orchestration.sample_shop.weighted import Weighted
from orchestration.sample_shop.world import World

CRAWL_SHARE = 0.012
"""Chance, per person of the shop, that a crawler comes by."""
CRAWL_PAGES = (10, 40)
STRANGER_VISITS = Weighted([(1, 0.75), (2, 0.18), (3, 0.07)])
MAGAZINE_READER_SHARE = 0.35
MAGAZINE_VISITS = Weighted([(1, 0.5), (2, 0.25), (4, 0.15), (7, 0.1)])
MAGAZINE_PAGES = Weighted([(1, 0.45), (2, 0.3), (4, 0.25)])
ARTICLES = ("sencha-brewing", "yunomi-care", "wagashi-season", "skin-winter", "aojiru-morning")


class LogLine(NamedTuple):
    """One request to the magazine site."""

    moment: int
    device: Device
    path: str
    status: int
    size: int
    referrer: str


def strangers_and_crawlers(world: World, rng: Random) -> list[WebVisit]:
    """Give the visits of unknown browsers that fall on one person of the shop."""
    visits: list[WebVisit] = []
    if rng.random() < world.behaviour.stranger_visits:
        browser = Browser((draw_device(rng),), world, rng)
        day = rng.randrange(world.calendar.days)
        for number in range(STRANGER_VISITS.pick(rng)):
            if day + number < world.calendar.days:
                visits.append(browser.visit(Visit(waking_moment(day + number, rng))))
    if rng.random() < CRAWL_SHARE:
        visits.append(_crawl(world, rng))
    return visits


def _crawl(world: World, rng: Random) -> WebVisit:
    bot = draw_bot(rng)
    moment = rng.randrange(world.calendar.end - CRAWL_PAGES[1] * 3)
    events = []
    for _ in range(rng.randint(*CRAWL_PAGES)):
        product = rng.choice(world.catalogue.products)
        path = product_path(product)
        events.append(
            WebEvent(moment, bot, "", "product_view", path, Arrival(), str(product.product_id))
        )
        moment += rng.randint(1, 3)
    return WebVisit("", tuple(events))


def magazine_lines(person: Person, world: World, rng: Random) -> list[LogLine]:
    """Give the person's requests to the magazine site, and now and then a crawler's."""
    lines: list[LogLine] = []
    if rng.random() < MAGAZINE_READER_SHARE:
        for _ in range(MAGAZINE_VISITS.pick(rng)):
            moment = waking_moment(rng.randrange(world.calendar.days), rng)
            lines += _read(rng.choice(person.devices), moment, world, rng)
    if rng.random() < CRAWL_SHARE:
        moment = rng.randrange(world.calendar.end - 600)
        lines += _read(draw_bot(rng), moment, world, rng)
    return lines


def _read(device: Device, moment: int, world: World, rng: Random) -> list[LogLine]:
    referrer = ARRIVALS.pick(rng).referrer
    lines = []
    for _ in range(MAGAZINE_PAGES.pick(rng)):
        path = f"/articles/{rng.choice(ARTICLES)}"
        status = 404 if rng.random() < 0.02 else 200
        lines.append(LogLine(moment, device, path, status, rng.randint(4_000, 60_000), referrer))
        referrer = f"https://magazine.example.jp{path}"
        moment += rng.randint(15, 240)
    return [line for line in lines if line.moment < world.calendar.end]
