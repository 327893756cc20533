"""Runs, the data they read, and who approved their plans."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from reverse_etl.ledger.schema import APPROVAL, BATCH, RUN
from reverse_etl.ledger.store import LedgerStore
from reverse_etl.source import Source

WAITING = "awaiting_approval"


class Runs(LedgerStore):
    """Every run of every sync."""

    def start_run(
        self,
        *,
        run_id: str,
        summary: Mapping[str, Any],
        source: Source | None,
        is_dry_run: bool,
        now: datetime,
    ) -> None:
        """Note a run with its plan; the same run of the same sync is noted once."""
        values = {
            "plan_id": summary["plan_id"],
            "publication_id": summary["publication_id"],
            "published_at": source.published_at if source else None,
            "as_of_date": source.as_of_date if source else None,
            "status": summary["status"],
            "is_dry_run": is_dry_run,
            "started_at": now,
            "finished_at": None,
            "summary": _text(summary),
        }
        sync = summary["sync"]
        with self._engine.begin() as connection:
            known = RUN.update().where(RUN.c.run_id == run_id, RUN.c.sync == sync)
            if connection.execute(known.values(**values)).rowcount == 0:
                connection.execute(RUN.insert().values(run_id=run_id, sync=sync, **values))

    def finish_run(self, run_id: str, summary: Mapping[str, Any], *, now: datetime) -> None:
        """Note how a run ended."""
        change = RUN.update().where(RUN.c.run_id == run_id, RUN.c.sync == summary["sync"])
        values = {"status": summary["status"], "finished_at": now, "summary": _text(summary)}
        with self._engine.begin() as connection:
            connection.execute(change.values(**values))

    def recent_publications(self, sync: str, *, limit: int = 5) -> list[str]:
        """Give the publications that the last runs of a sync read, newest first."""
        query = (
            select(RUN.c.publication_id)
            .where(RUN.c.sync == sync)
            .group_by(RUN.c.publication_id)
            .order_by(func.max(RUN.c.started_at).desc())
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query.limit(limit)))

    def last_source(self, sync: str) -> Source | None:
        """Give of when the data last delivered were; None for none that the ledger knows.

        Removals that went ahead of a waiting plan make newer data count, never older ones.
        """
        sent = select(BATCH.c.batch_key).where(BATCH.c.run_id == RUN.c.run_id, BATCH.c.sync == sync)
        query = (
            select(RUN.c.as_of_date, RUN.c.published_at, RUN.c.status)
            .where(RUN.c.sync == sync, RUN.c.is_dry_run.is_(False), RUN.c.published_at.is_not(None))
            .where((RUN.c.status != WAITING) | sent.exists())
            .order_by(RUN.c.started_at.desc())
        )
        seen: list[Source] = []
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                seen.append(Source(row.as_of_date, row.published_at))
                if row.status != WAITING:
                    break
        if not seen:
            return None
        days, instants = [s.as_of_date for s in seen], [s.published_at for s in seen]
        return Source(max(days), max(instants))

    def last_live_run(self, sync: str) -> datetime | None:
        """Give when a live run of a sync last began that did not end in waiting."""
        query = select(func.max(RUN.c.started_at)).where(
            RUN.c.sync == sync, RUN.c.is_dry_run.is_(False), RUN.c.status != WAITING
        )
        with self._engine.connect() as connection:
            at: datetime | None = connection.scalar(query)
        return at

    def latest_summaries(self) -> list[dict[str, Any]]:
        """Give the summary of the last live run of every sync, or of its last plan without any."""
        query = select(RUN.c.sync, RUN.c.summary).order_by(
            RUN.c.is_dry_run.desc(), RUN.c.started_at, RUN.c.run_id
        )
        with self._engine.connect() as connection:
            newest = {row.sync: row.summary for row in connection.execute(query)}
        return [json.loads(newest[sync]) for sync in sorted(newest)]

    def approve(self, plan_id: str, *, by: str, now: datetime) -> bool:
        """Note who approved a waiting plan; False when no such plan waits."""
        waiting = select(RUN.c.sync).where(RUN.c.plan_id == plan_id, RUN.c.status == WAITING)
        with self._engine.begin() as connection:
            sync = connection.scalar(waiting.limit(1))
            if sync is None:
                return False
            known = APPROVAL.update().where(APPROVAL.c.plan_id == plan_id)
            if connection.execute(known.values(approved_by=by, approved_at=now)).rowcount == 0:
                row = {"plan_id": plan_id, "sync": sync, "approved_by": by, "approved_at": now}
                connection.execute(APPROVAL.insert().values(**row))
        return True

    def approver(self, plan_id: str) -> str | None:
        """Give who approved a plan, if anybody did."""
        query = select(APPROVAL.c.approved_by).where(APPROVAL.c.plan_id == plan_id)
        with self._engine.connect() as connection:
            return connection.scalar(query)


def _text(summary: Mapping[str, Any]) -> str:
    return json.dumps(dict(summary), ensure_ascii=False, sort_keys=True)
