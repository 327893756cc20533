"""Where a shop's files live: one folder per shop below the home folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of one shop; none is created before it is written to."""

    root: Path

    @property
    def landing(self) -> Path:
        """Files as they came, one folder per source."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed Parquet, quarantine and the log of ingested files."""
        return self.root / "lake"

    @property
    def work(self) -> Path:
        """What a build makes and throws away."""
        return self.root / "work"

    @property
    def work_db(self) -> Path:
        """The database dbt builds in; never read by anybody else."""
        return self.work / "warehouse.duckdb"

    @property
    def increments(self) -> Path:
        """What the tables of events rest on, so that a build knows whether it may add to them."""
        return self.work / "increments.json"

    @property
    def gates(self) -> Path:
        """What each gate said, per run."""
        return self.work / "gates"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest and compiled SQL for this shop."""
        return self.work / "dbt"

    @property
    def published(self) -> Path:
        """Publications and the link to the current one."""
        return self.root / "published"

    @property
    def state(self) -> Path:
        """Ledger, plans and alerts: what must survive a rebuild."""
        return self.root / "state"

    @property
    def identity_overrides(self) -> Path:
        """What people decided about records: link, or never link."""
        return self.state / "identity_overrides.csv"

    @property
    def plans(self) -> Path:
        """What each sync planned: ids, hashes and reasons, no personal data."""
        return self.state / "plans"

    @property
    def outbox(self) -> Path:
        """Where the file channel hands over."""
        return self.root / "outbox"

    @property
    def table_docs(self) -> Path:
        """dbt's documentation of the tables, one page."""
        return self.root / "docs" / "index.html"

    @property
    def reports(self) -> Path:
        """The pages of the report; index.html is the first. A link to the newest edition."""
        return self.root / "reports"
