"""Why a pair scored as it did, in English and Japanese, without any value of the records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.identity.linkage.model import DIFFERENT, UNKNOWN

_COMPARISONS = {
    "given_name": ("given name", "名"),
    "family_name": ("family name", "姓"),
    "email": ("e-mail", "メールアドレス"),
    "phone": ("telephone", "電話番号"),
    "address": ("address", "住所"),
    "birth_date": ("birth date", "生年月日"),
}
_LEVELS = {
    "equal": ("equal", "一致"),
    "reading": ("read alike", "読みが一致"),
    "full_name": ("part of an equal full name", "氏名全体が一致"),
    "near": ("one character apart", "一文字違い"),
    "loose": ("equal but for tags and dots", "タグと点を除き一致"),
    "mailbox": ("equal before the @", "@の前が一致"),
    "building": ("same building, other room", "建物まで一致"),
    "postal": ("same postal code", "郵便番号が一致"),
    "region": ("same region", "地域が一致"),
    DIFFERENT: ("different", "不一致"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair's reasons, the heaviest first."""

    weights: str
    """JSON: comparison -> weight in bits; positive speaks for one person."""
    english: str
    japanese: str


def explain(levels: Mapping[str, str], weights: Mapping[str, float]) -> Explanation:
    """The reasons of a pair from the level and weight of each comparison."""
    spoken = sorted(
        (name for name, level in levels.items() if level != UNKNOWN),
        key=lambda name: (-abs(weights[name]), name),
    )
    english, japanese = [], []
    for name in spoken:
        thing, level = _COMPARISONS[name], _LEVELS[levels[name]]
        weight = f"{weights[name]:+.1f}"
        english.append(f"{thing[0]} {level[0]} ({weight})")
        japanese.append(
            f"{thing[1]}が{level[1]}({weight})"
            if "が" not in level[1]
            else f"{thing[1]}の{level[1]}({weight})"
        )
    return Explanation(
        weights=json.dumps({name: round(weights[name], 2) for name in spoken}),
        english="; ".join(english),
        japanese="、".join(japanese),
    )
