"""The house keeps its layout and its measures."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CARD = {
    ".ci", ".env.example", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
    "Makefile", "README.md", "dagster.yaml", "dbt_project", "deploy", "docs", "expectations",
    "orchestration", "pyproject.toml", "requirements.lock", "reverse_etl", "tests",
}  # fmt: skip
LEFTOVER_NAMES = {"utils.py", "helpers.py", "misc.py", "common.py", "util.py"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


FILES = tracked()


def test_top_level_holds_only_what_is_on_the_card():
    assert {path.parts[0] for path in FILES} == CARD


def test_no_file_is_a_drawer_for_leftovers():
    assert [path for path in FILES if path.name in LEFTOVER_NAMES] == []


def test_no_tracked_file_is_larger_than_5_mib():
    assert [path for path in FILES if (ROOT / path).stat().st_size > 5 * 2**20] == []


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".py"], ids=str)
def test_python_file_stays_under_400_lines(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.suffix == ".sql" and p.parts[0] == "dbt_project"], ids=str
)
def test_sql_file_stays_under_120_lines(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".py"], ids=str)
def test_every_exception_to_lint_or_types_has_its_reason(path):
    exceptions = re.finditer(
        r"# (?:noqa|type: ignore)\b(?:: [A-Z0-9, ]*[A-Z0-9]|\[[a-z, -]+\])?(.*)",
        (ROOT / path).read_text(encoding="utf-8"),
    )
    assert [found[0] for found in exceptions if not re.search(r"\w", found[1])] == []


def test_every_decision_is_listed():
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert [page.name for page in pages if page.name not in index] == []


def test_every_channel_and_every_source_has_its_page():
    channels = {
        p.stem for p in (ROOT / "reverse_etl/channels").glob("*.py") if p.stem != "__init__"
    }
    sources = {p.stem for p in (ROOT / "orchestration/ingest/sources").glob("*.yml")}
    assert channels == {p.stem for p in (ROOT / "docs/channels").glob("[a-z]*.md")}
    assert sources <= {p.stem for p in (ROOT / "docs/sources").glob("*.md")}
