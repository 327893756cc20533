import numpy as np
import pytest
from numpy.typing import NDArray

from orchestration.prediction.lead_model import (
    LeadModelError,
    brier_score,
    fit_lead_model,
    ranking,
)
from orchestration.prediction.lead_periods import Period, Periods, split_by_time

Matrix = NDArray[np.float64]
WEEKS = [7 * week for week in range(24)]


def the_periods() -> Periods:
    periods = split_by_time(WEEKS, horizon=14)
    assert periods is not None
    return periods


def planted(seed: int = 1, leads: int = 500) -> tuple[Matrix, Matrix, NDArray[np.int64], Matrix]:
    """Views and carts drive the purchase, searches do not; the chance is about 8 %."""
    generator = np.random.default_rng(seed)
    days = np.repeat(WEEKS, leads)
    features = generator.poisson([1.5, 0.3, 1.0], (len(days), 3)).astype(float)
    logs = np.log1p(features)
    chance = 1 / (1 + np.exp(4.0 - 1.0 * logs[:, 0] - 1.5 * logs[:, 1]))
    bought = (generator.random(len(days)) < chance).astype(float)
    return features, bought, days, chance


def test_periods_leave_out_snapshots_whose_outcome_was_not_yet_known() -> None:
    # Test: weeks 20 to 23. Week 18's outcome is known on week 20's day, week 19's is not.
    # Calibration: weeks 15 to 18. Training ends with week 13.
    assert the_periods() == Periods(Period(0, 91), Period(105, 126), Period(140, 161))


@pytest.mark.parametrize(
    ("weeks", "has_periods"), [(14, True), (13, False), (4, False), (0, False)]
)
def test_periods_need_four_snapshots_to_train(weeks: int, has_periods: bool) -> None:
    # Four each, and one left out before either of the later periods.
    assert (split_by_time(WEEKS[:weeks], horizon=14) is not None) == has_periods


def test_planted_coefficients_and_chances_are_found() -> None:
    features, bought, days, chance = planted()
    model = fit_lead_model(features, bought, days, the_periods(), least_positives=200)

    per_log = model.coefficients / model.spread * model.slope
    assert per_log == pytest.approx([1.0, 1.5, 0.0], abs=0.2)
    in_test = the_periods().test.holds(days)
    predicted = model.probability(features[in_test])
    assert predicted == pytest.approx(chance[in_test], abs=0.06)
    assert predicted.mean() == pytest.approx(bought[in_test].mean(), abs=0.02)
    assert brier_score(predicted, bought[in_test]) < brier_score(
        np.full(in_test.sum(), bought.mean()), bought[in_test]
    )


def test_calibration_follows_weeks_in_which_fewer_buy() -> None:
    features, bought, days, chance = planted()
    # From the calibration weeks on half of the buyers stay away.
    thinned = bought * ((days < 100) | (np.random.default_rng(9).random(len(days)) < 0.5))
    model = fit_lead_model(features, thinned, days, the_periods(), least_positives=200)

    in_test = the_periods().test.holds(days)
    predicted = model.probability(features[in_test])
    assert predicted.mean() == pytest.approx(chance[in_test].mean() / 2, abs=0.01)


def test_the_order_of_the_rows_does_not_matter() -> None:
    features, bought, days, _ = planted()
    shuffle = np.random.default_rng(3).permutation(len(days))
    straight = fit_lead_model(features, bought, days, the_periods(), least_positives=200)

    shuffled = fit_lead_model(
        features[shuffle], bought[shuffle], days[shuffle], the_periods(), least_positives=200
    )

    assert shuffled.coefficients == pytest.approx(straight.coefficients, abs=1e-3)


@pytest.mark.parametrize(("positives", "fits"), [(200, True), (199, False)])
def test_a_model_needs_its_least_number_of_buyers(positives: int, fits: bool) -> None:
    days = np.repeat(WEEKS, 100)
    features = np.random.default_rng(5).poisson(1.0, (len(days), 2)).astype(float)
    counted = np.flatnonzero(the_periods().is_any(days))
    bought = np.zeros(len(days))
    bought[counted[np.linspace(0, len(counted) - 1, positives).astype(int)]] = 1.0
    features[bought == 1, 0] += 2
    # A buyer in a week between the periods counts for nothing.
    bought[np.flatnonzero(days == 133)[:50]] = 1.0

    if fits:
        fit_lead_model(features, bought, days, the_periods(), least_positives=200)
    else:
        with pytest.raises(LeadModelError, match="199 leads bought; 200 are needed"):
            fit_lead_model(features, bought, days, the_periods(), least_positives=200)


def test_a_period_in_which_nobody_buys_cannot_calibrate() -> None:
    features, bought, days, _ = planted()
    bought[the_periods().calibration.holds(days)] = 0.0

    with pytest.raises(LeadModelError, match="0 leads of the rarer outcome in the calibration"):
        fit_lead_model(features, bought, days, the_periods(), least_positives=200)


def test_weeks_that_contradict_the_training_make_no_model() -> None:
    features, bought, days, chance = planted()
    later = days > 100
    # Afterwards those buy who would not have bought.
    bought[later] = (chance[later] < np.quantile(chance, 0.2)).astype(float)

    with pytest.raises(LeadModelError, match="contradict"):
        fit_lead_model(features, bought, days, the_periods(), least_positives=200)


def test_ranking_worked_out_by_hand() -> None:
    scores = np.arange(20, 0, -1, dtype=float)
    bought = np.zeros(20)
    bought[[0, 1, 2, 19]] = 1.0

    found = ranking(scores, bought)

    # Two of four buyers in the first tenth of two, where 0.4 are expected.
    assert found.lifts.tolist() == pytest.approx([5.0, 2.5, 0, 0, 0, 0, 0, 0, 0, 2.5])
    # Of 4 x 16 pairs the first three buyers win all, the last none.
    assert found.auc == pytest.approx(48 / 64)


def test_leads_with_equal_scores_share_their_buyers() -> None:
    bought = np.array([1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0, 0])

    found = ranking(np.zeros(12), bought)

    assert found.lifts.tolist() == pytest.approx([1.0] * 10)
    assert found.auc == 0.5


def test_brier_score_worked_out_by_hand() -> None:
    assert brier_score(np.array([0.8, 0.1]), np.array([1.0, 0.0])) == pytest.approx(0.025)
