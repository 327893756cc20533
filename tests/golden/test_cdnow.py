"""The published figures of the CDNOW 1/10 sample, in weeks; the file is read where it lies."""

import numpy as np
import pandas as pd
import pytest

from orchestration.environments import REPOSITORY
from orchestration.prediction.order_values import fit_spend
from orchestration.prediction.purchase_counts import Histories, PurchaseModel, fit_purchases

FILE = REPOSITORY.parent / "shared" / "data" / "cdnow" / "expected_bgnbd_gg_lifetimes0113.csv"
HOLDOUT_WEEKS = 39

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the CDNOW file is not beside the project"
)


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return pd.read_csv(FILE)


@pytest.fixture(scope="module")
def model(customers: pd.DataFrame) -> PurchaseModel:
    return fit_purchases(Histories.of(customers["x"], customers["t_x"], customers["T"]), "bg_nbd")


def test_bg_nbd_has_the_published_parameters(model: PurchaseModel) -> None:
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (0.2425945, 4.4136019, 0.7929199, 2.4258881), rel=1e-4
    )
    assert model.log_likelihood == pytest.approx(-9582.429, abs=0.001)


def test_mbg_nbd_has_the_parameters_of_another_implementation(customers: pd.DataFrame) -> None:
    found = fit_purchases(Histories.of(customers["x"], customers["t_x"], customers["T"]), "mbg_nbd")

    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(
        (0.5248, 6.1831, 0.8914, 1.6140), rel=1e-4
    )


def test_every_customer_is_expected_to_buy_as_published(
    customers: pd.DataFrame, model: PurchaseModel
) -> None:
    known = (customers["x"], customers["t_x"], customers["T"])

    expected = model.expected_purchases(HOLDOUT_WEEKS, *known)

    assert np.abs(expected - customers["cet39"]).max() < 1e-3
    assert np.abs(model.alive(*known) - customers["p_alive"]).max() < 1e-3


def test_hold_out_is_forecast_as_published(customers: pd.DataFrame, model: PurchaseModel) -> None:
    bought = customers["x_star"]
    expected = model.expected_purchases(
        HOLDOUT_WEEKS, customers["x"], customers["t_x"], customers["T"]
    )

    assert int(bought.sum()) == 1882
    assert expected.sum() == pytest.approx(1653.4, abs=0.1)
    assert np.corrcoef(expected, bought)[0, 1] == pytest.approx(0.6256, abs=1e-4)
    assert np.sqrt(np.mean((expected - bought) ** 2)) == pytest.approx(1.608, abs=1e-3)


def test_gamma_gamma_has_the_published_parameters(customers: pd.DataFrame) -> None:
    buyers = customers[customers["x"] > 0]

    found = fit_spend(buyers["x"], buyers["zbar"])

    assert found.customers == 946
    assert (found.p, found.q, found.gamma) == pytest.approx((6.25, 3.744, 15.444), rel=1e-3)
    assert found.log_likelihood == pytest.approx(-4055.9177, abs=0.001)
    expected = found.expected_value(customers["x"], customers["zbar"])
    assert np.abs(expected - customers["exp_spend"]).max() < 1e-3


def test_default_model_and_its_baseline_forecast_the_hold_out_as_published(
    customers: pd.DataFrame,
) -> None:
    known = (customers["x"], customers["t_x"], customers["T"])
    bought = customers["x_star"]
    found = fit_purchases(Histories.of(*known), "mbg_nbd")

    by_model = found.expected_purchases(HOLDOUT_WEEKS, *known)
    by_rate = customers["x"] / customers["T"] * HOLDOUT_WEEKS

    assert by_model.sum() == pytest.approx(1576.7, abs=0.1)
    assert np.corrcoef(by_model, bought)[0, 1] == pytest.approx(0.6273, abs=1e-4)
    assert by_rate.sum() == pytest.approx(2930.1, abs=0.1)
    assert np.corrcoef(by_rate, bought)[0, 1] == pytest.approx(0.5839, abs=1e-4)
    assert np.sqrt(np.mean((by_rate - bought) ** 2)) == pytest.approx(2.212, abs=1e-3)
    assert np.mean((by_model - bought) ** 2) < np.mean((by_rate - bought) ** 2)


def test_one_time_buyers_are_surely_alive_for_the_bg_nbd_alone(
    customers: pd.DataFrame, model: PurchaseModel
) -> None:
    once = customers[customers["x"] == 0]
    known = (once["x"], once["t_x"], once["T"])
    found = fit_purchases(Histories.of(customers["x"], customers["t_x"], customers["T"]), "mbg_nbd")

    assert model.alive(*known).min() == 1.0
    assert found.alive(*known).mean() == pytest.approx(0.409, abs=1e-3)


def test_spend_of_the_hold_out_is_forecast_as_published(
    customers: pd.DataFrame, model: PurchaseModel
) -> None:
    buyers = customers[customers["x"] > 0]
    values = fit_spend(buyers["x"], buyers["zbar"])
    came = customers["spend_star"]

    expected = model.expected_purchases(
        HOLDOUT_WEEKS, customers["x"], customers["t_x"], customers["T"]
    ) * values.expected_value(customers["x"], customers["zbar"])

    assert came.sum() == pytest.approx(70_976, abs=1)
    assert expected.sum() == pytest.approx(59_932, abs=5)
    assert np.corrcoef(expected, came)[0, 1] == pytest.approx(0.5647, abs=1e-3)
    assert np.sqrt(np.mean((expected - came) ** 2)) == pytest.approx(72.3, abs=0.1)
