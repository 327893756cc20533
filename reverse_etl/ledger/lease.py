"""The lease of a sync: one process at a time plans and sends it."""

import os
import secrets
import socket
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from reverse_etl.errors import TransientError
from reverse_etl.ledger.schema import LOCK


def new_owner() -> str:
    """Give a name for one holder: machine, process, and a part of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def take(engine: Engine, sync: str, owner: str, now: datetime, until: datetime) -> None:
    """Take a lease that is free, has run out or whose holder has ended; else TransientError."""
    with engine.begin() as connection:
        held = connection.execute(select(LOCK).where(LOCK.c.sync == sync)).mappings().first()
        if held is not None:
            if held["expires_at"] > now and not _is_gone(held["owner"]):
                raise TransientError(f"sync {sync} is running elsewhere; wait for its end")
            stale = LOCK.delete().where(LOCK.c.sync == sync, LOCK.c.owner == held["owner"])
            connection.execute(stale)
    try:
        with engine.begin() as connection:
            row = {"sync": sync, "owner": owner, "expires_at": until}
            connection.execute(LOCK.insert().values(**row))
    except IntegrityError:
        raise TransientError(f"sync {sync} is running elsewhere; wait for its end") from None


def extend(engine: Engine, sync: str, owner: str, until: datetime, at_least: datetime) -> None:
    """Hold a lease until an instant; one that lasts until `at_least` is left as it is.

    Raises TransientError for a holder who has lost it.
    """
    is_mine = (LOCK.c.sync == sync, LOCK.c.owner == owner)
    with engine.connect() as connection:
        held_until = connection.scalar(select(LOCK.c.expires_at).where(*is_mine))
    if held_until is not None and held_until >= at_least:
        return
    with engine.begin() as connection:
        extended = connection.execute(LOCK.update().where(*is_mine).values(expires_at=until))
        if extended.rowcount == 0:
            raise TransientError(
                f"sync {sync}: another process took over after this one's lease ran out; "
                "this run ends here"
            )


def give_back(engine: Engine, sync: str, owner: str) -> None:
    """Let the sync go; nothing happens when another holds it by now."""
    with engine.begin() as connection:
        connection.execute(LOCK.delete().where(LOCK.c.sync == sync, LOCK.c.owner == owner))


def _is_gone(owner: str) -> bool:
    """Say whether the process that held a lease on this machine has ended."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
