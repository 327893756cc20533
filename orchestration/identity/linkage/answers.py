"""The pairs that a person has answered about, whatever the answer was."""

import csv
from pathlib import Path


def answered_pairs(overrides: Path) -> list[tuple[str, str]]:
    """The pairs of the shop's override file; none where there is no file.

    Its form is checked where it decides, in the resolution.
    """
    if not overrides.exists():
        return []
    with overrides.open(encoding="utf-8-sig", newline="") as text:
        rows = [(row.get("left_record"), row.get("right_record")) for row in csv.DictReader(text)]
    return [(left.strip(), right.strip()) for left, right in rows if left and right]
