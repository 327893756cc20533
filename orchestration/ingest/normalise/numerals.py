"""Numbers written in kanji, as they stand in addresses and era dates."""

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "壱": 1,
    "弐": 2,
    "参": 3,
}
_POWERS = {"十": 10, "拾": 10, "百": 100, "千": 1000}
KANJI_NUMBER = re.compile(f"[{''.join((*_DIGITS, *_POWERS))}]+")


def number_of(text: str) -> int:
    """二十三, 二三 and 百五 as a number: by place where no power is written."""
    if not any(letter in _POWERS for letter in text):
        return int("".join(str(_DIGITS[letter]) for letter in text))
    total, digits = 0, ""
    for letter in text:
        if letter in _POWERS:
            total += (int(digits) if digits else 1) * _POWERS[letter]
            digits = ""
        else:
            digits += str(_DIGITS[letter])
    return total + (int(digits) if digits else 0)
