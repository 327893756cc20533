"""One person's figures: stage, purchases, sales, last purchase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Content, Panel, Tile
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say, say_code
from orchestration.publication.report.themes.person.chosen import chosen_person


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person, nothing of it personal."""

    person_id: str
    stage: str
    purchases: int
    first_purchase: date | None
    last_purchase: date | None
    recency_days: int | None
    net_sales: Decimal | None
    favourite_category: str | None
    sessions_30d: int | None
    clicks_90d: int | None


_SQL = """
select
    person_id, stage, purchase_count, first_purchase_date, last_purchase_date, recency_days,
    net_sales, favourite_category, sessions_30d, human_clicks_90d
from marts.customer_360
where person_id = ?
"""


def _build(published: Published) -> Content | None:
    person_id = chosen_person(published)
    found = published.rows(Facts, _SQL, [person_id]) if person_id else ()
    if not found:
        return None
    facts = found[0]
    return Content(reading=_reading(facts, published.currency), tiles=_tiles(facts, published))


def _reading(facts: Facts, currency: str) -> Text:
    stage = say_code("stage_names", facts.stage)
    if not facts.purchases or facts.first_purchase is None:
        return say("person_facts.reading_lead", person=facts.person_id, stage=stage)
    return say(
        "person_facts.reading",
        person=facts.person_id,
        stage=stage,
        first=show.day(facts.first_purchase),
        purchases=show.count(facts.purchases),
        sales=show.money(facts.net_sales or Decimal(0), currency),
    )


def _tiles(facts: Facts, published: Published) -> tuple[Tile, ...]:
    nothing = say("words.no_data")
    sales = facts.net_sales if facts.purchases else None
    values = {
        "stage": say_code("stage_names", facts.stage),
        "purchases": show.count(facts.purchases),
        "net_sales": nothing if sales is None else show.money(sales, published.currency),
        "recency": nothing if facts.recency_days is None else show.days(facts.recency_days),
        "category": same(facts.favourite_category) if facts.favourite_category else nothing,
        "sessions": nothing if facts.sessions_30d is None else show.count(facts.sessions_30d),
        "clicks": nothing if facts.clicks_90d is None else show.count(facts.clicks_90d),
    }
    return tuple(
        Tile(
            f"person-{key}",
            say(f"person_facts.{key}.label"),
            value,
            None,
            say(f"person_facts.{key}.definition"),
            is_empty=value == nothing,
        )
        for key, value in values.items()
    )


FACTS = Panel(
    key="person_facts", reads=("marts.customer_360", "marts.person_timeline"), build=_build
)
