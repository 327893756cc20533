"""The quality gates: failed checks open, the passed ones folded below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say, say_code


@dataclass(frozen=True, slots=True)
class Gate:
    """One check of one gate."""

    stage: str
    check_name: str
    passed: bool
    severity: str
    detail: str


_SQL = """
select stage, check_name, passed, severity, coalesce(detail, '')
from _publication.gates
order by passed, stage, check_name, severity, detail
"""


def _build(published: Published) -> Content | None:
    gates = published.rows(Gate, _SQL)
    if not gates:
        return None
    failed = [gate for gate in gates if not gate.passed]
    passed = [gate for gate in gates if gate.passed]
    tables = []
    if failed:
        tables.append(PanelTable(say("gates.failed_checks"), _table(failed)))
    if passed:
        caption = say("gates.passed_checks", passed=show.count(len(passed)))
        tables.append(PanelTable(caption, _table(passed), is_folded=True))
    reading = say(
        "gates.reading" if failed else "gates.reading_all_passed",
        all=show.count(len(gates)),
        passed=show.count(len(passed)),
        failed=show.count(len(failed)),
    )
    return Content(reading=reading, tables=tuple(tables))


def _table(gates: Sequence[Gate]) -> Table:
    return Table(
        columns=(
            Column(say("gates.check"), kind="word"),
            Column(say("gates.stage"), kind="word"),
            Column(say("gates.outcome"), kind="word"),
            Column(say("gates.severity"), kind="word"),
            Column(say("gates.detail"), kind="sentence"),
        ),
        rows=tuple(
            (
                same(gate.check_name),
                _stage(gate.stage),
                say("gates.passed" if gate.passed else "gates.failed"),
                say_code("gate_severities", gate.severity),
                same(gate.detail) if gate.detail else show.NOTHING,
            )
            for gate in gates
        ),
    )


def _stage(stage: str) -> Text:
    room, _, rest = stage.partition("/")
    words = say_code("gate_stages", room)
    return say("gates.stage_name", room=words, rest=rest) if rest else words


GATES = Panel(key="gates", reads=("_publication.gates",), build=_build)
