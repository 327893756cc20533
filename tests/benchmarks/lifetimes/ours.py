"""One fit by Enishi. The last line of its output is a JSON object."""

import json
import sys
from pathlib import Path
from time import perf_counter

from orchestration.prediction.purchase_counts import Histories, fit_purchases
from tests.benchmarks.lifetimes.simulated import read_customers


def main(file: str) -> None:
    """Count equal histories and fit the BG/NBD."""
    rows = read_customers(Path(file))
    started = perf_counter()
    histories = Histories.of(rows[:, 0], rows[:, 1], rows[:, 2])
    model = fit_purchases(histories, "bg_nbd")
    seconds = perf_counter() - started
    found = {
        "seconds": seconds,
        "parameters": [model.r, model.alpha, model.a, model.b],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
