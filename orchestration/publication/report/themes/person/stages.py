"""How one person's stage changed, and what caused each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code
from orchestration.publication.report.themes.person.chosen import chosen_person

TABLE = "marts.fct_stage_transitions"


@dataclass(frozen=True, slots=True)
class Change:
    """A person's way from one stage to the next."""

    changed_on: date | None
    """None where no fact of the person is dated."""
    from_stage: str | None
    to_stage: str
    trigger: str
    days_in_stage: int | None


_SQL = """
select changed_on, from_stage, to_stage, trigger_event, days_in_stage
from marts.fct_stage_transitions
where subject_kind = 'person' and subject_id = ?
order by change_no
"""


def stage_changes(published: Published, person_id: str) -> tuple[Change, ...]:
    """Give a person's changes of stage, the first one first; none when they are not published."""
    if published.lacks([TABLE]):
        return ()
    return published.rows(Change, _SQL, [person_id])


def _build(published: Published) -> Content | None:
    person_id = chosen_person(published)
    changes = stage_changes(published, person_id) if person_id else ()
    if not changes:
        return None
    return Content(
        reading=say(
            "person_stages.reading",
            changes=show.count(len(changes) - 1),
            stage=say_code("stage_names", changes[-1].to_stage),
        ),
        tables=(PanelTable(say("person_stages.title"), _table(changes)),),
    )


def _table(changes: Sequence[Change]) -> Table:
    return Table(
        columns=(
            Column(say("person_stages.day"), kind="word"),
            Column(say("person_stages.change"), kind="sentence"),
            Column(say("person_stages.trigger"), kind="word"),
            Column(say("person_stages.days_before")),
        ),
        rows=tuple(
            (
                show.day(change.changed_on) if change.changed_on else show.NOTHING,
                _step(change),
                say_code("stage_triggers", change.trigger),
                show.NOTHING if change.days_in_stage is None else show.days(change.days_in_stage),
            )
            for change in changes
        ),
    )


def _step(change: Change) -> Text:
    to = say_code("stage_names", change.to_stage)
    if change.from_stage is None:
        return to
    return say("person_stages.step", before=say_code("stage_names", change.from_stage), after=to)


STAGE_CHANGES = Panel(key="person_stages", reads=("marts.person_timeline", TABLE), build=_build)
