"""The own shop's exports: EC-CUBE 4 CSV in CP932, every field quoted, times in Japan."""

from orchestration.sample_shop import dirt
from orchestration.sample_shop.accounts import Account
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing
from orchestration.sample_shop.handwriting.written import Written
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.people import Person
from orchestration.sample_shop.purchasing import Order
from orchestration.sample_shop.shipping import PAYMENTS
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World
from orchestration.sample_shop.writers import ec_cube_columns
from orchestration.sample_shop.writers.ec_cube_lines import line_rows

SOURCE = "ec_cube"
STYLE = CsvStyle(encoding="cp932", line_end="\r\n", is_quoted=True)
STATUSES = {
    "new": ("1", "新規受付"),
    "cancelled": ("3", "注文取消し"),
    "processing": ("4", "対応中"),
    "shipped": ("5", "発送済み"),
    "paid": ("6", "入金済み"),
    "pending": ("7", "決済処理中"),
    "returned": ("9", "返品"),
}
MEMBER_STATES = {
    "provisional": ("1", "仮会員"),
    "active": ("2", "本会員"),
    "left": ("3", "退会"),
}
PAYMENT_IDS = {name: str(number) for number, name in enumerate(PAYMENTS.items, start=1)}
POINTS_PER_YEN = 100
NO_GENDER_EVERY = 9
OTHER_GENDER_EVERY = 97
"""Every nth person leaves the gender empty, or says neither woman nor man."""


