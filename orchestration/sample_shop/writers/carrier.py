"""The carrier's delivery records: CSV in UTF-8 with a byte order mark."""

from orchestration.sample_shop import dirt
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing, header
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.purchasing import Order
from orchestration.sample_shop.world import World

SOURCE = "carrier"
HEADER = header("お問い合わせ番号,状態,発送日時,配達完了日時,配送業者,届け先都道府県,更新日時")
CARRIER_NAME = "サンプル運輸"


class CarrierWriter:
    """Writes the parcels the carrier has a record of, by the month of shipping."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._calendar = world.calendar
        self._deliveries = CsvFeed(
            landing,
            SOURCE,
            HEADER,
            style=CsvStyle(encoding="utf-8-sig"),
            keys=("お問い合わせ番号",),
            faults=dirt.CARRIER,
        )

    def write(self, life: Life) -> None:
        """Write the records of a person's parcels."""
        for order in life.orders:
            shipped = order.fulfilment.shipped
            if shipped is not None and order.fulfilment.has_carrier_record:
                name = f"deliveries_{self._calendar.month(shipped)}.csv"
                self._deliveries.write(name, self._row(order, shipped))

    def close(self) -> None:
        """Finish every file."""
        self._deliveries.close()

    def _row(self, order: Order, shipped: int) -> list[str]:
        delivered = order.fulfilment.delivered
        return [
            order.tracking_number,
            "輸送中" if delivered is None else "配達完了",
            self._calendar.stamp(shipped),
            "" if delivered is None else self._calendar.stamp(delivered),
            CARRIER_NAME,
            order.written.prefecture.name,
            self._calendar.stamp(shipped if delivered is None else delivered),
        ]
