"""Turns what the caller hands over into the types, with errors that name the key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orchestration.publication.report.published import Freshness, ReportError, SyncSummary

_SYNC_COUNTS = (
    "adds", "changes", "removals", "unchanged", "delivered", "rejected", "unknown",
)  # fmt: skip


def sync_summary(values: Mapping[str, object]) -> SyncSummary:
    """Give one sync's plan and result.

    Raises:
        ReportError: a key is missing or holds another type than a count, a text or reasons.
    """
    where = f"summary of sync {values.get('sync', '?')}"
    counts = {name: _count(values, name, where) for name in _SYNC_COUNTS}
    refused = _counts_by_reason(values, "refused", where)
    return SyncSummary(
        sync=str(_value(values, "sync", where)),
        segment=str(_value(values, "segment", where)),
        channel=str(_value(values, "channel", where)),
        status=_status(values, where),
        refused=refused,
        invalid=_invalid(values, where),
        waiting_for=_waiting_for(values),
        **counts,
    )


def freshness(values: Mapping[str, object]) -> Freshness:
    """Give what arrived of one entity of one source.

    Raises:
        ReportError: a key is missing or holds another type than a count, a text or an instant.
    """
    where = f"freshness of {values.get('source', '?')}/{values.get('entity', '?')}"
    return Freshness(
        source=str(_value(values, "source", where)),
        entity=str(_value(values, "entity", where)),
        files=_count(values, "files", where),
        rows_accepted=_count(values, "rows_accepted", where),
        rows_quarantined=_count(values, "rows_quarantined", where),
        newest_at=_instant(values, "newest_at", where),
        loaded_at=_instant(values, "loaded_at", where),
    )


def _status(values: Mapping[str, object], where: str) -> str:
    status = str(_value(values, "status", where))
    return "dry_run" if status == "planned" and values.get("is_dry_run") else status


def _waiting_for(values: Mapping[str, object]) -> tuple[str, ...]:
    """Give the codes of the breakers, else the sentence of what no breaker holds up."""
    codes = values.get("waiting_codes")
    if isinstance(codes, list | tuple) and codes:
        return tuple(str(code) for code in codes)
    sentence = values.get("waiting_reason")
    return (str(sentence),) if sentence else ()


def _invalid(values: Mapping[str, object], where: str) -> int:
    # A plan counts its invalid rows by reason; a summary may hold their sum.
    if isinstance(values.get("invalid"), Mapping):
        return sum(number for _, number in _counts_by_reason(values, "invalid", where))
    return _count(values, "invalid", where)


def _counts_by_reason(
    values: Mapping[str, object], key: str, where: str
) -> tuple[tuple[str, int], ...]:
    reasons = _value(values, key, where)
    if not isinstance(reasons, Mapping):
        raise ReportError(f"{where}: {key} must map each reason to a count")
    counts = [(str(reason), _count(reasons, reason, where)) for reason in reasons]
    return tuple(sorted(counts, key=lambda pair: (-pair[1], pair[0])))


def _value(values: Mapping[str, object], key: str, where: str) -> object:
    if key not in values:
        raise ReportError(f"{where}: {key} is missing")
    return values[key]


def _count(values: Mapping[str, object], key: str, where: str) -> int:
    number = _value(values, key, where)
    if not isinstance(number, int):
        raise ReportError(f"{where}: {key} must be a whole number, not {type(number).__name__}")
    return number


def _instant(values: Mapping[str, object], key: str, where: str) -> datetime | None:
    instant = _value(values, key, where)
    if instant is not None and not isinstance(instant, datetime):
        raise ReportError(f"{where}: {key} must be an instant, not {type(instant).__name__}")
    return instant
