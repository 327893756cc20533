"""Which ways of running Enishi cannot work, and what to change: said before anything runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from orchestration.environments import Settings

PAGE = "docs/deployment.md"


class DeploymentError(ValueError):
    """The variables and the dagster.yaml contradict each other; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Instance:
    """What a dagster.yaml says about storage and about what may run at once."""

    sqlite: bool
    """True: runs and events are kept in files beside it."""
    concurrent_runs: int | None
    """None: as many as Dagster's queue lets through."""
    pool_limit: int | None
    """How many steps hold a pool at once; None: any number."""
    pool_granularity: str
    """With `op` a limit counts steps; with `run` two steps of one run may hold the pool at once."""

    @property
    def one_step_a_pool(self) -> bool:
        """True: never do two steps hold the same pool."""
        return self.pool_limit == 1 and self.pool_granularity == "op"


WITHOUT_FILE = Instance(sqlite=True, concurrent_runs=None, pool_limit=None, pool_granularity="run")
"""What Dagster does in a folder that has no dagster.yaml."""


def read_instance(folder: Path) -> Instance | None:
    """What the dagster.yaml of a folder says; None where there is none."""
    file = folder / "dagster.yaml"
    if not file.is_file():
        return None
    told = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    storage = told.get("storage", told.get("run_storage", {"sqlite": {}}))
    concurrency = told.get("concurrency") or {}
    runs, pools = concurrency.get("runs") or {}, concurrency.get("pools") or {}
    return Instance(
        sqlite="sqlite" in str(storage).lower(),
        concurrent_runs=_number(runs.get("max_concurrent_runs")) or _queue_limit(told),
        pool_limit=_number(pools.get("default_limit")),
        pool_granularity=str(pools.get("granularity", WITHOUT_FILE.pool_granularity)),
    )


def _queue_limit(told: Mapping[str, Mapping[str, object]]) -> int | None:
    """The same limit as the Helm chart writes it."""
    config = told.get("run_coordinator", {}).get("config")
    return _number(config.get("max_concurrent_runs")) if isinstance(config, dict) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def problems(settings: Settings, instance: Instance | None) -> list[str]:
    """What cannot work, one sentence each with its mend; empty: nothing.

    `instance` is None where this host has no dagster.yaml: on Kubernetes a process may be told of
    it otherwise, so what it would say is not judged there.
    """
    return [problem for rule in _RULES for problem in rule(settings, instance)]


def refuse_impossible(settings: Settings) -> None:
    """Do nothing where the deployment can work.

    Raises:
        DeploymentError: it cannot; the message names every variable that has to change.
    """
    found = problems(settings, read_instance(settings.dagster_home))
    if found:
        listed = "\n".join(f"- {problem}" for problem in found)
        raise DeploymentError(f"Enishi cannot run like this ({PAGE}):\n{listed}")


def _several_hosts(settings: Settings) -> bool:
    return settings.hosts == "many" or settings.executor == "k8s_job"


_FILES = {"duckdb": "one DuckDB file", "spark": "one catalogue of Spark, a folder of Derby's"}
"""Target -> what only one host at a time may write."""


def _one_file_for_many_hosts(settings: Settings, instance: Instance | None) -> Iterator[str]:
    if settings.target not in _FILES:
        return
    file = _FILES[settings.target]
    if settings.executor == "k8s_job":
        yield (
            "ENISHI_EXECUTOR=k8s_job gives each step a host of its own, and with"
            f" ENISHI_TARGET={settings.target} all of them build in {file}: set"
            " ENISHI_EXECUTOR=in_process (the run launcher may still give each run a pod) or"
            " ENISHI_TARGET=postgres."
        )
    elif settings.hosts == "many" and instance and instance.concurrent_runs != 1:
        yield (
            f"ENISHI_HOSTS=many with ENISHI_TARGET={settings.target} lets two runs on two hosts"
            f" build in {file}: set concurrency.runs.max_concurrent_runs to 1 in dagster.yaml, or"
            " ENISHI_TARGET=postgres."
        )


def _home_of_many_hosts(settings: Settings, _instance: Instance | None) -> Iterator[str]:
    if _several_hosts(settings) and not settings.home_shared:
        yield (
            f"Steps on several hosts read each other's files in ENISHI_HOME={settings.home}, which"
            " is a folder of each host: mount one volume there on all of them and set"
            " ENISHI_HOME_SHARED=true (or ENISHI_HOSTS=one, if everything runs on this machine)."
        )


def _ledger_of_many_hosts(settings: Settings, _instance: Instance | None) -> Iterator[str]:
    url = settings.ledger_url or "sqlite:"
    if _several_hosts(settings) and url.startswith("sqlite"):
        yield (
            "The delivery ledger is a SQLite file, whose locks several hosts cannot rely on: set"
            " ENISHI_LEDGER_URL=postgresql+psycopg2://user:password@host/database."
        )


def _storage_of_many_hosts(settings: Settings, instance: Instance | None) -> Iterator[str]:
    if _several_hosts(settings) and instance and instance.sqlite:
        yield (
            f"Dagster keeps its runs in SQLite ({settings.dagster_home}/dagster.yaml), which other"
            " hosts cannot write: copy deploy/dagster.postgres.yaml there and set"
            " ENISHI_DAGSTER_URL, or use deploy/kubernetes/values.yaml."
        )


def _steps_at_once(settings: Settings, instance: Instance | None) -> Iterator[str]:
    """Two steps on one DuckDB file: DuckDB refuses the second, and its run fails."""
    if instance is None:
        if _several_hosts(settings) or settings.executor == "in_process":
            return
        instance = WITHOUT_FILE
    # A limit that nobody has set may be one that nobody needs: only a number above one is refused.
    one_at_a_time = settings.executor == "in_process" and instance.concurrent_runs in (1, None)
    if not one_at_a_time and not instance.one_step_a_pool:
        yield (
            f"Steps run at once (ENISHI_EXECUTOR={settings.executor}) and may write the same DuckDB"
            f" file: in {settings.dagster_home}/dagster.yaml set concurrency.pools.default_limit"
            " to 1 and granularity to op, as the dagster.yaml of the repository does."
        )


_RULES: tuple[Callable[[Settings, Instance | None], Iterator[str]], ...] = (
    _one_file_for_many_hosts,
    _home_of_many_hosts,
    _ledger_of_many_hosts,
    _storage_of_many_hosts,
    _steps_at_once,
)
