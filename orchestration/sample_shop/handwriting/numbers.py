"""Telephone numbers, postal codes and addresses as people and spreadsheets leave them."""

from collections.abc import Callable
from random import Random

from orchestration.sample_shop.people import Home
from orchestration.sample_shop.weighted import Weighted

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
_KANJI_DIGITS = " 一二三四五六七八九"
_NO_BUILDING_SHARE = 0.2
_OLD_CITY_SHARE = 0.15
OLD_CITIES = {
    "さいたま市浦和区": "浦和市",
    "静岡市葵区": "静岡市",
    "新潟市中央区": "新潟市",
    "岡山市北区": "岡山市",
    "熊本市中央区": "熊本市",
}
"""Municipalities of the sample as they were called before they merged or got wards."""

PhoneForm = Callable[[list[str]], str]
"""Takes the parts of a number: area, exchange and subscriber."""

_PHONE_FORMS: Weighted[PhoneForm] = Weighted(
    [
        ("-".join, 8),
        (lambda parts: "-".join(parts).translate(FULL_WIDTH), 3),
        (lambda parts: f"{parts[0]}({parts[1]}){parts[2]}", 1),
        (lambda parts: "+81-" + "-".join(parts)[1:], 1),
        (lambda parts: "+81" + "".join(parts)[1:], 1),
        # A spreadsheet that took the column for numbers.
        (lambda parts: "".join(parts)[1:], 3),
    ]
)
_POSTAL_FORMS: Weighted[Callable[[str], str]] = Weighted(
    [
        (lambda code: f"{code[:3]}-{code[3:]}", 6),
        (lambda code: f"{code[:3]}-{code[3:]}".translate(FULL_WIDTH), 3),
        (lambda code: f"〒{code[:3]}-{code[3:]}", 1),
        (lambda code: code.removeprefix("0"), 2),
    ]
)
_BLOCK_FORMS: Weighted[Callable[[list[str]], str]] = Weighted(
    [
        (lambda block: "-".join(block).translate(FULL_WIDTH), 5),
        (lambda block: f"{block[0]}丁目{block[1]}番{block[2]}号", 4),
        (lambda block: f"{_KANJI_DIGITS[int(block[0])]}丁目{block[1]}-{block[2]}", 2),
        (lambda block: f"{block[0]}丁目{block[1]}番地{block[2]}", 1),
        (lambda block: f"{block[0]}-{block[1]}-{block[2]}号", 1),
    ]
)
_BUILDING_FORMS: Weighted[Callable[[str], str]] = Weighted(
    [
        (lambda building: f" {building}", 5),
        (lambda building: f"　{building.translate(FULL_WIDTH)}", 3),
        (lambda building: f" {building}号室", 2),
    ]
)


def vary_phone(phone: str, home: Home, rng: Random) -> str:
    """Give a number of digits alone in another form; it is a mobile's or that of the home."""
    head = len(home.prefecture.area_code) if phone == home.landline else len("090")
    return _PHONE_FORMS.pick(rng)([phone[:head], phone[head:-4], phone[-4:]])


def vary_postal_code(code: str, rng: Random) -> str:
    """Give seven digits in another form, a leading zero lost now and then."""
    return _POSTAL_FORMS.pick(rng)(code)


def vary_city(line: str, home: Home, rng: Random) -> str:
    """Give the first line of the address, under the old name of the city now and then."""
    old = OLD_CITIES.get(home.prefecture.city)
    if old is None or rng.random() >= _OLD_CITY_SHARE:
        return line
    return line.replace(home.prefecture.city, old)


def vary_block(home: Home, rng: Random) -> str:
    """Give block and building in another form, the building left out now and then."""
    block = _BLOCK_FORMS.pick(rng)(home.block.split("-"))
    if not home.building or rng.random() < _NO_BUILDING_SHARE:
        return block
    return block + _BUILDING_FORMS.pick(rng)(home.building)
