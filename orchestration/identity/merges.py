"""How many of the persons that others read were merged away since."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.identity.queries import text
from orchestration.identity.state import IdentityFiles


@dataclass(frozen=True, slots=True)
class MergedPersons:
    """Persons of the last publication, and those whose records others have now."""

    published: int
    merged: int

    def problem(self, *, max_ratio: float, floor: int) -> str | None:
        """Say that too many were merged away; None while they are within the limits."""
        if self.merged <= max(floor, max_ratio * self.published):
            return None
        return (
            f"{self.merged:,} of the {self.published:,} published persons were merged away"
            f" ({self.merged / self.published:.1%}); {max_ratio:.1%}, and always {floor:,}, are"
            " within the limits. Look at what joins them (`enishi identity person ID`,"
            " `enishi identity why RECORD RECORD`); then add never_link rows or change the rules,"
            " or run `enishi publish --accept-changes`"
        )


def merged_since(warehouse: Path | None, lake: Path) -> MergedPersons:
    """Compare the person map with the publication that is served, not with the last run.

    So merges that nobody accepted stay in sight, however often the resolution runs. A person
    counts as merged away when no record has its id any more though some of its records are
    still there. Without a publication, or without persons in it, nobody was.
    """
    if warehouse is None:
        return MergedPersons(0, 0)
    person_map = IdentityFiles(lake / "identity").person_map
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(warehouse)} as published (read_only)")
        tables = connection.execute(
            "select 1 from information_schema.tables where table_catalog = 'published'"
            " and table_schema = 'identity' and table_name = 'person_identifiers'"
        ).fetchall()
        if not tables:
            return MergedPersons(0, 0)
        row = connection.execute(
            "with persons as (select now.person_id, before.person_id as old_person_id"
            " from published.identity.person_identifiers as before"
            f" left join read_parquet({text(person_map)}) as now"
            " on before.record_key = now.record_key),"
            f" living as (select distinct person_id from read_parquet({text(person_map)}))"
            " select count(distinct old_person_id), count(distinct old_person_id) filter"
            " (where person_id is not null"
            " and old_person_id not in (select person_id from living)) from persons"
        ).fetchone()
    return MergedPersons(*row) if row else MergedPersons(0, 0)
