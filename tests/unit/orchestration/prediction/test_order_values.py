import numpy as np
import pytest

from orchestration.prediction.order_values import SpendModel, fit_spend, log_likelihood


def test_expected_value_lies_between_own_mean_and_mean_of_all() -> None:
    model = SpendModel(
        p=6.0, q=4.0, gamma=15.0, log_likelihood=0.0, customers=1, standard_errors=(0, 0, 0)
    )

    # p gamma / (q - 1) = 30; (6 * (15 + 2 * 60)) / (12 + 3) = 54
    assert model.mean == 30.0
    assert model.expected_value([0.0, 2.0], [999.0, 60.0]).tolist() == [30.0, 54.0]


def test_mean_is_infinite_when_the_tail_is_too_long() -> None:
    assert SpendModel(6.0, 1.0, 15.0, 0.0, 1, (0.0, 0.0, 0.0)).mean == float("inf")


def test_gradient_is_the_slope_of_the_likelihood() -> None:
    x, values = np.array([1.0, 2.0, 9.0]), np.array([0.4, 1.1, 2.0])
    point = np.array([3.0, 2.5, 1.2])

    _, gradient = log_likelihood(x, values, point)

    for place in range(3):
        step = np.zeros(3)
        step[place] = 1e-6
        slope = (
            log_likelihood(x, values, point + step)[0] - log_likelihood(x, values, point - step)[0]
        )
        assert gradient[place] == pytest.approx(slope / 2e-6, rel=1e-6)


def test_unit_of_money_changes_gamma_alone() -> None:
    generator = np.random.default_rng(3)
    x = generator.integers(1, 8, 3_000).astype(float)
    rate = generator.gamma(4.0, 1 / 15.0, 3_000)
    values = generator.gamma(6.0 * x, 1 / (rate * x))

    dollars, yen = fit_spend(x, values), fit_spend(x, values * 150)

    assert yen.gamma == pytest.approx(150 * dollars.gamma, rel=1e-4)
    assert (yen.p, yen.q) == pytest.approx((dollars.p, dollars.q), rel=1e-4)
    # nu ~ Gamma(q = 4, rate gamma = 15), a purchase ~ Gamma(p = 6, rate nu)
    assert (dollars.p, dollars.q, dollars.gamma) == pytest.approx((6.0, 4.0, 15.0), rel=0.1)


def test_customer_without_repeat_purchase_is_refused() -> None:
    with pytest.raises(ValueError, match="repeat purchases"):
        fit_spend([1.0, 0.0], [10.0, 10.0])
