"""One benchmark: the sample shop, the build, the same tables by hand, and whether they agree."""

import hashlib
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from orchestration.engines.comparison import TableComparison
from orchestration.engines.tables import Table
from orchestration.environments import REPOSITORY
from orchestration.shops.profile import GeneratedLanding, load_shop
from orchestration.workspace import Workspace
from tests.benchmarks.measure import Cost, measure
from tests.benchmarks.phases import PHASES, SHOP

_DBT = str(Path(sys.executable).parent / "dbt")
_PROJECT = REPOSITORY / "dbt_project"
STEPS = ("stage1", "stage2", "stage3")
BUILD_STEPS = ("stage1", "resolve", "stage2", "predict", "stage3")
_PYTHON_AFTER = {"stage1": "resolve", "stage2": "predict"}
_WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
_STARTS = 3
_SLOWEST = 10
_WITH_TESTS = "_with_tests"
# dbt says with 1 that a test failed, which is a finding and not the end of a benchmark.
_TESTS_MAY_FAIL = frozenset({0, 1})
# What landing/ and lake/ come from: when it changes, both are made anew.
_MAKERS = ("orchestration/sample_shop", "orchestration/ingest", "orchestration/shops")

Progress = Callable[[str], None]


def last_day() -> date:
    """The last day of the sample shop."""
    landing = load_shop(SHOP).landing
    assert isinstance(landing, GeneratedLanding)
    return landing.end_date


