"""Whom one publication lets a sync reach, and whom it does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from reverse_etl.canonical import keyed_hash, message_id, payload_hash
from reverse_etl.channel import Channel, Reject, Row
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.publication import (
    Publication,
    PublicationInfo,
    PublicationMissingError,
    TargetRow,
)
from reverse_etl.send_rules import MessageRules, MessageTerms
from reverse_etl.spec import SyncSpec


@dataclass(frozen=True, slots=True)
class Target:
    """One person whom the destination shall know."""

    payload_hash: str
    key_hash: str
    episode: str
    expires_at: datetime | None = None


@dataclass(slots=True)
class TargetSet:
    """Everybody a sync shall reach by one publication, and everybody it shall not."""

    info: PublicationInfo | None = None
    source_rows: int = 0
    targets: dict[str, Target] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """(person_id, reason code): policy says no."""
    invalid: list[tuple[str, str]] = field(default_factory=list)
    """(person_id, code): the row cannot be sent as it is."""
    terms: MessageTerms | None = None
    """What the messages must keep to; None where no messages are sent."""


def read_targets(spec: SyncSpec, folder: Path, ledger: Ledger, channel: Channel) -> TargetSet:
    """Give whom the publication lets this sync reach; empty when there is no publication."""
    found = TargetSet()
    try:
        with Publication(folder) as publication:
            found.info = publication.info
            if spec.is_message:
                found.terms = _terms(spec, publication.message_rules(spec.medium))
            rows = publication.target_rows(spec)
            held = {person: row.key_hash for person, row in ledger.active(spec.name).items()}
            _sort_rows(spec, rows, found, channel, ledger.secret, held)
    except PublicationMissingError:
        return TargetSet()
    return found


def _terms(spec: SyncSpec, published: MessageRules) -> MessageTerms:
    return MessageTerms(
        name=spec.message_name,
        medium=spec.medium,
        purpose=spec.purpose or "marketing",
        expires_after=timedelta(hours=spec.expires_after_hours or 0.0),
        rules=published.rules,
        counted_media=published.counted_media,
        quiet=published.quiet if spec.quiet_hours == "respect" else None,
    )


def _sort_rows(
    spec: SyncSpec,
    rows: Iterator[TargetRow],
    found: TargetSet,
    channel: Channel,
    secret: bytes,
    held: Mapping[str, str],
) -> None:
    seen: set[str] = set()
    places = _Places(found, held)
    for row in rows:
        found.source_rows += 1
        if row.person_id is None or row.person_id in seen:
            code = "null_person" if row.person_id is None else "duplicate_person"
            found.invalid.append((row.person_id or "", code))
            continue
        person = row.person_id
        seen.add(person)
        if row.reason is not None:
            found.refused.append((person, row.reason))
            continue
        ours = ""
        if spec.is_message:
            ours = message_id(spec.message_name, person, row.episode, secret=secret)
        item = row.reject or channel.build(Row(person, row.payload, ours))
        if isinstance(item, Reject):
            found.invalid.append((person, item.code))
            continue
        key_hash = keyed_hash(item.key, secret=secret)
        if places.claim(person, key_hash, item.twin):
            hashed = payload_hash(row.payload, secret=secret)
            found.targets[person] = Target(hashed, key_hash, row.episode, row.expires_at)


class _Places:
    """Gives each recipient of the destination to one person, and each piece to one of twins.

    The first to come keeps the place, unless the destination holds the later one already.
    """

    def __init__(self, found: TargetSet, held: Mapping[str, str]) -> None:
        self._found = found
        self._held = held
        self._by_key: dict[str, str] = {}
        self._by_twin: dict[str, str] = {}

    def claim(self, person: str, key_hash: str, twin: str) -> bool:
        """Say whether the person gets the place; whoever loses it is invalid."""
        rivals: dict[str, str] = {}
        twin_rival = self._by_twin.get(twin) if twin else None
        if twin_rival in self._found.targets:
            rivals[twin_rival] = "duplicate_recipient"
            if person not in self._held or twin_rival in self._held:
                self._found.invalid.append((person, "duplicate_recipient"))
                return False
        key_rival = self._by_key.get(key_hash)
        if key_rival in self._found.targets:
            rivals[key_rival] = "duplicate_key"
            if self._held.get(person) != key_hash or self._held.get(key_rival) == key_hash:
                self._found.invalid.append((person, "duplicate_key"))
                return False
        for rival, code in rivals.items():
            self._found.invalid.append((rival, code))
            del self._found.targets[rival]
        self._by_key[key_hash] = person
        if twin:
            self._by_twin[twin] = person
        return True
