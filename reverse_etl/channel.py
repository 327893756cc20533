"""What a channel is: the interface every vendor file implements, and how they are found."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from reverse_etl.canonical import Value
from reverse_etl.errors import UnsupportedFeature

if TYPE_CHECKING:
    from reverse_etl.spec import SyncSpec


class DeliveryClass(StrEnum):
    """What may be done after a call whose outcome is unknown."""

    NATURAL = "A"  # an upsert: send again freely
    KEYED = "B"  # the server knows our key: send the same batch again with the same key
    UNSAFE = "C"  # never send again blindly


class Operation(StrEnum):
    """What a batch asks of the destination, in the order in which a run sends them."""

    REMOVE = "remove"
    ADD = "add"
    CHANGE = "change"
    REPLACE = "replace"  # everybody who shall be there at once; whoever is not named is taken off


class Outcome(StrEnum):
    """What one attempt came to."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"  # a job was started; its end is polled
    REJECTED = "rejected"  # the batch as a whole was refused for its content
    THROTTLED = "throttled"  # refused before acceptance: too fast
    REFUSED = "refused"  # refused before acceptance: not reachable
    UNKNOWN = "unknown"  # may or may not have been accepted
    DENIED = "denied"  # the account may not do this


class JobState(StrEnum):
    """How far an accepted job is."""

    PENDING = "pending"
    COMPLETED = "completed"
    PARTIAL = "partial"  # finished, some rows failed, the vendor does not say which
    FAILED = "failed"
    EMPTIED = "emptied"  # refused, and the destination holds nobody any more


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, and its limits."""

    modes: frozenset[str]
    media: frozenset[str]
    delivery_class: DeliveryClass
    max_rows: int
    max_bytes: int
    max_removals: int = 0
    """Rows a removal may hold; 0 = the channel cannot remove."""
    async_job: bool = False
    max_lookups: int = 0
    """Recipients that one `locate` may look up; 0 = the channel needs no remote ids."""
    leaves_machine: bool = True
    requests_per_second: float = 0.0
    """What the account may be asked in a second, in all processes together; 0 = no limit."""
    rows_per_second: float = 0.0
    """Rows, of all requests together, that the account takes in a second; 0 = no limit."""
    in_flight: int = 1
    """Batches that may be on their way at once. More than one only where a run that is killed can
    end each of them for certain: by sending it again, by its key or by calling it back."""
    replaces_whole: bool = False
    """The destination cannot take single people off: every change is a new list of everybody."""
    can_recall: bool = False
    """A message that was accepted, or may have been, can be called back before it goes out."""

    @property
    def can_remove(self) -> bool:
        """Say whether recipients can be taken off the destination."""
        return self.max_removals > 0


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient with the mapped payload."""

    person_id: str
    payload: Mapping[str, Value]
    message_id: str = ""
    """Our own opaque id of one message, in mode message; provider events name it again."""


@dataclass(frozen=True, slots=True)
class Item:
    """One recipient as the destination will get it."""

    person_id: str
    key: str
    """Whom the destination knows the recipient as; two items with one key are one recipient."""
    content: Mapping[str, object] = field(repr=False)
    size: int = 0
    remote_id: str | None = None
    twin: str = field(default="", repr=False)
    """Recipients with one text here shall get one piece between them; empty = nobody's twin."""
    message_id: str = ""
    """As in Row; empty where nobody is sent a message."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row the channel cannot carry, and why, without personal data."""

    person_id: str
    code: str


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Rows that `build` surely turns into an Item that is nobody's twin, told in SQL of DuckDB."""

    condition: str
    """True only for such rows; any other row, and NULL, is given to `build`."""
    key: str
    """The Item's key of such a row."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one attempt sends."""

    key: str
    """Stays the same when the batch is sent again."""
    sync: str
    run_id: str
    run_date: date
    operation: Operation
    items: Sequence[Item] = field(repr=False)
    handle: str = ""
    """What `prepare` gave; by it a batch is recalled."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one attempt came to; `rejected` maps person_id to a code inside a good batch."""

    outcome: Outcome
    code: str = ""
    job: str | None = None
    retry_after: float | None = None
    rejected: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobResult:
    """How far a job is; `code` says why it failed."""

    state: JobState
    code: str = ""


