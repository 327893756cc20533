"""The people a destination shall know, kept as columns: a million of them take 200 MB."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("payload_hash", pa.string()),
        ("key_hash", pa.string()),
        ("episode", pa.string()),
        ("expires_at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True, slots=True)
class Target:
    """One person whom the destination shall know."""

    payload_hash: str
    key_hash: str
    episode: str
    expires_at: datetime | None = None


class Targets(Mapping[str, Target]):
    """person_id → target, each person once."""

    def __init__(self, table: pa.Table | None = None) -> None:
        """Take a table of SCHEMA; none is nobody."""
        self.table = SCHEMA.empty_table() if table is None else table.combine_chunks()
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        """Give how many people there are."""
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[str]:
        """Give every person_id."""
        return iter(self._index())

    def __getitem__(self, person: str) -> Target:
        """Give the target of a person; raises KeyError for anybody else."""
        place = self._index()[person]
        _, payload, key, episode, ends = (column[place].as_py() for column in self.table.columns)
        return Target(payload, key, episode, None if ends is None else ends.replace(tzinfo=UTC))

    def __contains__(self, person: object) -> bool:
        """Say whether a person is one of them."""
        return person in self._index()

    def _index(self) -> dict[str, int]:
        """Give where each person stands, made when first asked for."""
        if self._places is None:
            people = self.table["person_id"].to_pylist()
            self._places = {person: place for place, person in enumerate(people)}
        return self._places
