import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta

from orchestration.prediction.fitting import FitError
from orchestration.prediction.purchase_counts import (
    Histories,
    Kind,
    PurchaseModel,
    fit_purchases,
    log_likelihood,
)

# Fader, Hardie and Lee (2005), table 2: the CDNOW sample, in weeks.
PAPER = PurchaseModel(
    "bg_nbd", r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4,
    standard_errors=(0.0, 0.0, 0.0, 0.0),
)  # fmt: skip


def test_histories_count_equal_customers_together() -> None:
    histories = Histories.of([1, 0, 1, 0], [5, 0, 5, 0], [9, 9, 9, 7])

    assert histories.x.tolist() == [0, 0, 1]
    assert histories.age.tolist() == [7, 9, 9]
    assert histories.customers.tolist() == [1, 1, 2]
    assert histories.total == 4


def test_histories_refuse_a_purchase_after_the_last_day() -> None:
    with pytest.raises(ValueError, match="t_x <= T"):
        Histories.of([1], [10], [9])


def test_customer_of_the_paper_is_expected_to_buy_as_printed() -> None:
    # Figure 1 of the paper's spreadsheet note: x = 2, t_x = 30.43, T = 38.86 weeks.
    expected = PAPER.expected_purchases(39, [2.0], [30.43], [38.86])

    assert expected[0] == pytest.approx(1.226, abs=2e-3)
    assert PAPER.alive([2.0], [30.43], [38.86])[0] == pytest.approx(0.7266, abs=1e-3)


def test_one_time_buyer_is_surely_alive_only_in_the_bg_nbd() -> None:
    other = PurchaseModel("mbg_nbd", 0.243, 4.414, 0.793, 2.426, 0.0, (0.0, 0.0, 0.0, 0.0))

    assert PAPER.alive([0.0], [0.0], [38.86])[0] == 1.0
    # 1 / (1 + a/b * ((alpha + T)/alpha)^r) = 1 / (1 + .326876 * 9.803806^.243)
    assert other.alive([0.0], [0.0], [38.86])[0] == pytest.approx(0.6373, abs=1e-4)


def test_nothing_is_expected_in_no_time() -> None:
    assert PAPER.expected_purchases(0.0, [2.0, 0.0], [30.43, 0.0], [38.86, 38.86]).tolist() == [
        pytest.approx(0.0, abs=1e-12),
        pytest.approx(0.0, abs=1e-12),
    ]


def mean_by_integration(model: PurchaseModel, duration: float, x: float, age: float) -> float:
    """Purchases of a living customer, summed over the chance p to leave after each.

    At a rate from Gamma(r + x, alpha + T) and with p, (1 - (1 + p t / (alpha + T)) ** -(r + x)) / p
    purchases come in t; p is from Beta(a, b + x), or b + x + 1 where the first could be the last.
    """
    kept = model.b + x + (1 if model.kind == "mbg_nbd" else 0)

    def purchases(p: float) -> float:
        reach = p * duration / (model.alpha + age)
        first = (model.r + x) * duration / (model.alpha + age)
        return -np.expm1(-(model.r + x) * np.log1p(reach)) / p if p > 0 else first

    # The density has no bound where a < 1 at p = 0, or b + x < 1 at p = 1.
    low, _ = quad(
        lambda p: purchases(p) * (1 - p) ** (kept - 1), 0, 0.5, weight="alg", wvar=(model.a - 1, 0)
    )
    high, _ = quad(
        lambda p: purchases(p) * p ** (model.a - 1), 0.5, 1, weight="alg", wvar=(0, kept - 1)
    )
    return float((low + high) / beta(model.a, kept))


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
@pytest.mark.parametrize("x", [0, 1, 12])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1e-4, 2.4),
        (0.3, 0.5),
        (0.8, 2.4),
        (0.8, 0.2),
        (0.79995, 0.2),
        (0.99995, 2.4),
        (1.0, 2.4),
        (1.0 + 1e-9, 2.4),
        (1.5, 2.4),
    ],
)
def test_expected_purchases_are_the_integral_for_every_dropout(
    kind: Kind, x: float, a: float, b: float
) -> None:
    model = PurchaseModel(kind, 1.1, 154.4, a, b, 0.0, (0.0, 0.0, 0.0, 0.0))

    for duration in (30.0, 365.0):
        expected = model.expected_purchases(duration, [x], [650.0 * (x > 0)], [700.0])
        alive = model.alive([x], [650.0 * (x > 0)], [700.0])
        by_integration = mean_by_integration(model, duration, x, 700.0)
        assert expected[0] == pytest.approx(by_integration * alive[0], rel=1e-7)


