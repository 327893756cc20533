"""Fits a BG/NBD to simulated customers with Enishi and with the package lifetimes, in one run."""

import argparse
import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from orchestration.environments import REPOSITORY
from tests.benchmarks.lifetimes.simulated import write_customers
from tests.benchmarks.measure import Cost, measure

PAGE = REPOSITORY / "docs" / "prediction-scores.md"
PINS = Path(__file__).with_name("requirements.txt")
LEAST_RATIO = 5.0
LARGEST_DIFFERENCE = 1e-6
_BEGIN, _END = "<!-- speed -->\n", "<!-- end of speed -->\n"
_HEADS = "| fit | seconds | peak MB | r | alpha | a | b |\n|---|---:|---:|---:|---:|---:|---:|\n"


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fit: its own seconds, and what its process took."""

    title: str
    seconds: float
    parameters: tuple[float, ...]
    cost: Cost

    @property
    def row(self) -> str:
        """A row of the table."""
        numbers = " | ".join(f"{value:.7f}" for value in self.parameters)
        return f"| {self.title} | {self.seconds:.1f} | {self.cost.peak_mb:,.0f} | {numbers} |"


def main(arguments: list[str]) -> int:
    """0 when Enishi is fast enough and finds the same optimum, 1 when not."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.lifetimes", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument(
        "--home", type=Path, default=REPOSITORY / "var" / "benchmarks" / "lifetimes"
    )
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    given = parser.parse_args(arguments)
    home = given.home.resolve()
    console = Console(width=110)
    fits = run(home, given.customers)
    table = _HEADS + "".join(f"{fit.row}\n" for fit in fits)
    ours, *theirs = fits
    ratio, counted = (fit.seconds / ours.seconds for fit in theirs)
    apart = max(
        abs(mine - other) / other
        for fit in theirs
        for mine, other in zip(ours.parameters, fit.parameters, strict=True)
    )
    said = (
        f"{given.customers:,} customers: {ratio:.1f} times as fast as lifetimes, {counted:.1f} "
        "times where its histories are counted first; parameters differ by at most "
        f"{apart:.0e} of their size."
    )
    console.print(table, said, sep="\n", soft_wrap=True, markup=False)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(_BEGIN)
        after = rest.split(_END)[1]
        PAGE.write_text(f"{before}{_BEGIN}{table}\n{said}\n{_END}{after}", encoding="utf-8")
    return 0 if ratio >= LEAST_RATIO and apart <= LARGEST_DIFFERENCE else 1


def run(home: Path, customers: int) -> list[Fitted]:
    """Ours, theirs customer by customer, and theirs on counted histories.

    Raises:
        PhaseError: a fit ended with an error.
    """
    home.mkdir(parents=True, exist_ok=True)
    python = _their_python(home)
    file = home / f"customers_{customers}.npy"
    write_customers(file, customers)
    theirs = str(Path(__file__).with_name("theirs.py"))
    ours = [sys.executable, "-m", "tests.benchmarks.lifetimes.ours", str(file)]
    return [
        _fitted("Enishi", ours, home),
        _fitted("lifetimes, customer by customer", [python, theirs, str(file), "single"], home),
        _fitted("lifetimes, counted histories", [python, theirs, str(file), "counted"], home),
    ]


def _their_python(home: Path) -> str:
    """An environment of its own: the package is no longer kept and pins nothing."""
    folder = home / "environment"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(PINS)]
        subprocess.run(command, check=True)
        (folder / "ready").touch()
    return str(python)


def _fitted(title: str, command: list[str], home: Path) -> Fitted:
    log = home / f"{title.replace(' ', '_').replace(',', '')}.log"
    cost = measure(title, command, folder=REPOSITORY, variables={}, log=log)
    found = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    return Fitted(title, found["seconds"], tuple(found["parameters"]), cost)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
