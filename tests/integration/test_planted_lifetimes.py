"""The shop's own purchases, without refills and seasons, are an MBG/NBD: it is found again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from orchestration.prediction.purchase_counts import Histories, PurchaseModel, fit_purchases
from orchestration.sample_shop.accounts import open_accounts
from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.catalogue import Catalogue
from orchestration.sample_shop.households import Population, plan_households
from orchestration.sample_shop.kiosk import Kiosk
from orchestration.sample_shop.name_lists import NameLists
from orchestration.sample_shop.purchasing import DAYS_PER_YEAR, own_purchases
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shop_calendar import DAY, ShopCalendar
from orchestration.sample_shop.world import Numbers, World

SEEDS = 50
PERSONS = 2_000
DAYS = 731
PLANTED = Behaviour(refill_share=0.0)
NORMAL_95 = 1.96
_NAMES = ("r", "alpha", "a", "b")


def steady_world() -> World:
    """The shop with every day of the year alike and nobody coming back for an empty pack."""
    calendar = ShopCalendar.ending(date(2026, 10, 31), days=DAYS)
    return World(
        calendar=replace(calendar, seasons=(1.0,) * DAYS),
        catalogue=Catalogue.build(),
        behaviour=PLANTED,
        campaigns=(),
        numbers=Numbers(),
        kiosk=Kiosk(),
        click_key="a key for tests",
    )


def purchase_days(world: World, names: NameLists, seed: int) -> Iterator[list[int]]:
    """The days on which each buyer of the shop of that seed bought."""
    population = Population(names, world.behaviour, world.calendar)
    person_no = 1
    for place, plan in enumerate(plan_households(PERSONS, number_series(seed, "households"))):
        rng = number_series(seed, f"household/{place}")
        for person in population.household(place, person_no, plan, rng):
            purchases, _ = own_purchases(person, open_accounts(person, world, rng), world, rng)
            if purchases:
                yield sorted({purchase.moment // DAY for purchase in purchases})
        person_no += plan.size


def fitted(world: World, names: NameLists, seed: int) -> PurchaseModel:
    days = list(purchase_days(world, names, seed))
    histories = Histories.of(
        [len(own) - 1 for own in days],
        [own[-1] - own[0] for own in days],
        [DAYS - 1 - own[0] for own in days],
    )
    return fit_purchases(histories, "mbg_nbd")


@pytest.mark.slow
def test_planted_parameters_lie_in_their_intervals_in_nine_of_ten_shops() -> None:
    world, names = steady_world(), NameLists.load()
    planted = np.array(
        [
            PLANTED.purchase_rate_shape,
            PLANTED.purchase_rate_shape / PLANTED.purchase_rate_mean * DAYS_PER_YEAR,
            PLANTED.dropout_a,
            PLANTED.dropout_b,
        ]
    )
    held = np.zeros(len(planted))
    for seed in range(SEEDS):
        model = fitted(world, names, seed)
        found = np.array([model.r, model.alpha, model.a, model.b])
        # Standard errors of the logarithms, in which the search takes place.
        width = NORMAL_95 * np.array(model.standard_errors) / found
        held += np.abs(np.log(found / planted)) <= width

    shares = dict(zip(_NAMES, (held / SEEDS).tolist(), strict=True))
    assert min(shares.values()) >= 0.9, shares
