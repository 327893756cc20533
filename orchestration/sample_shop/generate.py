"""Writes a whole shop: the files it would land and the truth about it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.campaigns import plan_campaigns
from orchestration.sample_shop.catalogue import Catalogue
from orchestration.sample_shop.feeds import Landing
from orchestration.sample_shop.households import Population, plan_households
from orchestration.sample_shop.kiosk import Kiosk
from orchestration.sample_shop.life import Life, live
from orchestration.sample_shop.name_lists import NameLists
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import ShopCalendar
from orchestration.sample_shop.truth import Truth
from orchestration.sample_shop.witness import Witness
from orchestration.sample_shop.world import Numbers, World
from orchestration.sample_shop.writers.carrier import CarrierWriter
from orchestration.sample_shop.writers.crm import CrmWriter
from orchestration.sample_shop.writers.ec_cube import EcCubeWriter
from orchestration.sample_shop.writers.line import LineWriter
from orchestration.sample_shop.writers.mall import MallWriter
from orchestration.sample_shop.writers.marketing import MarketingWriter
from orchestration.sample_shop.writers.product_master import ProductMasterWriter
from orchestration.sample_shop.writers.sendgrid import SendGridWriter
from orchestration.sample_shop.writers.web import AccessLogWriter, WebWriter

DEFAULT_SEED = 20261031
DEFAULT_END_DATE = date(2026, 10, 31)
DEFAULT_PERSONS = 2_000
DEFAULT_DAYS = 731
MINIMUM_DAYS = 60
UNFINISHED = ".sample_shop_unfinished"

Progress = Callable[[int], None]
"""Called with the number of persons written so far."""


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What a generated shop holds; rows and files of landing/, broken rows included."""

    persons: int
    files: int
    rows: int
    broken_rows: int


def generate(
    target: Path,
    *,
    click_key: str,
    persons: int = DEFAULT_PERSONS,
    seed: int = DEFAULT_SEED,
    end_date: date = DEFAULT_END_DATE,
    days: int = DEFAULT_DAYS,
    on_progress: Progress | None = None,
) -> SampleSummary:
    """Write target/landing and target/truth, the same bytes for the same arguments.

    Both folders appear at once when everything is written. Persons are written one household
    after another, so memory does not grow with their number. `click_key` signs the links in the
    mails, as the shop's own key would.

    Raises:
        FileExistsError: landing/ or truth/ of the target already hold something.
        ValueError: persons is below 1 or days below 60.
    """
    if persons < 1:
        raise ValueError(f"persons is {persons}; a shop needs at least 1")
    if days < MINIMUM_DAYS:
        raise ValueError(f"days is {days}; a shop needs at least {MINIMUM_DAYS}")
    _refuse_to_overwrite(target)
    unfinished = target / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in ("landing", "truth"):
        (unfinished / name).mkdir(parents=True)
    world = World(
        calendar=(calendar := ShopCalendar.ending(end_date, days=days)),
        catalogue=Catalogue.build(),
        behaviour=Behaviour(),
        campaigns=plan_campaigns(calendar),
        numbers=Numbers(),
        kiosk=Kiosk(),
        click_key=click_key,
    )
    with Truth(unfinished / "truth") as truth:
        landing = Landing(unfinished / "landing", seed, truth)
        _write(landing, truth, world, persons=persons, on_progress=on_progress)
    for name in ("landing", "truth"):
        (unfinished / name).replace(target / name)
    unfinished.rmdir()
    return SampleSummary(
        persons=persons, files=landing.files, rows=landing.rows, broken_rows=landing.broken_rows
    )


def _refuse_to_overwrite(target: Path) -> None:
    for name in ("landing", "truth"):
        folder = target / name
        if folder.is_dir() and any(folder.iterdir()):
            raise FileExistsError(
                f"{folder} is not empty; delete {name}/ of that shop, or name another shop"
            )


def _write(
    landing: Landing,
    truth: Truth,
    world: World,
    *,
    persons: int,
    on_progress: Progress | None,
) -> None:
    per_person = (
        EcCubeWriter(landing, world),
        MallWriter(landing, world),
        CarrierWriter(landing, world),
        WebWriter(landing, world),
        AccessLogWriter(landing, world),
        SendGridWriter(landing, world),
        LineWriter(landing, world),
        CrmWriter(landing, world),
    )
    product_master = ProductMasterWriter(landing, world)
    marketing = MarketingWriter(landing, world)
    per_person[0].write_products()
    product_master.write_products()
    marketing.write_campaigns()
    marketing.write_ad_costs()
    witness = Witness(truth, world.calendar)
    done = 0
    for household in households(world, persons=persons, seed=landing.seed):
        for life in household:
            for writer in per_person:
                writer.write(life)
            witness.see(life)
        done += len(household)
        if on_progress is not None:
            on_progress(done)
    for opened in (*per_person, product_master, marketing):
        opened.close()
    witness.conclude(world.behaviour)


def households(world: World, *, persons: int, seed: int) -> Iterator[list[Life]]:
    """Give the lives of one household after another, each drawn from numbers of its own."""
    population = Population(NameLists.load(), world.behaviour, world.calendar)
    person_no = 1
    plans = plan_households(persons, number_series(seed, "households"))
    for household_no, plan in enumerate(plans, start=1):
        rng = number_series(seed, f"household/{household_no}")
        mailed: set[str] = set()
        members = population.household(household_no, person_no, plan, rng)
        yield [live(person, members, mailed, world, rng) for person in members]
        person_no += plan.size
