"""Other forms of the same characters, as people write their own names."""

from functools import cache
from random import Random

from orchestration.sample_shop.name_lists import Name, NameLists

VARIANTS: dict[str, tuple[str, ...]] = {
    "高": ("髙",),
    "崎": ("﨑", "嵜"),
    "斎": ("齋", "斉", "齊"),
    "斉": ("齊", "斎"),
    "辺": ("邊", "邉"),
    "沢": ("澤",),
    "浜": ("濱", "濵"),
    "島": ("嶋", "嶌"),
    "広": ("廣",),
    "桜": ("櫻",),
    "徳": ("德",),
    "恵": ("惠",),
    "真": ("眞",),
    "国": ("國",),
    "富": ("冨",),
    "栄": ("榮",),
    "峰": ("峯",),
    "寿": ("壽",),
    "弥": ("彌",),
    "関": ("關",),
    "滝": ("瀧",),
    "黒": ("黑",),
    "吉": ("𠮷",),
}
"""Forms of one character. All exist in CP932 but 𠮷, for which its files hold a question mark."""


def vary_kanji(name: str, rng: Random) -> str:
    """Give the name with another form of each character that has one."""
    return "".join(rng.choice(VARIANTS.get(character, (character,))) for character in name)


def same_sounding(given: Name, rng: Random) -> str:
    """Give other kanji that are read like the name, as an input method offers them first."""
    return rng.choice(_kanji_by_reading().get(given.kana, [given.kanji]))


@cache
def _kanji_by_reading() -> dict[str, list[str]]:
    names = NameLists.load()
    kanji: dict[str, list[str]] = {}
    for name in (*names.female.items, *names.male.items):
        kanji.setdefault(name.kana, []).append(name.kanji)
    return kanji
