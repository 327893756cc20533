"""The reading of a name as people type it."""

import re
from collections.abc import Callable
from random import Random

import jaconv

from orchestration.sample_shop.weighted import Weighted

_LARGE = str.maketrans("ャュョッァィゥェォ", "ヤユヨツアイウエオ")
_OTHER_Z = str.maketrans("ズヅジヂ", "ヅズヂジ")
_VOICED = str.maketrans(
    "ガギグゲゴザジズゼゾダデドバビブベボ", "カキクケコサシスセソタテトハヒフヘホ"
)
_LONG_O = re.compile("([オコソトノホモヨロゴゾドボポョ])[ウオ]")

Form = Callable[[str], str]


def half_width(kana: str) -> str:
    """ｻﾄｳ."""
    return str(jaconv.z2h(kana))


def hiragana(kana: str) -> str:
    """さとう."""
    return str(jaconv.kata2hira(kana))


def large(kana: str) -> str:
    """シヨウコ for ショウコ."""
    return kana.translate(_LARGE)


def other_z(kana: str) -> str:
    """ミヅキ for ミズキ."""
    return kana.translate(_OTHER_Z)


def long_mark(kana: str) -> str:
    """サトー for サトウ."""
    return _LONG_O.sub(r"\1ー", kana)


def unvoiced(kana: str) -> str:
    """ヤマサキ for ヤマザキ: another way to read the same kanji."""
    return kana[0] + kana[1:].translate(_VOICED)


_FORMS: Weighted[Form] = Weighted(
    [(half_width, 8), (hiragana, 2), (large, 2), (other_z, 2), (long_mark, 1)]
)


def draw_form(rng: Random) -> Form:
    """Give the way in which somebody writes both halves of a name."""
    return _FORMS.pick(rng)
