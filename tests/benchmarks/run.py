"""make bench: the build's time over hand-written SQL that computes the same tables."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from orchestration.environments import REPOSITORY
from tests.benchmarks.bench import Benchmark
from tests.benchmarks.measure import PhaseError
from tests.benchmarks.summary import save, show


def main(arguments: list[str]) -> int:
    """0 when both sides agree, 1 when rows differ, 2 when a phase failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.run", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--persons", type=_positive, default=100_000, help="size of the shop")
    parser.add_argument("--repeat", type=_positive, default=1, help="the median counts")
    parser.add_argument("--memory-limit", default="4GB", help="DuckDB's limit on both sides")
    parser.add_argument(
        "--home",
        type=Path,
        default=REPOSITORY / "var" / "bench",
        help="where landing, lake and databases go; an equal lake is used again",
    )
    given = parser.parse_args(arguments)
    # A pipe says no width, and the tables need more than the 80 columns that are then assumed.
    console = Console() if sys.stdout.isatty() else Console(width=110)
    with console.status("starting") as status:
        benchmark = Benchmark(
            root=given.home.resolve() / f"{given.persons}_persons",
            persons=given.persons,
            repeat=given.repeat,
            memory_limit=given.memory_limit,
            progress=status.update,
        )
        try:
            result = benchmark.run()
        except PhaseError as failure:
            console.print(f"[red]{failure}[/red]")
            return 2
    show(result, console)
    target = benchmark.root / "result.json"
    save(result, target)
    console.print(f"JSON: {target}", soft_wrap=True)
    return 0 if result.is_equal else 1


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
