"""One message per change of status: who is told, and what was told last."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WELL = frozenset({"ok", "delivered", "unchanged", "accepted", "planned", "released"})
"""Statuses of which nobody is told unless something else came before."""

Tell = Callable[["Change"], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a build or a sync stands, in words for a person and without personal data."""

    subject: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A standing that is not the one told last."""

    now: Standing
    before: str
    """The status told last; empty when nothing was ever told."""

    @property
    def is_recovery(self) -> bool:
        """Say whether all is well again."""
        return self.now.status in WELL

    def text(self) -> str:
        """Give the message, one line."""
        came = f" (was {self.before})" if self.before else ""
        reason = f": {self.now.reason}" if self.now.reason else ""
        return f"Enishi: {self.now.subject} is {self.now.status}{came}{reason}"


def announce(
    standings: Sequence[Standing], told: Path, targets: Mapping[str, Tell]
) -> tuple[list[Change], list[str]]:
    """Tell every target of every change once and remember it; give the changes and what failed.

    A target that could not be told is told at the next call; the others are not told again.
    """
    memory: dict[str, dict[str, str]] = json.loads(told.read_text("utf-8")) if told.exists() else {}
    changes: dict[str, Change] = {}
    failures: list[str] = []
    for name, tell in targets.items():
        known = memory.setdefault(name, {})
        for standing in standings:
            before = known.get(standing.subject, "")
            change = Change(standing, before)
            if _class(standing.status) == _class(before or "ok"):
                continue
            changes[standing.subject] = change
            try:
                tell(change)
            except Exception as error:
                failures.append(f"{name}: {type(error).__name__}")
                continue
            known[standing.subject] = standing.status
    told.parent.mkdir(parents=True, exist_ok=True)
    fresh = told.with_suffix(".tmp")
    fresh.write_text(json.dumps(memory, indent=1, sort_keys=True), "utf-8")
    fresh.replace(told)
    return list(changes.values()), failures


def _class(status: str) -> str:
    """Give what counts as one status: all that is well is the same."""
    return "well" if status in WELL else status
