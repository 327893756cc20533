"""Fixtures of the whole suite."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.built_once import run_folder

ROOT = Path(__file__).parents[1]
# Nothing in a test may reach a vendor: no key, no production.
for variable in [
    name for name in os.environ if name.startswith(("ENISHI_", "SENDGRID_", "LINE_", "TWILIO_"))
]:
    del os.environ[variable]
os.environ["GX_ANALYTICS_ENABLED"] = "False"
os.environ["DO_NOT_TRACK"] = "1"
LONGEST = (
    "integration/test_main_job.py",
    "golden/test_golden_shop.py",
    "golden/test_no_future_leakage.py",
    "golden/twelve/test_answers.py",
    "integration/test_dbt_online_retail.py",
    "integration/test_dbt_web_sessions.py",
    "integration/test_poisoned_input.py",
    "contract/test_mirror_model.py",
    "golden/twelve/test_metrics.py",
    "integration/test_console.py",
    "contract/test_channels.py",
    "conventions/test_definitions.py",
    "contract/test_messages.py",
    "browser/test_report_browser.py",
)
"""Files that go first, so that no process ends with minutes of work while the others idle.

Two that wait for the same shop of `built_once` stand apart: the second to come would wait.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first; pytest-xdist deals files out in this order."""
    place = {ROOT / "tests" / file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def dbt_parses(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Names the folder in which tests/golden/building.py keeps what dbt parsed in this run."""
    folder = run_folder(tmp_path_factory) / "dbt_parses"
    folder.mkdir(exist_ok=True)
    os.environ["DBT_PARSES"] = str(folder)


@pytest.fixture(scope="session")
def enishi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder that the session's code locations share."""
    return tmp_path_factory.mktemp("enishi")


@pytest.fixture(scope="module")
def load_definitions(enishi_home: Path) -> Callable[..., object]:
    """Loads the code location under given ENISHI_* variables."""

    def load(**variables: str) -> object:
        wanted = {"ENISHI_HOME": str(enishi_home), "ENISHI_SHOP": "sample", **variables}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in wanted.items():
                patch.setenv(name, value)
            for name in [m for m in sys.modules if m.startswith("orchestration.def")]:
                del sys.modules[name]
            return importlib.import_module("orchestration.definitions").defs

    return load


@pytest.fixture(scope="module")
def definitions(load_definitions: Callable[..., object]) -> object:
    """The code location of the sample shop in dev."""
    return load_definitions()


@pytest.fixture
def fresh_python(enishi_home: Path) -> Callable[[str], str]:
    """Runs code in a new interpreter and gives what it prints."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "ENISHI_HOME": str(enishi_home)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return run
