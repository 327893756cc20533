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
