"""The sample shop, morning after morning: what is known is built, and every scenario sends.

Real dbt builds, identities, publication, ledger and channels; the vendors answer on loopback
ports, and the clock is turned. What the ledger says comes back into the next morning's data.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from orchestration.publication.editions import Edition
from orchestration.publication.publish import publish
from orchestration.sample_shop.generate import generate
from orchestration.shops.ledger import FEEDBACK
from orchestration.shops.profile import load_shop
from orchestration.workspace import Workspace
from reverse_etl.channel import Channel, ChannelSettings, open_channel
from reverse_etl.channels.sendgrid_mail import SendGridMail
from reverse_etl.engine import run_sync
from reverse_etl.ledger.feedback_export import export_feedback
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import approve
from reverse_etl.scenario import Scenario, enabled_syncs, load_scenarios
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec
from reverse_etl.vendors.sendgrid_message import MailOptions
from tests.benchmarks.harms.past_days import PastDays
from tests.benchmarks.harms.referee import Known, Sent
from tests.contract.benches.sendgrid_mail import SECRETS, TEMPLATE_ID
from tests.contract.fake_line import FakeLine
from tests.contract.fake_sendgrid_mail import FakeSendGridMail
from tests.contract.loopback import serve
from tests.contract.sync_world import CANARY_KEY, TurnedClock

ROOT = Path(__file__).parents[3]
MAPPINGS = ROOT / "orchestration" / "ingest" / "sources"
ZONE = ZoneInfo("Asia/Tokyo")
CLICK_KEY = "click key of the tests"
BUILD_HOUR = 5
OFFERING = {
    "browse_abandonment",
    "cart_abandonment",
    "first_purchase",
    "replenishment",
}
"""Scenarios whose messages offer the product that they name; the others ask how it was."""
TOLD = {
    "unsubscribe": "unsubscribed",
    "spamreport": "spam_complaint",
    "bounce": "hard_bounce",
    "unfollow": "channel_block",
}
"""What vendors tell at once, and what the ledger calls it."""


@dataclass(frozen=True)
class Contact:
    """One person as the morning's publication knows them."""

    person_id: str
    email: str | None
    line_user_id: str | None


@dataclass
class Log:
    """What arrived in the simulated time, and what the shop knew when."""

    sent: list[Sent] = field(default_factory=list)
    """Promotions alone."""
    known: dict[datetime, Known] = field(default_factory=dict)
    records: dict[str, set[str]] = field(default_factory=dict)
    """Published person → record keys, of all mornings."""
    contacts: dict[date, list[Contact]] = field(default_factory=dict)


