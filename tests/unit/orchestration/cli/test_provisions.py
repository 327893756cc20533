"""`enishi provisions export`: the record as a file."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.environments import read_settings
from orchestration.shops.ledger import shop_ledger
from orchestration.workspace import Workspace
from reverse_etl.ledger.provision_schema import PROVISION


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENISHI_HOME", str(tmp_path))
    monkeypatch.setenv("ENISHI_SHOP", "sample")
    settings = read_settings()
    with (
        shop_ledger(settings, Workspace(settings.home / "sample")) as ledger,
        ledger._engine.begin() as connection,
    ):
        for number, day in ((1, 1), (2, 5)):
            row = {
                "batch_key": f"s:r:{number}",
                "person_id": f"p{number}",
                "sync": "s",
                "run_id": "r",
                "recipient": "Google LLC",
                "country": "US",
                "items": '["email_sha256", "phone_sha256"]',
                "purpose": "ads_third_party",
                "consent_reference": None,
                "outcome": "delivered",
                "provided_at": datetime(2026, 11, day, tzinfo=UTC),
            }
            connection.execute(PROVISION.insert().values(**row))
    return tmp_path


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_export_writes_every_provision(home: Path) -> None:
    place = home / "all.csv"
    done = CliRunner().invoke(app, ["provisions", "export", str(place)])
    assert (done.exit_code, done.stdout.strip()) == (0, "2 provisions written to all.csv.")
    assert _rows(place)[0] == {
        "provided_at": "2026-11-01T00:00:00+00:00",
        "recipient": "Google LLC",
        "country": "US",
        "items": "email_sha256 phone_sha256",
        "person_id": "p1",
        "purpose": "ads_third_party",
        "consent_reference": "",
        "outcome": "delivered",
        "sync": "s",
        "run_id": "r",
    }


@pytest.mark.parametrize("asked", [["--since", "2026-11-02"], ["--person", "p2"]])
def test_export_can_be_narrowed(home: Path, asked: list[str]) -> None:
    place = home / "some.csv"
    done = CliRunner().invoke(app, ["provisions", "export", str(place), *asked])
    assert done.exit_code == 0
    assert [row["person_id"] for row in _rows(place)] == ["p2"]
