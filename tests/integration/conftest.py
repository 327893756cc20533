"""One built shop for all integration tests, and copies of it for those that change it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.built_once import built_once
from tests.integration.shops import TestShop, copy_of, sample_shop

PERSONS = 300
SAID = "said.json"


@dataclass(frozen=True, slots=True)
class BuiltShop:
    """A shop after one run of everything, and what the run said."""

    shop: TestShop
    exit_code: int
    console: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltShop:
    """The sample shop after its first run; tests only read it."""
    home = built_once(tmp_path_factory, "sample_shop", _build)
    said = json.loads((home / SAID).read_text("utf-8"))
    return BuiltShop(TestShop(home), said["exit_code"], said["console"])


def _build(home: Path) -> None:
    done = sample_shop(home, persons=PERSONS).enishi("run")
    said = {"exit_code": done.returncode, "console": done.stdout}
    (home / SAID).write_text(json.dumps(said), "utf-8")


@pytest.fixture(scope="session")
def built_shop(built: BuiltShop) -> TestShop:
    """The shop of a first run that succeeded."""
    assert built.exit_code == 0, built.console
    return built.shop


@pytest.fixture
def shop_copy(built_shop: TestShop, tmp_path: Path) -> Callable[[], TestShop]:
    """Gives a copy of the built shop that a test may change."""
    return lambda: copy_of(built_shop, tmp_path / "copy")
