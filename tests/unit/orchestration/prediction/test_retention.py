import numpy as np
import pytest

from orchestration.prediction.fitting import FitError
from orchestration.prediction.retention import RetentionModel, fit_retention

# Fader and Hardie (2007), table 1: per cent of subscribers who survive years 1 to 7.
HIGH_END = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
REGULAR = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta"),
    [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)],
    ids=["high_end", "regular"],
)
def test_published_segments_have_the_published_parameters(
    survivors: list[float], alpha: float, beta: float
) -> None:
    of_thousand = np.round(np.array(survivors) * 10)

    model = fit_retention(np.arange(1, 8), -np.diff(of_thousand), [7], [of_thousand[-1]])

    assert (model.alpha, model.beta) == pytest.approx((alpha, beta), abs=5e-4)


def test_survival_is_the_product_of_the_retention_rates() -> None:
    model = RetentionModel(alpha=1.0, beta=2.0, log_likelihood=0.0, standard_errors=(0.0, 0.0))

    # (beta + k - 1) / (alpha + beta + k - 1): 2/3, 3/4, 4/5
    assert model.retention_rate([1, 2, 3]).tolist() == pytest.approx([2 / 3, 3 / 4, 4 / 5])
    assert model.survival([0, 1, 2, 3]).tolist() == pytest.approx([1, 2 / 3, 1 / 2, 2 / 5])


def test_subscribers_who_never_leave_have_no_model() -> None:
    with pytest.raises(FitError):
        fit_retention([1], [0], [5], [100])
