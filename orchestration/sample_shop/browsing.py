"""Visits to the shop's site: what is looked at, on which browser, known or unknown."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from orchestration.sample_shop.accounts import Account
from orchestration.sample_shop.campaigns import Campaign
from orchestration.sample_shop.catalogue import Catalogue, Product
from orchestration.sample_shop.click_token import click_token
from orchestration.sample_shop.devices import Device
from orchestration.sample_shop.purchasing import Order
from orchestration.sample_shop.traffic import Arrival, arrive
from orchestration.sample_shop.weighted import Weighted
from orchestration.sample_shop.world import World

STAYS_LOGGED_IN_SHARE = 0.8
SAME_DEVICE_SECONDS = 1_200
STEP_SECONDS = (8, 110)
SECOND_DEVICE_SHARE = 0.3
BROWSE_STEPS = Weighted([(0, 30), (1, 20), (2, 15), (3, 12), (5, 12), (8, 8), (12, 3)])
SEARCH_TERMS = ("煎茶", "ギフト", "化粧水", "青汁", "お試し", "湯のみ", "どら焼き", "乳液")
CATEGORY_PATHS = ("/products/list?category_id=1", "/products/list?category_id=3", "/guide")
BROWSE_KINDS = Weighted(
    [("product_view", 55), ("page_view", 26), ("search", 9), ("cart_add", 6), ("favorite", 4)]
)


class WebEvent(NamedTuple):
    """One event of the site's tracker; empty text where it has nothing to say."""

    moment: int
    device: Device
    user_id: str
    kind: str
    path: str
    arrival: Arrival
    product_id: str = ""
    order_id: str = ""
    query: str = ""
    email: str = ""
    line_user_id: str = ""


class WebVisit(NamedTuple):
    """The events of one visit, and the true id of who sat there; empty for a stranger."""

    visitor_id: str
    events: tuple[WebEvent, ...]


