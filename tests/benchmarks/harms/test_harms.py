"""Two weeks of the sample shop: nobody gets what they should not have got."""

from pathlib import Path

import pytest

from tests.benchmarks.harms.__main__ import simulate
from tests.benchmarks.harms.referee import HARMS

pytestmark = pytest.mark.slow
DAYS = 14


def test_a_fortnight_of_scenarios_does_no_harm_that_could_be_known(tmp_path: Path) -> None:
    counts = simulate(tmp_path, DAYS, 300)
    assert counts["known"]["sent"] > DAYS
    assert counts["known"]["unjudged"] == 0
    assert {harm: counts["known"][harm] for harm in HARMS} == dict.fromkeys(HARMS, 0)
    # The same people, blasted: the referee does find harms here.
    assert all(counts["blast"][harm] for harm in HARMS)
