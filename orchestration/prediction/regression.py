"""What goes with a target, feature by feature: correlation, linear and logistic regression.

Every coefficient is per standard deviation of its feature, with a 95 % interval. They are
associations, not causes.
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import norm, t
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Method = Literal["correlation", "linear", "logistic"]

_FIXED = 1e-10
"""A spread below this is rounding: the feature has one value, or is the others' sum."""
_FARTHEST = 10.0
"""Log-odds per standard deviation beyond which a feature separates the target."""


@dataclass(frozen=True, slots=True)
class Association:
    """One feature and the target. NaN where the flag says why there is no figure."""

    feature: str
    coefficient: float
    low: float
    high: float
    p_value: float
    vif: float
    """Variance inflation factor; NaN for a correlation, which looks at one feature alone."""
    flag: str | None
    """collinear: VIF above the limit, do not read this coefficient alone. constant: one value only.
    redundant: the features before it say the same. separated: it splits the target without
    overlap, no finite coefficient fits."""


def correlations(features: Matrix, target: Vector, names: list[str]) -> list[Association]:
    """Pearson's r of each feature, its interval by Fisher's z, p by Student's t."""
    count = len(target)
    found = []
    for name, feature in zip(names, features.T, strict=True):
        if np.std(feature) <= _FIXED or np.std(target) <= _FIXED or count < 4:
            found.append(_without_figures(name, "constant"))
            continue
        r = float(np.clip(np.corrcoef(feature, target)[0, 1], -1, 1))
        reach = norm.ppf(0.975) / np.sqrt(count - 3)
        with np.errstate(divide="ignore"):
            centre = np.arctanh(r)
            statistic = r * np.sqrt((count - 2) / (1 - r**2)) if abs(r) < 1 else np.inf
        low, high = np.tanh(centre - reach), np.tanh(centre + reach)
        p = 2 * t.sf(abs(statistic), count - 2)
        found.append(Association(name, r, float(low), float(high), float(p), np.nan, None))
    return found


def linear(
    features: Matrix, target: Vector, names: list[str], *, highest_vif: float
) -> list[Association]:
    """Ordinary least squares on standardised features and target (標準偏回帰係数).

    Intervals hold though the spread differs from row to row (HC3; MacKinnon and White 1985).
    """
    kept, flags = _independent(features, names)
    if np.std(target) <= _FIXED or not kept:
        return [_without_figures(name, flags.get(name, "constant")) for name in names]
    design = sm.add_constant(_standardised(features[:, kept]))
    scaled = (target - target.mean()) / target.std(ddof=1)
    fit = sm.OLS(scaled, design).fit(cov_type="HC3", use_t=True)
    return _associations(fit, design, [names[place] for place in kept], names, flags, highest_vif)


def logistic(
    features: Matrix, target: Vector, names: list[str], *, highest_vif: float
) -> list[Association]:
    """Logistic regression of a target of 0 and 1: log-odds per standard deviation of a feature."""
    kept, flags = _independent(features, names)
    if np.std(target) <= _FIXED or not kept:
        return [_without_figures(name, flags.get(name, "constant")) for name in names]
    design = sm.add_constant(_standardised(features[:, kept]))
    with warnings.catch_warnings():
        for kind in (PerfectSeparationWarning, ConvergenceWarning, HessianInversionWarning):
            warnings.simplefilter("error", kind)
        # Steps on their way to infinity overflow; what they end in is judged below.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            fit = sm.Logit(target, design).fit(disp=False, maxiter=100)
            separated = bool(np.max(np.abs(fit.params)) > _FARTHEST)
        except (
            PerfectSeparationError,
            PerfectSeparationWarning,
            ConvergenceWarning,
            HessianInversionWarning,
            np.linalg.LinAlgError,
        ):
            separated = True
    if separated:
        return [_without_figures(name, flags.get(name, "separated")) for name in names]
    return _associations(fit, design, [names[place] for place in kept], names, flags, highest_vif)


def _independent(features: Matrix, names: list[str]) -> tuple[list[int], dict[str, str]]:
    """The columns that say something the ones before do not, and why the others are left out."""
    kept: list[int] = []
    flags: dict[str, str] = {}
    for place, name in enumerate(names):
        column = features[:, place]
        spread = np.std(column)
        if spread <= _FIXED * max(1.0, float(np.max(np.abs(column), initial=0.0))):
            flags[name] = "constant"
            continue
        known = (
            sm.add_constant(_standardised(features[:, kept])) if kept else np.ones((len(column), 1))
        )
        scaled = (column - column.mean()) / spread
        rest = scaled - known @ np.linalg.lstsq(known, scaled, rcond=None)[0]
        if np.std(rest) <= 1e-6:
            flags[name] = "redundant"
        else:
            kept.append(place)
    return kept, flags


def _standardised(features: Matrix) -> Matrix:
    scaled: Matrix = (features - features.mean(axis=0)) / features.std(axis=0, ddof=1)
    return scaled


def _associations(
    fit: sm.regression.linear_model.RegressionResults,
    design: Matrix,
    kept: list[str],
    names: list[str],
    flags: dict[str, str],
    highest_vif: float,
) -> list[Association]:
    figures = {}
    intervals = np.asarray(fit.conf_int())
    for place, name in enumerate(kept, start=1):
        vif = float(variance_inflation_factor(design, place))
        low, high = intervals[place]
        figures[name] = Association(
            feature=name,
            coefficient=float(fit.params[place]),
            low=float(low),
            high=float(high),
            p_value=float(fit.pvalues[place]),
            vif=vif,
            flag="collinear" if vif > highest_vif else None,
        )
    return [figures.get(name) or _without_figures(name, flags[name]) for name in names]


def _without_figures(name: str, flag: str) -> Association:
    return Association(name, np.nan, np.nan, np.nan, np.nan, np.nan, flag)
