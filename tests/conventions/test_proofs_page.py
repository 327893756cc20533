"""docs/activation.md names a test for every fault, and every test that it names is there."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/activation.md").read_text(encoding="utf-8")
FAULTS = PAGE.split("## What was proven")[1].split("\n### ")[0]
ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", FAULTS, re.MULTILINE)
TEST = re.compile(r"`(test_\w+)`")
FILE = re.compile(r"`(tests/[\w/]+\.py)`")
COMMAND = re.compile(r"python -m ([\w.]+)")


def test_page_has_a_row_for_every_fault_and_a_proof_in_each() -> None:
    assert [int(number) for number, _, _, _ in ROWS] == list(range(1, 21))
    assert [number for number, _, _, proof in ROWS if not TEST.search(proof)] == []


def test_every_test_that_the_page_names_stands_in_the_file_named_before_it() -> None:
    missing = []
    for number, _, _, proof in ROWS:
        text = ""
        for word in re.findall(r"`([^`]+)`", proof):
            if FILE.fullmatch(f"`{word}`"):
                text = (ROOT / word).read_text(encoding="utf-8")
            elif word.startswith("test_") and f"def {word}(" not in text:
                missing.append((number, word))
    assert missing == []


def test_every_command_that_the_page_names_can_be_run() -> None:
    modules = COMMAND.findall(PAGE)
    assert modules
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
