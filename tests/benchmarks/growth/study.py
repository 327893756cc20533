"""What a build takes at several sizes of one shop, and what the next day takes on top of it."""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from orchestration.environments import REPOSITORY
from tests.benchmarks.bench import BUILD_STEPS, STEPS, Benchmark, Progress, Result, last_day
from tests.benchmarks.growth.many_shops import add_last_day
from tests.benchmarks.measure import Cost, measure

NEXT_DAY = "_of_the_next_day"
_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Size:
    """One size: a build of the history without its last day, then that day's, then all by hand."""

    result: Result

    @property
    def next_day(self) -> Cost:
        """The build of the last day upon the tables of the day before."""
        return self.result.total(*(step + NEXT_DAY for step in BUILD_STEPS))

    @property
    def share_of_next_day(self) -> float:
        """The seconds of the next day's build over those of the whole one."""
        return self.next_day.seconds / self.result.build.seconds

    @property
    def slowest(self) -> dict[str, float]:
        """The slowest dbt nodes of the whole build, in seconds."""
        nodes = {
            name.removeprefix("model.enishi."): seconds
            for step in STEPS
            for name, seconds in self.result.figures[step]["slowest"].items()
        }
        return dict(sorted(nodes.items(), key=lambda node: -node[1])[:_SLOWEST])


@dataclass(frozen=True, slots=True)
class Study:
    """Everything below one folder: one shop is generated, every size is so many copies of it."""

    home: Path
    original: int
    """Persons of the generated shop."""
    memory_limit: str
    progress: Progress

    def generate(self) -> Result:
        """Generate and ingest the shop that is copied, unless it is there.

        Raises:
            PhaseError: a phase ended with an error.
        """
        result = Result(self.original, last_day().isoformat())
        self._benchmark(self.original, self._original_folder).fill_lake(result)
        return result

    def size(self, persons: int) -> Size:
        """Measure one size, a multiple of the original.

        Raises:
            PhaseError: a phase ended with an error.
            ValueError: the size is no multiple of the original.
        """
        if persons % self.original:
            raise ValueError(f"{persons} persons are no multiple of {self.original}")
        end = last_day()
        of_the_end = self._benchmark(persons, self.folder(persons))
        before = replace(of_the_end, as_of_date=end - timedelta(days=1))
        result = Result(persons, end.isoformat())
        self._copy(result, of_the_end.root)
        before.parse(result)
        before.build_anew(result)
        add_last_day(of_the_end.root / "last_day", of_the_end.workspace.lake)
        of_the_end.build(result, NEXT_DAY)
        of_the_end.build_by_hand(result, comparing=True)
        return Size(result)

    def folder(self, persons: int) -> Path:
        """Where a size lies."""
        return self.home / f"{persons}_persons_copied"

    @property
    def _original_folder(self) -> Path:
        return self.home / f"{self.original}_persons"

    def _benchmark(self, persons: int, root: Path) -> Benchmark:
        return Benchmark(
            root=root,
            persons=persons,
            repeat=1,
            memory_limit=self.memory_limit,
            progress=lambda phase: self.progress(f"{persons:,} persons: {phase}"),
        )

    def _copy(self, result: Result, root: Path) -> None:
        """Copy in a process of its own: phases start with the peak of this one."""
        lakes = (self._original_folder / "lake", root / "lake")
        command = [sys.executable, "-m", "tests.benchmarks.growth.many_shops"]
        command += [*map(str, lakes), str(root / "last_day"), "--day", result.as_of_date]
        command += ["--copies", str(result.persons // self.original)]
        log = root / "logs" / "copy.log"
        self.progress(f"{result.persons:,} persons: copy")
        result.add("copy", measure("copy", command, folder=REPOSITORY, variables={}, log=log))
