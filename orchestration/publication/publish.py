"""Publishes the work database: audits it, copies it, and swaps the copy in at one stroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.durable import sync
from orchestration.publication.changes import (
    ChangeLimits,
    change_problems,
    sales_problems,
    sales_until,
)
from orchestration.publication.editions import (
    UNFINISHED,
    Edition,
    Publication,
    PublishedTable,
    clear_unfinished,
    current,
    exclusive,
    prune,
    serve,
    write_about,
)
from orchestration.publication.errors import PublicationRefused
from orchestration.publication.gates import GateRecord, gate_problems
from orchestration.publication.snapshot import copy_tables, measured, write_about_tables
from orchestration.publication.work_database import SourceTable, WorkDatabase, opened


@dataclass(frozen=True, slots=True)
class PublicationReport:
    """What publishing did."""

    publication: Publication
    removed: tuple[str, ...]
    """Ids of old publications deleted to make room."""
    changed_tables: tuple[str, ...]
    """Tables whose rows differ from the publication before; all of them in the first."""


def publish(
    work_db: Path,
    published: Path,
    edition: Edition,
    *,
    gates: Sequence[GateRecord],
    required_stages: Sequence[str],
    limits: ChangeLimits | None,
    keep: int = 7,
) -> PublicationReport:
    """Publish every table of marts, segments, policy, identity and contact.

    `limits` are those against the publication served now; None publishes any change, for the
    one run in which somebody has looked at it. The newest `keep` publications stay.

    Raises PublicationRefused, with everything that is wrong, when a required gate is missing or
    failed, when a limit is broken, or when a table outside contact holds e-mail addresses.
    Whatever happens, the publication served before stays until the new one is complete.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}: at least the current publication is kept")
    _refuse(gate_problems(gates, required_stages))
    with exclusive(published):
        clear_unfinished(published)
        previous = current(published)
        with opened(work_db) as work:
            tables = work.tables()
            _refuse(_audit(work, tables, edition, previous, limits))
            staging = _empty_folder(published, edition)
            copied = _fill(work, tables, staging, edition, gates, previous)
        publication = _finish(staging, published, edition, copied)
        removed = prune(published, keep)
    return PublicationReport(publication, removed, _changed(copied, previous))


def _audit(
    work: WorkDatabase,
    tables: Sequence[SourceTable],
    edition: Edition,
    previous: Publication | None,
    limits: ChangeLimits | None,
) -> list[str]:
    if not tables:
        return ["the work database has nothing to publish: build it first"]
    problems = work.address_problems(tables)
    if previous is None:
        return problems
    if previous.edition.shop != edition.shop:
        problems.append(
            f"the folder serves the shop {previous.edition.shop}, not {edition.shop}:"
            " give every shop its own folder"
        )
    if limits is None:
        return problems
    counts = {table.name: work.row_count(table) for table in tables}
    problems += change_problems(counts, previous, limits)
    orders = next((table for table in tables if table.name == "marts.fct_orders"), None)
    if orders is not None:
        until = min(edition.as_of_date, previous.edition.as_of_date)
        now = sales_until(work.connection, work.named(orders), until)
        problems += sales_problems(now, previous, until, limits)
    return problems


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise PublicationRefused(
            f"nothing was published, for {len(problems)} reason(s):\n{listed}\n"
            "What was published before is still served."
        )


def _empty_folder(published: Path, edition: Edition) -> Path:
    if (published / edition.publication_id).exists():
        _refuse([f"publication {edition.publication_id} exists: take another id"])
    staging = published / f"{edition.publication_id}{UNFINISHED}"
    # Closed to others until the contact file inside has its own mode.
    staging.mkdir(mode=0o700)
    return staging


def _fill(
    work: WorkDatabase,
    tables: Sequence[SourceTable],
    staging: Path,
    edition: Edition,
    gates: Sequence[GateRecord],
    previous: Publication | None,
) -> tuple[PublishedTable, ...]:
    copy_tables(work, tables, staging)
    before: Mapping[str, int] = {} if previous is None else previous.row_counts()
    copied = tuple(measured(work, table, before.get(table.name)) for table in tables)
    write_about_tables(work, edition, copied, gates)
    write_about(staging, edition, copied)
    return copied


def _finish(
    staging: Path, published: Path, edition: Edition, tables: tuple[PublishedTable, ...]
) -> Publication:
    publication = Publication(published / edition.publication_id, edition, tables)
    for path in [*staging.rglob("*"), staging]:
        if path.is_file():
            path.chmod(0o600 if path.name == publication.contacts.name else 0o444)
        sync(path)
    staging.chmod(0o755)
    staging.rename(publication.folder)
    sync(published)
    serve(publication)
    return publication


def _changed(tables: Sequence[PublishedTable], previous: Publication | None) -> tuple[str, ...]:
    before = {} if previous is None else {t.name: t.content_hash for t in previous.tables}
    return tuple(table.name for table in tables if before.get(table.name) != table.content_hash)