class Form(NamedTuple):
    """A form that asks for a mail address alone, and what was typed."""

    path: str
    email: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One reason to come to the site; with an order the visit ends with it.

    `account` is whom the visitor logs in to, `line_user_id` the LINE account that comes along,
    and `send_id` the mail whose link was followed.
    """

    moment: int
    campaign: Campaign | None = None
    order: Order | None = None
    signs_up: Account | None = None
    account: Account | None = None
    form: Form | None = None
    line_user_id: str = ""
    send_id: str = ""


class Step(NamedTuple):
    """One thing done on the site, before it has a moment."""

    kind: str
    path: str
    product_id: str = ""
    order_id: str = ""
    query: str = ""
    email: str = ""
    line_user_id: str = ""


LOGIN = Step("login", "/mypage/login")


class Browser:
    """A person at their devices: remembers where they are logged in."""

    def __init__(self, devices: tuple[Device, ...], world: World, rng: Random) -> None:
        """Take the person's devices, the usual one first."""
        self._devices = devices
        self._world = world
        self._rng = rng
        self._logged_in: dict[str, str] = {}
        self._last_moment = -SAME_DEVICE_SECONDS
        self._last_device = devices[0]

    def visit(self, visit: Visit, visitor_id: str = "") -> WebVisit:
        """Give the events of a visit; visits come in the order of time."""
        device = self._device(visit.moment)
        arrival = arrive(visit.campaign, self._rng)
        user_id = ""
        if device.anonymous_id in self._logged_in and self._rng.random() < STAYS_LOGGED_IN_SHARE:
            user_id = self._logged_in[device.anonymous_id]
        steps = self._steps(visit, user_id)
        moments = self._moments(visit, len(steps))
        events = []
        for step, moment in zip(steps, moments, strict=True):
            if moment >= self._world.calendar.end:
                break
            user_id = self._user_after(step, visit, user_id, device)
            events.append(
                WebEvent(
                    moment,
                    device,
                    user_id,
                    step.kind,
                    step.path,
                    arrival,
                    step.product_id,
                    step.order_id,
                    step.query,
                    step.email,
                    step.line_user_id,
                )
            )
        self._last_moment, self._last_device = moments[-1], device
        return WebVisit(visitor_id, tuple(events))

    def _device(self, moment: int) -> Device:
        """A visit soon after another one stays on its device."""
        if moment - self._last_moment < SAME_DEVICE_SECONDS:
            return self._last_device
        if len(self._devices) == 1 or self._rng.random() >= SECOND_DEVICE_SHARE:
            return self._devices[0]
        return self._rng.choice(self._devices[1:])

    def _user_after(self, step: Step, visit: Visit, user_id: str, device: Device) -> str:
        if step.kind == "signup" and visit.signs_up is not None:
            user_id = visit.signs_up.member_id
        elif step.kind == "login" and visit.account is not None:
            user_id = visit.account.member_id
        else:
            return user_id
        self._logged_in[device.anonymous_id] = user_id
        return user_id

    def _steps(self, visit: Visit, user_id: str) -> list[Step]:
        steps = [Step("page_view", self._landing(visit))]
        if visit.signs_up is not None:
            return [*steps, Step("page_view", "/entry"), Step("signup", "/entry/complete")]
        if visit.form is not None:
            return [*steps, Step("form_submit", visit.form.path, email=visit.form.email)]
        if visit.line_user_id:
            return [*steps, Step("login", "/mypage/line", line_user_id=visit.line_user_id)]
        if visit.order is not None:
            needs_login = visit.account is not None and user_id != visit.account.member_id
            return [*steps, *buying_steps(visit.order, needs_login=needs_login)]
        if visit.account is not None:
            steps.append(LOGIN)
        count = BROWSE_STEPS.pick(self._rng)
        catalogue = self._world.catalogue
        return [*steps, *(browsing_step(catalogue, self._rng) for _ in range(count))]

    def _landing(self, visit: Visit) -> str:
        if visit.campaign is None:
            return "/"
        path = f"/campaign/{visit.campaign.code}"
        if not visit.send_id:
            return path
        return f"{path}?eid={click_token(visit.send_id, self._world.click_key)}"

    def _moments(self, visit: Visit, count: int) -> list[int]:
        """Times of the steps: up to the order or sign-up, or on from the visit's moment."""
        shortest, longest = STEP_SECONDS
        spread = longest - shortest + 1
        # randint costs ten times as much, and there is one gap for each event.
        gaps = [shortest + int(self._rng.random() * spread) for _ in range(count - 1)]
        last = visit.moment + sum(gaps)
        if visit.signs_up is not None:
            last = visit.signs_up.registered
        elif visit.form is not None or visit.line_user_id:
            last = visit.moment
        elif visit.order is not None and visit.campaign is not None:
            room = visit.order.ordered - visit.moment
            gaps = [room // (count - 1)] * (count - 1)
            last = visit.order.ordered
        elif visit.order is not None:
            last = visit.order.ordered
        room = last - self._last_moment - 1
        if sum(gaps) > room:
            gaps = [max(0, room // count)] * (count - 1)
        moments = [last]
        for gap in reversed(gaps):
            moments.append(max(0, moments[-1] - gap))
        return moments[::-1]


def product_path(product: Product) -> str:
    """Give the page of an article."""
    return f"/products/detail/{product.product_id}"


def buying_steps(order: Order, *, needs_login: bool) -> list[Step]:
    """Give the steps from the first article to the order."""
    steps = []
    for line in order.lines:
        path = product_path(line.product)
        steps.append(Step("product_view", path, str(line.product.product_id)))
        steps.append(Step("cart_add", path, str(line.product.product_id)))
    if needs_login:
        steps.append(LOGIN)
    steps.append(Step("checkout_start", "/shopping"))
    steps.append(Step("purchase", "/shopping/complete", order_id=order.order_id))
    return steps


def browsing_step(catalogue: Catalogue, rng: Random) -> Step:
    """Give one step of somebody who looks around."""
    kind = BROWSE_KINDS.pick(rng)
    if kind == "search":
        return Step(kind, "/products/list", query=rng.choice(SEARCH_TERMS))
    if kind == "page_view":
        return Step(kind, rng.choice(CATEGORY_PATHS))
    product = catalogue.pick(rng, season=None, is_first=False)
    return Step(kind, product_path(product), str(product.product_id))