@dataclass(frozen=True, slots=True)
class Provision:
    """What a third party gets of a person, for the record that the law asks for."""

    recipient: str
    country: str
    """ISO 3166-1 alpha-2, of the recipient."""
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a channel can be used now, in words for a person."""

    ok: bool
    message: str


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the environment gives to channels; secrets never show in a representation."""

    outbox: Path | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    base_urls: Mapping[str, str] = field(default_factory=dict)
    """Channel name → address, to reach a region or a local server instead of the vendor."""
    timeout_seconds: float = 30.0


class Channel(ABC):
    """A way to reach people; one file of this package declares one."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    hold: timedelta = timedelta(0)
    """How long the destination keeps a message back after it was handed over, to be undone."""

    @classmethod
    @abstractmethod
    def open(
        cls, options: Mapping[str, object], fields: Sequence[str], settings: ChannelSettings
    ) -> Self:
        """Give a channel for a sync with these options and payload fields; makes no call."""

    @classmethod
    @abstractmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Raise ValueError that says the mend when options and fields do not fit the channel."""

    @classmethod
    def check_advertising(cls, options: Mapping[str, object]) -> None:
        """Raise ValueError that says the mend when advertising would lack its way out."""
        del options

    @abstractmethod
    def missing(self) -> str | None:
        """Say what must be set before it can send and where, or None; makes no call."""

    @abstractmethod
    def check(self) -> Health:
        """Say whether the account answers and may do this; changes nothing."""

    @abstractmethod
    def build(self, row: Row) -> Item | Reject:
        """Give the row as the destination takes it; pure."""

    def plain_rows(
        self, person: str, texts: Mapping[str, str], others: Mapping[str, str]
    ) -> PlainRows | None:
        """Give which rows need no `build` to be planned; None where every row does.

        All is SQL: the id, and by field the payload's values of type text and of other types. The
        texts of rows asked about hold no control character and nothing that JSON escapes.
        """
        del person, texts, others
        return None

    @abstractmethod
    def deliver(self, batch: Batch) -> BatchResult:
        """Make exactly one attempt; never raises for an answer of the other side."""

    def provision(self) -> Provision | None:
        """Say what a third party gets for purposes of its own; None where it works for the shop."""
        return None

    def leave_out(self, sync: str, run_id: str, run_date: date, rejects: Sequence[Reject]) -> None:
        """Tell the shop of rows that could not be sent as they are, where the channel has a place.

        Raises TransientError when that place is not to be had.
        """
        del sync, run_id, run_date, rejects

    def prepare(self, batch: Batch) -> str:
        """Give the destination's handle for a batch; the ledger keeps it before the batch is sent.

        Empty where batches need none. Raises TransientError, TerminalError; nothing is sent yet.
        """
        del batch
        return ""

    def recall(self, handle: str) -> bool:
        """Call back what was sent under a handle; True only when nobody will get it any more.

        Raises TransientError while the destination does not say; it may be asked again.
        """
        raise UnsupportedFeature(f"channel {self.name} cannot call batch {handle} back")

    def poll(self, job: str, items: Sequence[Item]) -> JobResult:
        """Say how far a job is; items hold remote ids. Raises TransientError, TerminalError."""
        raise UnsupportedFeature(f"channel {self.name} has no job {job} of {len(items)} people")

    def locate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Give person_id → remote id of those found. Raises TransientError, TerminalError."""
        raise UnsupportedFeature(f"channel {self.name} looks nobody up ({len(items)} asked)")


def open_channel(spec: "SyncSpec", settings: ChannelSettings) -> Channel:
    """Give the channel of a sync; raises UnsupportedFeature when there is no such channel."""
    channels = discover_channels()
    if spec.channel not in channels:
        raise UnsupportedFeature(f"no channel {spec.channel}; choose of {', '.join(channels)}")
    return channels[spec.channel].open(spec.options, tuple(spec.payload), settings)


def discover_channels() -> dict[str, type[Channel]]:
    """Give every channel class that a module of this package declares, by name."""
    package = importlib.import_module("reverse_etl.channels")
    found: dict[str, type[Channel]] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Channel) and value is not Channel:
                found[value.name] = value
    return dict(sorted(found.items()))
