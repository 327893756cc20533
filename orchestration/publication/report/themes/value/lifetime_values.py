"""What the buyers are expected to bring in the next year, from the best tenth to the last."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, money_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the buyers by predicted value, 1 being the best."""

    tenth: int
    buyers: int
    value: Decimal
    by_cohort: int
    """Who of them no model speaks for."""
    in_profit: int
    """Whose value is counted in gross profit."""


_SQL = """
with ranked as (
    select
        predicted_clv_365d,
        method,
        value_basis,
        ntile(10) over (order by predicted_clv_365d desc, person_id) as tenth
    from marts.customer_predictions
    where predicted_clv_365d is not null
)

select
    tenth,
    count(*),
    sum(predicted_clv_365d),
    count(case when method = 'cohort' then 1 end),
    count(case when value_basis = 'gross_profit' then 1 end)
from ranked
group by tenth
order by tenth
"""


def _build(published: Published) -> Content | None:
    tenths = published.rows(Tenth, _SQL)
    buyers, total = sum(t.buyers for t in tenths), sum((t.value for t in tenths), Decimal(0))
    if not buyers or total <= 0:
        return None
    currency = published.currency
    means = [tenth.value / tenth.buyers for tenth in tenths]
    basis = "profit" if any(tenth.in_profit for tenth in tenths) else "sales"
    return Content(
        reading=say(
            "lifetime_values.reading",
            basis=say(f"lifetime_values.{basis}"),
            total=show.money(total, currency),
            persons=show.persons(buyers),
            share=show.percent(float(tenths[0].value / total)),
        ),
        figures=column_chart(
            [same(tenth.tenth) for tenth in tenths],
            [Series(say("lifetime_values.mean"), means)],
            money_axis(say("lifetime_values.mean"), currency),
            names_title=say("lifetime_values.tenth"),
        ),
        numbers=_table(tenths, means, currency),
        note=_note(sum(tenth.by_cohort for tenth in tenths), buyers),
    )


def _note(by_cohort: int, buyers: int) -> Text | None:
    if not by_cohort:
        return None
    key = "all_by_cohort" if by_cohort == buyers else "some_by_cohort"
    return say(f"lifetime_values.{key}", persons=show.persons(by_cohort))


def _table(tenths: tuple[Tenth, ...] | list[Tenth], means: list[Decimal], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("lifetime_values.tenth"), kind="word"),
            Column(say("words.buyers")),
            Column(say("lifetime_values.mean")),
            Column(say("lifetime_values.sum")),
        ),
        rows=tuple(
            (
                same(tenth.tenth),
                show.count(tenth.buyers),
                show.money(mean, currency),
                show.money(tenth.value, currency),
            )
            for tenth, mean in zip(tenths, means, strict=True)
        ),
    )


LIFETIME_VALUES = Panel(key="lifetime_values", reads=("marts.customer_predictions",), build=_build)
