"""A past day of a shop, built beside the shop: folders of its own, dbt in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.workspace import Workspace

KEPT_TABLES = ("customer_360", "customer_predictions")
"""The tables of a past day that lie there as Parquet."""
_DBT = Path(sys.executable).parent / "dbt"
_READ_ONLY_PARTS = ("raw", "files", "quarantine")


class PastDayError(RuntimeError):
    """A past day cannot be built; the message says which part failed and where to look."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """Where a past day of a shop is built: below work/, apart from everything the shop serves."""

    shop: Workspace
    day: date

    @property
    def workspace(self) -> Workspace:
        """The folders of the day. Its lake reads the shop's raw zone and resolves for itself."""
        return Workspace(self.shop.work / "past_days" / self.day.isoformat())

    def prepare(self) -> None:
        """Make the folders, linking what is only read; persons and predictions start afresh."""
        lake = self.workspace.lake
        lake.mkdir(parents=True, exist_ok=True)
        self.workspace.work.mkdir(exist_ok=True)
        # A build that was killed leaves a log that the next database must not replay.
        stale = [self.workspace.work_db, self.workspace.work_db.with_suffix(".duckdb.wal")]
        for file in (*stale, *self._kept_files().values()):
            file.unlink(missing_ok=True)
        for part in _READ_ONLY_PARTS:
            link = lake / part
            link.unlink(missing_ok=True)
            link.symlink_to((self.shop.lake / part).resolve(), target_is_directory=True)
        for part in ("identity", "predictions"):
            shutil.rmtree(lake / part, ignore_errors=True)

    def keep_tables(self) -> dict[str, Path]:
        """Write the tables of the day that people ask for as Parquet; gives their files."""
        files = self._kept_files()
        with duckdb.connect(str(self.workspace.work_db), read_only=True) as connection:
            for table, file in files.items():
                connection.table(f"marts.{table}").order("person_id").write_parquet(str(file))
        return files

    def _kept_files(self) -> dict[str, Path]:
        return {table: self.workspace.root / f"{table}.parquet" for table in KEPT_TABLES}


def build_with_dbt(
    past: PastDay,
    tag: str,
    *,
    project: Path,
    variables: Mapping[str, Any],
    environment: Mapping[str, str],
) -> None:
    """Build the seeds and models of one step (a dbt tag) of the day, without tests.

    `environment` says where dbt finds the lake, the database and the key of the hashes. The tests
    are those of the same models on the whole data, which the build of the shop has passed.

    Raises:
        PastDayError: a model failed; names the first ones.
    """
    target = past.workspace.dbt_target
    command = [str(_DBT), "--quiet", "build", "--select", f"tag:{tag}"]
    for kind in ("test", "unit_test"):
        command += ["--exclude-resource-type", kind]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--target-path", str(target), "--log-path", str(target)]
    command += ["--vars", json.dumps(dict(variables), sort_keys=True)]
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        failed = ", ".join(_failed(target / "run_results.json")) or "dbt ended before it built"
        raise PastDayError(f"{past.day}: the step {tag} failed ({failed}); see {target}/dbt.log")


def _failed(results: Path) -> Iterator[str]:
    """The names of the failed models; what dbt says of them may quote values of rows."""
    if results.exists():
        for result in json.loads(results.read_text("utf-8"))["results"]:
            if result["status"] == "error":
                yield str(result["unique_id"]).split(".")[-1]
