"""Several entities from one feed, and several feeds for one entity."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orchestration.ingest.ingest import LandedBatch


@dataclass(frozen=True)
class Verdict:
    passed: bool

    def message(self) -> str:
        return "every row is fine"


LINES_MAPPING = """
    source: shop
    description: Lines of orders.
    time_zone: Asia/Tokyo
    feeds:
      - name: lines
        files: "*.csv"
        format: csv
        max_bad_row_ratio: 1
        entities:
          - entity: orders
            columns:
              source_order_id: order
              ordered_at: day
          - entity: order_lines
            where: {kind: [1, 4]}
            columns:
              source_order_id: order
              source_line_id: line
              quantity: pieces
          - entity: shipments
            where: {parcel: "*"}
            columns: {source_shipment_id: parcel, source_order_id: order}
"""


def test_a_row_bad_for_one_entity_gives_nothing_to_any(make_shop: Callable[[str], Any]) -> None:
    shop = make_shop(LINES_MAPPING)
    shop.land(
        "a.csv",
        "order,day,line,kind,pieces,parcel\n"
        "A,2026-10-01,1,1,2,P1\n"  # an order, a line, a parcel
        "A,2026-10-01,2,2,-,P1\n"  # no line, so that its pieces do not matter
        "B,2026-10-02,1,1,two,P2\n"  # bad as a line, so no order and no parcel either
        "C,2026-10-03,1,4,1,\n",  # no parcel
    )

    report = shop.ingest()

    assert shop.rows("orders", "source_order_id, _row") == [("A", 3), ("C", 5)]
    assert shop.rows("order_lines", "source_order_id, _row") == [("A", 2), ("C", 5)]
    assert shop.rows("shipments", "source_shipment_id, _row") == [("P1", 3)]
    assert shop.quarantine("entity, row, reason, column_name") == [
        ("order_lines", 4, "bad_integer", "pieces")
    ]
    counts = [
        (e.rows_read, e.accepted, e.quarantined, e.filtered, e.repeated) for e in report.entities
    ]
    assert counts == [(4, 2, 1, 0, 1), (4, 2, 1, 1, 0), (4, 1, 1, 1, 1)]


def test_two_feeds_of_one_entity_meet_in_one_gate(make_shop: Callable[[str], Any]) -> None:
    shop = make_shop(
        """
        source: shop
        description: Two product lists.
        feeds:
          - name: dry
            files: dry.csv
            format: csv
            entities: [{entity: products, columns: {source_product_id: id}}]
          - name: wet
            files: wet.csv
            format: csv
            max_bad_row_ratio: 0.2
            entities: [{entity: products, columns: {source_product_id: code}}]
        """
    )
    ratios: list[float] = []

    def gate(batch: LandedBatch) -> Verdict:
        ratios.append(batch.max_bad_row_ratio)
        assert batch.frame()["source_product_id"].tolist() == ["1", "2"]
        return Verdict(passed=True)

    shop.gate = gate
    shop.land("dry.csv", "id\n1\n")
    shop.land("wet.csv", "code\n2\n")

    shop.ingest()

    assert ratios == [0.2]
    assert shop.rows("products", "source_product_id") == [("1",), ("2",)]
