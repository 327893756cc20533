"""One small generated shop that the tests of this folder read, and ways to read it."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.sample_shop.devices import draw_device
from orchestration.sample_shop.generate import generate
from orchestration.sample_shop.name_lists import Name, Prefecture
from orchestration.sample_shop.people import Habit, Home, HouseholdKind, Person
from orchestration.sample_shop.series import number_series

PERSONS = 250
CLICK_KEY = "key of a test"
ENCODINGS = {"ec_cube": "cp932", "mall": "cp932"}


@pytest.fixture(scope="session")
def write_shop() -> Callable[..., Path]:
    """Writes a shop of half a year, so that few persons fill its files."""

    def write(target: Path, *, seed: int = 6, persons: int = PERSONS) -> Path:
        generate(
            target,
            click_key=CLICK_KEY,
            persons=persons,
            seed=seed,
            end_date=date(2026, 10, 31),
            days=184,
        )
        return target

    return write


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, write_shop: Callable[..., Path]) -> Path:
    """The folder of the small shop; no test changes it."""
    return write_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def truth(shop: Path) -> Callable[[str], list[dict[str, Any]]]:
    """Reads a table of the small shop's truth."""

    def read(table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(shop / "truth" / f"{table}.parquet").to_pylist()
        return rows

    return read


@pytest.fixture(scope="session")
def csv_records(shop: Path) -> Callable[[str], list[list[str]]]:
    """Reads every record of a landed CSV with Python's own reader, the header first."""

    def read(relative: str) -> list[list[str]]:
        encoding = ENCODINGS.get(relative.partition("/")[0], "utf-8-sig")
        if relative in {"crm/inquiries.csv", "crm/subscriptions.csv"}:
            encoding = "cp932"
        with (shop / "landing" / relative).open(encoding=encoding, newline="") as file:
            return list(csv.reader(file))

    return read


@pytest.fixture
def person() -> Person:
    tokyo = Prefecture(13, "東京都", "新宿区", "160", "03")
    return Person(
        person_no=1,
        household_no=1,
        household_kind=HouseholdKind.ORDINARY,
        family=Name("高橋", "タカハシ", "takahashi"),
        given=Name("恵子", "ケイコ", "keiko"),
        female=True,
        birth_date=date(1980, 1, 1),
        told_birth_date=date(1980, 1, 1),
        home=Home(tokyo, "1600022", "新宿区本町", "1-2-3", "コーポ桜203", "0352345678"),
        email="keiko.takahashi1@example.com",
        phone="09012345678",
        habit=Habit.GUEST,
        joined=0,
        purchase_rate=1.0,
        dropout=0.3,
        open_chance=0.3,
        click_chance=0.1,
        has_machine_reader=False,
        has_link_scanner=False,
        interest=1.0,
        devices=(draw_device(number_series(1, "test")),),
    )
