"""The plan of one run: its steps without personal data, and what makes it wait."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from reverse_etl.channel import Operation
from reverse_etl.planning.guards import Breaker
from reverse_etl.planning.steps import READ_ROWS, Steps
from reverse_etl.spec import SyncSpec


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do now, and what makes it wait."""

    plan_id: str
    spec: SyncSpec
    publication_id: str
    created_at: datetime
    items: Steps
    counts: Mapping[str, int]
    refused: tuple[tuple[str, str], ...]
    invalid: tuple[tuple[str, str], ...]
    breakers: tuple[Breaker, ...]
    approved_by: str | None

    @property
    def is_waiting(self) -> bool:
        """Say whether a person must approve before anything is sent."""
        return bool(self.breakers) and self.approved_by is None

    @property
    def urgent(self) -> Steps:
        """Give the removals of people the policy refuses: they go even while the plan waits."""
        return urgent_removals(self.items, self.refused)

    def of(self, operation: Operation) -> Steps:
        """Give the steps of one operation that need a call and may go now."""
        items = self.urgent if self.is_waiting else self.items
        return items.to_call(operation)

    def summary(self) -> dict[str, Any]:
        """Give the plan's counts for tables and reports; what was sent is zero."""
        return {
            "sync": self.spec.name,
            "segment": self.spec.segment,
            "channel": self.spec.channel,
            "status": "awaiting_approval" if self.is_waiting else "planned",
            "plan_id": self.plan_id,
            "publication_id": self.publication_id,
            "source_rows": self.counts["source_rows"],
            "adds": self.counts["adds"],
            "changes": self.counts["changes"],
            "removals": self.counts["removals"],
            "unchanged": self.counts["unchanged"],
            "kept": self.counts["kept"],
            "in_flight": self.counts["in_flight"],
            "held": self.counts["held"],
            "expired": self.counts["expired"],
            "quarantined": self.counts["quarantined"],
            "left_out": {},
            "refused": dict(sorted(Counter(reason for _, reason in self.refused).items())),
            "invalid": dict(sorted(Counter(code for _, code in self.invalid).items())),
            "delivered": 0,
            "accepted": 0,
            "rejected": 0,
            "unknown": 0,
            "untraced": 0,
            "waiting_reason": "; ".join(b.message for b in self.breakers)
            if self.is_waiting
            else "",
            "waiting_codes": [b.code for b in self.breakers] if self.is_waiting else [],
        }


def urgent_removals(items: Steps, refused: Sequence[tuple[str, str]]) -> Steps:
    """Give the removals of people whom the policy refuses."""
    removals = items.of_kind("remove")
    return removals.about(person for person, _ in refused) if removals else removals


def save_plan(plan: Plan, folder: Path) -> Path:
    """Write the plan as JSON without personal data, step by step, and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.plan_id}.json"
    head = {
        "summary": plan.summary(),
        "mapping_version": plan.spec.mapping_version,
        "created_at": plan.created_at.isoformat(),
        "approved_by": plan.approved_by,
        "breakers": [{"code": b.code, "message": b.message} for b in plan.breakers],
    }
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}"))
        _write_rows(file, "items", plan.items.json_rows())
        _write_rows(file, "refused", _told(plan.refused, "reason"))
        _write_rows(file, "invalid", _told(plan.invalid, "code"))
        file.write("\n}")
    temporary.replace(path)
    return path


def _told(people: Sequence[tuple[str, str]], name: str) -> Iterator[list[str]]:
    for start in range(0, len(people), READ_ROWS):
        some = people[start : start + READ_ROWS]
        rows = ({"person_id": person, name: word} for person, word in some)
        yield [json.dumps(row, ensure_ascii=False) for row in rows]


def _write_rows(file: TextIO, name: str, parts: Iterable[list[str]]) -> None:
    """Write one more member of the object: a list, a row to a line."""
    file.write(f',\n "{name}": [')
    mark = ""
    for rows in parts:
        file.write(mark + "\n  " + ",\n  ".join(rows))
        mark = ","
    file.write("\n ]")
