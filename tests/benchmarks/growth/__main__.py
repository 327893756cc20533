"""How the build grows with the shop, and what one more day takes.

`python -m tests.benchmarks.growth`: 10,000 and 100,000 persons; with `--sizes 10000 100000 1000000`
also a million. The original is generated and ingested, every size is so many copies of it. Sizes
that were measured before in the same home are shown with the others.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from orchestration.environments import REPOSITORY
from tests.benchmarks.growth.figures import keep, kept
from tests.benchmarks.growth.page import write_page
from tests.benchmarks.growth.study import Study
from tests.benchmarks.measure import PhaseError


def main(arguments: list[str]) -> int:
    """0 when the build agrees with the hand-written SQL at every size, 1 when not, 2 on failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", allow_abbrev=False)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--original", type=int, default=10_000, help="persons that are generated")
    parser.add_argument("--memory-limit", default="4GB", help="DuckDB's limit on both sides")
    parser.add_argument("--home", type=Path, default=REPOSITORY / "var" / "growth")
    parser.add_argument("--write", action="store_true", help="put the figures into the docs")
    given = parser.parse_args(arguments)
    console = Console()
    study = Study(given.home.resolve(), given.original, given.memory_limit, console.print)
    are_equal = True
    try:
        original = study.generate()
        for persons in sorted(set(given.sizes)):
            size = study.size(persons)
            keep(original, size, study.folder(persons))
            are_equal &= size.result.is_equal
    except PhaseError as failure:
        console.print(f"[red]{failure}[/red]")
        return 2
    figures = kept(study.home)
    console.print_json(data=figures)
    if given.write:
        write_page(figures)
    return 0 if are_equal else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
