"""The steps of a plan, kept as columns: a million of them take 300 MB and are made when read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.channel import Operation

READ_ROWS = 50_000
SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("operation", pa.string()),
        ("kind", pa.string()),
        ("payload_hash", pa.string()),
        ("key_hash", pa.string()),
        ("episode", pa.string()),
        ("remote_id", pa.string()),
        ("expires_at", pa.timestamp("us", tz="UTC")),
    ]
)


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


class Steps(Sequence[PlanItem]):
    """Steps in the order in which the plan names them."""

    def __init__(self, table: pa.Table) -> None:
        """Take a table of SCHEMA."""
        self.table = table

    @classmethod
    def of(cls, items: Iterable[PlanItem]) -> "Steps":
        """Give steps that were made one by one."""
        rows = [[getattr(item, name) for name in SCHEMA.names] for item in items]
        columns = zip(*rows, strict=True) if rows else ([] for _ in SCHEMA.names)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)]
        return cls(pa.table(arrays, schema=SCHEMA))

    def __len__(self) -> int:
        """Give how many steps there are."""
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[PlanItem]:
        """Give one step after another."""
        for batch in self.table.to_batches(max_chunksize=READ_ROWS):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield _item(row)

    @overload
    def __getitem__(self, place: int) -> PlanItem: ...

    @overload
    def __getitem__(self, place: slice) -> "Steps": ...

    def __getitem__(self, place: int | slice) -> "PlanItem | Steps":
        """Give one step, or some that follow each other."""
        if isinstance(place, slice):
            start, stop, stride = place.indices(len(self))
            if stride != 1:
                raise ValueError("steps are cut without gaps")
            return Steps(self.table.slice(start, max(stop - start, 0)))
        index = range(len(self))[place]
        return next(iter(Steps(self.table.slice(index, 1))))

    def __eq__(self, other: object) -> bool:
        """Say whether the same steps stand in the same order."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment] # a table is no key of a dictionary

    def of_kind(self, *kinds: str) -> "Steps":
        """Give the steps of some kinds."""
        wanted = pa.array(kinds, pa.string())
        return Steps(self.table.filter(pc.is_in(self.table["kind"], value_set=wanted)))

    def to_call(self, operation: Operation) -> "Steps":
        """Give the steps of an operation that need a call."""
        is_wanted = pc.equal(self.table["operation"], operation.value)
        needs_none = pc.equal(self.table["kind"], "hand_over")
        return Steps(self.table.filter(pc.and_(is_wanted, pc.invert(needs_none))))

    def about(self, people: Iterable[str], *, are_in: bool = True) -> "Steps":
        """Give the steps about some people, or about everybody else."""
        wanted = pa.array(list(people), pa.string())
        mask = pc.is_in(self.table["person_id"], value_set=wanted)
        return Steps(self.table.filter(mask if are_in else pc.invert(mask)))

    def texts(self) -> Iterator[str]:
        """Give `|person_id|kind|payload_hash` of all steps, many of them in one text."""
        named = self.table.select(["person_id", "kind", "payload_hash"])
        for batch in named.to_batches(max_chunksize=READ_ROWS):
            texts = pc.binary_join_element_wise("", *batch.columns, "|")
            yield "".join(texts.to_pylist())

    def json_rows(self) -> Iterator[list[str]]:
        """Give every step as a JSON object with its id, kind and hash, many at a time."""
        named = self.table.select(["person_id", "kind", "payload_hash"])
        for batch in named.to_batches(max_chunksize=READ_ROWS):
            person, kind, payload_hash = batch.columns
            parts = ('{"person_id": ', quoted(person), ', "operation": "', kind)
            ends = ('", "payload_hash": "', payload_hash, '"}')
            yield pc.binary_join_element_wise(*parts, *ends, "").to_pylist()


def quoted(texts: pa.Array) -> pa.Array:
    """Give texts as JSON writes them."""
    if pc.any(pc.match_substring_regex(texts, r'["\\[:cntrl:]]')).as_py():
        return pa.array([json.dumps(t, ensure_ascii=False) for t in texts.to_pylist()], pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "")


def _item(row: tuple[Any, ...]) -> PlanItem:
    person, operation, kind, payload_hash, key_hash, episode, remote_id, ends = row
    at = None if ends is None else ends.astimezone(UTC)
    return PlanItem(
        person, Operation(operation), kind, payload_hash, key_hash, episode, remote_id, at
    )
