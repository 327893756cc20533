"""The mails a person gets and what happens to them: people, machines, bounces, goodbyes."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.campaigns import Campaign
from orchestration.sample_shop.consenting import MailAgreement
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

SENDING_SECONDS = 1_200
SOFT_BOUNCE_SHARE = 0.003
DEFERRED_SHARE = 0.015
SCANNER_SECONDS = 2
"""A gateway has clicked every link this many seconds after delivery at the latest."""
MACHINE_OPEN_SECONDS = (20, 1_800)
HUMAN_OPEN_MEAN_SECONDS = 5 * 3600
CLICK_SECONDS = (5, 120)


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One event the mail provider reports; `event` in the provider's words."""

    event: str
    moment: int
    event_no: int
    message_no: int
    email: str
    campaign: Campaign
    is_machine_open: bool = False
    is_bot_click: bool = False

    @property
    def send_id(self) -> str:
        """The shop's own id of the mail, which its links carry."""
        return f"send-{self.message_no:012d}"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address must not be mailed any more."""

    email: str
    reason: str
    moment: int


@dataclass(frozen=True, slots=True)
class MailHistory:
    """Everything that became of the mails to one person."""

    events: tuple[MailEvent, ...] = ()
    clicks: tuple[MailEvent, ...] = ()
    suppression: Suppression | None = None


def mail_history(
    person: Person, agreement: MailAgreement | None, world: World, rng: Random
) -> MailHistory:
    """Give the events of every mail sent to the person while they may be mailed."""
    if agreement is None:
        return MailHistory()
    events: list[MailEvent] = []
    clicks: list[MailEvent] = []
    suppression: Suppression | None = None
    until = world.calendar.end if agreement.until is None else agreement.until
    for campaign in world.campaigns:
        if campaign.sent is None or not agreement.since < campaign.sent < until:
            continue
        mail = _Mail(person, agreement.email, campaign, world, rng)
        if suppression is not None:
            events.append(mail.report("dropped", campaign.sent))
            break
        happened = mail.bounced() if agreement.is_mistyped else mail.received()
        happened = [event for event in happened if event.moment < world.calendar.end]
        events += happened
        clicks += [event for event in happened if event.event == "click" and not event.is_bot_click]
        suppression = _suppression(happened)
    return MailHistory(tuple(events), tuple(clicks), suppression)


def _suppression(events: list[MailEvent]) -> Suppression | None:
    for event in events:
        if event.event in {"bounce", "spamreport", "unsubscribe"}:
            return Suppression(event.email, event.event, event.moment)
    return None


class _Mail:
    """One mail to one person, from sending on."""

    def __init__(
        self, person: Person, email: str, campaign: Campaign, world: World, rng: Random
    ) -> None:
        self.person = person
        self.email = email
        self.campaign = campaign
        self.world = world
        self.rng = rng
        self.message_no = next(world.numbers.messages)
        self.delivered = (campaign.sent or 0) + rng.randint(1, SENDING_SECONDS)

    def report(
        self, event: str, moment: int, *, machine: bool = False, bot: bool = False
    ) -> MailEvent:
        """Give one event of this mail."""
        return MailEvent(
            event=event,
            moment=moment,
            event_no=next(self.world.numbers.message_events),
            message_no=self.message_no,
            email=self.email,
            campaign=self.campaign,
            is_machine_open=machine,
            is_bot_click=bot,
        )

    def bounced(self) -> list[MailEvent]:
        """Give the events of a mail to an address that does not exist."""
        return [self.report("bounce", self.delivered)]

    def received(self) -> list[MailEvent]:
        """Give the events of a mail to an address that exists."""
        if self.rng.random() < SOFT_BOUNCE_SHARE:
            return [self.report("blocked", self.delivered)]
        events = []
        if self.rng.random() < DEFERRED_SHARE:
            events.append(self.report("deferred", self.delivered))
            self.delivered += self.rng.randint(300, 7_200)
        events.append(self.report("delivered", self.delivered))
        return [*events, *self._machines(), *self._human(), *self._goodbye()]

    def _machines(self) -> list[MailEvent]:
        events = []
        if self.person.has_link_scanner:
            moment = self.delivered + self.rng.randint(0, SCANNER_SECONDS)
            events.append(self.report("click", moment, bot=True))
        if self.person.has_machine_reader:
            moment = self.delivered + self.rng.randint(*MACHINE_OPEN_SECONDS)
            events.append(self.report("open", moment, machine=True))
        return events

    def _human(self) -> list[MailEvent]:
        """A machine reader hides the human opening, but not the click."""
        if self.rng.random() >= self.person.open_chance:
            return []
        opened = self.delivered + 60 + int(self.rng.expovariate(1 / HUMAN_OPEN_MEAN_SECONDS))
        events = []
        if not self.person.has_machine_reader:
            events.append(self.report("open", opened))
        if self.rng.random() < self.person.click_chance:
            events.append(self.report("click", opened + self.rng.randint(*CLICK_SECONDS)))
        return events

    def _goodbye(self) -> list[MailEvent]:
        true = self.world.behaviour
        place = self.rng.random()
        moment = self.delivered + self.rng.randint(300, DAY)
        if place < true.spam_report_per_mail:
            return [self.report("spamreport", moment)]
        if place < true.spam_report_per_mail + true.unsubscribe_per_mail:
            return [self.report("unsubscribe", moment)]
        return []
