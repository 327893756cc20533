"""Customers of a BG/NBD, drawn once and written for both sides to read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

R, ALPHA, A, B = 0.6, 40.0, 0.8, 2.4
"""Rates per day."""
LONGEST_AGE = 730
_SEED = 20261031


def write_customers(file: Path, customers: int) -> None:
    """x, t_x and T in whole days, one row a customer, as 64-bit floats."""
    rng = np.random.default_rng(_SEED)
    age = rng.integers(1, LONGEST_AGE + 1, customers).astype(np.float64)
    rate = rng.gamma(R, 1 / ALPHA, customers)
    leaves = rng.beta(A, B, customers)
    x, last = np.zeros(customers), np.zeros(customers)
    moving = np.arange(customers)
    moment = np.zeros(customers)
    while len(moving):
        moment[moving] += rng.exponential(1 / rate[moving])
        moving = moving[moment[moving] < age[moving]]
        # A second purchase on one day is the same purchase.
        is_new = np.ceil(moment[moving]) > last[moving]
        x[moving] += is_new
        last[moving] = np.ceil(moment[moving])
        moving = moving[rng.random(len(moving)) >= leaves[moving]]
    np.save(file, np.column_stack([x, np.minimum(last, age), age]))


def read_customers(file: Path) -> NDArray[np.float64]:
    """The rows that write_customers wrote."""
    rows: NDArray[np.float64] = np.load(file)
    return rows
