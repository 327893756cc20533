"""The tiles at the head of the report: this month against the same days of the month before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Content, Panel, Tile
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Period:
    """Purchases from one day to another, both included."""

    first_date: date
    last_date: date
    net_sales: Decimal
    orders: int
    buyers: int
    new_buyers: int

    @property
    def repeat_buyers(self) -> int:
        """Buyers whose first purchase lies before the period."""
        return self.buyers - self.new_buyers

    @property
    def average_order_value(self) -> Decimal | None:
        """Net sales per purchase; none when nothing was bought."""
        return self.net_sales / self.orders if self.orders else None


@dataclass(frozen=True, slots=True)
class People:
    """Who bought, who may buy; None where the shop has no data to tell."""

    customers: int
    """Persons who ever bought."""
    repeaters: int
    """Persons who bought at least twice."""
    second_purchase_candidates: int | None
    """None when no delivery is known, so nobody can be a candidate."""
    leads: int | None
    """None when no source tells of persons before they buy."""


_PERIOD = """
select
    ?::date, ?::date, coalesce(sum(net_sales), 0)::decimal(18, 3), count(*),
    count(distinct person_id), count(distinct person_id) filter (is_first_purchase)
from marts.fct_orders
where is_purchase and ordered_date between ? and ?
"""
_PEOPLE = """
with persons as (
    select
        count(*) filter (purchase_count >= 1) as customers,
        count(*) filter (purchase_count >= 2) as repeaters,
        count(*) filter (stage in ('lead', 'hot_lead')) as leads,
        coalesce(bool_or(is_member), false) as has_members
    from marts.customer_360
),

candidates as (
    select
        (select count(*) from segments.seg_second_purchase) as candidates,
        exists (select 1 from marts.fct_orders where delivered_at is not null) as has_deliveries
)

select
    customers, repeaters, case when candidates > 0 or has_deliveries then candidates end,
    case when leads > 0 or has_members then leads end
from persons, candidates
"""


def _build(published: Published) -> Content:
    as_of_date = published.about.as_of_date
    month_start = as_of_date.replace(day=1)
    before_end = month_start - timedelta(days=1)
    before_end = before_end.replace(day=min(before_end.day, as_of_date.day))
    now = _period(published, month_start, as_of_date)
    before = _period(published, before_end.replace(day=1), before_end)
    (people,) = published.rows(People, _PEOPLE)
    return Content(
        reading=say(
            "tiles.period",
            first=show.day(now.first_date),
            last=show.day(now.last_date),
            first_before=show.day(before.first_date),
            last_before=show.day(before.last_date),
        ),
        tiles=(
            *_month_tiles(now, before, people, published.currency),
            _repeat_ratio(people),
            _maybe("second_purchase", people.second_purchase_candidates),
            _maybe("leads", people.leads),
        ),
    )


def _period(published: Published, first: date, last: date) -> Period:
    (period,) = published.rows(Period, _PERIOD, [first, last, first, last])
    return period


def _month_tiles(now: Period, before: Period, people: People, currency: str) -> list[Tile]:
    if not people.customers:
        why = say("tiles.no_purchase")
        return [_no_data(key, why) for key in ("sales", "buyers", "new_repeat", "order_value")]
    sales = show.money(now.net_sales, currency)
    return [
        _tile("sales", sales, _against(now.net_sales, before.net_sales)),
        _tile("buyers", show.persons(now.buyers), _against(now.buyers, before.buyers)),
        _tile(
            "new_repeat",
            say(
                "tiles.new_repeat.value",
                new=show.count(now.new_buyers),
                repeat=show.count(now.repeat_buyers),
            ),
            say(
                "tiles.new_repeat.before",
                new=show.count(before.new_buyers),
                repeat=show.count(before.repeat_buyers),
            ),
        ),
        _order_value(now, before, currency),
    ]


def _tile(key: str, value: Text, comparison: Text | None = None) -> Tile:
    return Tile(key, say(f"tiles.{key}.label"), value, comparison, say(f"tiles.{key}.definition"))


def _no_data(key: str, why: Text) -> Tile:
    label, definition = say(f"tiles.{key}.label"), say(f"tiles.{key}.definition")
    return Tile(key, label, say("words.no_data"), why, definition, is_empty=True)


def _against(now: Decimal | int, before: Decimal | int) -> Text:
    if not before:
        return say("tiles.nothing_before")
    return say("tiles.against_last_month", change=show.change(float((now - before) / before)))


def _order_value(now: Period, before: Period, currency: str) -> Tile:
    value, value_before = now.average_order_value, before.average_order_value
    if value is None:
        return _no_data("order_value", say("tiles.order_value.empty"))
    if value_before is None:
        return _tile("order_value", show.money(value, currency), say("tiles.nothing_before"))
    return _tile("order_value", show.money(value, currency), _against(value, value_before))


def _repeat_ratio(people: People) -> Tile:
    if not people.customers:
        return _no_data("repeat_ratio", say("tiles.no_purchase"))
    return _tile(
        "repeat_ratio",
        show.percent(people.repeaters / people.customers),
        say(
            "tiles.repeat_ratio.parts",
            customers=show.persons(people.customers),
            repeaters=show.persons(people.repeaters),
        ),
    )


def _maybe(key: str, number: int | None) -> Tile:
    if number is None:
        return _no_data(key, say(f"tiles.{key}.empty"))
    return _tile(key, show.persons(number))


TILES = Panel(
    key="tiles",
    reads=("marts.fct_orders", "marts.customer_360", "segments.seg_second_purchase"),
    build=_build,
)