class ShopInTime:
    """A sample shop and its vendors; each call of `morning` is one daily run."""

    def __init__(
        self,
        root: Path,
        *,
        persons: int,
        end: date,
        clock: TurnedClock,
        mail: FakeSendGridMail,
        line: FakeLine,
    ) -> None:
        self.workspace = Workspace(root / "sample")
        generate(self.workspace.root, click_key=CLICK_KEY, persons=persons, end_date=end)
        self.profile = load_shop("sample")
        self.scenarios: list[Scenario] = load_scenarios(ROOT / "reverse_etl" / "scenarios")
        self.ledger = Ledger(f"sqlite:///{root}/ledger.sqlite", plans=root / "plans")
        self.log = Log()
        self._clock, self._mail, self._line = clock, mail, line
        self._lake = Lake(self.workspace.lake)
        self._lake.ensure_empty_entities()
        for use in self.profile.sources:
            self._ingest(use.source, use.mapping or use.source)
        self._past_days = PastDays(self.workspace)
        self._told = datetime.min.replace(tzinfo=UTC)

    def _ingest(self, source: str, mapping: str) -> None:
        ingest_source(
            load_mapping(MAPPINGS / f"{mapping}.yml", source=source),
            landing=self.workspace.landing,
            lake=self._lake,
            loaded_at=datetime.now(UTC),
            gate=None,
            shop_time_zone=self.profile.time_zone,
            click_key=CLICK_KEY,
        )

    def morning(self, day: date) -> None:
        """Build what is known at the end of the day before, publish it, and run every scenario."""
        as_of = day - timedelta(days=1)
        self._clock.instant = _at(day, BUILD_HOUR)
        on = [one.name for one in self.scenarios]
        self._past_days.build(as_of, {**self.profile.dbt_vars(as_of), "enabled_scenarios": on})
        folder = self._publish(as_of)
        self._remember(day, folder)
        syncs = enabled_syncs(self.scenarios, on)
        for spec in sorted(syncs, key=lambda one: (_hour(one), one.priority, one.name)):
            self._clock.instant = max(self._clock.instant, _at(day, _hour(spec)))
            self._hear()
            self._send(spec, folder, day)
        export_feedback(self.ledger, self.workspace.landing / FEEDBACK)
        self._ingest(FEEDBACK, "activation")

    def _publish(self, as_of: date) -> Path:
        edition = Edition(
            publication_id=f"day-{as_of}",
            shop=self.profile.name,
            run_id=f"run-{as_of}",
            as_of_date=as_of,
            published_at=self._clock.now().replace(tzinfo=None),
        )
        publish(
            self.workspace.work_db,
            self.workspace.published,
            edition,
            gates=[],
            required_stages=[],
            limits=None,
            keep=2,
        )
        return self.workspace.published / edition.publication_id

    def _remember(self, day: date, folder: Path) -> None:
        with duckdb.connect(str(folder / "contacts.duckdb"), read_only=True) as contacts:
            rows = contacts.execute(
                "select person_id, email, line_user_id from contact.person_contacts"
            ).fetchall()
        self.log.contacts[day] = [Contact(*row) for row in rows]
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
            for person, record in warehouse.execute(
                "select person_id, record_key from identity.person_identifiers"
            ).fetchall():
                self.log.records.setdefault(person, set()).add(record)
            self._products = {
                (person, sync): code
                for person, sync, code in warehouse.execute(
                    "select person_id, sync, product_code from segments.scenario_due "
                    "inner join marts.dim_products using (product_id)"
                ).fetchall()
            }

    def _hear(self) -> None:
        """Let the vendors tell what people have said since they last did."""
        now = self._clock.now()
        with duckdb.connect() as connection:
            told = connection.execute(
                f"select channel, address, reason, occurred_at "
                f"from '{self.workspace.root}/truth/suppressions.parquet' "
                f"where occurred_at > ? and occurred_at <= ?",
                [self._told.replace(tzinfo=None), now.replace(tzinfo=None)],
            ).fetchall()
        for medium, address, reason, at in told:
            self.ledger.suppress(medium, address, TOLD[reason], at.replace(tzinfo=UTC))
        self._told = now

    def _send(self, spec: SyncSpec, folder: Path, day: date) -> None:
        before = len(self._mail.taken), len(self._line.sent)
        for attempt in range(2):
            done = run_sync(
                spec,
                folder,
                self.ledger,
                self._channel(spec),
                policy=SendPolicy(live=True),
                run_id=f"{spec.name}-{day}-{attempt}",
                clock=self._clock,
            )
            if not done.plan.is_waiting:
                break
            # The first run of a sync waits for a person.
            approve(self.ledger, done.plan.plan_id, by="the marketer", now=self._clock.now())
        if spec.purpose == "marketing":
            self._note(spec, day, *before)

    def _channel(self, spec: SyncSpec) -> Channel:
        templates = dict.fromkeys(_templates(self.scenarios), TEMPLATE_ID)
        settings = ChannelSettings(
            secrets={**SECRETS, **templates, "LINE_CHANNEL_ACCESS_TOKEN": CANARY_KEY},
            base_urls={"sendgrid_mail": self._mail.base_url, "line_messages": self._line.base_url},
            timeout_seconds=5.0,
        )
        if spec.channel == "sendgrid_mail":
            return SendGridMail(MailOptions.model_validate(spec.options), settings, self._clock)
        return open_channel(spec, settings)

    def _note(self, spec: SyncSpec, day: date, mails: int, lines: int) -> None:
        """Write down what the vendors took in a run, by its addressee."""
        addressees = {one.message_id: one.person_id for one in self.ledger.export_messages()}
        users = {one.line_user_id: one.person_id for one in self.log.contacts[day]}
        addresses = {one.person_id: (one.email or "").lower() for one in self.log.contacts[day]}
        arrived = []
        for mail in self._mail.taken[mails:]:
            person = addressees[mail.part["custom_args"]["enishi_message_id"]]
            # The ledger says for whom a mail was, the vendor where it went.
            if mail.email.lower() != addresses[person]:
                raise RuntimeError(f"{spec.name}: a mail for {person} went to another address")
            arrived.append((person, mail.send_at))
        now = int(self._clock.now().timestamp())
        arrived += [(users[one.user], now) for one in self._line.sent[lines:]]
        until = _at(day, 0).replace(tzinfo=None)
        # A question about a product that somebody has is no promotion of it.
        promotes = spec.message_name.partition("__")[0] in OFFERING
        for person, second in arrived:
            at = datetime.fromtimestamp(second, UTC).replace(tzinfo=None)
            product = self._products.get((person, spec.message_name)) if promotes else None
            self.log.sent.append(Sent(person, at, spec.medium, product))
            self.log.known[at] = Known(until)

    def violations(self) -> list[str]:
        """Give what the vendors' descriptions have against requests so far."""
        return [*self._mail.violations, *self._line.violations]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def _hour(spec: SyncSpec) -> int:
    return int(spec.schedule.cron.split()[1])


def _templates(scenarios: Iterable[Scenario]) -> Iterator[str]:
    for scenario in scenarios:
        yield from (step.template_id_from for step in scenario.steps if step.template_id_from)


@contextmanager
def shop_in_time(root: Path, *, persons: int, end: date) -> Iterator[ShopInTime]:
    """Give a shop whose last landed day is `end`, and its vendors."""
    clock = TurnedClock()
    with serve(FakeSendGridMail(clock)) as mail, serve(FakeLine()) as line:
        shop = ShopInTime(root, persons=persons, end=end, clock=clock, mail=mail, line=line)
        try:
            yield shop
        finally:
            shop.ledger.close()
