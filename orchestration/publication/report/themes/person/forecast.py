"""What is expected of one person: next order, chance to buy again, sales of the next year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Content, Panel, Tile
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say
from orchestration.publication.report.themes.person.chosen import chosen_person


@dataclass(frozen=True, slots=True)
class Forecast:
    """Predictions of one buyer; None where no model speaks."""

    next_order: date | None
    early: date | None
    late: date | None
    orders: float | None
    sales: Decimal | None
    alive: float | None
    method: str


_SQL = """
select
    expected_date_of_next_order, next_order_p20_date, next_order_p80_date,
    predicted_number_of_orders, predicted_clv, alive_probability, method
from marts.customer_predictions
where person_id = ?
"""


def _build(published: Published) -> Content | None:
    person_id = chosen_person(published)
    found = published.rows(Forecast, _SQL, [person_id]) if person_id else ()
    if not found:
        return None
    forecast = found[0]
    return Content(
        reading=_reading(forecast, published.about.as_of_date, published.currency),
        tiles=_tiles(forecast, published.currency),
    )


def _reading(forecast: Forecast, today: date, currency: str) -> Text:
    parts = []
    if forecast.next_order is not None:
        key = "late" if forecast.next_order <= today else "coming"
        parts.append(say(f"person_forecast.{key}", day=show.day(forecast.next_order)))
    if forecast.sales is not None:
        parts.append(say("person_forecast.expected", sales=show.money(forecast.sales, currency)))
    if forecast.method == "cohort":
        parts.append(say("person_forecast.by_cohort"))
    if not parts:
        return say("person_forecast.silent")
    return Text("".join(part.ja for part in parts), " ".join(part.en for part in parts))


def _tiles(forecast: Forecast, currency: str) -> tuple[Tile, ...]:
    between = (
        None
        if forecast.early is None or forecast.late is None
        else say(
            "person_forecast.between", early=show.day(forecast.early), late=show.day(forecast.late)
        )
    )
    return (
        _tile(
            "next_order", show.day(forecast.next_order) if forecast.next_order else None, between
        ),
        _tile("alive", None if forecast.alive is None else show.percent(forecast.alive)),
        _tile("orders", None if forecast.orders is None else show.number(forecast.orders)),
        _tile("sales", None if forecast.sales is None else show.money(forecast.sales, currency)),
    )


def _tile(key: str, value: Text | None, comparison: Text | None = None) -> Tile:
    return Tile(
        f"person-{key}",
        say(f"person_forecast.{key}.label"),
        value or say("words.no_data"),
        comparison,
        say(f"person_forecast.{key}.definition"),
        is_empty=value is None,
    )


FORECAST = Panel(
    key="person_forecast",
    reads=("marts.customer_predictions", "marts.person_timeline"),
    build=_build,
)
