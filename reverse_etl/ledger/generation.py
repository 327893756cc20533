"""Which ledger this is, and how far it has come: a lost or an old one must not be sent from."""

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from reverse_etl.errors import TerminalError
from reverse_etl.ledger.message_schema import GENERATION


def advance(connection: Connection) -> None:
    """Count one more change; as the first statement of a transaction it lets in one at a time.

    Whoever comes second waits for the end of the first and then sees what it wrote.
    """
    connection.execute(GENERATION.update().values(changes=GENERATION.c.changes + 1))


class Witness:
    """A file outside the ledger that knows which ledger it is and how far it had come."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        """Watch over the ledger of an engine; without a path nothing is watched."""
        self._engine = engine
        self._path = path

    def begin(self) -> None:
        """Begin to watch over a ledger in which nothing has happened yet."""
        token, changes = self._now()
        if self._seen() is None and not changes:
            self._write(token, changes)

    def check(self) -> None:
        """Raise TerminalError when the ledger is another one, or older than it once was."""
        if self._path is None:
            return
        token, changes = self._now()
        seen = self._seen()
        if seen is None:
            raise TerminalError(_mend(f"{self._path.name} is gone or cannot be read"))
        if seen[0] != token:
            raise TerminalError(_mend("this is not the ledger that was written last"))
        if changes < seen[1]:
            raise TerminalError(_mend(f"the ledger knows {changes} of {seen[1]} changes"))

    def note(self) -> None:
        """Write down how far the ledger has come; a file that is ahead of it stays."""
        if self._path is None:
            return
        token, changes = self._now()
        seen = self._seen()
        if seen is None or seen[0] != token or seen[1] < changes:
            self._write(token, changes)

    def rebaseline(self, *, now: datetime) -> None:
        """Take the ledger as it is under a new token."""
        token = secrets.token_hex(16)
        with self._engine.begin() as connection:
            connection.execute(GENERATION.update().values(token=token, rebased_at=now))
        if self._path is not None:
            self._write(*self._now())

    def rebased_at(self) -> datetime | None:
        """Give when the ledger was last taken as it was."""
        with self._engine.connect() as connection:
            at: datetime | None = connection.scalars(select(GENERATION.c.rebased_at)).one()
        return at

    def _now(self) -> tuple[str, int]:
        with self._engine.connect() as connection:
            row = connection.execute(select(GENERATION.c.token, GENERATION.c.changes)).one()
        return row.token, row.changes

    def _seen(self) -> tuple[str, int] | None:
        if self._path is None:
            return None
        try:
            body = json.loads(self._path.read_text(encoding="utf-8"))
            return str(body["token"]), int(body["changes"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, token: str, changes: int) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump({"token": token, "changes": changes}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _mend(what: str) -> str:
    return (
        f"{what}: it was lost or put back from a copy, and people could be sent to twice. Put the "
        "newest copy in its place, or take it as it is with `enishi sync rebaseline --by YOU`; "
        "every sync then waits for approval once"
    )
