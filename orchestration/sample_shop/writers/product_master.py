"""The product master: what EC-CUBE does not know of an article."""

from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing, header
from orchestration.sample_shop.world import World

SOURCE = "product_master"
HEADER = header(
    "商品コード,商品名,カテゴリ,ブランド,テイスト,税込価格,原価,在庫数,使用日数,お試し区分,"
    "販売状態,更新日時"
)


class ProductMasterWriter:
    """Writes the one file of the product master."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._world = world
        self._products = CsvFeed(landing, SOURCE, HEADER, style=CsvStyle())

    def write_products(self) -> None:
        """Write every article."""
        calendar = self._world.calendar
        for product in self._world.catalogue.products:
            row = [
                product.code,
                product.name,
                product.category,
                product.brand,
                product.taste,
                str(product.price),
                str(product.cost),
                "0" if not product.is_active else str(40 + product.product_id * 7),
                str(product.pack_days) if product.pack_days else "",
                "1" if product.is_trial else "0",
                "販売中" if product.is_active else "終売",
                f"{calendar.day_texts[-1]} 03:00:00",
            ]
            self._products.write(f"products_{calendar.day_texts[-1]}.csv", row)

    def close(self) -> None:
        """Finish the file."""
        self._products.close()
