"""The KPI tiles at the head of the report."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.model import Kpis
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, what it is compared with, and what it counts."""

    key: str
    label: Text
    value: Text
    comparison: Text | None
    definition: Text
    is_empty: bool = False


def tiles(kpis: Kpis, currency: str) -> list[Tile]:
    """Give the tiles in the order of the page."""
    return [
        *_month_tiles(kpis, currency),
        _repeat_ratio(kpis),
        _maybe("second_purchase", kpis.second_purchase_candidates),
        _maybe("leads", kpis.leads),
    ]


def _month_tiles(kpis: Kpis, currency: str) -> list[Tile]:
    now, before = kpis.this_month, kpis.last_month
    if not kpis.customers:
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
        _order_value(kpis, currency),
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


def _order_value(kpis: Kpis, currency: str) -> Tile:
    now = kpis.this_month.average_order_value
    before = kpis.last_month.average_order_value
    if now is None:
        return _no_data("order_value", say("tiles.order_value.empty"))
    comparison = say("tiles.nothing_before") if before is None else _against(now, before)
    return _tile("order_value", show.money(now, currency), comparison)


def _repeat_ratio(kpis: Kpis) -> Tile:
    if not kpis.customers:
        return _no_data("repeat_ratio", say("tiles.no_purchase"))
    return _tile(
        "repeat_ratio",
        show.percent(kpis.repeaters / kpis.customers),
        say(
            "tiles.repeat_ratio.parts",
            customers=show.persons(kpis.customers),
            repeaters=show.persons(kpis.repeaters),
        ),
    )


def _maybe(key: str, number: int | None) -> Tile:
    if number is None:
        return _no_data(key, say(f"tiles.{key}.empty"))
    return _tile(key, show.persons(number))
