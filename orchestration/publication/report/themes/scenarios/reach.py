"""Reach: to whom each step of a scenario is due today, and what keeps it from the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say

_ROLES = {
    "allowed": "indigo",
    "without_permission": "amber",
    "unreachable": "sand",
    "waiting": "green",
    "not_wanted": "plum",
    "over_cap": "thread",
    "held_out": "grey",
}
"""The groups of refusals in the order of the contact policy, after those who would get it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One step of a scenario."""

    title_ja: str
    title_en: str
    step: str
    is_enabled: bool
    due: int
    allowed: int
    without_permission: int
    unreachable: int
    waiting: int
    not_wanted: int
    over_cap: int
    held_out: int

    @property
    def name(self) -> Text:
        """The scenario and its step."""
        return Text(f"{self.title_ja}・{self.step}", f"{self.title_en}: {self.step}")

    def of(self, group: str) -> int:
        """Persons of one group."""
        number: int = getattr(self, group)
        return number


_SQL = """
select title_ja, title_en, step, is_enabled, due, allowed, without_permission, unreachable,
    waiting, not_wanted, over_cap, held_out
from policy.rpt_scenario_reach
order by due desc, scenario, step
"""


def _build(published: Published) -> Content | None:
    steps = published.rows(Reach, _SQL)
    due = [step for step in steps if step.due]
    if not due:
        return None
    return Content(
        reading=_reading(steps),
        figures=row_chart(
            [step.name for step in due],
            [
                Series(_group(group), [step.of(group) for step in due], role)
                for group, role in _ROLES.items()
                if any(step.of(group) for step in due)
            ],
            count_axis(say("scenario_reach.axis")),
            stacked=True,
        ),
        numbers=_table(steps),
    )


def _group(group: str) -> Text:
    return say(f"scenario_reach.{group}")


def _reading(steps: Sequence[Reach]) -> Text:
    refused = {
        group: sum(step.of(group) for step in steps) for group in _ROLES if group != "allowed"
    }
    worst = max(refused, key=lambda group: refused[group])
    values = {
        "due": show.count(sum(step.due for step in steps)),
        "allowed": show.count(sum(step.allowed for step in steps)),
        "on": show.count(sum(step.is_enabled for step in steps)),
        "steps": show.count(len(steps)),
    }
    if not refused[worst]:
        return say("scenario_reach.reading_all_allowed", **values)
    number = show.count(refused[worst])
    return say("scenario_reach.reading", reason=_group(worst), number=number, **values)


def _table(steps: Sequence[Reach]) -> Table:
    return Table(
        columns=(
            Column(say("scenario_reach.step"), kind="word"),
            Column(say("scenario_reach.state"), kind="word"),
            Column(say("scenario_reach.due")),
            *(Column(_group(group)) for group in _ROLES),
        ),
        rows=tuple(
            (
                step.name,
                say("scenario_reach.is_on" if step.is_enabled else "scenario_reach.is_off"),
                show.count(step.due),
                *(show.count(step.of(group)) for group in _ROLES),
            )
            for step in steps
        ),
    )


REACH = Panel(key="scenario_reach", reads=("policy.rpt_scenario_reach",), build=_build)