def test_expected_purchases_stay_finite_where_the_series_overflows() -> None:
    model = PurchaseModel("mbg_nbd", 0.05, 10.0, 0.05, 1000.0, 0.0, (0.0, 0.0, 0.0, 0.0))

    expected = model.expected_purchases(365.0, [0.0], [0.0], [0.0])

    # The closed form in forty digits. Hardly anybody leaves: a little less than .05 / 10 a day.
    assert expected[0] == pytest.approx(1.82320535865, rel=1e-9)
    assert 0.998 * 0.05 / 10 * 365 < expected[0] < 0.05 / 10 * 365


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd"])
def test_gradient_is_the_slope_of_the_likelihood(kind: Kind) -> None:
    histories = Histories.of([0, 1, 3, 3, 12], [0, 2.5, 7, 9, 9.5], [10, 8, 9, 9, 10])
    point = np.array([0.7, 2.1, 0.9, 1.8])

    _, gradient = log_likelihood(histories, kind, point)

    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-6
        above = log_likelihood(histories, kind, point + step)[0]
        below = log_likelihood(histories, kind, point - step)[0]
        assert gradient[place] == pytest.approx((above - below) / 2e-6, rel=1e-6)


def test_unit_of_time_changes_alpha_alone() -> None:
    x, t_x, age = _simulate(np.array([0.8, 60.0, 0.9, 2.5]), customers=3_000, seed=5)

    weeks = fit_purchases(Histories.of(x, t_x, age), "mbg_nbd")
    days = fit_purchases(Histories.of(x, t_x * 7, age * 7), "mbg_nbd")

    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)
    assert days.log_likelihood == pytest.approx(
        weeks.log_likelihood - x.sum() * np.log(7), rel=1e-9
    )


def test_planted_parameters_lie_within_three_standard_errors() -> None:
    true = np.array([0.8, 60.0, 0.9, 2.5])
    x, t_x, age = _simulate(true, customers=20_000, seed=11)

    found = fit_purchases(Histories.of(x, t_x, age), "mbg_nbd")

    estimates = np.array([found.r, found.alpha, found.a, found.b])
    assert np.all(np.abs(estimates - true) < 3 * np.array(found.standard_errors))


def test_no_customers_have_no_model() -> None:
    with pytest.raises(FitError):
        fit_purchases(Histories.of([], [], []), "bg_nbd")


def test_customers_who_never_buy_again_have_no_model() -> None:
    with pytest.raises(FitError):
        fit_purchases(Histories.of([0] * 50, [0] * 50, [90] * 50), "bg_nbd")


def _simulate(
    parameters: np.ndarray, *, customers: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The process itself, purchase by purchase, in days."""
    r, alpha, a, b = parameters
    generator = np.random.default_rng(seed)
    rates = generator.gamma(r, 1 / alpha, customers)
    leaves = generator.beta(a, b, customers)
    ages = np.round(generator.uniform(200, 730, customers))
    x, t_x = np.zeros(customers), np.zeros(customers)
    for customer in range(customers):
        moment = 0.0
        while generator.random() >= leaves[customer]:
            moment += generator.exponential(1 / max(rates[customer], 1e-12))
            if moment > ages[customer]:
                break
            x[customer] += 1
            t_x[customer] = moment
    return x, t_x, ages
