"""What the report knows of one publication: counts, sums and names, never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Publication:
    """Which publication the report shows, and what it covers."""

    publication_id: str
    as_of_date: date
    published_at: datetime
    currency: str
    """Empty when the publication holds no order at all."""
    first_order_date: date | None
    orders: int
    persons: int
    sources: tuple[str, ...]
    has_web_data: bool


@dataclass(frozen=True, slots=True)
class Period:
    """Purchases from one day to another, both included."""

    first_date: date
    last_date: date
    net_sales: Decimal
    orders: int
    buyers: int
    new_buyers: int

    @property
    def repeat_buyers(self) -> int:
        """Buyers whose first purchase lies before the period."""
        return self.buyers - self.new_buyers

    @property
    def average_order_value(self) -> Decimal | None:
        """Net sales per purchase; none when nothing was bought."""
        return self.net_sales / self.orders if self.orders else None


@dataclass(frozen=True, slots=True)
class Kpis:
    """The figures of the tiles."""

    this_month: Period
    last_month: Period
    """The same days of the month before."""
    customers: int
    """Persons who ever bought."""
    repeaters: int
    """Persons who bought at least twice."""
    second_purchase_candidates: int | None
    """None when no delivery is known, so nobody can be a candidate."""
    leads: int | None
    """None when no source tells of persons before they buy."""


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Purchases of one month, first purchases apart from later ones."""

    month: date
    is_complete: bool
    new_sales: Decimal
    repeat_sales: Decimal
    new_orders: int
    repeat_orders: int


@dataclass(frozen=True, slots=True)
class CohortCell:
    """Persons of one first-purchase month who bought again so many months later."""

    cohort_month: date
    months_since: int
    cohort_size: int
    active_persons: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Buyers of one recency score, frequency score and segment."""

    r_score: int
    f_score: int
    segment: str
    segment_ja: str
    buyers: int
    net_sales: Decimal


@dataclass(frozen=True, slots=True)
class Decile:
    """One tenth of the buyers, 1 = the best."""

    decile: int
    customers: int
    net_sales: Decimal
    sales_share: float
    cumulative_share: float


@dataclass(frozen=True, slots=True)
class Stage:
    """Persons, or browsers, on one step of the ladder."""

    stage: str
    stage_ja: str
    subject_kind: str
    subjects: int
    share_of_kind: float | None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows that no figure counts, for one reason."""

    subject: str
    source: str
    reason: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment and the persons in it."""

    name: str
    persons: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Persons of one sync's segment who may be contacted (no reason), or why not."""

    sync: str
    channel: str
    reason: str | None
    persons: int


@dataclass(frozen=True, slots=True)
class Gate:
    """One check of one gate."""

    stage: str
    check_name: str
    passed: bool
    severity: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that the report shows of one publication."""

    publication: Publication
    kpis: Kpis
    months: tuple[MonthSales, ...]
    cohorts: tuple[CohortCell, ...]
    rfm: tuple[RfmCell, ...]
    deciles: tuple[Decile, ...]
    stages: tuple[Stage, ...]
    exclusions: tuple[Exclusion, ...]
    segments: tuple[Segment, ...]
    eligibility: tuple[Eligibility, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """What one sync planned and what the channel did with it."""

    sync: str
    segment: str
    channel: str
    status: str
    adds: int
    changes: int
    removals: int
    unchanged: int
    refused: tuple[tuple[str, int], ...]
    """Reason and persons, the most frequent reason first."""
    invalid: int
    delivered: int
    rejected: int
    unknown: int
    waiting_for: tuple[str, ...]
    """Codes of the breakers that hold the plan, or one sentence; empty when nothing does."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What arrived of one entity of one source."""

    source: str
    entity: str
    files: int
    rows_accepted: int
    rows_quarantined: int
    newest_at: datetime | None
    loaded_at: datetime | None
