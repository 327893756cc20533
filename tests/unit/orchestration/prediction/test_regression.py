import numpy as np
import pytest
import statsmodels.api as sm

from orchestration.prediction.regression import Association, correlations, linear, logistic


def by_name(found: list[Association]) -> dict[str, Association]:
    return {each.feature: each for each in found}


def test_linear_coefficients_of_longley_are_those_certified_by_nist() -> None:
    data = sm.datasets.longley.load_pandas()
    certified = {
        "GNPDEFL": 15.0618722713733,
        "GNP": -0.358191792925910e-01,
        "UNEMP": -2.02022980381683,
        "ARMED": -1.03322686717359,
        "POP": -0.511041056535807e-01,
        "YEAR": 1829.15146461355,
    }
    names = list(certified)
    features, target = data.exog[names].to_numpy(float), data.endog.to_numpy(float)

    found = by_name(linear(features, target, names, highest_vif=10))

    scale = dict(zip(names, target.std(ddof=1) / features.std(axis=0, ddof=1), strict=True))
    for name, value in certified.items():
        assert found[name].coefficient * scale[name] == pytest.approx(value, rel=1e-7)
    # The published variance inflation factors of the set; armed forces alone stand apart.
    assert found["GNPDEFL"].vif == pytest.approx(135.53, abs=0.01)
    assert found["GNP"].vif == pytest.approx(1788.51, abs=0.01)
    assert found["ARMED"].vif == pytest.approx(3.59, abs=0.01)
    assert {name for name, each in found.items() if each.flag is None} == {"ARMED"}


def test_logistic_coefficients_of_spector_and_mazzeo_are_the_published_ones() -> None:
    # Greene, Econometric Analysis, table on the effect of PSI: logit estimates and their errors.
    data = sm.datasets.spector.load_pandas()
    published = {"GPA": (2.826, 1.263), "TUCE": (0.095, 0.142), "PSI": (2.379, 1.065)}
    names = list(published)
    features = data.exog[names].to_numpy(float)

    found = by_name(logistic(features, data.endog.to_numpy(float), names, highest_vif=10))

    spread = dict(zip(names, features.std(axis=0, ddof=1), strict=True))
    for name, (coefficient, error) in published.items():
        each = found[name]
        assert each.coefficient / spread[name] == pytest.approx(coefficient, abs=5e-4)
        assert (each.high - each.low) / 2 / 1.959964 / spread[name] == pytest.approx(
            error, abs=5e-4
        )
        assert each.flag is None


def test_correlation_of_anscombe_has_the_published_r() -> None:
    x = np.array([10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], dtype=float)
    y = np.array([8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68])

    (found,) = correlations(x[:, None], y, ["x"])

    assert found.coefficient == pytest.approx(0.816, abs=5e-4)
    # R's cor.test of the first set: 0.4243912 to 0.9506933, p 0.00217.
    assert (found.low, found.high) == pytest.approx((0.4243912, 0.9506933), abs=1e-6)
    assert found.p_value == pytest.approx(0.00217, abs=5e-6)


def test_planted_coefficients_lie_within_their_intervals_in_19_of_20_worlds() -> None:
    held = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        features = generator.normal(size=(400, 2))
        # The spread of the noise grows with the first feature.
        noise = generator.normal(size=400) * (0.5 + np.abs(features[:, 0]))
        target = 0.4 * features[:, 0] - 0.2 * features[:, 1] + noise
        found = by_name(linear(features, target, ["a", "b"], highest_vif=10))
        planted = 0.4 * features[:, 0].std(ddof=1) / target.std(ddof=1)
        held += found["a"].low <= planted <= found["a"].high
    # 57 are expected; below 52 is less likely than one in a hundred.
    assert held >= 52


def test_planted_odds_are_found_and_an_unrelated_feature_is_not() -> None:
    generator = np.random.default_rng(4)
    features = generator.normal(size=(4_000, 3))
    chance = 1 / (1 + np.exp(1.0 - 0.8 * features[:, 0] + 0.5 * features[:, 1]))
    target = (generator.random(4_000) < chance).astype(float)

    found = by_name(logistic(features, target, ["up", "down", "none"], highest_vif=10))

    assert found["up"].low < 0.8 < found["up"].high
    assert found["down"].low < -0.5 < found["down"].high
    assert found["none"].low < 0 < found["none"].high
    assert found["up"].p_value < 0.001


def test_a_feature_that_splits_the_target_has_no_figure() -> None:
    feature = np.arange(40, dtype=float)[:, None]

    (found,) = logistic(feature, (feature[:, 0] >= 20).astype(float), ["x"], highest_vif=10)

    assert found.flag == "separated"
    assert np.isnan(found.coefficient)


def test_a_feature_never_seen_with_one_answer_has_no_figure() -> None:
    generator = np.random.default_rng(1)
    target = generator.integers(0, 2, 200).astype(float)
    # Only ever 1 where the target is 1: quasi-complete separation.
    only_there = target * (generator.random(200) < 0.3)
    features = np.column_stack([only_there, generator.normal(size=200)])

    found = by_name(logistic(features, target, ["only_there", "noise"], highest_vif=10))

    assert found["only_there"].flag == "separated"


def test_constant_and_redundant_features_are_named_and_left_out() -> None:
    generator = np.random.default_rng(2)
    first, second = generator.normal(size=(2, 100))
    features = np.column_stack([first, np.full(100, 5.0), second, first + second])
    names = ["first", "constant", "second", "sum"]

    found = by_name(linear(features, first + generator.normal(size=100), names, highest_vif=10))

    assert [found[name].flag for name in names] == [None, "constant", None, "redundant"]
    assert np.isnan(found["sum"].coefficient)


@pytest.mark.parametrize(("mix", "flag"), [(0.94, None), (0.96, "collinear")])
def test_a_feature_is_flagged_above_the_limit_of_the_vif(mix: float, flag: str | None) -> None:
    # Two features of correlation r have VIF 1 / (1 - r squared): 8.6 at 0.94, 12.8 at 0.96.
    base = np.random.default_rng(3).normal(size=(500, 2))
    base = (base - base.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(base.T)).T)
    features = np.column_stack([base[:, 0], mix * base[:, 0] + np.sqrt(1 - mix**2) * base[:, 1]])

    found = linear(features, base[:, 0] + base[:, 1], ["a", "b"], highest_vif=10)

    assert [each.flag for each in found] == [flag, flag]
    assert found[0].vif == pytest.approx(1 / (1 - mix**2))


def test_a_target_without_spread_has_no_figures() -> None:
    features = np.arange(20, dtype=float)[:, None]

    for method in (linear, logistic):
        (found,) = method(features, np.ones(20), ["x"], highest_vif=10)
        assert found.flag == "constant"
    assert correlations(features, np.ones(20), ["x"])[0].flag == "constant"
