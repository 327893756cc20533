"""Addresses that must not be sent to, from the moment on at which we hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from reverse_etl.errors import TerminalError
from reverse_etl.ledger.bulk import among, write_rows
from reverse_etl.ledger.generation import advance
from reverse_etl.ledger.message_schema import SUPPRESSION
from reverse_etl.ledger.store import LedgerStore

OPT_IN = "opt_in"
EVERY_MEDIUM = "all"
PRECEDENCE = (
    "erased",
    "legal_block",
    "spam_complaint",
    "unsubscribed",
    "hard_bounce",
    "invalid",
    "channel_block",
    "topic_unsubscribe",
    "soft_bounces",
)
"""Strongest first."""
FOR_EVER = frozenset({"erased", "legal_block", "spam_complaint"})
"""No later opt-in lifts these."""
MARKETING_ONLY = frozenset({"unsubscribed", "topic_unsubscribe", "soft_bounces"})
"""What is owed, an order's confirmation for example, is sent in spite of these."""
Key = tuple[str, str, str]
"""Medium, address hash, reason."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """From now on nothing may be sent to an address, for a reason of the contact policy."""

    medium: str
    address: str = field(repr=False)
    reason: str
    at: datetime


class Suppressions(LedgerStore):
    """Who must not be sent to; addresses are kept as keyed hashes alone."""

    def suppress(self, medium: str, address: str, reason: str, at: datetime) -> None:
        """Note a reason not to send to an address on a medium, or on `all`.

        Raises TerminalError for a reason that PRECEDENCE does not name. Events may come in any
        order and more than once: the latest of each kind decides.
        """
        self.suppress_all([Suppression(medium, address, reason, at)])

    def suppress_all(self, suppressions: Sequence[Suppression]) -> None:
        """Note many of them in one transaction: all, or none where one has an unknown reason."""
        rows = {
            (one.medium, self.address_hash(one.address), _known_reason(one.reason)): one.at
            for one in sorted(suppressions, key=lambda one: one.at)
        }
        if not rows:
            return
        with self._engine.begin() as connection:
            advance(connection)
            for medium in sorted({medium for medium, _, _ in rows}):
                some = {key: at for key, at in rows.items() if key[0] == medium}
                _note(connection, medium, some)

    def lift(self, medium: str, address: str, at: datetime) -> None:
        """Note an explicit opt-in; it lifts what was before it, but never what is for ever."""
        with self._engine.begin() as connection:
            advance(connection)
            hashed = self.address_hash(address)
            since = _latest(connection, medium, hashed, OPT_IN, at)
            _set(connection, medium, hashed, OPT_IN, since, None)
            rows = SUPPRESSION.update().where(
                SUPPRESSION.c.medium == medium,
                SUPPRESSION.c.address_hash == hashed,
                SUPPRESSION.c.reason.not_in([*FOR_EVER, OPT_IN]),
                SUPPRESSION.c.since < since,
            )
            connection.execute(rows.values(lifted_at=since))

    def suppressed(self, medium: str, address: str) -> str | None:
        """Give the strongest reason not to send marketing to an address, or None."""
        hashed = self.address_hash(address)
        with self._engine.connect() as connection:
            return suppressed_hashes(connection, medium, [hashed], is_marketing=True).get(hashed)


def suppressed_hashes(
    connection: Connection, medium: str, hashes: Sequence[str], *, is_marketing: bool
) -> dict[str, str]:
    """Give address hash → strongest reason of those that must not be sent to."""
    found: dict[str, str] = {}
    allowed = () if is_marketing else MARKETING_ONLY
    query = select(SUPPRESSION.c.address_hash, SUPPRESSION.c.reason).where(
        SUPPRESSION.c.medium.in_((medium, EVERY_MEDIUM)),
        among(SUPPRESSION.c.address_hash, set(hashes)),
        SUPPRESSION.c.reason.not_in([*allowed, OPT_IN]),
        SUPPRESSION.c.lifted_at.is_(None),
    )
    for hashed, reason in connection.execute(query):
        found[hashed] = min(reason, found.get(hashed, reason), key=PRECEDENCE.index)
    return found


def _known_reason(reason: str) -> str:
    if reason not in PRECEDENCE:
        known = ", ".join(PRECEDENCE)
        raise TerminalError(f"suppression: {reason} is no reason; choose of {known}")
    return reason


def _note(connection: Connection, medium: str, rows: Mapping[Key, datetime]) -> None:
    """Insert or move the rows of one medium; of each kind the latest decides."""
    known = _known_rows(connection, medium, sorted({hashed for _, hashed, _ in rows}))
    fresh: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for (_, hashed, reason), at in rows.items():
        before = known.get((medium, hashed, reason))
        since = at if before is None else max(before, at)
        lifted = known.get((medium, hashed, OPT_IN))
        is_lifted = reason not in FOR_EVER and lifted is not None and lifted > since
        values = {"since": since, "lifted_at": lifted if is_lifted else None}
        if before is None:
            key = {"medium": medium, "address_hash": hashed, "reason": reason}
            fresh.append(key | values)
        else:
            moved.append({"b_hash": hashed, "b_reason": reason} | values)
    write_rows(connection, SUPPRESSION.insert(), fresh)
    if moved:
        change = SUPPRESSION.update().where(
            SUPPRESSION.c.medium == medium,
            SUPPRESSION.c.address_hash == bindparam("b_hash"),
            SUPPRESSION.c.reason == bindparam("b_reason"),
        )
        marks: dict[str, Any] = {name: bindparam(name) for name in ("since", "lifted_at")}
        write_rows(connection, change.values(**marks), moved)


def _known_rows(connection: Connection, medium: str, hashes: Sequence[str]) -> dict[Key, datetime]:
    """Give since when each reason stands of some addresses, opt-ins among them."""
    query = select(SUPPRESSION.c.address_hash, SUPPRESSION.c.reason, SUPPRESSION.c.since).where(
        SUPPRESSION.c.medium == medium, among(SUPPRESSION.c.address_hash, hashes)
    )
    return {(medium, row[0], row[1]): row[2] for row in connection.execute(query)}


def _since(connection: Connection, medium: str, hashed: str, reason: str) -> datetime | None:
    query = select(SUPPRESSION.c.since).where(
        SUPPRESSION.c.medium == medium,
        SUPPRESSION.c.address_hash == hashed,
        SUPPRESSION.c.reason == reason,
    )
    return connection.scalar(query)


def _latest(
    connection: Connection, medium: str, hashed: str, reason: str, at: datetime
) -> datetime:
    known = _since(connection, medium, hashed, reason)
    return at if known is None else max(known, at)


def _set(
    connection: Connection,
    medium: str,
    hashed: str,
    reason: str,
    since: datetime,
    lifted_at: datetime | None,
) -> None:
    key = {"medium": medium, "address_hash": hashed, "reason": reason}
    change = SUPPRESSION.update()
    for name, value in key.items():
        change = change.where(SUPPRESSION.c[name] == value)
    values = {"since": since, "lifted_at": lifted_at}
    if connection.execute(change.values(**values)).rowcount == 0:
        connection.execute(SUPPRESSION.insert().values(**key, **values))