class EcCubeWriter:
    """Writes products, members, orders and shipping of the own shop."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feeds; the member and product files carry the day of the export."""
        self._world = world
        export_day = world.calendar.day_texts[-1]
        self._members_file = f"members_{export_day}.csv"
        self._products_file = f"products_{export_day}.csv"
        self._products = CsvFeed(landing, SOURCE, ec_cube_columns.PRODUCTS, style=STYLE)
        self._members = CsvFeed(
            landing,
            SOURCE,
            ec_cube_columns.MEMBERS,
            style=STYLE,
            keys=("会員ID",),
            faults=dirt.EC_CUBE_MEMBERS,
        )
        keys = ("注文ID", "注文番号", "注文詳細ID", "出荷ID", "出荷伝票番号")
        self._orders = CsvFeed(
            landing,
            SOURCE,
            ec_cube_columns.ORDERS,
            style=STYLE,
            keys=keys,
            faults=dirt.EC_CUBE_ORDERS,
        )
        self._shipping = CsvFeed(
            landing,
            SOURCE,
            ec_cube_columns.ORDERS,
            style=STYLE,
            keys=keys,
            faults=dirt.EC_CUBE_SHIPPING,
        )

    def write_products(self) -> None:
        """Write the product export."""
        for product in self._world.catalogue.products:
            row = dict.fromkeys(ec_cube_columns.PRODUCTS, "")
            row |= {
                "商品ID": str(product.product_id),
                "公開ステータス(ID)": "1" if product.is_active else "2",
                "公開ステータス(名称)": "公開" if product.is_active else "非公開",
                "商品名": product.name,
                "商品規格ID": str(product.product_id),
                "販売種別(ID)": "1",
                "販売種別(名称)": "販売種別A",
                "商品コード": product.code,
                "在庫数": "0" if not product.is_active else str(40 + product.product_id * 7),
                "在庫数無制限フラグ": "0",
                "販売価格": str(product.price),
                "商品カテゴリ(名称)": product.category,
                "税率": str(product.tax_rate),
                "商品規格表示フラグ": "1",
            }
            self._products.write(self._products_file, list(row.values()))

    def write(self, life: Life) -> None:
        """Write a person's accounts and own-shop orders."""
        orders = [order for order in life.orders if order.source == SOURCE]
        for account in life.access.accounts:
            self._members.write(self._members_file, self._member(life.person, account, orders))
        for order in orders:
            month = self._world.calendar.month(order.ordered)
            for number, row in enumerate(self._order_rows(order)):
                yen = order.total if number == 0 else 0
                self._orders.write(f"orders_{month}.csv", row, yen=yen)
                self._shipping.write(f"shipping_{month}.csv", row)

    def close(self) -> None:
        """Finish every file."""
        for feed in (self._products, self._members, self._orders, self._shipping):
            feed.close()

    def _member(self, person: Person, account: Account, orders: list[Order]) -> list[str]:
        calendar = self._world.calendar
        bought = [
            order
            for order in orders
            if order.customer_id == account.member_id and order.fulfilment.is_purchase
        ]
        changed = max([account.registered, *(order.ordered for order in bought)])
        born = person.told_birth_date
        return [
            account.member_id,
            *_name_and_address(account.written),
            *_gender(person),
            "",
            "",
            f"{born.isoformat()} 00:00:00" if born is not None else "",
            calendar.stamp(bought[0].ordered) if bought else "",
            calendar.stamp(bought[-1].ordered) if bought else "",
            str(len(bought)),
            "",
            *MEMBER_STATES[account.state],
            calendar.stamp(account.registered),
            calendar.stamp(changed),
            str(sum(order.goods_total for order in bought) // POINTS_PER_YEN),
        ]

    def _order_rows(self, order: Order) -> list[list[str]]:
        lines = line_rows(order)
        head = self._order_head(order, tax=sum(line.contained_tax for line in lines))
        tail = self._order_tail(order)
        return [
            [*head, *line.fields(str(next(self._world.numbers.lines))), *tail] for line in lines
        ]

    def _order_head(self, order: Order, *, tax: int) -> list[str]:
        calendar = self._world.calendar
        person, fulfilment = order.person, order.fulfilment
        note = f"定期:{order.subscription_id}" if order.subscription_id else ""
        day = calendar.day_text(order.ordered).replace("-", "")
        return [
            order.order_id,
            f"{day}-{order.order_id}",
            order.customer_id,
            *_name_and_address(order.written),
            *_gender(person),
            "",
            "",
            "",
            note,
            str(order.goods_total),
            str(order.discount),
            str(order.shipping_fee),
            str(tax),
            str(order.total),
            str(order.total),
            *STATUSES[fulfilment.status],
            PAYMENT_IDS[fulfilment.payment],
            fulfilment.payment,
            calendar.stamp(order.ordered),
            calendar.stamp(fulfilment.paid) if fulfilment.paid is not None else "",
        ]

    def _order_tail(self, order: Order) -> list[str]:
        written = order.written
        shipped = order.fulfilment.shipped
        shipped_text = "" if shipped is None else self._world.calendar.stamp(shipped)
        return [
            order.shipment_id,
            written.family_name,
            written.given_name,
            written.family_kana,
            written.given_kana,
            "",
            written.postal_code,
            str(written.prefecture.prefecture_id),
            written.prefecture.name,
            written.address_line1,
            written.address_line2,
            written.phone,
            "1",
            "サンプル運輸",
            "",
            "",
            self._wished_day(order),
            str(order.shipping_fee),
            shipped_text,
            order.tracking_number,
            "",
            shipped_text,
        ]

    def _wished_day(self, order: Order) -> str:
        """Every fifth buyer asks for a day, when that day lies in the shop's time."""
        wished = order.ordered + 5 * DAY
        if int(order.order_id) % 5 or wished >= self._world.calendar.end:
            return ""
        return f"{self._world.calendar.day_text(wished)} 00:00:00"


def _name_and_address(written: Written) -> list[str]:
    """Give the columns from お名前(姓) to TEL."""
    prefecture = written.prefecture
    return [
        written.family_name,
        written.given_name,
        written.family_kana,
        written.given_kana,
        "",
        written.postal_code,
        str(prefecture.prefecture_id),
        prefecture.name,
        written.address_line1,
        written.address_line2,
        written.email,
        written.phone,
    ]


def _gender(person: Person) -> tuple[str, str]:
    if person.person_no % NO_GENDER_EVERY == 0:
        return ("", "")
    if person.person_no % OTHER_GENDER_EVERY == 0:
        return ("3", "その他")
    return ("2", "女性") if person.female else ("1", "男性")
