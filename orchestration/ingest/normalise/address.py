"""The comparison key of an address: its postal code, block number and room."""

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.kanji import variants
from orchestration.ingest.normalise.numerals import KANJI_NUMBER, number_of
from orchestration.ingest.normalise.places import places
from orchestration.ingest.normalise.text import HYPHENS, for_each_distinct, joined, plain

_BREAK = "\x1f"
_SPELLINGS = str.maketrans(
    {
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys("ヶがガヵ", "ケ"),
        **dict.fromkeys("ノ之乃", "の"),
        **dict.fromkeys("ッっつ", "ツ"),
    }
)
# A number in kanji counts only where a counter or a hyphen shows that it is one.
_COUNTED = re.compile(r" ?(?:丁目|丁(?![一-龥])|番(?!町)|号(?!線)|階|の\d|-\d)")
_COUNTING = re.compile(r"(?:丁目|丁|番地|番|号|の|-) ?$")
_NAME_NUMBER = re.compile(r"\d+(?=条|番町|号線|の宮)")
_UNIT = r"(?! ?(?:号室|号棟|棟|室|階|f(?![a-z])))"
_NUMBER = rf"\d++{_UNIT}"
_JOINT = r"(?: ?(?:丁目|丁|番地の?|番の?)[ -]?| ?- ?|の)"
_BLOCK = re.compile(rf"{_NUMBER}(?:{_JOINT}{_NUMBER})*(?: ?(?:丁目|番地|番|号))?")
_BUILDING = re.compile(r" ?(?:号?棟|号館) ?")
_ROOM = re.compile(r"(?:(?<![a-z])([a-z])-?)?(\d++(?:-\d++)*)([a-z](?![a-z]))?")
_FLOOR = re.compile(r"(\d+)(?:階|f(?![a-z]))")
_LONGEST_BLOCK = 3


def address_key(postal: pa.Array, line1: pa.Array, line2: pa.Array) -> pa.Array:
    """`postal code|block number|room` of Japanese addresses.

    Null without a postal code or a number. The names of the municipality and the town count for
    nothing, old ones and new ones alike, and so does the building.
    """
    lines = joined(plain(line1), plain(line2), " ")
    whole = pc.binary_join_element_wise(postal, lines, _BREAK)
    return for_each_distinct(whole, _key, pa.string())


def _key(whole: str) -> str | None:
    postal, text = whole.split(_BREAK, 1)
    rest = _without_names(*_after_town(postal, *_folded(text)))
    block = _BLOCK.search(rest)
    if block is None:
        return None
    numbers = _plain_numbers(block.group()).split("-")
    room = _room(rest[block.end() :])
    if len(numbers) > _LONGEST_BLOCK and not room:
        numbers, room = numbers[:_LONGEST_BLOCK], "-".join(numbers[_LONGEST_BLOCK:])
    return f"{postal}|{'-'.join(numbers)}|{room}"


def _folded(text: str) -> tuple[str, str]:
    """The text with one spelling for everything, and a mark for each of its characters.

    `k` marks a digit that was written in kanji and so may be part of a name (三条, 八丁堀).
    """
    text = text.lower().replace("大字", "").replace("字", "").translate(_table())
    folded, marks, place = "", "", 0
    for found in KANJI_NUMBER.finditer(text):
        number = str(number_of(found.group()))
        between = text[place : found.start()]
        folded += between + number
        marks += " " * len(between) + "k" * len(number)
        place = found.end()
    return folded + text[place:], marks + " " * (len(text) - place)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    kanji = {ord(old): new for level in ("strict", "loose") for old, new in variants(level).items()}
    return {**kanji, **_SPELLINGS}


@lru_cache(maxsize=1 << 17)
def _names(postal: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folded names of the code's municipalities and towns, the longest first."""
    found = places(postal)
    cities = {_folded(place.city)[0] for place in found}
    towns = {_folded(place.town)[0] for place in found if place.town}
    return (
        tuple(sorted(cities, key=len, reverse=True)),
        tuple(sorted(towns, key=len, reverse=True)),
    )


def _after_town(postal: str, text: str, marks: str) -> tuple[str, str]:
    """What follows the names of the place, as far as the text holds them."""
    start = 0
    for names in _names(postal):
        for name in names:
            end = _end_of(name, text, start)
            if end is not None:
                start = end
                break
    return text[start:], marks[start:]


def _end_of(name: str, text: str, start: int) -> int | None:
    place = text.find(name, start)
    if place >= 0:
        return place + len(name)
    if " " not in text:
        return None
    places_kept = [index for index in range(start, len(text)) if text[index] != " "]
    place = "".join(text[index] for index in places_kept).find(name)
    return places_kept[place + len(name) - 1] + 1 if place >= 0 else None


def _without_names(text: str, marks: str) -> str:
    """The text with the digits blotted out that belong to names."""
    letters = list(text)
    for found in re.finditer(r"\d+", text):
        is_kanji = "k" in marks[found.start() : found.end()]
        is_number = _COUNTED.match(text, found.end()) or _COUNTING.search(text[: found.start()])
        if (is_kanji and not is_number) or _NAME_NUMBER.match(text, found.start()):
            letters[found.start() : found.end()] = "*" * len(found.group())
    return "".join(letters)


def _room(text: str) -> str:
    """The last number behind the block; a floor, as `3f`, where there is no other; else ''."""
    text = _BUILDING.sub("-", text)
    floors = _FLOOR.findall(text)
    rooms = _ROOM.findall(_FLOOR.sub(" ", text))
    if rooms:
        wing, number, suffix = rooms[-1]
        return f"{wing}{_plain_numbers(number)}{suffix}"
    return f"{int(floors[-1])}f" if floors else ""


def _plain_numbers(text: str) -> str:
    return "-".join(str(int(number)) for number in re.findall(r"\d+", text))
