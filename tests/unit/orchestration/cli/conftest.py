"""The console command in a home of its own, and publications to list and to go back to."""

from datetime import date, datetime

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.publication.editions import Edition
from orchestration.publication.gates import GateRecord
from orchestration.publication.publish import publish


@pytest.fixture
def enishi(tmp_path, monkeypatch):
    """Runs `enishi` for the sample shop and gives exit code and output."""
    monkeypatch.setenv("ENISHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ENISHI_SHOP", "sample")
    runner = CliRunner()

    def run(*arguments):
        result = runner.invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output

    return run


@pytest.fixture
def published(tmp_path):
    """Two publications of the sample shop, one day and one row after the other."""
    folder = tmp_path / "home" / "sample" / "published"
    work_db = tmp_path / "work.duckdb"
    with duckdb.connect(str(work_db)) as connection:
        connection.execute("create schema marts; create table marts.customer_360 (person_id text)")
    for day in (1, 2):
        with duckdb.connect(str(work_db)) as connection:
            connection.execute("insert into marts.customer_360 values (?)", [f"p{day}"])
        publish(
            work_db,
            folder,
            Edition(
                publication_id=f"edition-{day}",
                shop="sample",
                run_id=f"run-{day}",
                as_of_date=date(2026, 11, day),
                published_at=datetime.fromisoformat(f"2026-11-0{day} 20:00:00"),
            ),
            gates=[GateRecord("dbt/dbt_marts", "dbt_tests", True, "error", "")],
            required_stages=["dbt/dbt_marts"],
            limits=None,
        )
    return folder
