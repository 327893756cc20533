"""The plan of one run: its steps without personal data, and what makes it wait."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reverse_etl.channel import Operation
from reverse_etl.planning.guards import Breaker
from reverse_etl.spec import SyncSpec


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One step of a plan, without personal data."""

    person_id: str
    operation: Operation
    kind: str
    """add, change, re_enter, remove, re_key (the old address of a changed one) or hand_over.

    In mode message: message.
    """
    payload_hash: str
    key_hash: str
    episode: str
    remote_id: str | None = None
    expires_at: datetime | None = None
    """When a message is of no use any more, where the row of the segment says so."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do now, and what makes it wait."""

    plan_id: str
    spec: SyncSpec
    publication_id: str
    created_at: datetime
    items: tuple[PlanItem, ...]
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
    def urgent(self) -> tuple[PlanItem, ...]:
        """Give the removals of people the policy refuses: they go even while the plan waits."""
        return urgent_removals(self.items, self.refused)

    def of(self, operation: Operation) -> list[PlanItem]:
        """Give the steps of one operation that need a call and may go now."""
        items = self.urgent if self.is_waiting else self.items
        chosen = (item for item in items if item.operation is operation)
        return [item for item in chosen if item.kind != "hand_over"]

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


def urgent_removals(
    items: Sequence[PlanItem], refused: Sequence[tuple[str, str]]
) -> tuple[PlanItem, ...]:
    """Give the removals of people whom the policy refuses."""
    people = {person for person, _ in refused}
    return tuple(item for item in items if item.kind == "remove" and item.person_id in people)


def save_plan(plan: Plan, folder: Path) -> Path:
    """Write the plan as JSON without personal data and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.plan_id}.json"
    body = {
        "summary": plan.summary(),
        "mapping_version": plan.spec.mapping_version,
        "created_at": plan.created_at.isoformat(),
        "approved_by": plan.approved_by,
        "breakers": [{"code": b.code, "message": b.message} for b in plan.breakers],
        "items": [
            {"person_id": i.person_id, "operation": i.kind, "payload_hash": i.payload_hash}
            for i in plan.items
        ],
        "refused": [{"person_id": person, "reason": reason} for person, reason in plan.refused],
        "invalid": [{"person_id": person, "code": code} for person, code in plan.invalid],
    }
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(path)
    return path
