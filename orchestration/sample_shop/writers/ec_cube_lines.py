"""The lines of an EC-CUBE order: goods, shipping fee and discount."""

from dataclasses import dataclass

from orchestration.sample_shop.purchasing import Order

ITEM = ("1", "商品")
SHIPPING = ("2", "送料")
DISCOUNT = ("4", "割引")
FEE_TAX_RATE = 10


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as EC-CUBE keeps it; yen with tax, a discount below 0."""

    kind: tuple[str, str]
    product_id: str
    name: str
    code: str
    price: int
    quantity: int
    tax_rate: int

    @property
    def contained_tax(self) -> int:
        """Yen of tax contained in the line, cut to whole yen."""
        amount = self.price * self.quantity
        tax = abs(amount) * self.tax_rate // (100 + self.tax_rate)
        return tax if amount >= 0 else -tax

    def fields(self, line_id: str) -> list[str]:
        """Give the columns from 注文詳細ID to 明細区分(名称)."""
        return [
            line_id,
            self.product_id,
            self.product_id,
            self.name,
            self.code,
            "",
            "",
            "",
            "",
            str(self.price),
            str(self.quantity),
            str(self.tax_rate),
            "1",
            *self.kind,
        ]


def line_rows(order: Order) -> list[LineRow]:
    """Give the lines of an order; their sum is its total."""
    rows = [
        LineRow(
            kind=ITEM,
            product_id=str(line.product.product_id),
            name=line.product.name,
            code=line.product.code,
            price=line.product.price,
            quantity=line.quantity,
            tax_rate=line.product.tax_rate,
        )
        for line in order.lines
    ]
    if order.shipping_fee:
        rows.append(_fee(SHIPPING, order.shipping_fee))
    if order.discount:
        rows.append(_fee(DISCOUNT, -order.discount))
    return rows


def _fee(kind: tuple[str, str], price: int) -> LineRow:
    return LineRow(
        kind=kind,
        product_id="",
        name=kind[1],
        code="",
        price=price,
        quantity=1,
        tax_rate=FEE_TAX_RATE,
    )
