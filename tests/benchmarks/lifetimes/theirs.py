"""One fit by the package lifetimes, in the environment that the benchmark makes for it.

Run by its path: nothing of this repository can be imported here. The last line of its output is a
JSON object.
"""

import json
import sys
from time import perf_counter

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter


def main(file: str, way: str) -> None:
    """Fit the customers one by one, or counted by equal histories."""
    rows = np.load(file)
    started = perf_counter()
    table = pd.DataFrame(rows, columns=["x", "t_x", "age"])
    weights = None
    if way == "counted":
        table = table.value_counts(sort=False).rename("customers").reset_index()
        weights = table["customers"].to_numpy(np.float64)
    fitter = BetaGeoFitter(penalizer_coef=0.0)
    fitter.fit(table["x"], table["t_x"], table["age"], weights=weights)
    seconds = perf_counter() - started
    print(json.dumps({"seconds": seconds, "parameters": [float(v) for v in fitter.params_]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
