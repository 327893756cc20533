"""What the shop sells: tea, sweets, supplements, skin care and tableware."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.weighted import Weighted

GIFT_SEASON_WEIGHT = 4.0
"""How much likelier a gift box is chosen in a gift season."""


@dataclass(frozen=True, slots=True)
class Product:
    """One article; money in yen with tax, `pack_days` 0 when it is not used up."""

    product_id: int
    code: str
    name: str
    category: str
    brand: str
    taste: str
    price: int
    cost: int
    pack_days: int
    is_trial: bool
    is_active: bool
    tax_rate: int
    popularity: float


# category, code prefix, tax rate, popularity of each article
_CATEGORIES = {
    "日本茶": ("TEA", 8, 1.5),
    "和菓子": ("SWT", 8, 1.0),
    "健康食品": ("SUP", 8, 1.4),
    "スキンケア": ("SKN", 10, 1.6),
    "うつわ": ("TBL", 10, 0.5),
    "ギフト": ("GFT", 8, 0.5),
}

# category, name, brand, taste, price, pack days; a trial has お試し in its name
_ARTICLES = (
    ("日本茶", "深蒸し煎茶 100g", "縁茶舗", "深蒸し", 1296, 30),
    ("日本茶", "深蒸し煎茶 ティーバッグ 30包", "縁茶舗", "深蒸し", 1080, 30),
    ("日本茶", "玉露 50g", "縁茶舗", "玉露", 2160, 30),
    ("日本茶", "ほうじ茶 150g", "縁茶舗", "ほうじ", 864, 30),
    ("日本茶", "玄米茶 200g", "里山園", "玄米", 756, 30),
    ("日本茶", "抹茶 30g", "里山園", "抹茶", 1944, 45),
    ("日本茶", "和紅茶 80g", "里山園", "紅茶", 1188, 30),
    ("日本茶", "煎茶 お試し 20g", "縁茶舗", "深蒸し", 540, 7),
    ("日本茶", "水出し緑茶 15包", "里山園", "煎茶", 972, 15),
    ("和菓子", "抹茶カステラ", "菓子工房ゆい", "抹茶", 1620, 0),
    ("和菓子", "栗どら焼き 6個", "菓子工房ゆい", "栗", 1512, 0),
    ("和菓子", "黒糖羊羹", "菓子工房ゆい", "黒糖", 1080, 0),
    ("和菓子", "きなこ飴", "菓子工房ゆい", "きなこ", 432, 0),
    ("和菓子", "塩豆大福 5個", "浜屋", "塩", 1296, 0),
    ("和菓子", "わらび餅", "浜屋", "きなこ", 864, 0),
    ("健康食品", "青汁 30包", "すこやか堂", "大麦若葉", 3240, 30),
    ("健康食品", "青汁 お試し 7包", "すこやか堂", "大麦若葉", 500, 7),
    ("健康食品", "黒酢もろみ 60粒", "すこやか堂", "黒酢", 2700, 30),
    ("健康食品", "はちみつ生姜 300g", "すこやか堂", "生姜", 1836, 45),
    ("健康食品", "乳酸菌サプリ 30包", "ひだまり", "乳酸菌", 2916, 30),
    ("健康食品", "コラーゲンペプチド 100g", "ひだまり", "無味", 2484, 20),
    ("健康食品", "プロテイン 抹茶 500g", "ひだまり", "抹茶", 3888, 25),
    ("スキンケア", "保湿化粧水 200mL", "うるはだ", "しっとり", 3300, 60),
    ("スキンケア", "保湿化粧水 さっぱり 200mL", "うるはだ", "さっぱり", 3300, 60),
    ("スキンケア", "保湿乳液 120mL", "うるはだ", "しっとり", 3520, 60),
    ("スキンケア", "クレンジングオイル 150mL", "うるはだ", "無香料", 2530, 45),
    ("スキンケア", "洗顔石けん", "うるはだ", "無香料", 1650, 40),
    ("スキンケア", "美容液 30mL", "うるはだ", "しっとり", 6600, 60),
    ("スキンケア", "スキンケア お試し 7日分", "うるはだ", "しっとり", 990, 7),
    ("スキンケア", "日焼け止め 50g", "そよぎ", "無香料", 1980, 45),
    ("スキンケア", "ハンドクリーム ゆず 60g", "そよぎ", "ゆず", 1320, 40),
    ("スキンケア", "ボディソープ ひのき 500mL", "そよぎ", "ひのき", 1540, 45),
    ("うつわ", "湯のみ 藍", "窯元はる", "藍", 2200, 0),
    ("うつわ", "湯のみ 白", "窯元はる", "白", 2200, 0),
    ("うつわ", "急須 藍", "窯元はる", "藍", 7700, 0),
    ("うつわ", "急須 白", "窯元はる", "白", 7700, 0),
    ("うつわ", "茶筒 桜", "窯元はる", "桜", 3850, 0),
    ("うつわ", "菓子皿 2枚", "窯元はる", "藍", 3300, 0),
    ("ギフト", "煎茶ギフト 2本", "縁茶舗", "深蒸し", 3240, 0),
    ("ギフト", "煎茶ギフト 3本", "縁茶舗", "深蒸し", 5400, 0),
    ("ギフト", "お茶とお菓子の詰め合わせ", "縁茶舗", "詰め合わせ", 4320, 0),
    ("ギフト", "季節の和菓子 12個", "菓子工房ゆい", "詰め合わせ", 3780, 0),
    ("ギフト", "夫婦湯のみ", "窯元はる", "藍", 5500, 0),
    ("ギフト", "健康茶セット", "すこやか堂", "詰め合わせ", 4104, 0),
)
_DISCONTINUED = {"茶筒 桜", "プロテイン 抹茶 500g"}
COMPANIONS = {
    "深蒸し煎茶 100g": "栗どら焼き 6個",
    "保湿化粧水 200mL": "保湿乳液 120mL",
}
"""Name of a product and of the one that people like to buy with it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The articles and how baskets are drawn from them."""

    products: tuple[Product, ...]
    _ordinary: Weighted[Product]
    _gift_season: Weighted[Product]
    _first: Weighted[Product]
    _companions: dict[int, Product]

    @classmethod
    def build(cls) -> "Catalogue":
        """Give the one catalogue of the sample shop."""
        products = tuple(_products())
        return cls(
            products=products,
            _ordinary=Weighted((p, p.popularity * (0.15 if p.is_trial else 1)) for p in products),
            _gift_season=Weighted(
                (p, p.popularity * (GIFT_SEASON_WEIGHT if p.category == "ギフト" else 0.7))
                for p in products
                if not p.is_trial
            ),
            _first=Weighted((p, p.popularity * (5 if p.is_trial else 1)) for p in products),
            _companions={
                p.product_id: next(q for q in products if q.name == COMPANIONS[p.name])
                for p in products
                if p.name in COMPANIONS
            },
        )

    def pick(self, rng: Random, *, season: str | None, is_first: bool) -> Product:
        """Give the article a buyer chooses, in a gift season or on a first purchase."""
        if season is not None:
            return self._gift_season.pick(rng)
        return (self._first if is_first else self._ordinary).pick(rng)

    def companion_of(self, product: Product) -> Product | None:
        """Give the article that people like to buy with this one."""
        return self._companions.get(product.product_id)


def _products() -> list[Product]:
    products = []
    numbers = dict.fromkeys(_CATEGORIES, 0)
    for index, (category, name, brand, taste, price, pack_days) in enumerate(_ARTICLES):
        prefix, tax_rate, popularity = _CATEGORIES[category]
        numbers[category] += 1
        products.append(
            Product(
                product_id=index + 1,
                code=f"{prefix}-{numbers[category]:03d}",
                name=name,
                category=category,
                brand=brand,
                taste=taste,
                price=price,
                cost=price * (32 + 7 * index % 23) // 100,
                pack_days=pack_days,
                is_trial="お試し" in name,
                is_active=name not in _DISCONTINUED,
                tax_rate=tax_rate,
                popularity=popularity * (1 + index % 5 / 4),
            )
        )
    return products
