"""What the study of growth found, kept beside each size so that sizes can be measured apart."""

import json
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import BUILD_STEPS, Result
from tests.benchmarks.growth.study import NEXT_DAY, Size
from tests.benchmarks.summary import machine

Figures = dict[str, Any]
_FILE = "growth.json"


def keep(original: Result, size: Size, root: Path) -> None:
    """Write the figures of one size into its folder."""
    figures = {"machine": machine(), "original": _original(original), **_size(size)}
    (root / _FILE).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def kept(home: Path) -> Figures:
    """The sizes kept below a folder, from the smallest on, and how costs grow with the persons."""
    texts = (file.read_text(encoding="utf-8") for file in home.glob(f"*/{_FILE}"))
    sizes = sorted(map(json.loads, texts), key=lambda size: size["persons"])
    return {
        "sizes": sizes,
        "exponents": {
            f"{part}, {unit}": exponent(sizes[0], sizes[-1], part, unit)
            for part in ("build", "by_hand", "next_day")
            for unit in ("seconds", "cpu_seconds")
            if len(sizes) > 1
        },
    }


def exponent(smallest: Figures, largest: Figures, part: str, unit: str) -> float:
    """The power of the persons with which a cost grows between two sizes: 1 is proportional."""
    growth = largest[part][unit] / smallest[part][unit]
    return log(growth) / log(largest["persons"] / smallest["persons"])


def _original(result: Result) -> Figures:
    return {
        "persons": result.persons,
        "generate": asdict(result.cost("generate")),
        "ingest": asdict(result.cost("ingest")),
        "rows": result.figures["ingest"]["rows"],
    }


def _size(size: Size) -> Figures:
    result = size.result
    return {
        "persons": result.persons,
        "persons_found": result.figures["resolve"]["persons"],
        "copy": asdict(result.cost("copy")),
        "stages": {step: asdict(result.cost(step)) for step in BUILD_STEPS},
        "build": asdict(result.build),
        "by_hand": asdict(result.cost("by_hand")),
        "ratio": result.ratio,
        "cpu_ratio": result.cpu_ratio,
        "next_day_stages": {step: asdict(result.cost(step + NEXT_DAY)) for step in BUILD_STEPS},
        "next_day": asdict(size.next_day),
        "share_of_next_day": size.share_of_next_day,
        "slowest_nodes": size.slowest,
        "seconds_by_hand": result.figures["by_hand"]["seconds_by_script"],
        "tables_compared": len(result.comparisons),
        "tables_that_differ": [
            f"{table.table}: {table.differing_rows} rows, {list(table.differing_columns)}"
            for table in result.comparisons
            if not table.is_equal
        ],
    }
