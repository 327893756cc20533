"""How well the sample shop's records become persons, and what each rule and guard is worth."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from orchestration.environments import REPOSITORY
from tests.benchmarks.bench import Benchmark
from tests.benchmarks.identity.laboratory import Laboratory
from tests.benchmarks.identity.table import line, page, reaches_goal
from tests.benchmarks.measure import PhaseError

DEFAULT_PERSONS = 20_000
PAGE = REPOSITORY / "docs" / "identity-scores.md"


def main(arguments: list[str]) -> int:
    """0 when the goal is reached, 1 when it is missed, 2 when a phase failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.identity", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--persons", type=int, default=DEFAULT_PERSONS, help="size of the shop")
    parser.add_argument("--memory-limit", default="4GB", help="DuckDB's limit")
    parser.add_argument("--write", action="store_true", help="write docs/identity-scores.md")
    parser.add_argument(
        "--home", type=Path, default=REPOSITORY / "var" / "identity_scores", help="working folder"
    )
    given = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    benchmark = Benchmark(
        root=given.home / str(given.persons),
        persons=given.persons,
        repeat=1,
        memory_limit=given.memory_limit,
        progress=lambda phase: console.print(f"[dim]{phase}[/dim]"),
    )
    laboratory = Laboratory(benchmark, benchmark.progress)
    rows = []
    try:
        for row in laboratory.rows():
            console.print(line(row))
            rows.append(row)
    except PhaseError as error:
        console.print(f"[red]{error}[/red]")
        return 2
    if given.write:
        command = f"python -m tests.benchmarks.identity --persons {given.persons} --write"
        PAGE.write_text(page(rows, command=command), encoding="utf-8")
    (shipped,) = [row for row in rows if row.group == "all"]
    return 0 if reaches_goal(shipped) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