@dataclass(slots=True)
class Result:
    """What a benchmark found; costs by phase, one per repetition."""

    persons: int
    as_of_date: str
    rows: dict[str, int] = field(default_factory=dict)
    """Rows that the generator wrote and that ingestion read."""
    reused: bool = False
    """True when landing/ and lake/ are those of an earlier run; their costs are that run's."""
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    comparisons: list[TableComparison] = field(default_factory=list)

    def add(self, phase: str, cost: Cost) -> None:
        """One more repetition of a phase."""
        self.costs.setdefault(phase, []).append(cost)

    def cost(self, phase: str) -> Cost:
        """The medians of the seconds and the writes, the highest of the peaks."""
        costs = self.costs[phase]
        return Cost(
            median(cost.seconds for cost in costs),
            median(cost.cpu_seconds for cost in costs),
            max(cost.peak_mb for cost in costs),
            median(cost.written_mb for cost in costs),
        )

    def total(self, *phases: str) -> Cost:
        """Phases one after the other."""
        first, *others = (self.cost(phase) for phase in phases)
        return sum(others, start=first)

    @property
    def build(self) -> Cost:
        """The build without tests: three dbt steps, resolution of persons and predictions."""
        return self.total(*BUILD_STEPS)

    @property
    def ratio(self) -> float:
        """The build's seconds over those of the hand-written SQL."""
        return self.build.seconds / self.cost("by_hand").seconds

    @property
    def cpu_ratio(self) -> float:
        """The same in processor seconds, which a busy machine disturbs less."""
        return self.build.cpu_seconds / self.cost("by_hand").cpu_seconds

    @property
    def start_up_share(self) -> float:
        """The part of the build's seconds that starting dbt three times takes."""
        return len(STEPS) * self.cost("dbt_ls").seconds / self.build.seconds

    @property
    def is_equal(self) -> bool:
        """True when every published table is the same on both sides."""
        return bool(self.comparisons) and all(table.is_equal for table in self.comparisons)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Runs everything below one folder."""

    root: Path
    persons: int
    repeat: int
    memory_limit: str
    progress: Progress
    as_of_date: date = field(default_factory=last_day)

    @property
    def workspace(self) -> Workspace:
        """The shop's folders."""
        return Workspace(self.root)

    def run(self) -> Result:
        """Measure all phases and compare the tables.

        Raises:
            PhaseError: a phase ended with an error.
        """
        result = Result(self.persons, self.as_of_date.isoformat())
        self.fill_lake(result)
        self.parse(result)
        for _ in range(_STARTS):
            self._dbt(result, "dbt_ls", "ls", "--select", "tag:stage3")
        for repetition in range(self.repeat):
            self.build_anew(result)
            self.build_by_hand(result, comparing=repetition == 0)
        self.build_anew(result, with_tests=True)
        return result

    def parse(self, result: Result) -> None:
        """Read the dbt project once, which later steps then need not.

        Raises:
            PhaseError: dbt ended with an error.
        """
        self._dbt(result, "dbt_parse", "parse")

    def build_anew(self, result: Result, *, with_tests: bool = False) -> None:
        """Build as the first time: no work database, and nothing that an earlier build knew.

        Raises:
            PhaseError: a phase ended with an error.
        """
        self._forget_build()
        self.build(result, _WITH_TESTS if with_tests else "", "--full-refresh")

    def build(self, result: Result, suffix: str, *options: str) -> None:
        """Build upon what stands; the suffix tells the phases apart from those of other builds.

        Raises:
            PhaseError: a phase ended with an error.
        """
        exclude = () if suffix == _WITH_TESTS else _WITHOUT_TESTS
        for step in STEPS:
            name = step + suffix
            self._dbt(result, name, "build", "--select", f"tag:{step}", *exclude, *options)
            result.figures[name] = self._dbt_figures()
            if step in _PYTHON_AFTER:
                self._phase(result, _PYTHON_AFTER[step], suffix)

    def build_by_hand(self, result: Result, *, comparing: bool) -> None:
        """Make the same tables with the hand-written SQL, and compare them when asked to.

        Raises:
            PhaseError: a phase ended with an error.
        """
        self._phase(result, "by_hand")
        if comparing:
            self._phase(result, "compare")
            tables = result.figures.pop("compare")["tables"]
            result.comparisons = [_comparison(table) for table in tables]

    def build_edges(self, result: Result) -> None:
        """Fill the lake and build stage1, anew: what the resolution of persons reads.

        Raises:
            PhaseError: a phase ended with an error.
        """
        self.fill_lake(result)
        self._forget_build()
        self._dbt(result, "stage1", "build", "--select", "tag:stage1", *_WITHOUT_TESTS)

    def rebuild(self, work_db: Path, models: Sequence[str]) -> None:
        """Run models again in another work database, a copy of this one.

        Raises:
            PhaseError: dbt ended with an error.
        """
        name = f"rebuild_{work_db.stem}"
        self._dbt(Result(self.persons, ""), name, "run", "--select", *models, work_db=work_db)

    def fill_lake(self, result: Result) -> None:
        """Generate and ingest the shop, unless an equal one is in the lake.

        Raises:
            PhaseError: a phase ended with an error.
        """
        marker = self.root / "lake.json"
        recipe = {"persons": self.persons, "end": result.as_of_date, "makers": _digest()}
        recipe["measured"] = [field.name for field in fields(Cost)]
        known = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else {}
        result.reused = known.get("recipe") == recipe
        if not result.reused:
            for folder in ("landing", "truth", "lake"):
                shutil.rmtree(self.root / folder, ignore_errors=True)
            marker.unlink(missing_ok=True)
            for phase in ("generate", "ingest"):
                self._phase(result, phase)
            costs = {phase: asdict(result.cost(phase)) for phase in result.costs}
            known = {"recipe": recipe, "costs": costs, "figures": result.figures}
            marker.write_text(json.dumps(known), encoding="utf-8")
        result.figures.update(known["figures"])
        for phase, cost in known["costs"].items():
            result.costs[phase] = [Cost(**cost)]

    def _forget_build(self) -> None:
        """A first build: no work database, and nothing that an earlier one knew."""
        self.workspace.work_db.unlink(missing_ok=True)
        for folder in ("identity", "predictions"):
            shutil.rmtree(self.workspace.lake / folder, ignore_errors=True)

    def _dbt(self, result: Result, name: str, *arguments: str, work_db: Path | None = None) -> None:
        variables = load_shop(SHOP).dbt_vars(self.as_of_date)
        folders = {
            "--project-dir": _PROJECT,
            "--profiles-dir": _PROJECT,
            "--target-path": self.workspace.dbt_target,
            "--log-path": self.root / "logs",
        }
        options = [str(part) for option in folders.items() for part in option]
        given = ["--vars", json.dumps(variables, sort_keys=True)]
        self._measure(result, name, [_DBT, *arguments, *options, *given], work_db)

    def _phase(self, result: Result, phase: str, suffix: str = "") -> None:
        assert phase in PHASES
        command = [sys.executable, "-m", "tests.benchmarks.phases", phase, str(self.root)]
        options = ["--persons", str(self.persons), "--as-of", self.as_of_date.isoformat()]
        limit = ["--memory-limit", self.memory_limit]
        log = self._measure(result, phase + suffix, [*command, *options, *limit])
        last_line = log.read_text(encoding="utf-8").splitlines()[-1]
        result.figures[phase] = json.loads(last_line)

    def _measure(
        self, result: Result, name: str, command: list[str], work_db: Path | None = None
    ) -> Path:
        self.progress(name)
        self.workspace.work.mkdir(parents=True, exist_ok=True)
        log = self.root / "logs" / f"{name}.log"
        variables = {
            "ENISHI_LAKE": str(self.workspace.lake),
            "ENISHI_WORK_DB": str(work_db or self.workspace.work_db),
            "ENISHI_MEMORY_LIMIT": self.memory_limit,
            "ENISHI_HASH_KEY": "enishi",
        }
        cost = measure(
            name,
            command,
            folder=REPOSITORY,
            variables=variables,
            log=log,
            allowed_codes=_TESTS_MAY_FAIL if name.endswith(_WITH_TESTS) else frozenset({0}),
        )
        result.add(name, cost)
        return log

    def _dbt_figures(self) -> dict[str, Any]:
        """How dbt's nodes ended, and the slowest of them."""
        nodes = json.loads(
            (self.workspace.dbt_target / "run_results.json").read_text(encoding="utf-8")
        )["results"]
        slowest = sorted(nodes, key=lambda node: -node["execution_time"])[:_SLOWEST]
        return {
            "nodes_by_status": dict(Counter(node["status"] for node in nodes)),
            "slowest": {node["unique_id"]: round(node["execution_time"], 3) for node in slowest},
        }


def _comparison(found: dict[str, Any]) -> TableComparison:
    columns = tuple(found["differing_columns"])
    return TableComparison(
        **found | {"table": Table(**found["table"]), "differing_columns": columns}
    )


def _digest() -> str:
    digest = hashlib.sha256()
    for maker in _MAKERS:
        for path in sorted((REPOSITORY / maker).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()
