"""Shops that the tests run with the console command, each in a home folder of its own."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from typer.testing import CliRunner, Result

from orchestration.cli.main import app
from orchestration.publication.editions import Publication, current
from orchestration.sample_shop.generate import generate
from orchestration.shops.profile import load_shop
from orchestration.workspace import Workspace
from reverse_etl.ledger.ledger import Ledger

ROOT = Path(__file__).parents[2]
ENISHI = Path(sys.executable).parent / "enishi"
AS_OF = date(2026, 10, 31)
SEED = 20261031
CLICK_KEY = "click key of the tests"


@dataclass(frozen=True, slots=True)
class TestShop:
    """A home folder with one shop and a Dagster instance in it."""

    __test__ = False

    home: Path
    name: str = "sample"

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.home / self.name)

    @property
    def dagster(self) -> Path:
        return self.home / "dagster"

    @property
    def published(self) -> Publication:
        publication = current(self.workspace.published)
        assert publication is not None
        return publication

    def open_dagster(self) -> None:
        """Gives the home a Dagster instance like the repository's, with its storage inside."""
        self.dagster.mkdir(parents=True)
        settings = (ROOT / "dagster.yaml").read_text("utf-8")
        (self.dagster / "dagster.yaml").write_text(
            settings.replace("base_dir: var/dagster", f"base_dir: {self.dagster}"), "utf-8"
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ENISHI_HOME": str(self.home),
            "ENISHI_SHOP": self.name,
            "ENISHI_ENV": "ci",
            "DAGSTER_HOME": str(self.dagster),
        }

    def enishi(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs the console command; what it says on stderr stands in stdout, too."""
        return subprocess.run(
            [str(ENISHI), *map(str, arguments)],
            cwd=ROOT,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def types(self, *arguments: str | Path, **variables: str) -> Result:
        """Runs the console command in this process, which spares seconds of imports."""
        environment = {**self.environment, **variables}
        words = [*map(str, arguments)]
        return CliRunner().invoke(app, words, env=environment, catch_exceptions=False)

    def python(self, code: str) -> Any:
        """Runs code in a new interpreter of this shop; gives the JSON that it prints."""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the served warehouse."""
        with duckdb.connect(str(self.published.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def frame(self, sql: str) -> pd.DataFrame:
        """Rows of the served warehouse as a frame."""
        with duckdb.connect(str(self.published.warehouse), read_only=True) as connection:
            frame: pd.DataFrame = connection.execute(sql).df()
            return frame

    def summaries(self) -> dict[str, dict[str, Any]]:
        """The ledger's summary of the last run of each sync."""
        ledger = Ledger(f"sqlite:///{self.workspace.state / 'ledger.sqlite'}")
        try:
            return {summary["sync"]: summary for summary in ledger.latest_summaries()}
        finally:
            ledger.close()

    def outbox(self) -> list[Path]:
        """Files that the file channel handed over."""
        return sorted(self.workspace.outbox.rglob("*_*.csv"))

    def land(self, file: str, content: bytes) -> None:
        """Lands a file, named below landing/."""
        path = self.workspace.landing / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def landed(self, file: str, encoding: str = "cp932") -> list[list[str]]:
        """The records of a landed file, its header first."""
        text = (self.workspace.landing / file).read_text(encoding)
        return list(csv.reader(io.StringIO(text)))


def sample_shop(home: Path, *, persons: int) -> TestShop:
    """A sample shop whose landing zone is filled, smaller than the profile would fill it."""
    shop = TestShop(home)
    shop.open_dagster()
    shop.workspace.state.mkdir(parents=True)
    (shop.workspace.state / "click_key").write_text(CLICK_KEY, "utf-8")
    generate(shop.workspace.root, click_key=CLICK_KEY, persons=persons, seed=SEED, end_date=AS_OF)
    # The marker of a finished landing zone: the command keeps what is there.
    recipe = load_shop("sample").landing.model_dump_json()
    (shop.workspace.root / "generated.json").write_text(recipe, "utf-8")
    return shop


def copy_of(shop: TestShop, home: Path) -> TestShop:
    """The same shop in another home, with an empty history of runs."""
    shutil.copytree(shop.workspace.root, home / shop.name, symlinks=True)
    copy = TestShop(home, shop.name)
    copy.open_dagster()
    return copy


def csv_bytes(rows: Iterable[Sequence[str]], encoding: str = "cp932") -> bytes:
    """Rows as the shop's exports write them: every field quoted, CRLF."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def fingerprint(folder: Path) -> Mapping[str, str]:
    """The content of every file below a folder."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
