"""Links published data sets in three ways and says how well: exact keys, Splink alone, Enishi."""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from orchestration.environments import REPOSITORY
from tests.benchmarks.linkage.dataset import Dataset
from tests.benchmarks.linkage.datasets import DATASETS
from tests.benchmarks.linkage.quality import Quality
from tests.benchmarks.linkage.ways import WAYS
from tests.benchmarks.measure import Cost, measure

PAGE = REPOSITORY / "docs" / "linkage-scores.md"
_BEGIN, _END = "<!-- table -->\n", "<!-- end of table -->\n"
_TITLES = {"exact": "exact keys", "splink": "Splink alone", "enishi": "Enishi, merge mode"}


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table."""

    dataset: Dataset
    way: str
    quality: Quality
    cost: Cost

    @property
    def reaches_goal(self) -> bool:
        """True where Enishi is as good as the goal says; other ways have none."""
        goal = self.dataset
        is_good = self.quality.f1 >= goal.goal_f1 and self.quality.precision >= goal.goal_precision
        return self.way != "enishi" or is_good


def main(arguments: list[str]) -> int:
    """0 when Enishi reaches every goal, 1 when not, 2 when the data are not there."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.linkage", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    given = parser.parse_args(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=110)
    missing = [dataset.name for dataset in DATASETS if not dataset.is_here]
    if missing:
        console.print(f"The files of {', '.join(missing)} are not here; see {PAGE.name}.")
        return 2
    scores = []
    for dataset in DATASETS:
        for way in WAYS:
            score = _score(dataset, way)
            scores.append(score)
            console.print(_row(score), soft_wrap=True)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(_BEGIN)
        _, after = rest.split(_END)
        PAGE.write_text(before + _BEGIN + _table(scores) + _END + after, encoding="utf-8")
    return 0 if all(score.reaches_goal for score in scores) else 1


def _score(dataset: Dataset, way: str) -> Score:
    command = [sys.executable, "-m", "tests.benchmarks.linkage.one", dataset.name, way]
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        cost = measure(f"{dataset.name} {way}", command, folder=REPOSITORY, variables={}, log=log)
        last_line = log.read_text(encoding="utf-8").splitlines()[-1]
    return Score(dataset, way, Quality(**json.loads(last_line)), cost)


def _table(scores: list[Score]) -> str:
    head = "| data | way | precision | recall | F1 | goal | seconds | peak MB |\n"
    line = "|---|---|---:|---:|---:|---|---:|---:|\n"
    return head + line + "".join(_row(score) + "\n" for score in scores)


def _row(score: Score) -> str:
    quality, cost, dataset = score.quality, score.cost, score.dataset
    goal = ""
    if score.way == "enishi":
        goal = f"F1 ≥ {dataset.goal_f1}"
        if dataset.goal_precision:
            goal += f", precision ≥ {dataset.goal_precision}"
    return (
        f"| {dataset.name} | {_TITLES[score.way]} | {quality.precision:.4f} | {quality.recall:.4f}"
        f" | {quality.f1:.4f} | {goal} | {cost.seconds:.0f} | {cost.peak_mb:.0f} |"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
