"""What no figure counts, and why; each kind of row apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, join, same, say, say_code


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows that no figure counts, for one reason."""

    subject: str
    source: str
    reason: str
    rows: int
    amount: Decimal | None


ROWS_OPEN = 8
"""A longer table opens on demand."""
_SQL = """
select subject, source, reason, "rows", amount
from marts.rpt_exclusions
order by subject, "rows" desc, source, reason
"""


def _build(published: Published) -> Content | None:
    exclusions = published.rows(Exclusion, _SQL)
    if not any(row.rows for row in exclusions):
        return None
    table = _table(exclusions, published.currency)
    return Content(
        reading=_reading(exclusions),
        tables=(PanelTable(say("exclusions.title"), table, is_folded=len(exclusions) > ROWS_OPEN),),
    )


def _reading(exclusions: Sequence[Exclusion]) -> Text:
    totals: dict[str, int] = {}
    for row in exclusions:
        totals[row.subject] = totals.get(row.subject, 0) + row.rows
    parts = [
        say(
            "exclusions.reading_part",
            subject=say_code("exclusion_subjects", subject),
            rows=show.count(rows),
        )
        for subject, rows in totals.items()
    ]
    return say("exclusions.reading", parts=join(parts))


def _table(exclusions: Sequence[Exclusion], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("exclusions.reason"), kind="word"),
            Column(say("exclusions.subject"), kind="word"),
            Column(say("words.source"), kind="word"),
            Column(say("exclusions.rows")),
            Column(say("exclusions.amount")),
        ),
        rows=tuple(
            (
                say_code("exclusion_reasons", row.reason),
                say_code("exclusion_subjects", row.subject),
                same(row.source),
                show.count(row.rows),
                show.NOTHING if row.amount is None else show.money(row.amount, currency),
            )
            for row in exclusions
        ),
    )


EXCLUSIONS = Panel(key="exclusions", reads=("marts.rpt_exclusions",), build=_build)
