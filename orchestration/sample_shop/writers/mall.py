"""The mall's order export: CSV in CP932, one row a line, order columns repeated."""

from orchestration.sample_shop import dirt
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing, header
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.purchasing import Order
from orchestration.sample_shop.world import World

SOURCE = "mall"
STYLE = CsvStyle(encoding="cp932", line_end="\r\n", is_quoted=True)
SPACING = (65, 110)
"""The months of the mall are small; still at most 1.6 % of a file is broken."""
HEADER = header(
    "注文番号,注文日時,注文ステータス,会員番号,注文者姓,注文者名,注文者セイ,注文者メイ,"
    "注文者メールアドレス,注文者電話番号,注文者郵便番号,注文者都道府県,注文者住所1,"
    "注文者住所2,明細番号,商品番号,商品名,単価,個数,クーポン利用額,送料,請求金額,発送日時,"
    "お荷物伝票番号,更新日時"
)
STATUSES = {
    "new": "新規受付",
    "processing": "処理中",
    "shipped": "発送済",
    "cancelled": "キャンセル",
    "returned": "返品",
}


class MallWriter:
    """Writes the orders people place on the mall."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._calendar = world.calendar
        self._orders = CsvFeed(
            landing,
            SOURCE,
            HEADER,
            style=STYLE,
            keys=("注文番号", "明細番号"),
            faults=dirt.MALL_ORDERS,
            spacing=SPACING,
        )

    def write(self, life: Life) -> None:
        """Write a person's orders on the mall."""
        for order in life.orders:
            if order.source == SOURCE:
                name = f"orders_{self._calendar.month(order.ordered)}.csv"
                for number, row in enumerate(self._rows(order)):
                    self._orders.write(name, row, yen=order.total if number == 0 else 0)

    def close(self) -> None:
        """Finish every file."""
        self._orders.close()

    def _rows(self, order: Order) -> list[list[str]]:
        shipped = order.fulfilment.shipped
        known = order.fulfilment.delivered
        changed = max(order.ordered, shipped or 0, known or 0)
        head = [
            order.order_id,
            self._calendar.slashed(order.ordered),
            STATUSES[order.fulfilment.status],
            order.customer_id,
            order.written.family_name,
            order.written.given_name,
            order.written.family_kana,
            order.written.given_kana,
            order.written.email,
            order.written.phone,
            order.written.postal_code,
            order.written.prefecture.name,
            order.written.address_line1,
            order.written.address_line2,
        ]
        tail = [
            str(order.discount),
            str(order.shipping_fee),
            str(order.total),
            "" if shipped is None else self._calendar.slashed(shipped),
            order.tracking_number,
            self._calendar.slashed(changed),
        ]
        return [
            [
                *head,
                str(number),
                line.product.code,
                line.product.name,
                str(line.product.price),
                str(line.quantity),
                *tail,
            ]
            for number, line in enumerate(order.lines, start=1)
        ]
